package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// SetupCfg reads the declarative metadata of setuptools,
// https://setuptools.pypa.io/en/latest/userguide/declarative_config.html. setup.py is a program and is not read.
var SetupCfg = catalogers.Cataloger{
	Name:   "setup-cfg",
	Doc:    "The project of a setup.cfg and the Python packages that it asks for, with extras, tests and setup requirements.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.PyPI},
	Files:  catalogers.Named("setup.cfg"),
	Beside: []string{"poetry.lock", "uv.lock", "pdm.lock", "pylock.toml"},
	Parse:  parseSetupCfg,
}

func parseSetupCfg(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	d := declaration{file: file, out: out, locked: chosen(file)}
	app := sbom.Component{}
	var author, email, license string
	var classifiers []string
	entries := iniEntries(strings.ToValidUTF8(text, "\uFFFD"), out)
	for _, e := range entries {
		if e.section != "metadata" {
			continue
		}
		literal := e.first()
		if strings.HasPrefix(literal, "attr:") || strings.HasPrefix(literal, "file:") {
			literal = "" // of the code, or of another file
		}
		switch e.key {
		case "name":
			app.Name = literal
		case "version":
			app.Version = literal
		case "description", "summary":
			app.Description = literal
		case "author":
			author = literal
		case "author_email":
			email = literal
		case "license":
			license = literal
		case "classifiers", "classifier":
			classifiers = e.texts()
		case "url", "home_page":
			address(&app, "homepage", literal)
		case "project_urls":
			for _, pair := range e.texts() {
				label, url, _ := strings.Cut(pair, "=")
				address(&app, label, strings.TrimSpace(url))
			}
		}
	}
	if app.Name != "" {
		app.Author, app.Licenses = person(author, email), licences("", license, classifiers)
		app.PURL = purl.New(purl.PyPI, "", app.Name, app.Version)
		out.Application(file.Dir(), app)
		d.self = normal(app.Name)
	}
	for _, e := range entries {
		scope := sbom.Runtime
		switch {
		case e.section == "options" && e.key == "install_requires":
		case e.section == "options" && e.key == "setup_requires":
			scope = sbom.Build
		case e.section == "options" && e.key == "tests_require":
			scope = sbom.Test
		case e.section == "options.extras_require":
			scope = sbom.Optional
		default:
			continue
		}
		for _, v := range e.list() {
			if !strings.HasPrefix(v.text, "file:") { // a requirements file, which is read on its own
				d.lines = lines{spot{"", v.text}: v.line}
				d.requirement(v.text, place{"", scope})
			}
		}
	}
	settle(out)
	return nil
}

// iniEntry is one option of an INI file as Python's configparser reads it, its value by lines.
type iniEntry struct {
	section, key string
	line         int
	values       []iniValue
}

type iniValue struct {
	text string
	line int
}

func (e iniEntry) first() string {
	if len(e.values) == 0 {
		return ""
	}
	return e.values[0].text
}

// list is a value of setuptools' type list-semi: lines, or on the option's own line what semicolons divide.
func (e iniEntry) list() []iniValue {
	if len(e.values) != 1 || e.values[0].line != e.line {
		return e.values
	}
	var list []iniValue
	for text := range strings.SplitSeq(e.values[0].text, ";") {
		if text = strings.TrimSpace(text); text != "" {
			list = append(list, iniValue{text, e.line})
		}
	}
	return list
}

func (e iniEntry) texts() []string {
	list := make([]string, len(e.values))
	for i, v := range e.values {
		list[i] = v.text
	}
	return list
}

// iniEntries reads sections, options and their indented continuation lines.
func iniEntries(text string, out *sbom.Facts) []iniEntry {
	var entries []iniEntry
	section := ""
	number := 0
	for line := range strings.SplitSeq(text, "\n") {
		number++
		bare := strings.TrimSpace(line)
		switch {
		case bare == "" || bare[0] == '#' || bare[0] == ';':
			continue
		case line[0] == ' ' || line[0] == '\t':
			if n := len(entries); n > 0 && entries[n-1].section == section {
				if value, _, _ := strings.Cut(bare, " #"); strings.TrimSpace(value) != "" {
					entries[n-1].values = append(entries[n-1].values, iniValue{strings.TrimSpace(value), number})
				}
			}
			continue
		case bare[0] == '[':
			if name, _, ok := strings.Cut(bare[1:], "]"); ok {
				section = strings.TrimSpace(name)
				continue
			}
		}
		at := strings.IndexAny(bare, "=:")
		if at <= 0 {
			if section == "metadata" || strings.HasPrefix(section, "options") {
				out.Gap(number, "%q is no option", shorten(bare))
			}
			continue
		}
		e := iniEntry{section: section, line: number, key: strings.ReplaceAll(strings.ToLower(strings.TrimSpace(bare[:at])), "-", "_")}
		if value := strings.TrimSpace(bare[at+1:]); value != "" {
			e.values = []iniValue{{value, number}}
		}
		entries = append(entries, e)
	}
	return entries
}

package pypi

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// PipfileLock reads Pipfile.lock of any pipenv: sections default, develop and, since pipenv 2022.10, categories of the
// project's own. The file holds no edges.
var PipfileLock = catalogers.Cataloger{
	Name:  "pipenv-lock",
	Doc:   "Python packages pinned in Pipfile.lock, with their sections, indexes, sources and digests.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.PyPI},
	Files: catalogers.Named("Pipfile.lock"),
	// Which of a section's packages were asked for: the names alone do not tell where two sections hold one.
	Beside: []string{"Pipfile"},
	Parse:  parsePipfileLock,
}

type pipenvPackage struct {
	version string
	index   string
	hashes  []string
	git     string
	hg, svn string
	ref     string
	subdir  string
	path    string
	file    string
}

func parsePipfileLock(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	asked := pipfileNames(file)
	sources := make(map[string]string)
	r := decode.NewJSON(text)
	r.Object(func(section string) {
		if section == "_meta" { // pipenv sorts keys: it comes first
			pipenvSources(r, sources)
			return
		}
		r.Object(func(name string) {
			at := pipenvEntry{section, name, r.Line(), file.Dir()}
			if r.Kind() != decode.Object {
				out.Gap(at.line, "%s: is no table", shorten(name))
				return
			}
			if key := addPipenvPackage(out, readPipenvPackage(r), at, sources); key != "" && asked[pipenvName{section, normal(name)}] {
				out.Relate(sbom.Relation{From: out.Owner(), To: key, Scope: pipenvScope(section), Line: at.line})
			}
		})
	})
	return r.Finish()
}

// pipenvName is a package in a section of the lock.
type pipenvName struct{ section, name string }

// pipfileNames gives what the Pipfile beside asks for. Its tables "packages" and "dev-packages" are the lock's sections
// "default" and "develop". A Pipfile that cannot be read is its own cataloger's business.
func pipfileNames(file *catalogers.File) map[pipenvName]bool {
	asked := make(map[pipenvName]bool)
	pipfile, err := file.Beside("Pipfile")
	if err != nil {
		return asked
	}
	text, err := pipfile.Text()
	if err != nil {
		return asked
	}
	var sections map[string]any
	if decode.TOML(text, &sections) != nil {
		return asked
	}
	for section, value := range sections {
		switch section {
		case "packages":
			section = "default"
		case "dev-packages":
			section = "develop"
		}
		table, _ := value.(map[string]any)
		for name := range table {
			asked[pipenvName{section, normal(name)}] = true
		}
	}
	return asked
}

// pipenvSources reads the addresses of the indexes by name.
func pipenvSources(r *decode.JSONReader, sources map[string]string) {
	r.Object(func(key string) {
		if key != "sources" {
			return
		}
		r.Array(func() {
			var name, url string
			r.Object(func(key string) {
				switch key {
				case "name":
					name = r.Text()
				case "url":
					url = r.Text()
				}
			})
			sources[name] = url
		})
	})
}

func readPipenvPackage(r *decode.JSONReader) pipenvPackage {
	var p pipenvPackage
	r.Object(func(key string) {
		switch key {
		case "version":
			p.version = r.Text()
		case "index":
			p.index = r.Text()
		case "hashes":
			p.hashes = r.Texts()
		case "git":
			p.git = r.Text()
		case "hg":
			p.hg = r.Text()
		case "svn":
			p.svn = r.Text()
		case "ref":
			p.ref = r.Text()
		case "subdirectory":
			p.subdir = r.Text()
		case "path":
			p.path = r.Text()
		case "file":
			p.file = r.Text()
		}
	})
	return p
}

// pipenvEntry is where a package stands.
type pipenvEntry struct {
	section, name string
	line          int
	dir           string
}

// addPipenvPackage claims a package and gives its key, or claims the folder of the tree that it is and gives that.
func addPipenvPackage(out *sbom.Facts, p pipenvPackage, at pipenvEntry, sources map[string]string) (key string) {
	op, version := splitClause(p.version)
	if p.version == "*" || op != "==" && op != "===" && p.version != "" {
		version = "" // an editable whose version pipenv did not lock
	}
	c := component(at.name, version)
	c.Scope = pipenvScope(at.section)
	switch {
	case p.git != "" || p.hg != "" || p.svn != "":
		from := checkout{kind: "git", url: p.git, ref: p.ref, subdirectory: p.subdir}
		if p.hg != "" {
			from.kind, from.url = "hg", p.hg
		} else if p.svn != "" {
			from.kind, from.url = "svn", p.svn
		}
		fromCheckout(&c, from)
	case p.path != "" && !archive(p.path):
		if dir, ok := inside(at.dir, p.path); ok {
			return out.Application(dir, sbom.Component{})
		}
		c.PURL, c.Name, c.Version = purl.PURL{}, at.name, version
		c.Properties = []sbom.Property{{Name: "sbomgen:pypi:source", Value: "directory"}}
	case p.path != "" || p.file != "":
		address := p.file + p.path
		if name, v, ok := parseFileName(fileName(address)); ok && normal(name) == normal(at.name) && version == "" {
			c.PURL = component(at.name, v).PURL
		}
		fromURL(&c, address)
	case version == "":
		out.Gap(at.line, "%s: version %q is no pin", shorten(at.name), shorten(p.version))
	default:
		fromIndex(&c, sources[p.index])
	}
	c.Hashes = append(c.Hashes, digests(p.hashes, at.line, out)...)
	key = at.section + "/" + at.name
	out.AddAt(at.line, key, c)
	return key
}

// pipenvScope is what a section is for. A category of the project's own is installed on demand.
func pipenvScope(section string) sbom.Scope {
	switch section {
	case "default":
		return sbom.Runtime
	case "develop":
		return sbom.Development
	}
	return sbom.Optional
}

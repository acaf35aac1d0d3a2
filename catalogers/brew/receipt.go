// Package brew reads what Homebrew writes.
package brew

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Receipt reads the receipts of kegs, Cellar/<formula>/<version>/INSTALL_RECEIPT.json, and of casks, as Homebrew's Tab writes them:
// https://rubydoc.brew.sh/Tab.html. The formula beside, .brew/<formula>.rb, tells licence and homepage. Casks have receipts since Homebrew 4.4 only: before, and
// beside, the definitions that they were installed by lie in Caskroom/<cask>/.metadata.
var Receipt = catalogers.Cataloger{
	Name:       "brew-receipt",
	Doc:        "Formulae and casks that Homebrew installed, with runtime dependencies, taps, licences and what was asked for.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.Brew},
	Files:      append(catalogers.Named("INSTALL_RECEIPT.json"), catalogers.Glob("**/Caskroom/*/.metadata/*/*/Casks/*.json", "**/Caskroom/*/.metadata/*/*/Casks/*.rb")...),
	Beside:     []string{".brew/*.rb"},
	Group:      prefixOf,
	ParseGroup: parseReceipts,
}

// prefixOf is the folder in which the Cellar and the Caskroom lie.
func prefixOf(file string) (dir string, ok bool) {
	parts := strings.Split(file, "/")
	for i, p := range parts[:len(parts)-1] {
		if p == "Cellar" && i+4 == len(parts) || p == "Caskroom" && (i+4 == len(parts) || i+7 == len(parts)) && parts[i+2] == ".metadata" {
			return path.Join("./", strings.Join(parts[:i], "/")), true
		}
	}
	return "", false
}

type receipt struct {
	asked, direct bool // direct: runtime dependencies say which of them are the formula's own
	tap, version  string
	depends       []receiptDependency
	apps          []string // of a cask
}

type receiptDependency struct {
	name, version string
	direct        bool
}

func parseReceipts(prefix string, files []*catalogers.File, out *sbom.Facts) error {
	env := out.Own(prefix)
	out.Edges(sbom.Complete)
	var wants []sbom.Relation
	var casks []*catalogers.File
	for _, f := range files {
		if f.Base() != "INSTALL_RECEIPT.json" {
			casks = append(casks, f)
			continue
		}
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		r := decode.NewJSON(text)
		t := readReceipt(r)
		if err := r.Finish(); err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		name, version := path.Base(path.Dir(f.Dir())), path.Base(f.Dir())
		if cask := version == ".metadata"; cask {
			version = t.version
		}
		c := component(t.tap, name, version)
		describe(f, &c)
		key := name + " " + version
		out.AddIn(sbom.Location{Path: f.Path}, key, c, name)
		if f.Dir() == path.Join(prefix, "Cellar", name, version) {
			out.Installs(key, sbom.InstalledFile{Path: f.Dir() + "/"})
		} else {
			hold(key, f, path.Join(prefix, "Caskroom", name, version), t.apps, out)
		}
		if t.asked {
			out.Relate(sbom.Relation{From: env, To: key})
		}
		for _, d := range t.depends {
			if d.name == "" || t.direct && !d.direct {
				continue // reached through another one
			}
			to := d.name[strings.LastIndexByte(d.name, '/')+1:]
			wants = append(wants, sbom.Relation{From: key, To: to, Range: d.version, MayMiss: true}) // it may have been removed since
		}
	}
	wants = append(wants, parseCasks(prefix, casks, env, out)...)
	for _, w := range wants {
		if exact := w.To + " " + w.Range; out.Has(exact) { // otherwise it was upgraded since
			w.To = exact
		}
		out.Relate(w)
	}
	return nil
}

// component is a formula or cask. The core taps are where names lead by default.
func component(tap, name, version string) sbom.Component {
	switch tap {
	case "", "homebrew/core", "homebrew/cask":
		return sbom.Component{PURL: purl.New(purl.Brew, "", name, version)}
	}
	c := sbom.Component{PURL: purl.New(purl.Brew, tap, name, version)}
	if owner, repository, ok := strings.Cut(tap, "/"); ok { // https://docs.brew.sh/Taps#repository-naming-conventions-and-assumptions
		c.PURL = c.PURL.With("repository_url", "https://github.com/"+owner+"/homebrew-"+repository)
	}
	return c
}

func readReceipt(r *decode.JSONReader) (t receipt) {
	r.Object(func(key string) {
		switch key {
		case "installed_on_request":
			t.asked = r.Bool()
		case "source":
			r.Object(func(key string) {
				switch key {
				case "tap":
					t.tap = strings.ToLower(r.Text())
				case "version":
					t.version = r.Text()
				}
			})
		case "uninstall_artifacts":
			t.apps = readApps(r)
		case "runtime_dependencies":
			if r.Kind() == decode.Object { // of casks, by kind
				r.Object(func(string) { t.dependencies(r) })
				return
			}
			t.dependencies(r)
		}
	})
	return t
}

func (t *receipt) dependencies(r *decode.JSONReader) {
	r.Array(func() {
		var d receiptDependency
		r.Object(func(key string) {
			switch key {
			case "full_name":
				d.name = r.Text()
			case "version":
				d.version = cmp.Or(d.version, r.Text())
			case "pkg_version": // with the revision
				d.version = r.Text()
			case "declared_directly": // since Homebrew 4.0.8
				d.direct, t.direct = r.Bool(), true
			}
		})
		t.depends = append(t.depends, d)
	})
}

// describe reads what a formula says of itself in lines of its own: desc, homepage, license, url and sha256 of the source.
func describe(f *catalogers.File, c *sbom.Component) {
	formula, err := f.Beside(".brew/" + path.Base(path.Dir(f.Dir())) + ".rb")
	if err != nil {
		return
	}
	text, err := formula.Text()
	if err != nil {
		return
	}
	source := sbom.Reference{Type: sbom.Distribution}
	for line := range strings.Lines(text) {
		word, value, _ := strings.Cut(strings.TrimSpace(line), " ")
		value, quoted := strings.CutPrefix(strings.TrimSpace(value), `"`)
		value, _, closed := strings.Cut(value, `"`)
		if !quoted || !closed {
			if word == "def" || word == "bottle" || word == "resource" {
				break
			}
			continue
		}
		switch word {
		case "desc":
			c.Description = value
		case "homepage":
			if clean, ok := sbom.CleanURL(value); ok {
				c.References = append(c.References, sbom.Reference{Type: sbom.Website, URL: clean})
			}
		case "license":
			c.Licenses = []sbom.License{{Text: value}}
		case "url":
			if clean, ok := sbom.CleanURL(value); ok && source.URL == "" {
				source.URL = clean
			}
		case "sha256":
			if h, ok := sbom.NewHash(sbom.SHA256, value); ok && source.URL != "" && source.Hashes == nil {
				source.Hashes = []sbom.Hash{h}
			}
		}
		if word == "resource" {
			break
		}
	}
	if source.URL != "" {
		c.References = append(c.References, source)
	}
}

// Package opam reads what opam and its users write.
package opam

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// File reads *.opam and a plain "opam": packages of a project and what they ask for, https://opam.ocaml.org/doc/Manual.html#opamfield-depends. Files of a
// repository of packages, packages/name/name.version/opam, are recipes for others and are passed over.
//
// Several of them in one folder are several packages: each is an application of its own, below its file's name.
var File = catalogers.Cataloger{
	Name:   "opam-file",
	Doc:    "OCaml packages that *.opam files describe and what they ask for, with ranges and what it is for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Opam},
	Files:  append(catalogers.Glob("*.opam"), catalogers.Named("opam")...),
	Beside: []string{"*.opam"},
	Parse:  parseFile,
}

func parseFile(f *catalogers.File, out *sbom.Facts) error {
	if f.Base() == "opam" && strings.Contains("/"+f.Path, "/packages/") || strings.Contains(f.Path, ".opam-switch/") {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if f.Base() == "opam" && !strings.Contains(text, "opam-version") {
		return nil
	}
	siblings, _ := f.Glob("*.opam")
	s, err := parse(text)
	app := describe(s)
	app.Name, app.Version = nameOf(f, s), s.get("version").text
	app.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: 1}}}
	owner := out.Own(place(f, siblings))
	out.Application(strings.TrimPrefix(owner, "app:"), app)
	local := make(map[string]string) // the packages of the folder
	for _, other := range siblings {
		local[strings.TrimSuffix(path.Base(other), ".opam")] = other
	}
	for _, field := range [...]struct {
		name  string
		scope sbom.Scope
	}{{"depends", sbom.Runtime}, {"depopts", sbom.Optional}} {
		for _, d := range dependencies(s.get(field.name), field.scope) {
			edge := sbom.Relation{From: owner, To: d.name, Range: d.rng, Scope: d.scope, Line: d.line}
			if at, ok := local[d.name]; ok {
				if edge.To = out.Application(at, sbom.Component{}); len(siblings) == 1 {
					continue // itself
				}
			} else {
				c := sbom.Component{PURL: purl.New(purl.Opam, "", d.name, d.exact)}
				if edge.To = c.PURL.String(); !out.Has(edge.To) {
					out.AddAt(d.line, edge.To, c)
				}
			}
			out.Relate(edge)
		}
	}
	return err
}

// place is the application of a file: its folder, or the file where the folder holds several packages.
func place(f *catalogers.File, siblings []string) string {
	if len(siblings) > 1 {
		return strings.TrimSuffix(f.Path, ".locked")
	}
	return f.Dir()
}

// nameOf is the package's name: that of the file, or the field.
func nameOf(f *catalogers.File, s *section) string {
	if name, ok := strings.CutSuffix(strings.TrimSuffix(f.Base(), ".locked"), ".opam"); ok && name != "" {
		return name
	}
	return s.get("name").text
}

// describe gives what a file says of its package besides name and version.
func describe(s *section) sbom.Component {
	c := sbom.Component{Description: s.get("synopsis").text, Author: strings.Join(s.get("authors").texts(), ", ")}
	for _, l := range s.get("license").texts() {
		c.Licenses = append(c.Licenses, sbom.License{Text: l})
	}
	for _, r := range [...][2]string{{"homepage", sbom.Website}, {"bug-reports", sbom.IssueTracker}, {"dev-repo", sbom.VCS}} {
		for _, at := range s.get(r[0]).texts() {
			if clean, ok := sbom.CleanURL(at); ok {
				c.References = append(c.References, sbom.Reference{Type: r[1], URL: clean})
			}
		}
	}
	return c
}

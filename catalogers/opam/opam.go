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
	owner := out.Own(place(f, siblings))
	out.ApplicationAt(1, strings.TrimPrefix(owner, "app:"), app)
	local := make(map[string]string) // the packages of the folder
	for _, other := range siblings {
		local[strings.TrimSuffix(path.Base(other), ".opam")] = other
	}
	for _, field := range [...]struct {
		name  string
		scope sbom.Scope
	}{{"depends", sbom.Runtime}, {"depopts", sbom.Optional}} {
		for _, d := range dependencies(s.get(field.name), field.scope) {
			edge := sbom.Relation{From: owner, Range: d.rng, Scope: d.scope, Line: d.line}
			at, ok := local[d.name]
			switch {
			case !ok:
				out.Ask(sbom.Component{PURL: purl.New(purl.Opam, "", d.name, d.exact)}, edge)
			case len(siblings) > 1: // otherwise itself
				edge.To = out.Application(at, sbom.Component{})
				out.Relate(edge)
			}
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

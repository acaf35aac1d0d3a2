package opam

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Switch reads the state of an opam switch, .opam-switch/switch-state, and the files of what is installed in it, .opam-switch/packages/name.version/opam,
// https://opam.ocaml.org/doc/Manual.html#opam-root: "roots" are what the user asked for. A switch in _opam belongs to the project around it.
var Switch = catalogers.Cataloger{
	Name:   "opam-switch",
	Doc:    "OCaml packages installed in an opam switch, with edges, licences and the digests of their archives.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Opam},
	Files:  catalogers.Glob("**/.opam-switch/switch-state"),
	Beside: []string{"packages/*/opam"},
	Parse:  parseSwitch,
}

func parseSwitch(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	root := path.Dir(f.Dir())
	if path.Base(root) == "_opam" {
		root = path.Dir(root)
	}
	owner := out.Own(root)
	s, err := parse(text)
	described := true
	for _, id := range s.get("installed").items {
		name, version, ok := strings.Cut(id.text, ".")
		if !ok || !isName(name) || version == "" {
			out.Gap(id.line, "%.80q is no package with a version", id.text)
			continue
		}
		c := sbom.Component{}
		if of := readInstalled(f, id.text); of != nil {
			c = describe(of)
			c.References = append(c.References, archive(of)...)
			for _, d := range dependencies(of.get("depends"), sbom.Runtime) {
				if d.scope >= sbom.Build && d.scope != sbom.Test { // of tests and documentation an installation knows nothing
					out.Relate(sbom.Relation{From: name, To: d.name, Range: d.rng, Scope: d.scope, Line: id.line, MayMiss: true}) // alternatives, other platforms
				}
			}
			for _, d := range dependencies(of.get("depopts"), sbom.Optional) {
				out.Relate(sbom.Relation{From: name, To: d.name, Range: d.rng, Scope: sbom.Optional, Line: id.line})
			}
		} else {
			described = false
		}
		c.PURL = purl.New(purl.Opam, "", name, version)
		out.AddAt(id.line, name, c)
	}
	for _, id := range s.get("roots").items {
		name, _, _ := strings.Cut(id.text, ".")
		out.Relate(sbom.Relation{From: owner, To: name, Line: id.line})
	}
	if described && err == nil {
		out.Edges(sbom.Complete)
	}
	return err
}

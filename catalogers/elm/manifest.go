// Package elm reads what Elm projects declare.
package elm

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads elm.json: that of an application, https://github.com/elm/compiler/blob/master/docs/elm.json/application.md, pins direct and indirect
// packages; that of a package, docs/elm.json/package.md, asks for ranges.
//
// Elm has no purl type: a package is generic, author/name, of the registry package.elm-lang.org.
var Manifest = catalogers.Cataloger{
	Name:  "elm-json",
	Doc:   "Elm packages that the elm.json of an application pins, or that of a package asks for.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("elm.json"),
	Parse: parseManifest,
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	app := sbom.Component{}
	r.Object(func(key string) {
		switch key {
		case "type":
			if r.Text() == "package" {
				out.Stage = sbom.Declared
			}
		case "name":
			app.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: r.Line()}}}
			app.Name = r.Text()
		case "version":
			app.Version = r.Text()
		case "summary":
			app.Description = r.Text()
		case "license":
			app.Licenses = []sbom.License{{Text: r.Text()}}
		case "dependencies":
			section(r, sbom.Runtime, out)
		case "test-dependencies":
			section(r, sbom.Test, out)
		}
	})
	if app.Name != "" {
		app.PURL = pkg(app.Name, app.Version)
		out.Application(f.Dir(), app)
	}
	return r.Finish()
}

// section reads the names and ranges of a package, or the groups direct and indirect of an application.
func section(r *decode.JSONReader, scope sbom.Scope, out *sbom.Facts) {
	r.Object(func(group string) {
		if line := r.Line(); r.Kind() == decode.String {
			add(line, group, "", out)
			out.Relate(sbom.Relation{From: out.Owner(), To: group, Range: r.Text(), Scope: scope, Line: line})
			return
		}
		r.Object(func(name string) {
			line, version := r.Line(), r.Text()
			if version == "" {
				if r.Err() == nil {
					out.Gap(line, "%.80q has no version", name)
				}
				return
			}
			add(line, name, version, out)
			if group == "direct" {
				out.Relate(sbom.Relation{From: out.Owner(), To: name, Scope: scope, Line: line})
			} else if c := out.Component(name); c != nil && scope == sbom.Test {
				c.Scope = scope
			}
		})
	})
}

func add(line int, name, version string, out *sbom.Facts) {
	if !strings.Contains(name, "/") {
		out.Gap(line, "%.80q is no author and name", name)
	}
	if !out.Has(name) {
		out.AddAt(line, name, sbom.Component{PURL: pkg(name, version)})
	}
}

func pkg(name, version string) purl.PURL {
	author, bare, ok := strings.Cut(name, "/")
	if !ok {
		author, bare = "", name
	}
	return purl.New(purl.Generic, author, bare, version).With("repository_url", "https://package.elm-lang.org")
}

// Package elm reads what Elm projects declare.
package elm

import (
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
	app, line := sbom.Component{}, 0
	r.Object(func(key string) {
		switch key {
		case "type":
			if r.Text() == "package" {
				out.Stage = sbom.Declared
			}
		case "name":
			line, app.Name = r.Line(), r.Text()
		case "version":
			app.Version = r.Text()
		case "summary":
			app.Description = r.Text()
		case "license":
			app.License(r.Text())
		case "dependencies":
			section(r, sbom.Runtime, out)
		case "test-dependencies":
			section(r, sbom.Test, out)
		}
	})
	if app.Name != "" {
		app.PURL = pkg(app.Name, app.Version)
		out.ApplicationAt(line, f.Dir(), app)
	}
	return r.Finish()
}

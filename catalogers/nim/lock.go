// Package nim reads what Nimble writes.
package nim

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads nimble.lock, https://nim-lang.github.io/nimble/lock-file.html: packages by name with the commit of each and the names that it needs. The
// checksum is of the checked out files, not of an archive. Tasks have packages of their own, for development.
//
// Nim has no purl type: a package is generic, with its repository.
var Lock = catalogers.Cataloger{
	Name:  "nimble-lock",
	Doc:   "Nim packages pinned in nimble.lock, with edges and commits.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("nimble.lock"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if v := r.Int(); v != 1 && v != 2 {
				out.Gap(line, "version %d is unknown", v)
			}
		case "packages":
			packages(r, sbom.ScopeUnset, out)
		case "tasks":
			r.Object(func(string) { packages(r, sbom.Development, out) })
		}
	})
	out.Edges(sbom.Complete)
	return r.Finish()
}

func packages(r *decode.JSONReader, scope sbom.Scope, out *sbom.Facts) {
	r.Object(func(name string) {
		p := readPackage(r, name)
		if r.Err() != nil || out.Has(name) && scope != sbom.ScopeUnset {
			return
		}
		if name == "" || p.version == "" {
			out.Gap(p.line, "%.80q has no name or no version", name)
			return
		}
		c := p.component()
		if c.Scope = scope; name == "nim" { // the compiler, which a lock may pin
			c.Scope = sbom.Build
		}
		out.AddAt(p.line, name, c)
		for _, to := range p.needs {
			out.Relate(sbom.Relation{From: name, To: to, Line: p.line, MayMiss: to == "nim"})
		}
	})
}

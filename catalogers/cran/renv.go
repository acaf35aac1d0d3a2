package cran

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Renv reads renv.lock, https://rstudio.github.io/renv/reference/lockfiles.html. Since renv 0.15 a record has its "Requirements"; records of
// version 2, from renv 1.1, hold the fields of the package's DESCRIPTION instead; older ones tell no edges.
//
// Bioconductor has no purl type; its packages share CRAN's namespace by its own rules, so they are cran with a repository_url.
var Renv = catalogers.Cataloger{
	Name:  "renv-lock",
	Doc:   "R packages pinned in renv.lock, with edges, repositories and commits.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.CRAN},
	Files: catalogers.Named("renv.lock"),
	Parse: parseRenv,
}

func parseRenv(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	repositories := make(map[string]string)
	edges := false
	r.Object(func(key string) {
		switch key {
		case "R":
			r.Object(func(key string) {
				if key == "Repositories" {
					r.Array(func() { readRepository(r, repositories) })
				}
			})
		case "Packages":
			r.Object(func(name string) {
				p := record{fields: map[string]string{"Package": name}, line: r.Line()}
				r.Object(func(key string) {
					switch key {
					case "Requirements", "Depends", "Imports", "LinkingTo":
						edges = true
						p.fields[key] = strings.Join(r.Texts(), ",")
					case "Package": // the key already is
					default:
						if r.Kind() == decode.String {
							p.fields[key] = r.Text()
						}
					}
				})
				if r.Err() != nil {
					return
				}
				if required, ok := p.fields["Requirements"]; ok {
					p.ask(required, sbom.Runtime)
				} else {
					p.askAll()
				}
				p.claim(out, sbom.Location{Path: f.Path, Line: p.line}, repositories)
			})
		}
	})
	if edges {
		out.Edges(sbom.Complete)
	}
	return r.Finish()
}

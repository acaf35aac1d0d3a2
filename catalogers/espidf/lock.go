// Package espidf reads what Espressif's component manager writes.
package espidf

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads dependencies.lock, https://docs.espressif.com/projects/idf-component-manager/en/latest/reference/dependencies_lock.html: components by
// namespace/name with their source, and since version 2 their edges and what the project asks for. component_hash is of the files, not of an archive.
// Other tools have files of this name: one without "dependencies:" and "manifest_hash" or "component_hash" is none of Espressif's.
//
// There is no purl type: a component is generic, of the registry components.espressif.com.
var Lock = catalogers.Cataloger{
	Name:  "espidf-lock",
	Doc:   "ESP-IDF components pinned in dependencies.lock, with edges, registries and commits.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Generic, purl.GitHub},
	Files: catalogers.Named("dependencies.lock"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "manifest_hash") && !strings.Contains(text, "component_hash") {
		return nil
	}
	r := decode.NewBlock(text)
	edges := false
	r.Object(func(key string) {
		switch key {
		case "dependencies":
			r.Object(func(name string) {
				line := r.Line()
				c := readComponent(r)
				if r.Err() != nil {
					return
				}
				edges = edges || len(c.needs) > 0
				c.claim(name, line, f, out)
			})
		case "direct_dependencies":
			line := r.Line()
			for _, name := range r.Texts() {
				out.Relate(sbom.Relation{From: out.Owner(), To: name, Line: line})
			}
		case "version":
			line := r.Line()
			if v := r.Text(); v < "1." || v >= "4" {
				out.Gap(line, "version %.20q is unknown", v)
			} else if v >= "2" {
				edges = true
			}
		}
	})
	if edges {
		out.Edges(sbom.Complete)
	}
	return r.Finish()
}

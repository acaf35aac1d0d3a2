// Package espidf reads what Espressif's component manager writes.
package espidf

import (
	"errors"
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

type component struct {
	version, kind, hash, url, path string
	needs                          [][2]string // name, range
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
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

func readComponent(r *decode.Block) component {
	var c component
	r.Object(func(key string) {
		switch key {
		case "version":
			c.version = r.Text()
		case "component_hash":
			c.hash = r.Text()
		case "source":
			r.Object(func(key string) {
				switch key {
				case "type":
					c.kind = r.Text()
				case "registry_url", "service_url", "git":
					c.url = r.Text()
				case "path":
					c.path = r.Text()
				}
			})
		case "dependencies":
			r.Array(func() {
				var need [2]string
				r.Object(func(key string) {
					switch key {
					case "name":
						need[0] = r.Text()
					case "version":
						need[1] = r.Text()
					}
				})
				c.needs = append(c.needs, need)
			})
		}
	})
	return c
}

func (c *component) claim(name string, line int, f *catalogers.File, out *sbom.Facts) {
	for _, n := range c.needs {
		out.Relate(sbom.Relation{From: name, To: n[0], Range: n[1], Line: line, MayMiss: n[0] == "idf"})
	}
	if name == "" || c.version == "" && c.kind != "local" {
		out.Gap(line, "%.80q has no name or no version", name)
		return
	}
	space, bare, ok := strings.Cut(name, "/")
	if !ok {
		space, bare = "", name
	}
	x := sbom.Component{PURL: purl.New(purl.Generic, space, bare, c.version)}
	switch c.kind {
	case "idf": // the framework itself
		x = sbom.Component{PURL: purl.New(purl.GitHub, "espressif", "esp-idf", "v"+c.version), Kind: sbom.Framework}
	case "git":
		x.FromGit(c.url, c.version)
		x.PURL = x.PURL.WithSubpath(c.path)
	case "local":
		if at, inside := f.Within(c.path); inside && c.path != "" {
			out.Alias(out.Application(at, sbom.Component{}), name)
			return
		}
		x = sbom.Component{Name: name, Version: c.version, Properties: []sbom.Property{{Name: "sbomgen:espidf:source", Value: "directory"}}}
	default:
		registry, ok := sbom.CleanURL(strings.TrimRight(c.url, "/"))
		if !ok || strings.HasPrefix(registry, "https://api.components.espressif.com") {
			registry = "https://components.espressif.com"
		}
		x.PURL = x.PURL.With("repository_url", registry)
	}
	if c.hash != "" {
		x.Properties = append(x.Properties, sbom.Property{Name: "sbomgen:espidf:component-hash", Value: c.hash})
	}
	out.AddAt(line, name, x)
}

package espidf

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// component is an entry of the lock.
type component struct {
	version, kind, hash, url, path string
	needs                          [][2]string // name, range
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
	x.Property("sbomgen:espidf:component-hash", c.hash)
	out.AddAt(line, name, x)
}

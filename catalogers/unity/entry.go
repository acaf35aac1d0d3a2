package unity

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// registry is where Unity's own packages come from, and what is named where a package says no other.
const registry = "https://packages.unity.com"

// entry reads a package of the lock: where it came from says how it is named.
func entry(r *decode.JSONReader, name string, f *catalogers.File, out *sbom.Facts) {
	line, depth := r.Line(), -1
	var version, source, url, hash string
	r.Object(func(key string) {
		switch key {
		case "version":
			version = r.Text()
		case "source":
			source = r.Text()
		case "url":
			url = r.Text()
		case "hash":
			hash = r.Text()
		case "depth":
			depth = r.Int()
		case "dependencies":
			r.Object(func(to string) {
				out.Relate(sbom.Relation{From: name, To: to, Range: r.Text(), Line: line})
			})
		}
	})
	if r.Err() != nil {
		return
	}
	if name == "" || version == "" {
		out.Gap(line, "%.80q has no name or no version", name)
		return
	}
	if depth == 0 {
		out.Relate(sbom.Relation{From: out.Owner(), To: name, Line: line})
	}
	c := sbom.Component{PURL: purl.New(purl.NPM, "", name, version)}
	switch source {
	case "git": // version is the address, with ?path= and #revision
		address, ref, _ := strings.Cut(version, "#")
		address, path, _ := strings.Cut(address, "?path=")
		if hash == "" {
			hash = ref
		}
		c.PURL = purl.New(purl.NPM, "", name, hash).WithSubpath(path)
		c.FromGit(address, hash)
	case "embedded", "local", "local-tarball": // version is file: and a path relative to Packages
		at, inside := f.Within(strings.TrimPrefix(version, "file:"))
		if inside && source != "local-tarball" {
			out.Alias(out.Application(at, sbom.Component{}), name)
			return
		}
		c = sbom.Component{Name: name, Properties: []sbom.Property{{Name: "sbomgen:unity:source", Value: source}}}
	case "builtin": // a module of the editor
		c.PURL = c.PURL.With("repository_url", registry)
		c.Properties = []sbom.Property{{Name: "sbomgen:unity:source", Value: source}}
	default:
		clean, ok := sbom.CleanURL(strings.TrimRight(url, "/"))
		if !ok {
			clean = registry
		}
		c.PURL = c.PURL.With("repository_url", clean)
	}
	out.AddAt(line, name, c)
}

package elm

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

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

package haskell

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// readUnit reads an element of "install-plan". Packages that are built as a whole have their edges below "components".
func readUnit(r *decode.JSONReader) unit {
	u := unit{line: r.Line()}
	style := ""
	var depends, tools []string
	r.Object(func(key string) {
		switch key {
		case "type":
			u.kind = r.Text()
		case "id":
			u.id = r.Text()
		case "pkg-name":
			u.name = r.Text()
		case "pkg-version":
			u.version = r.Text()
		case "component-name":
			u.component = r.Text()
		case "style":
			style = r.Text()
		case "pkg-src":
			u.readSource(r)
		case "pkg-src-sha256":
			u.sha256 = r.Text()
		case "depends":
			depends = r.Texts()
		case "exe-depends":
			tools = r.Texts()
		case "components":
			r.Object(func(component string) {
				r.Object(func(key string) {
					switch key {
					case "depends":
						u.need(r.Texts(), scopeOf(component))
					case "exe-depends":
						u.need(r.Texts(), sbom.Build)
					}
				})
			})
		}
	})
	u.local = style == "local" && u.source == "local"
	u.need(depends, scopeOf(u.component))
	u.need(tools, sbom.Build)
	return u
}

func (u *unit) need(ids []string, scope sbom.Scope) {
	for _, id := range ids {
		u.needs = append(u.needs, need{id, scope})
	}
}

// readSource reads where a package comes from: {"type": "repo-tar", "repo": {"uri": ...}}, {"type": "source-repo", "source-repo":
// {"location": ..., "tag": ...}}, {"type": "remote-tar", "uri": ...} or {"type": "local", "path": ...}.
func (u *unit) readSource(r *decode.JSONReader) {
	r.Object(func(key string) {
		switch key {
		case "type":
			u.source = r.Text()
		case "uri":
			u.address = r.Text()
		case "repo", "source-repo":
			r.Object(func(key string) {
				switch key {
				case "uri", "location":
					u.address = r.Text()
				case "tag":
					u.ref = r.Text()
				}
			})
		}
	})
}

// scopeOf is what a component of a package is for: "lib", "exe:x", "flib:x", "test:x", "bench:x", "setup".
func scopeOf(component string) sbom.Scope {
	kind, _, _ := strings.Cut(component, ":")
	switch kind {
	case "test":
		return sbom.Test
	case "bench":
		return sbom.Development
	case "setup":
		return sbom.Build
	}
	return sbom.Runtime
}

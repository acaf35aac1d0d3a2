package nuget

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// lockEntry reads and claims one package or project of a target in packages.lock.json. The application asks for those of the type "direct".
func (t *target) lockEntry(r *decode.JSONReader, id string, p *solution, out *sbom.Facts) {
	e := entry{id: id, line: r.Line()}
	var requested, hash string
	r.Object(func(field string) {
		switch field {
		case "type":
			e.kind = strings.ToLower(r.Text())
		case "resolved":
			e.version = r.Text()
		case "requested":
			requested = r.Text()
		case "contentHash":
			hash = r.Text()
		case "dependencies":
			r.Object(func(id string) { e.wants = append(e.wants, want{id, r.Text()}) })
		}
	})
	key := packageKey(id, e.version)
	switch {
	case r.Err() != nil:
		return
	case e.kind == "project":
		key = out.Application(p.folder(id), sbom.Component{Name: p.name(id)})
	case e.version == "":
		out.Gap(e.line, "%.100s has no version", id)
		return
	case !out.Has(key):
		out.AddAt(e.line, key, withContentHash(component(id, e.version), hash))
	}
	if e.kind == "direct" {
		out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: requested, Scope: p.scopes[strings.ToLower(id)], Line: e.line})
	}
	t.keys[strings.ToLower(id)] = key
	t.entries = append(t.entries, e)
}

// relateProjects leads from the application to the projects that no other project asks for: those it must ask for itself.
func (t *target) relateProjects(out *sbom.Facts) {
	asked := make(map[string]bool)
	for _, e := range t.entries {
		if e.kind == "project" {
			for _, w := range e.wants {
				asked[strings.ToLower(w.id)] = true
			}
		}
	}
	for _, e := range t.entries {
		if id := strings.ToLower(e.id); e.kind == "project" && !asked[id] && t.keys[id] != out.Owner() {
			out.Relate(sbom.Relation{From: out.Owner(), To: t.keys[id], Line: e.line})
		}
	}
}

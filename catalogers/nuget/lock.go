package nuget

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads packages.lock.json, versions 1 to 3.
//
// Source: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#locking-dependencies and NuGet.Client's
// PackagesLockFileFormat.cs. It holds a closure per framework and, beside it, what differs for a runtime ("net8.0/win-x64").
var Lock = catalogers.Cataloger{
	Name:   "nuget-lock",
	Doc:    "NuGet packages pinned in packages.lock.json, with their edges; the project files tell what is for development and where referenced projects lie.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.NuGet},
	Files:  append(catalogers.Named("packages.lock.json"), catalogers.Glob("packages.*.lock.json")...),
	Beside: append([]string{"*.csproj", "*.fsproj", "*.vbproj"}, msbuildFiles...),
	Parse:  parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Grow(len(text)/400, len(text)/200)
	p := readSolution(f)
	var targets []target
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if version := r.Int(); version < 1 || version > 3 {
				out.Gap(line, "version %d is unknown", version)
			}
		case "dependencies":
			r.Object(func(framework string) {
				t := target{name: framework, keys: make(map[string]string)}
				r.Object(func(id string) { t.lockEntry(r, id, p, out) })
				targets = append(targets, t)
			})
		}
	})
	for i := range targets {
		var base *target
		if framework, _, ok := strings.Cut(targets[i].name, "/"); ok {
			for j := range targets {
				if targets[j].name == framework {
					base = &targets[j]
				}
			}
		}
		targets[i].relate(out, base)
		targets[i].relateProjects(out)
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

// lockEntry reads one package of a target.
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

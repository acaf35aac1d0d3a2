package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// entry is what a lockfile says of one package or project in one target.
type entry struct {
	id, version string
	kind        string // in lower case: package, project ...
	line        int
	wants       []want
	assets      []string // of a *.deps.json: the files of the package, relative to the program's folder
}

// want is a dependency: an id with the range that is asked for.
type want struct{ id, text string }

// target is the closure for one framework, and perhaps one runtime.
type target struct {
	name    string
	entries []entry
	keys    map[string]string // id in lower case -> key of the claim
}

// relate adds the edges of a target. What is missing from it was pruned: the framework provides it
// (https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files#prunepackagereference).
// base is the target of the same framework without a runtime, of which this one only tells the differences.
func (t *target) relate(out *sbom.Facts, base *target) {
	for i := range t.entries {
		e := &t.entries[i]
		from := t.keys[strings.ToLower(e.id)]
		for _, w := range e.wants {
			id := strings.ToLower(w.id)
			to, ok := t.keys[id]
			if !ok && base != nil {
				to, ok = base.keys[id]
			}
			if ok && from != "" {
				out.Relate(sbom.Relation{From: from, To: to, Range: w.text, Line: e.line})
			}
		}
	}
}

// library is what project.assets.json and *.deps.json say of a package whatever the target.
type library struct {
	kind, hash, project string
	line                int
}

// readTargets reads, for every framework, the packages with what they need: "id/version" -> { type, dependencies }, and their assets if
// they are asked for.
func readTargets(r *decode.JSONReader, assets bool) []target {
	var list []target
	r.Object(func(framework string) {
		t := target{name: framework, keys: make(map[string]string)}
		r.Object(func(name string) {
			e := entry{line: r.Line()}
			e.id, e.version, _ = strings.Cut(name, "/")
			r.Object(func(field string) {
				switch field {
				case "type":
					e.kind = strings.ToLower(r.Text())
				case "compileOnly":
					if r.Bool() {
						e.kind = "compile"
					}
				case "dependencies":
					r.Object(func(id string) { e.wants = append(e.wants, want{id, r.Text()}) })
				case "runtime", "native", "resources", "runtimeTargets":
					if assets {
						e.readAssets(r, field)
					}
				}
			})
			t.entries = append(t.entries, e)
		})
		list = append(list, t)
	})
	return list
}

// readAssets reads which files of a package lie beside the program, as the host looks for them: under localPath, which .NET 10 began to write;
// what is for one runtime identifier under its path in the package; texts for one language in the folder of its name; all else in the
// program's own (https://github.com/dotnet/runtime/pull/118297).
func (e *entry) readAssets(r *decode.JSONReader, kind string) {
	r.Object(func(file string) {
		at := path.Base(file)
		switch {
		case at == "_._": // stands for no file
			return
		case kind == "runtimeTargets":
			at = file
		case kind == "resources":
			at = path.Join(path.Base(path.Dir(file)), at)
		}
		r.Object(func(field string) {
			if field == "localPath" {
				at = r.Text()
			}
		})
		if at, ok := inside(".", at); ok {
			e.assets = append(e.assets, at)
		}
	})
}

func readLibraries(r *decode.JSONReader, libraries map[string]library) {
	r.Object(func(name string) {
		l := library{line: r.Line()}
		r.Object(func(field string) {
			switch field {
			case "type":
				l.kind = strings.ToLower(r.Text())
			case "sha512":
				l.hash = r.Text()
			case "msbuildProject":
				l.project = r.Text()
			}
		})
		id, version, _ := strings.Cut(name, "/")
		libraries[packageKey(id, version)] = l
	})
}

// claim claims the packages of a target, and by project what is a project.
func (t *target) claim(libraries map[string]library, out *sbom.Facts, project func(*entry) string) {
	for i := range t.entries {
		e := &t.entries[i]
		key := packageKey(e.id, e.version)
		l := libraries[key]
		switch {
		case e.id == "" || e.version == "":
			out.Gap(e.line, "%.100q names no package", e.id)
			continue
		case e.kind == "project" || l.kind == "project":
			key = project(e)
		case !out.Has(key):
			c := withContentHash(component(e.id, e.version), l.hash)
			switch {
			case l.kind == "reference": // an assembly that belongs to no package
				c = sbom.Component{Name: e.id, Version: e.version}
			case l.kind == "runtimepack": // the id with a prefix
				c = component(strings.TrimPrefix(e.id, "runtimepack."), e.version)
			case e.kind == "compile":
				c.Scope = sbom.Build
			}
			out.AddAt(max(l.line, e.line), key, c)
		}
		t.keys[strings.ToLower(e.id)] = key
	}
}

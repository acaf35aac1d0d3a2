package nuget

import (
	"path"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// deps is the content of a *.deps.json, which lies beside a program or in a bundle: what Microsoft.Extensions.DependencyModel calls the dependency context.
type deps struct {
	targets   []target
	libraries map[string]library
	runtime   string // the target that is run
	program   string // its name, once claimed
}

// readDeps reads it, and what of its assets lies where if that is asked for. What precedes an error stays.
func readDeps(text string, assets bool) (*deps, error) {
	d := &deps{libraries: make(map[string]library)}
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "runtimeTarget":
			if r.Kind() == decode.String { // before .NET Core 1.0
				d.runtime = r.Text()
				return
			}
			r.Object(func(key string) {
				if key == "name" {
					d.runtime = r.Text()
				}
			})
		case "targets":
			d.targets = readTargets(r, assets)
		case "libraries":
			readLibraries(r, d.libraries)
		}
	})
	return d, r.Finish()
}

// chosen are the targets that count.
func (d *deps) chosen() []*target {
	var list []*target
	for i := range d.targets {
		if t := &d.targets[i]; t.name == d.runtime || d.runtime == "" || len(d.targets) == 1 {
			list = append(list, t)
		}
	}
	return list
}

// claim claims the program, under the path of its file, and what went into it.
func (d *deps) claim(file string, out *sbom.Facts) {
	out.Own(file)
	for _, t := range d.chosen() {
		t.claim(d.libraries, out, func(e *entry) string {
			c := sbom.Component{Name: e.id, Version: e.version}
			if d.program == "" || d.program == e.id {
				d.program = e.id
				return out.Application(file, c)
			}
			return out.Application(path.Join(file, e.id), c)
		})
		t.relate(out, nil)
	}
	out.Edges(sbom.Complete)
}

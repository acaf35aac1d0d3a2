package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Deps reads *.deps.json, which the .NET SDK writes beside a program for the host to find its assemblies by.
//
// Source: https://github.com/dotnet/cli/blob/main/Documentation/specs/runtime-configuration-file.md. The first library of type project is
// the program itself, the others went into it. The file says of every package which files it put beside the program: it owns them.
var Deps = catalogers.Cataloger{
	Name:  "dotnet-deps",
	Doc:   "NuGet packages that a .NET program was built with, from its .deps.json, with their edges.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.NuGet},
	Files: catalogers.Glob("*.deps.json"),
	Parse: parseDeps,
}

func parseDeps(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	d, err := readDeps(text, true)
	if len(d.targets) == 0 {
		return err // nil: the file of something else
	}
	d.claim(f.Path, out)
	for _, t := range d.chosen() {
		for i := range t.entries {
			e := &t.entries[i]
			for _, asset := range e.assets {
				out.Installs(t.keys[strings.ToLower(e.id)], sbom.InstalledFile{Path: path.Join(f.Dir(), asset)})
			}
		}
	}
	if d.program == "" {
		out.Application(f.Path, sbom.Component{Name: strings.TrimSuffix(f.Base(), ".deps.json")})
	}
	return err
}

// deps is the content of a *.deps.json.
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

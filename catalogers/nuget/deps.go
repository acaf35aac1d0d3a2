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
// the program itself, the others went into it.
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
	var targets []target
	libraries := make(map[string]library)
	runtime := ""
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "runtimeTarget":
			if r.Kind() == decode.String { // before .NET Core 1.0
				runtime = r.Text()
				return
			}
			r.Object(func(key string) {
				if key == "name" {
					runtime = r.Text()
				}
			})
		case "targets":
			targets = readTargets(r)
		case "libraries":
			readLibraries(r, libraries)
		}
	})
	if err := r.Finish(); err != nil && len(targets) == 0 {
		return err
	}
	if len(targets) == 0 {
		return nil // the file of something else
	}
	owner := out.Own(f.Path)
	program := ""
	for i := range targets {
		if targets[i].name != runtime && runtime != "" && len(targets) > 1 {
			continue
		}
		targets[i].claim(libraries, out, func(e *entry) string {
			c := sbom.Component{Name: e.id, Version: e.version}
			if program == "" || program == e.id {
				program = e.id
				return out.Application(strings.TrimPrefix(owner, "app:"), c)
			}
			return out.Application(path.Join(f.Path, e.id), c)
		})
		targets[i].relate(out, nil)
	}
	if program == "" {
		out.Application(f.Path, sbom.Component{Name: strings.TrimSuffix(f.Base(), ".deps.json")})
	}
	out.Edges(sbom.Complete)
	return r.Err()
}

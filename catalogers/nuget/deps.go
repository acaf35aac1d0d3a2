package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
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

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

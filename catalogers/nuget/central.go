package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Central reads Directory.Packages.props where no project lies below it: a project says better which of the versions it uses. The project
// files are looked at by their path alone.
//
// Source: https://learn.microsoft.com/nuget/consume-packages/central-package-management.
var Central = catalogers.Cataloger{
	Name:       "nuget-central",
	Doc:        "NuGet versions in a Directory.Packages.props of whose projects the tree holds none.",
	Stage:      sbom.Declared,
	Emits:      []purl.Type{purl.NuGet},
	Files:      append(catalogers.Named("Directory.Packages.props"), catalogers.Glob("*.csproj", "*.fsproj", "*.vbproj")...),
	Beside:     msbuildFiles,
	Group:      func(string) (string, bool) { return ".", true },
	ParseGroup: parseCentral,
}

func parseCentral(_ string, files []*catalogers.File, out *sbom.Facts) error {
	built := make(map[string]bool) // the folders of projects, and all above them
	for _, f := range files {
		if path.Ext(f.Path) != ".props" {
			for dir := f.Dir(); !built[dir]; dir = path.Dir(dir) {
				built[dir] = true
			}
		}
	}
	for _, f := range files {
		if path.Ext(f.Path) != ".props" || built[f.Dir()] {
			continue
		}
		part := out.For(f.Path)
		e, err := evaluate(f, f.Path, true)
		if err != nil {
			line := 0
			if at, ok := err.(*decode.LineError); ok {
				line, err = at.Line, at.Err
			}
			part.Gap(line, "%v", err)
		}
		for _, i := range e.items {
			for _, id := range strings.Split(i.include, ";") {
				id = strings.TrimSpace(id)
				if id == "" || i.kind != "PackageVersion" && i.kind != "GlobalPackageReference" {
					continue
				}
				key := packageKey(id, i.version)
				if !part.Has(key) {
					part.AddIn(sbom.Location{Path: i.path, Line: i.line}, key, component(id, exact(i.version)))
				}
				r := sbom.Relation{From: part.Owner(), To: key, Kind: sbom.Contains, Line: i.line}
				if i.kind == "GlobalPackageReference" {
					r.Kind, r.Scope, r.Range = sbom.DependsOn, sbom.Development, i.version
				}
				part.Relate(r)
			}
		}
	}
	return nil
}

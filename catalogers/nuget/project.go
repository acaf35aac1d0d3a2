package nuget

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Project reads the project files of C#, F# and Visual Basic.
//
// Source: https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files and, for versions that stand in
// Directory.Packages.props, https://learn.microsoft.com/nuget/consume-packages/central-package-management. A plain version asks for that or
// a newer one; NuGet takes the lowest that fits, so that it is the version unless a lockfile says otherwise. PackageDownload fetches
// what is not referenced, and is left out.
var Project = catalogers.Cataloger{
	Name:   "dotnet-project",
	Doc:    ".NET projects and the NuGet packages that their .csproj, .fsproj or .vbproj asks for, with what Directory.Build.props and Directory.Packages.props add.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.NuGet},
	Files:  catalogers.Glob("*.csproj", "*.fsproj", "*.vbproj"),
	Beside: append([]string{"packages.lock.json", "obj/project.assets.json"}, msbuildFiles...),
	Parse:  parseProject,
}

func parseProject(f *catalogers.File, out *sbom.Facts) error {
	e, broken := evaluate(f, f.Path, true)
	if broken != nil && len(e.items) == 0 {
		return broken
	}
	claimProject(e, f, out)
	locked := f.Has("packages.lock.json", "obj/project.assets.json")
	for _, r := range e.references() {
		version := exact(r.version)
		if locked && r.scope != sbom.Build {
			version = "" // the lockfile knows
		}
		key := packageKey(r.id, version)
		if !out.Has(key) {
			out.AddIn(sbom.Location{Path: r.path, Line: r.line}, key, component(r.id, version))
		}
		out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: r.version, Scope: r.scope, Line: r.line})
	}
	for _, i := range e.items {
		if i.kind != "ProjectReference" {
			continue
		}
		for _, reference := range strings.Split(i.include, ";") {
			if at, ok := inside(path.Dir(i.path), strings.TrimSpace(reference)); ok && path.Dir(at) != f.Dir() && f.Has("/"+at) {
				out.Relate(sbom.Relation{From: out.Owner(), To: out.Application(path.Dir(at), sbom.Component{}), Line: i.line})
			}
		}
	}
	return broken
}

// claimProject names the application. It gets no purl: whether a package is made of the project, and under which id, is
// decided where it is packed.
func claimProject(e *evaluation, f *catalogers.File, out *sbom.Facts) {
	c := sbom.Component{
		Name:        cmp.Or(e.get("PackageId"), e.get("AssemblyName"), stem(f.Path)),
		Version:     cmp.Or(e.get("PackageVersion"), e.get("Version"), e.get("VersionPrefix")),
		Description: e.get("Description"),
		Author:      e.get("Authors"),
	}
	c.License(e.get("PackageLicenseExpression"))
	c.Link(sbom.VCS, e.get("RepositoryUrl"))
	c.Link(sbom.Website, e.get("PackageProjectUrl"))
	out.Application(f.Dir(), c)
}

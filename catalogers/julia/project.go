package julia

import (
	"maps"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Project reads Project.toml, https://pkgdocs.julialang.org/v1/toml-files/#Project.toml: "deps" is for everybody, "weakdeps" for users who have them,
// "extras" for the targets that name them.
var Project = catalogers.Cataloger{
	Name:  "julia-project",
	Doc:   "The project of a Project.toml and the Julia packages that it asks for, with their bounds, weak ones and those of tests.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Julia},
	Files: catalogers.Named("Project.toml", "JuliaProject.toml"),
	Parse: parseProject,
}

func parseProject(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "[deps]") && !strings.Contains(text, "uuid") { // another tool's
		return nil
	}
	var p project
	if err := decode.TOML(text, &p); err != nil {
		return err
	}
	lines := decode.Keys(text)
	if p.Name != "" {
		c := sbom.Component{Name: p.Name, Version: p.Version, Author: authors(p.Authors),
			Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: lines["name"]}}}}
		if isUUID(p.UUID) {
			c.PURL = pkg(p.Name, p.Version, p.UUID)
		}
		out.Application(f.Dir(), c)
	}
	for _, section := range [...]struct {
		name  string
		deps  map[string]string
		scope sbom.Scope
	}{{"deps", p.Deps, sbom.Runtime}, {"weakdeps", p.Weak, sbom.Optional}, {"extras", p.Extras, sbom.Test}} {
		for _, name := range slices.Sorted(maps.Keys(section.deps)) {
			uuid, line := section.deps[name], lines[decode.KeyPath(section.name, name)]
			if !isUUID(uuid) {
				out.Gap(line, "%.80q has no UUID", name)
				continue
			}
			if section.scope == sbom.Test && !p.targeted(name) {
				continue // only where a weak dependency is found, or for nothing
			}
			if !out.Has(uuid) {
				out.AddAt(line, uuid, sbom.Component{PURL: pkg(name, "", uuid)})
			}
			bound, _ := p.Compat[name].(string)
			out.Relate(sbom.Relation{From: out.Owner(), To: uuid, Range: bound, Scope: section.scope, Line: line})
		}
	}
	return nil
}

package hex

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// GleamToml reads gleam.toml, https://gleam.run/writing-gleam/gleam-toml/.
var GleamToml = catalogers.Cataloger{
	Name:   "gleam-toml",
	Doc:    "The Gleam project that gleam.toml describes, and the packages that it asks for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Hex},
	Files:  catalogers.Named("gleam.toml"),
	Beside: []string{"hex_metadata.config", "../../mix.lock"},
	Parse:  parseGleamToml,
}

type gleamToml struct {
	Name         string         `toml:"name"`
	Version      string         `toml:"version"`
	Description  string         `toml:"description"`
	Licences     []string       `toml:"licences"`
	Dependencies map[string]any `toml:"dependencies"`
	Development  map[string]any `toml:"dev-dependencies"`
	Development2 map[string]any `toml:"dev_dependencies"` // the spelling since Gleam 1.12
}

func parseGleamToml(f *catalogers.File, out *sbom.Facts) error {
	if fetched(f) {
		return nil
	}
	source, err := f.Text()
	if err != nil {
		return err
	}
	var m gleamToml
	if err := decode.TOML(source, &m); err != nil {
		return err
	}
	if m.Name == "" {
		out.Gap(0, "names no package")
		return nil
	}
	c := sbom.Component{Name: m.Name, Version: m.Version, PURL: purl.New(purl.Hex, "", m.Name, m.Version), Description: m.Description}
	for _, l := range m.Licences {
		c.License(l)
	}
	owner := out.Application(f.Dir(), c)
	lines := decode.Keys(source)
	declare := func(table string, wants map[string]any, scope sbom.Scope) {
		for _, name := range sortedKeys(wants) {
			line := lines[decode.KeyPath(table, name)]
			want := readGleamWant(wants[name])
			r := sbom.Relation{From: owner, To: name, Range: want.constraint, Scope: scope, Line: line}
			if want.path != "" && want.git == "" {
				at, inside := f.Within(want.path)
				if !inside {
					continue
				}
				r.To = out.Application(at, sbom.Component{})
			} else if !out.Has(name) {
				out.AddAt(line, name, want.component(name))
			}
			out.Relate(r)
		}
	}
	declare("dependencies", m.Dependencies, sbom.Runtime)
	declare("dev-dependencies", m.Development, sbom.Development)
	declare("dev_dependencies", m.Development2, sbom.Development)
	return nil
}

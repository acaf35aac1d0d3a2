package hex

import (
	"maps"
	"path"
	"slices"
	"strings"

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
		c.Licenses = append(c.Licenses, sbom.License{Text: l, Basis: sbom.DeclaredLicense})
	}
	owner := out.Application(f.Dir(), c)
	lines := decode.Keys(source)
	declare := func(table string, wants map[string]any, scope sbom.Scope) {
		for _, name := range sortedKeys(wants) {
			line := lines[decode.KeyPath(table, name)]
			r := sbom.Relation{From: owner, To: name, Range: gleamRange(wants[name]), Scope: scope, Line: line}
			from, _ := wants[name].(map[string]any)
			local, _ := from["path"].(string)
			address, _ := from["git"].(string)
			ref, _ := from["ref"].(string)
			c := pkg(name, "", "")
			switch at := path.Join(f.Dir(), local); {
			case local != "" && address == "" && (path.IsAbs(local) || at == ".." || strings.HasPrefix(at, "../")):
				continue
			case local != "" && address == "":
				r.To = out.Application(at, sbom.Component{})
			case address != "":
				c.PURL = fromRepository(name, "git", address, ref, local).PURL
				fallthrough
			default:
				if !out.Has(name) {
					out.AddAt(line, name, c)
				}
			}
			out.Relate(r)
		}
	}
	declare("dependencies", m.Dependencies, sbom.Runtime)
	declare("dev-dependencies", m.Development, sbom.Development)
	declare("dev_dependencies", m.Development2, sbom.Development)
	return nil
}

// gleamRange is what a requirement demands: a range, alone or in a table.
func gleamRange(want any) string {
	if table, ok := want.(map[string]any); ok {
		want = table["version"]
	}
	constraint, _ := want.(string)
	return constraint
}

// gleamScopes reads from the gleam.toml beside which requirements are for development.
func gleamScopes(f *catalogers.File) map[string]sbom.Scope {
	scopes := make(map[string]sbom.Scope)
	other, err := f.Beside("gleam.toml")
	if err != nil {
		return scopes
	}
	source, err := other.Text()
	if err != nil {
		return scopes
	}
	var m gleamToml
	if decode.TOML(source, &m) != nil {
		return scopes
	}
	for _, table := range [...]map[string]any{m.Development, m.Development2} {
		for name := range table {
			if _, both := m.Dependencies[name]; !both {
				scopes[name] = sbom.Development
			}
		}
	}
	return scopes
}

func sortedKeys(table map[string]any) []string { return slices.Sorted(maps.Keys(table)) }

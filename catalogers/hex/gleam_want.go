package hex

import (
	"maps"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// gleamWant is what Gleam's files want of a package: a range, alone or in a table that may also say where the package lies.
type gleamWant struct{ constraint, path, git, ref string }

func readGleamWant(want any) (w gleamWant) {
	table, ok := want.(map[string]any)
	if !ok {
		w.constraint, _ = want.(string)
		return w
	}
	w.constraint, _ = table["version"].(string)
	w.path, _ = table["path"].(string)
	w.git, _ = table["git"].(string)
	w.ref, _ = table["ref"].(string)
	return w
}

// component is the wanted package, of whatever version.
func (w *gleamWant) component(name string) sbom.Component {
	c := pkg(name, "", "")
	if w.git != "" {
		c.PURL = fromRepository(name, "git", w.git, w.ref, w.path).PURL
	}
	return c
}

// gleamScopes reads from the gleam.toml beside which requirements are for development.
func gleamScopes(f *catalogers.File) map[string]sbom.Scope {
	scopes := make(map[string]sbom.Scope)
	var m gleamToml
	if source, err := f.TextBeside("gleam.toml"); err != nil || decode.TOML(source, &m) != nil {
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

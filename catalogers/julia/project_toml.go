package julia

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// project is what a Project.toml says.
type project struct {
	Name      string              `toml:"name"`
	UUID      string              `toml:"uuid"`
	Version   string              `toml:"version"`
	Authors   any                 `toml:"authors"`
	Deps      map[string]string   `toml:"deps"`
	Weak      map[string]string   `toml:"weakdeps"`
	Extras    map[string]string   `toml:"extras"`
	Compat    map[string]any      `toml:"compat"`
	Targets   map[string][]string `toml:"targets"`
	Workspace struct {
		Projects []string `toml:"projects"`
	} `toml:"workspace"`
}

// readProject reads the Project.toml beside another file.
func readProject(f *catalogers.File, name string) (*project, error) {
	text, err := f.TextBeside(name)
	if err != nil {
		return nil, err
	}
	p := new(project)
	return p, decode.TOML(text, p)
}

// targeted tells whether a target such as "test" asks for an extra.
func (p *project) targeted(name string) bool {
	for _, list := range p.Targets {
		if slices.Contains(list, name) {
			return true
		}
	}
	return false
}

// authors joins a list of authors, which may be one text.
func authors(list any) string {
	if one, ok := list.(string); ok {
		return one
	}
	items, _ := list.([]any)
	var names []string
	for _, i := range items {
		if s, ok := i.(string); ok {
			names = append(names, s)
		}
	}
	return strings.Join(names, ", ")
}

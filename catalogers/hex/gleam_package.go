package hex

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// gleamPackage is an element of "packages" in manifest.toml.
type gleamPackage struct {
	Name         string   `toml:"name"`
	Version      string   `toml:"version"`
	Requirements []string `toml:"requirements"`
	Source       string   `toml:"source"` // hex, git or local
	Checksum     string   `toml:"outer_checksum"`
	Repo         string   `toml:"repo"`
	Commit       string   `toml:"commit"`
	Path         string   `toml:"path"`
}

// component is the package. One from a folder has no purl that others could follow.
func (p *gleamPackage) component() sbom.Component {
	c := pkg(p.Name, p.Version, "")
	switch p.Source {
	case "local":
		c.PURL, c.Name, c.Version = purl.PURL{}, p.Name, p.Version
	case "git":
		from := fromRepository(p.Name, "git", p.Repo, p.Commit, p.Path)
		c.PURL, c.References = from.PURL, from.References
		c.PURL.Version = p.Version
	}
	return c
}

// gleamLines gives the line of each package: Gleam writes one a line.
func gleamLines(source string) map[string]int {
	lines := make(map[string]int)
	n := 0
	for l := range strings.Lines(source) {
		n++
		if rest, ok := strings.CutPrefix(strings.TrimSpace(l), `{ name = "`); ok {
			name, _, _ := strings.Cut(rest, `"`)
			lines[name] = n
		}
	}
	return lines
}

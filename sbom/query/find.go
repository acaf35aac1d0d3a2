package query

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Find lists the components that a word names: an id, a package URL with or without version and qualifiers, a name, or NAME@VERSION. A
// name is the package's own or with its namespace or group, as the ecosystem writes it; letter case and the ecosystem's other spellings
// count only where nothing is spelled exactly so. A name never matches a part of another.
func Find(g *sbom.Graph, word string) []sbom.Handle {
	if h, ok := g.Find(sbom.ID(word)); ok {
		return []sbom.Handle{h}
	}
	if strings.HasPrefix(word, "pkg:") {
		p, err := purl.Parse(word)
		if err != nil {
			return nil
		}
		return matching(g, func(c *sbom.Component) bool { return names(p, c.PURL) })
	}
	name, version := word, ""
	if i := strings.LastIndexByte(word, '@'); i > 0 {
		name, version = word[:i], word[i+1:]
	}
	for _, same := range [...]func(c *sbom.Component, name string) bool{spelled, folded} {
		list := matching(g, func(c *sbom.Component) bool { return same(c, word) })
		if len(list) == 0 && version != "" {
			list = matching(g, func(c *sbom.Component) bool {
				return same(c, name) && (c.VersionText() == version || strings.TrimPrefix(c.VersionText(), "v") == version)
			})
		}
		if len(list) > 0 {
			return list
		}
	}
	return nil
}

func matching(g *sbom.Graph, match func(c *sbom.Component) bool) []sbom.Handle {
	var list []sbom.Handle
	for h := range g.Components {
		if match(&g.Components[h]) {
			list = append(list, sbom.Handle(h))
		}
	}
	return list
}

// names tells whether a purl that a user wrote means another: what it leaves out may be anything.
func names(p, other purl.PURL) bool {
	if p.Type != other.Type || p.Namespace != other.Namespace || p.Name != other.Name ||
		p.Version != "" && p.Version != other.Version || p.Subpath != "" && p.Subpath != other.Subpath {
		return false
	}
	for key, value := range p.Qualifiers() {
		if other.Qualifier(key) != value {
			return false
		}
	}
	return true
}

func spelled(c *sbom.Component, name string) bool {
	if _, own := c.GroupName(); own == name || c.Label() == name {
		return true
	}
	return !c.PURL.IsZero() && (c.PURL.Name == name || c.PURL.Namespace != "" && strings.HasPrefix(name, c.PURL.Namespace) && c.PURL.Namespace+"/"+c.PURL.Name == name)
}

func folded(c *sbom.Component, name string) bool {
	if strings.EqualFold(c.Label(), name) {
		return true
	}
	if c.PURL.IsZero() {
		return false
	}
	p := purl.New(c.PURL.Type, "", name, "")
	return p.Name == c.PURL.Name && (p.Namespace == "" || p.Namespace == c.PURL.Namespace) || strings.EqualFold(c.PURL.Name, name)
}

// Similar lists up to max names of components that hold the word, in the order of ids.
func Similar(g *sbom.Graph, word string, max int) []string {
	word = strings.ToLower(strings.TrimLeft(word, "@"))
	if i := strings.LastIndexByte(word, '@'); i > 0 {
		word = word[:i]
	}
	if i := strings.LastIndexByte(word, '/'); i >= 0 {
		word = word[i+1:]
	}
	var list []string
	seen := make(map[string]bool)
	for h := range g.Components {
		if len(list) == max || len(word) < 2 {
			break
		}
		if label := g.Components[h].Label(); !seen[label] && strings.Contains(strings.ToLower(label), word) {
			seen[label] = true
			list = append(list, label)
		}
	}
	return list
}

package query

import (
	"cmp"
	"slices"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// Stats is a graph in numbers. Packages are all components but the root and the applications of the tree.
type Stats struct {
	Name         string  `json:"name"`
	Version      string  `json:"version,omitempty"`
	Applications int     `json:"applications"`
	Packages     int     `json:"packages"`
	Direct       int     `json:"direct"`
	Edges        int     `json:"edges"`
	Depth        int     `json:"depth"` // the longest of all shortest ways from the root, in edges
	Unreached    int     `json:"unreached"`
	Gaps         int     `json:"gaps"`
	Skipped      int     `json:"skipped"`
	Types        []Count `json:"types"`
	Kinds        []Count `json:"kinds"`
	Scopes       []Count `json:"scopes"`
	Stages       []Count `json:"stages"`
	Completeness []Count `json:"completeness"`
	Licenses     []Count `json:"licenses"`   // by the expression, as far as one is known
	Categories   []Count `json:"categories"` // of the licences
	// With tells of how many packages something is known: version, purl, license, hash, supplier, evidence.
	With []Count `json:"with"`
	// Several are the packages of which there is more than one version, with the number of versions.
	Several []Count `json:"several"`
}

// Count is how often something occurs.
type Count struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
}

// counts collects Counts.
type counts map[string]int

// sorted lists them, the most frequent first.
func (c counts) sorted() []Count {
	list := make([]Count, 0, len(c))
	for name, n := range c {
		list = append(list, Count{name, n})
	}
	slices.SortFunc(list, func(a, b Count) int { return cmp.Or(b.Count-a.Count, cmp.Compare(a.Name, b.Name)) })
	return list
}

// CountAll counts what there is.
func CountAll(g *sbom.Graph) Stats {
	root := &g.Components[g.Root]
	s := Stats{Name: root.Label(), Version: root.VersionText(), Edges: len(g.Edges), Gaps: len(g.Gaps), Skipped: len(g.Skipped)}
	types, kinds, scopes, stages, degrees := make(counts), make(counts), make(counts), make(counts), make(counts)
	licenses, categories, versions := make(counts), make(counts), make(counts)
	claims := make(map[string]claim)
	var known [6]int
	for h := range g.Components {
		c := &g.Components[h]
		degrees[c.Completeness.String()]++
		if begins(g, sbom.Handle(h)) {
			s.Applications++
			continue
		}
		s.Packages++
		if c.Direct {
			s.Direct++
		}
		types[cmp.Or(string(c.PURL.Type), "none")]++
		kinds[cmp.Or(string(c.Kind), string(sbom.Library))]++
		scopes[cmp.Or(c.Scope.String(), "unknown")]++
		stages[c.Stage.String()]++
		if c.VersionText() != "" && !c.PURL.IsZero() {
			versions[c.PURL.Base().String()]++
		}
		l := licensed(c, claims)
		licenses[cmp.Or(l.text, "unknown")]++
		categories[l.category]++
		for i, ok := range [...]bool{c.VersionText() != "", !c.PURL.IsZero(), l.text != "", len(c.Hashes) > 0, c.Supplier != "", len(c.Evidence) > 0} {
			if ok {
				known[i]++
			}
		}
	}
	for i, name := range [...]string{"version", "purl", "license", "hash", "supplier", "evidence"} {
		s.With = append(s.With, Count{name, known[i]})
	}
	for name, n := range versions {
		if n < 2 {
			delete(versions, name)
		}
	}
	s.Types, s.Kinds, s.Scopes, s.Stages, s.Completeness = types.sorted(), kinds.sorted(), scopes.sorted(), stages.sorted(), degrees.sorted()
	s.Licenses, s.Categories, s.Several = licenses.sorted(), categories.sorted(), versions.sorted()
	s.Depth, s.Unreached = depth(g)
	return s
}

// claim is what a licence text says.
type claim struct{ text, category string }

// licensed is the licence of a component: what was concluded, else declared, else observed.
func licensed(c *sbom.Component, known map[string]claim) claim {
	best := -1
	for i, l := range c.Licenses {
		if l.Text == "" || l.Text == "NOASSERTION" {
			continue
		}
		if best < 0 || rank(l.Basis) > rank(c.Licenses[best].Basis) {
			best = i
		}
	}
	if best < 0 {
		return claim{category: license.Unstated.String()}
	}
	text := c.Licenses[best].Text
	l, ok := known[text]
	if !ok {
		l = claim{text, license.Unstated.String()}
		if expr, ok := license.Normalize(text); ok {
			l = claim{expr.String(), expr.Category().String()}
		}
		known[text] = l
	}
	return l
}

func rank(b sbom.Basis) int {
	switch b {
	case sbom.ConcludedLicense:
		return 2
	case sbom.DeclaredLicense:
		return 1
	}
	return 0
}

// depth is how far from the root the farthest component is, and how many are not reached.
func depth(g *sbom.Graph) (depth, unreached int) {
	far := make([]int, len(g.Components))
	for h := range far {
		far[h] = -1
	}
	far[g.Root] = 0
	reached := 1
	for queue := []sbom.Handle{g.Root}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		depth = far[at]
		out := g.Out(at)
		for i := range out {
			if e := &out[i]; leads(e) && far[e.To] < 0 {
				far[e.To] = far[at] + 1
				reached++
				queue = append(queue, e.To)
			}
		}
	}
	return depth, len(g.Components) - reached
}

package sbom

import (
	"cmp"
	"slices"
)

// Options is what a scan knows besides the Facts.
type Options struct {
	// Root describes the root component. What is set here wins over what manifests say.
	Root Component
	// Fallback fills what neither Root nor a manifest at the top of the tree says.
	Fallback Component
	Gaps     []Gap
	Skipped  []Skip
}

// Resolve turns the Facts of one scan into a graph. It is a pure function of the Facts' content: their
// order does not matter. The rules stand in the order in which they apply, one file each.
func Resolve(facts []*Facts, o Options) *Graph {
	r := &resolver{facts: slices.Clone(facts), options: o}
	slices.SortStableFunc(r.facts, func(a, b *Facts) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Order, b.Order), cmp.Compare(a.owner, b.owner))
	})
	r.merge()
	r.relate()
	r.declared()
	r.union()
	r.absent()
	r.members()
	r.contain()
	r.scopes()
	return r.graph()
}

// resolver is the growing graph. Handles index components; the components of one claim are found by
// placed[facts][claim].
type resolver struct {
	facts      []*Facts
	options    Options
	components []Component
	placed     [][]Handle
	owners     []Handle                   // of each Facts, the application that owns it
	edges      []heldEdge                 // one per claim of an edge until union; afterwards one per edge
	contexts   []Handle                   // of each component: the application in whose resolution its own edges hold
	occurs     [][]Handle                 // of each component: the applications in whose resolutions it occurs, sorted
	missing    map[Handle]map[Handle]bool // application -> components that are locked for it and not installed
	root       Handle
	gaps       []Gap
	dropped    []bool // components that a rule took out again
}

// heldEdge is an edge with the application in whose resolution it holds.
type heldEdge struct {
	Edge
	app Handle
}

func (r *resolver) gap(f *Facts, line int, reason string) {
	r.gaps = append(r.gaps, Gap{Path: f.Path, Line: line, Cataloger: f.Cataloger, Reason: reason})
}

// graph hands over what has grown.
func (r *resolver) graph() *Graph {
	keep := make([]Handle, len(r.components))
	var components []Component
	var contexts []Handle
	for h, c := range r.components {
		keep[h] = -1
		if !r.dropped[h] {
			keep[h] = Handle(len(components))
			components = append(components, c)
			contexts = append(contexts, r.contexts[h])
		}
	}
	for i, app := range contexts {
		contexts[i] = keep[app]
	}
	g := &Graph{Components: components, context: contexts, Root: keep[r.root], Skipped: slices.Clone(r.options.Skipped)}
	g.Edges = make([]Edge, 0, len(r.edges))
	for _, e := range r.edges {
		e.From, e.To = keep[e.From], keep[e.To]
		for i, app := range e.In {
			e.In[i] = keep[app]
		}
		g.Edges = append(g.Edges, e.Edge)
	}
	g.Gaps = append(slices.Clone(r.options.Gaps), r.gaps...)
	for _, f := range r.facts {
		g.Gaps = append(g.Gaps, f.gaps...)
	}
	g.seal()
	return g
}

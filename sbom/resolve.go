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
	Layers   []Layer // of an image
	Files    []File  // sorted by path; nil where nobody asked for files
	FileSet  FileSet // which of them become components
}

// Resolve turns the Facts of one scan into a graph. It is a pure function of the Facts' content: their
// order does not matter. The rules stand in the order in which they apply, one file each.
func Resolve(facts []*Facts, o Options) *Graph {
	r := &resolver{options: o}
	for _, f := range facts {
		if f.Past {
			r.past = append(r.past, f)
		} else {
			r.facts = append(r.facts, f)
		}
	}
	slices.SortStableFunc(r.facts, func(a, b *Facts) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Order, b.Order), cmp.Compare(a.owner, b.owner))
	})
	r.modified()
	r.owned()
	r.merge()
	r.relate()
	r.archived()
	r.held()
	r.needed()
	r.declared()
	r.union()
	r.absent()
	r.members()
	r.contain()
	r.scopes()
	r.beside()
	r.files()
	r.layers()
	return r.graph()
}

// resolver is the growing graph. Handles index components; the components of one claim are found by
// placed[facts][claim].
type resolver struct {
	facts      []*Facts
	past       []*Facts // of files that upper layers hide
	options    Options
	known      map[identity]Handle // the first component of each identity
	collapsed  [][]owner           // of each claim, the package that it is part of; nil where Facts have none such
	changed    map[string]string   // files whose content is not what the package database says
	parts      ownership           // of the files in which something was seen, and of those of options.Files
	contents   ownership           // likewise, of what packages only hold
	whole      []bool              // of each Facts: all that it claims is part of such packages
	components []Component
	placed     [][]Handle
	owners     []Handle                   // of each Facts, the application that owns it
	claimed    []heldEdge                 // edges as they are claimed, until union
	edges      []Edge                     // from union on, one of a kind between two components
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
	r.gaps = append(r.gaps, Gap{Path: f.Path, Line: line, Cataloger: f.Cataloger, Reason: withoutUserInfo(reason)})
}

// graph hands over what has grown.
func (r *resolver) graph() *Graph {
	keep := make([]Handle, len(r.components)) // old handle -> new handle
	n := Handle(0)
	for h := range r.components {
		if keep[h] = -1; !r.dropped[h] {
			if keep[h] = n; int(n) < h {
				r.components[n] = r.components[h]
			}
			n++
		}
	}
	g := &Graph{Components: r.components[:n], context: make([]Handle, n), Edges: r.edges, Root: keep[r.root], Skipped: slices.Clone(r.options.Skipped)}
	for h, to := range keep {
		if to >= 0 {
			g.context[to] = keep[r.contexts[h]]
		}
	}
	for i := range g.Edges {
		e := &g.Edges[i]
		e.From, e.To = keep[e.From], keep[e.To]
		for i, app := range e.In {
			e.In[i] = keep[app]
		}
	}
	g.Gaps = append(slices.Clone(r.options.Gaps), r.gaps...)
	for _, f := range r.facts {
		g.Gaps = append(g.Gaps, f.gaps...)
	}
	g.seal()
	return g
}

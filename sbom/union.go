package sbom

import (
	"cmp"
	"slices"
)

// union makes one edge of the claims of it, with the strongest scope and the first range, and notes where applications of
// the tree disagree: an edge that does not hold in every application in which its From occurs lists those in which it
// does. No path is told later that exists in none of them.
func (r *resolver) union() {
	r.occurs = make([][]Handle, len(r.components))
	note := func(h, app Handle) {
		if at, found := slices.BinarySearch(r.occurs[h], app); !found {
			r.occurs[h] = slices.Insert(r.occurs[h], at, app)
		}
	}
	for i, f := range r.facts {
		app := r.contexts[r.owners[i]]
		note(r.owners[i], r.contexts[r.owners[i]])
		for j := range f.claims {
			h := r.placed[i][j]
			switch {
			case r.components[h].IsApplication():
				note(h, r.contexts[h])
			case f.Stage > Declared || r.components[h].Stage == Declared:
				note(h, app)
			}
		}
	}
	for _, e := range r.edges {
		note(e.From, e.app)
		note(e.To, e.app)
	}
	slices.SortStableFunc(r.edges, func(a, b heldEdge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To), cmp.Compare(a.Kind, b.Kind))
	})
	merged := r.edges[:0]
	for i := 0; i < len(r.edges); {
		e := r.edges[i]
		in := []Handle{e.app}
		for i++; i < len(r.edges) && r.edges[i].From == e.From && r.edges[i].To == e.To && r.edges[i].Kind == e.Kind; i++ {
			e.Scope = max(e.Scope, r.edges[i].Scope)
			e.Range = cmp.Or(e.Range, r.edges[i].Range)
			in = append(in, r.edges[i].app)
		}
		if len(r.occurs[e.From]) > 1 {
			slices.Sort(in)
			in = slices.Compact(in)
			if len(in) < len(r.occurs[e.From]) {
				e.In = slices.Clip(in)
			}
		}
		merged = append(merged, e)
	}
	r.edges = merged
}

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
		if r.whole[i] {
			continue // parts of packages, which occur where those are known
		}
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
	for i := range r.claimed {
		e := &r.claimed[i]
		note(e.From, e.app)
		note(e.To, e.app)
	}
	order := edgeOrder(len(r.claimed), func(i int) *Edge { return &r.claimed[i].Edge })
	r.edges = make([]Edge, 0, len(r.claimed)+len(r.components)/8)
	var in []Handle
	for i := 0; i < len(order); {
		e := r.claimed[order[i].at].Edge
		in = append(in[:0], r.claimed[order[i].at].app)
		for i++; i < len(order) && order[i].ends == order[i-1].ends && order[i].kind == order[i-1].kind; i++ {
			again := &r.claimed[order[i].at]
			e.Scope = max(e.Scope, again.Scope)
			e.Range = cmp.Or(e.Range, again.Range)
			in = append(in, again.app)
		}
		if len(r.occurs[e.From]) > 1 {
			slices.Sort(in)
			in = slices.Compact(in)
			if len(in) < len(r.occurs[e.From]) {
				e.In = slices.Clone(in)
			}
		}
		r.edges = append(r.edges, e)
	}
	r.claimed = nil
}

// place is where an edge stands in the order of From, To, Kind, and among equals of its index. Edges are long: sorting these is
// several times faster.
type place struct {
	ends uint64
	at   int32
	kind EdgeKind
}

// edgeOrder gives the order of n edges.
func edgeOrder(n int, edge func(int) *Edge) []place {
	order := make([]place, n)
	for i := range order {
		e := edge(i)
		order[i] = place{uint64(e.From)<<32 | uint64(e.To), int32(i), e.Kind}
	}
	slices.SortFunc(order, func(a, b place) int {
		if a.ends != b.ends {
			return cmp.Compare(a.ends, b.ends)
		}
		return cmp.Or(int(a.kind)-int(b.kind), int(a.at)-int(b.at))
	})
	return order
}

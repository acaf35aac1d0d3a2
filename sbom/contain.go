package sbom

import "slices"

// contain attaches, for each application, what its files reveal but give no parent: indirect modules of a go.mod, a lockfile
// without edges, cycles that nothing leads to. The application contains it: that it depends on it is said by no file. What
// is known of the application's own dependencies is then incomplete.
func (r *resolver) contain() {
	first := r.index()
	members := make(map[Handle][]Handle) // application -> components that occur in its resolution, in order
	for h := range r.components {
		if !r.dropped[h] {
			for _, app := range r.occurs[h] {
				members[app] = append(members[app], Handle(h))
			}
		}
	}
	apps := make([]Handle, 0, len(members))
	for app := range members {
		apps = append(apps, app)
	}
	slices.Sort(apps)
	reached := make([]Handle, len(r.components)) // the application for which a component was reached last, plus one
	parent := make([]Handle, len(r.components))  // likewise: has a parent
	var stack []Handle
	for _, app := range apps {
		mark := app + 1
		walk := func(h Handle) {
			for stack = append(stack[:0], h); len(stack) > 0; {
				at := stack[len(stack)-1]
				stack = stack[:len(stack)-1]
				if reached[at] == mark {
					continue
				}
				reached[at] = mark
				for i := first[at]; i < first[at+1]; i++ {
					if e := &r.edges[i]; e.Kind <= Contains && e.holds(app) && reached[e.To] != mark {
						stack = append(stack, e.To)
					}
				}
			}
		}
		for _, h := range members[app] {
			if r.components[h].IsApplication() {
				walk(h)
			}
			for i := first[h]; i < first[h+1]; i++ {
				if e := &r.edges[i]; e.Kind <= Contains && e.holds(app) {
					parent[e.To] = mark
				}
			}
		}
		hold := func(h Handle) {
			r.edges = append(r.edges, heldEdge{Edge{From: app, To: h, Kind: Contains, Scope: Runtime, Rule: "contain"}, app})
			walk(h)
			r.components[app].Completeness = min(r.components[app].Completeness, Incomplete)
		}
		for _, h := range members[app] {
			if reached[h] != mark && parent[h] != mark {
				hold(h)
			}
		}
		for _, h := range members[app] { // cycles
			if reached[h] != mark {
				hold(h)
			}
		}
	}
}

// index gives, for edges sorted by From, where those of each component begin. Edges that rules append later are not in it.
func (r *resolver) index() []int32 {
	slices.SortStableFunc(r.edges, func(a, b heldEdge) int { return int(a.From) - int(b.From) })
	first := make([]int32, len(r.components)+1)
	for _, e := range r.edges {
		first[e.From+1]++
	}
	for i := 1; i < len(first); i++ {
		first[i] += first[i-1]
	}
	return first
}

func (e *heldEdge) holds(app Handle) bool {
	if e.In == nil {
		return true
	}
	_, ok := slices.BinarySearch(e.In, app)
	return ok
}

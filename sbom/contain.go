package sbom

import "slices"

// contain attaches, for each application, what its files reveal but give no parent: indirect modules of a go.mod, a lockfile
// without edges, cycles that nothing leads to. The application contains it: that it depends on it is said by no file. What
// is known of the application's own dependencies is then incomplete.
func (r *resolver) contain() {
	out := r.index()
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
				for _, i := range out.of(at) {
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
			for _, i := range out.of(h) {
				if e := &r.edges[i]; e.Kind <= Contains && e.holds(app) {
					parent[e.To] = mark
				}
			}
		}
		hold := func(h Handle) {
			r.edges = append(r.edges, Edge{From: app, To: h, Kind: Contains, Scope: Runtime, Rule: "contain"})
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

// outgoing lists the edges of each component, by their place in resolver.edges.
type outgoing struct{ first, edges []int32 }

func (o *outgoing) of(h Handle) []int32 { return o.edges[o.first[h]:o.first[h+1]] }

// index lists the edges of each component. Edges that rules append later are not in it.
func (r *resolver) index() *outgoing {
	o := &outgoing{first: make([]int32, len(r.components)+1), edges: make([]int32, len(r.edges))}
	for i := range r.edges {
		o.first[r.edges[i].From+1]++
	}
	for i := 1; i < len(o.first); i++ {
		o.first[i] += o.first[i-1]
	}
	next := slices.Clone(o.first)
	for i := range r.edges {
		from := r.edges[i].From
		o.edges[next[from]] = int32(i)
		next[from]++
	}
	return o
}

// holds tells whether the edge holds in the resolution of the application.
func (e *Edge) holds(app Handle) bool {
	if e.In == nil {
		return true
	}
	_, ok := slices.BinarySearch(e.In, app)
	return ok
}

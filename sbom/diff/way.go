package diff

import (
	"slices"

	"github.com/sbomgen/sbomgen/sbom"
)

// ways are the shortest paths from the applications of a graph to its components. A path follows only edges that hold together in
// the resolution of one application.
//
// A component from which every edge holds everywhere is visited once for all applications. One from which some edges do not is
// visited once for each resolution: only as often as the graph itself says that they disagree.
type ways struct {
	s      *side
	visits []visit
	at     []int32 // of each unit, the visit that is its shortest path, or none
}

// visit is a component on a path. What its ancestors did is carried along, so that causes cost no climbing.
type visit struct {
	node    sbom.Handle
	app     sbom.Handle
	parent  int32 // visit, or none
	depth   int32
	sixth   int32 // the visit six steps from the application on this path, or this one
	topNew  int32 // of the run of new components that ends here, the topmost; none if this one is not new
	changed int32 // the nearest visit above that is new or changed its version, or none
}

// How much of a path is shown: its beginning and its end.
const (
	head = 6
	tail = 6
)

// maxVisits bounds the work where applications disagree about everything, per component and edge of the graph.
const maxVisits = 16

// trace finds the ways. fresh tells of a unit whether it is new, changed whether it stayed and has another version.
func trace(s *side, fresh, changed func(u int32) bool) *ways {
	g := s.g
	w := &ways{s: s, visits: make([]visit, 0, len(g.Components)), at: make([]int32, len(s.units))}
	for u := range w.at {
		w.at[u] = none
	}
	bound := disagreeing(g)
	seen := make([]bool, len(g.Components))
	seenIn := make(map[[2]sbom.Handle]bool)
	limit := maxVisits * (len(g.Components) + len(g.Edges))
	push := func(node, app sbom.Handle, parent int32) {
		if bound[node] {
			resolution := [2]sbom.Handle{node, g.Context(app)}
			if seenIn[resolution] || len(w.visits) >= limit {
				return
			}
			seenIn[resolution] = true
		} else if seen[node] {
			return
		}
		seen[node] = true
		self, u := int32(len(w.visits)), s.of[node]
		v := visit{node: node, app: app, parent: parent, sixth: self, topNew: none, changed: none}
		if parent != none {
			above := &w.visits[parent]
			if v.depth = above.depth + 1; v.depth >= head {
				v.sixth = above.sixth
			}
			v.changed = above.changed
			if a := s.of[above.node]; fresh(a) || changed(a) {
				v.changed = parent
			}
			if fresh(u) {
				if v.topNew = above.topNew; v.topNew == none {
					v.topNew = self
				}
			}
		}
		w.visits = append(w.visits, v)
		if w.at[u] == none {
			w.at[u] = self
		}
	}
	push(g.Root, g.Root, none)
	for h := range g.Components {
		if g.Components[h].IsApplication() {
			push(sbom.Handle(h), sbom.Handle(h), none)
		}
	}
	for i := 0; i < len(w.visits); i++ {
		from := w.visits[i]
		for _, e := range g.Out(from.node) {
			if e.Kind <= sbom.Contains && !g.Components[e.To].IsApplication() && g.Holds(from.app, e) {
				push(e.To, from.app, int32(i))
			}
		}
	}
	return w
}

// disagreeing tells of each component whether an edge below it holds in some applications only.
func disagreeing(g *sbom.Graph) []bool {
	bound := make([]bool, len(g.Components))
	var stack []sbom.Handle
	for _, e := range g.Edges {
		if e.In != nil && !bound[e.From] {
			bound[e.From] = true
			stack = append(stack, e.From)
		}
	}
	if len(stack) == 0 {
		return bound
	}
	callers := make([][]sbom.Handle, len(g.Components))
	for _, e := range g.Edges {
		if e.Kind <= sbom.Contains {
			callers[e.To] = append(callers[e.To], e.From)
		}
	}
	for len(stack) > 0 {
		h := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		for _, from := range callers[h] {
			if !bound[from] {
				bound[from] = true
				stack = append(stack, from)
			}
		}
	}
	return bound
}

// path is the way to a unit, shortened if it is long.
func (w *ways) path(u int32) (steps []Step, omitted int) {
	at := w.at[u]
	if at == none {
		return nil, 0
	}
	depth := int(w.visits[at].depth)
	steps = make([]Step, 0, min(depth+1, head+tail))
	for v := at; v != none; v = w.visits[v].parent {
		if len(steps) == tail && depth+1 > head+tail {
			omitted = depth + 1 - head - tail
			for v = w.visits[at].sixth; v != none; v = w.visits[v].parent {
				steps = append(steps, w.step(v))
			}
			break
		}
		steps = append(steps, w.step(v))
	}
	slices.Reverse(steps)
	return steps, omitted
}

func (w *ways) step(v int32) Step { return w.s.step(w.s.of[w.visits[v].node]) }

// cause finds the visit above a unit whose own change explains that the unit came or changed: the package right above the new ones that
// it is one of, if that changed its version; else the topmost of the new ones; else the nearest above that changed.
// Else edge is true, and it is the package above that asks for it now. It is none where an application asks for the unit.
func (w *ways) cause(u int32) (v int32, edge bool) {
	at := w.at[u]
	if at == none || w.visits[at].parent == none {
		return none, false
	}
	p := w.visits[at].parent
	if w.visits[p].parent == none {
		return none, false
	}
	if top := w.visits[p].topNew; top != none {
		if above := w.visits[top].parent; above != none && w.visits[top].changed == above {
			return above, false
		}
		return top, false
	}
	if c := w.visits[at].changed; c != none {
		return c, false
	}
	return p, true
}

// lead tells how one reaches a unit of a side, and which ancestor's change brought it about. What is gone is looked up in the
// old graph, where it is what is new in the other direction.
func (c *comparison) lead(n *Change, s *side, u int32) {
	if s.units[u].flags&isApplication != 0 || !n.Kinds.Has(versionKinds|Moved) {
		return
	}
	w := &c.wayNew
	if s == c.old {
		w = &c.wayOld
	}
	if *w == nil {
		*w = trace(s, func(u int32) bool {
			return s.units[u].mate == none && s.units[u].flags&isApplication == 0
		}, func(u int32) bool { return c.verdict(s, u).kind != 0 })
	}
	n.Path, n.Omitted = (*w).path(u)
	v, edge := (*w).cause(u)
	if v == none || edge && s.units[u].mate != none {
		return
	}
	by := s.of[(*w).visits[v].node]
	step, mate := s.step(by), s.units[by].mate
	n.Cause = &Cause{ID: step.ID, Name: step.Name}
	switch {
	case edge:
		n.Cause.Kind, n.Cause.Old, n.Cause.New = "edge", step.Version, step.Version
	case mate != none && s == c.old:
		n.Cause.Kind, n.Cause.Old, n.Cause.New = c.verdict(s, by).kind.String(), step.Version, c.new.units[mate].release.version
	case mate != none:
		n.Cause.Kind, n.Cause.Old, n.Cause.New = c.verdict(s, by).kind.String(), c.old.units[mate].release.version, step.Version
	case s == c.old:
		n.Cause.Kind, n.Cause.Old = s.units[by].lone(Removed, VersionRemoved).String(), step.Version
	default:
		n.Cause.Kind, n.Cause.New = s.units[by].lone(Added, VersionAdded).String(), step.Version
	}
}

package sbom

import (
	"cmp"
	"fmt"
	"slices"
)

// Handle is a component's place in Graph.Components.
type Handle = int32

// EdgeKind is how one component relates to another.
type EdgeKind uint8

// The kinds of edges.
const (
	DependsOn EdgeKind = iota
	Contains
	BuiltFrom
	Describes
	Provides
	Patches
)

// String is the edge's verb.
func (k EdgeKind) String() string {
	switch k {
	case Contains:
		return "contains"
	case BuiltFrom:
		return "built-from"
	case Describes:
		return "describes"
	case Provides:
		return "provides"
	case Patches:
		return "patches"
	}
	return "depends-on"
}

// Edge is one relation of the graph.
type Edge struct {
	From, To Handle
	Kind     EdgeKind
	Scope    Scope
	Range    string // what was asked for, in the ecosystem's words
	Rule     string // the rule of Resolve that made it
	Path     string // the file that says so
	Line     int
	// In lists the applications in which the edge holds where another application resolves the
	// same component otherwise; nil means wherever From occurs.
	In []Handle
}

// Graph is what one scan or one document says. It is not changed after it was built.
type Graph struct {
	Components []Component // sorted by ID
	Edges      []Edge      // sorted by From, To, Kind
	Root       Handle
	Gaps       []Gap  // sorted by path, line, reason
	Skipped    []Skip // sorted by path

	first   []int32  // Edges of component h are Edges[first[h]:first[h+1]]
	context []Handle // of each component: the application whose resolution its own edges belong to; itself if it is none
}

// Out lists the edges that leave a component.
func (g *Graph) Out(h Handle) []Edge { return g.Edges[g.first[h]:g.first[h+1]] }

// Find returns the component with the id.
func (g *Graph) Find(id ID) (Handle, bool) {
	at, ok := slices.BinarySearchFunc(g.Components, id, func(c Component, id ID) int { return cmp.Compare(c.ID, id) })
	return Handle(at), ok
}

// Context is the application in whose resolution an application's own edges hold: itself, or the
// one that owns the lockfile of its workspace.
func (g *Graph) Context(app Handle) Handle { return g.context[app] }

// Holds tells whether the edge belongs to a path that starts in the application. `why`, `diff` and scopes
// follow only such edges, so that no path is told that exists in no application.
func (g *Graph) Holds(app Handle, e Edge) bool {
	return e.holds(g.context[app])
}

// Builder collects a graph whose components and edges are known by id, as the readers
// of documents do.
type Builder struct {
	components []Component
	at         map[ID]Handle
	links      []link
	contexts   map[ID]ID
	gaps       []Gap
}

type link struct {
	from, to ID
	edge     Edge
	in       []ID
}

// Component adds a component under its ID. A second one with the same ID is refused.
func (b *Builder) Component(c Component) error {
	if c.ID == "" {
		return fmt.Errorf("component %q has no id", c.Label())
	}
	if b.at == nil {
		b.at = make(map[ID]Handle)
	}
	if _, taken := b.at[c.ID]; taken {
		return fmt.Errorf("two components have the id %s", c.ID)
	}
	b.at[c.ID] = Handle(len(b.components))
	b.components = append(b.components, c)
	return nil
}

// Has tells whether a component with the id was added.
func (b *Builder) Has(id ID) bool { _, ok := b.at[id]; return ok }

// Edge adds an edge between two ids, which may be added later. The handles in e are ignored; in lists the
// applications in which it holds, nil for all.
func (b *Builder) Edge(from, to ID, e Edge, in ...ID) {
	b.links = append(b.links, link{from, to, e, in})
}

// Context says that the application's edges belong to the resolution of another one.
func (b *Builder) Context(app, owner ID) {
	if b.contexts == nil {
		b.contexts = make(map[ID]ID)
	}
	b.contexts[app] = owner
}

// Gap adds a gap.
func (b *Builder) Gap(gap Gap) { b.gaps = append(b.gaps, gap) }

// Graph builds the graph. Edges whose ends are not there become Gaps.
func (b *Builder) Graph(root ID) (*Graph, error) {
	if !b.Has(root) {
		return nil, fmt.Errorf("the root %q is not among the components", root)
	}
	g := &Graph{Components: b.components, Gaps: b.gaps, context: make([]Handle, len(b.components))}
	for h := range g.context {
		g.context[h] = Handle(h)
	}
	for app, owner := range b.contexts {
		if a, ok := b.at[app]; ok {
			if o, ok := b.at[owner]; ok {
				g.context[a] = o
			}
		}
	}
	for _, l := range b.links {
		from, okFrom := b.at[l.from]
		to, okTo := b.at[l.to]
		if !okFrom || !okTo {
			g.Gaps = append(g.Gaps, Gap{Reason: fmt.Sprintf("%s %s %s: no such component", l.from, l.edge.Kind, l.to)})
			continue
		}
		e := l.edge
		e.From, e.To, e.In = from, to, nil
		for _, id := range l.in {
			if app, ok := b.at[id]; ok {
				e.In = append(e.In, app)
			}
		}
		g.Edges = append(g.Edges, e)
	}
	g.Root = b.at[root]
	g.seal()
	return g, nil
}

// seal brings a graph whose handles refer to the order of g.Components into the order that Graph promises.
func (g *Graph) seal() {
	order := make([]Handle, len(g.Components))
	for i := range order {
		order[i] = Handle(i)
	}
	slices.SortFunc(order, func(a, b Handle) int { return cmp.Compare(g.Components[a].ID, g.Components[b].ID) })
	moved := make([]Handle, len(order)) // old handle -> new handle
	components := make([]Component, len(order))
	for to, from := range order {
		moved[from] = Handle(to)
		components[to] = g.Components[from]
		components[to].CPEs = sortCPEs(components[to].CPEs)
	}
	context := make([]Handle, len(order))
	for from, to := range moved {
		context[to] = moved[g.context[from]]
	}
	for i := range g.Edges {
		e := &g.Edges[i]
		e.From, e.To = moved[e.From], moved[e.To]
		for j := range e.In {
			e.In[j] = moved[e.In[j]]
		}
		slices.Sort(e.In)
	}
	g.Components, g.context, g.Root = components, context, moved[g.Root]
	edges := make([]Edge, 0, len(g.Edges))
	last := place{at: -1}
	for _, p := range edgeOrder(len(g.Edges), func(i int) *Edge { return &g.Edges[i] }) {
		if last.at < 0 || p.ends != last.ends || p.kind != last.kind {
			edges = append(edges, g.Edges[p.at])
		}
		last = p
	}
	g.Edges = edges
	g.first = make([]int32, len(components)+1)
	for _, e := range g.Edges {
		g.first[e.From+1]++
	}
	for i := 1; i < len(g.first); i++ {
		g.first[i] += g.first[i-1]
	}
	slices.SortFunc(g.Gaps, func(a, b Gap) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Cataloger, b.Cataloger), cmp.Compare(a.Reason, b.Reason))
	})
	g.Gaps = slices.Compact(g.Gaps)
	slices.SortFunc(g.Skipped, func(a, b Skip) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule)) })
	g.Skipped = slices.Compact(g.Skipped)
}

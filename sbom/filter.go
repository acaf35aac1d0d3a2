package sbom

// Filter gives a graph without the components that keep refuses, and without their edges. The root always stays.
func Filter(g *Graph, keep func(*Component) bool) *Graph {
	moved := make([]Handle, len(g.Components))
	n := &Graph{Gaps: g.Gaps, Skipped: g.Skipped}
	for h := range g.Components {
		moved[h] = -1
		if c := &g.Components[h]; Handle(h) == g.Root || keep(c) {
			moved[h] = Handle(len(n.Components))
			n.Components = append(n.Components, *c)
		}
	}
	n.Root = moved[g.Root]
	for h, owner := range g.context {
		if moved[h] >= 0 {
			if moved[owner] < 0 {
				owner = Handle(h)
			}
			n.context = append(n.context, moved[owner])
		}
	}
	for _, e := range g.Edges {
		if moved[e.From] < 0 || moved[e.To] < 0 {
			continue
		}
		var in []Handle
		for _, app := range e.In {
			if moved[app] >= 0 {
				in = append(in, moved[app])
			}
		}
		if e.In != nil && in == nil {
			continue
		}
		e.From, e.To, e.In = moved[e.From], moved[e.To], in
		n.Edges = append(n.Edges, e)
	}
	n.seal()
	return n
}

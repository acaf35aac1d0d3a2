package query

import (
	"iter"

	"github.com/sbomgen/sbomgen/sbom"
)

// MaxDepth is how deep Tree goes at most. Dependencies of real projects nest below 100.
const MaxDepth = 500

// TreeOptions says which tree is wanted.
type TreeOptions struct {
	Depth int                        // levels below the root; 0 for all, up to MaxDepth
	Keep  func(*sbom.Component) bool // what it refuses is left out with all below it; nil keeps all
}

// Node is a place in a tree.
type Node struct {
	Component sbom.Handle
	Edge      sbom.Edge // that leads here; zero at the root
	Depth     int       // 0 at the root
	Last      bool      // no sibling follows
	Repeat    bool      // what hangs below was told where the component stood before, in the same application
	Cut       bool      // what hangs below is deeper than was asked for
}

// Tree walks the graph from the root along what contains and depends on what. What a component brings in is told once in each
// application; cycles end there too. Children are in the order of ids, applications after packages.
func Tree(g *sbom.Graph, o TreeOptions) iter.Seq[Node] {
	limit := MaxDepth
	if o.Depth > 0 {
		limit = min(o.Depth, MaxDepth)
	}
	return func(yield func(Node) bool) {
		w := &walk{g: g, keep: o.Keep, limit: limit, expanded: make(map[state]int)}
		w.push(place{Node: Node{Component: g.Root, Last: true}, app: g.Root})
		for len(w.stack) > 0 {
			at := w.stack[len(w.stack)-1]
			w.stack = w.stack[:len(w.stack)-1]
			children := w.expand(&at)
			if !yield(at.Node) {
				return
			}
			for i := len(children) - 1; i >= 0; i-- {
				w.push(children[i])
			}
		}
	}
}

// walk goes through a graph in depth.
type walk struct {
	g        *sbom.Graph
	keep     func(*sbom.Component) bool
	limit    int
	stack    []place
	expanded map[state]int // the least depth at which it was
	children []place
}

// place is a node and the application that it is in.
type place struct {
	Node
	app sbom.Handle
}

// state is what decides what hangs below a component.
type state struct{ resolution, component sbom.Handle }

func (w *walk) push(p place) { w.stack = append(w.stack, p) }

// expand finds the children of a place, and marks it where they are not told.
func (w *walk) expand(p *place) []place {
	w.children = w.children[:0]
	var apps []place
	out := w.g.Out(p.Component)
	for i := range out {
		e := &out[i]
		if !leads(e) || !holds(w.g, p.app, e) || w.keep != nil && !w.keep(&w.g.Components[e.To]) {
			continue
		}
		child := place{Node{Component: e.To, Edge: *e, Depth: p.Depth + 1}, p.app}
		if !begins(w.g, e.To) {
			if n := len(w.children); n == 0 || w.children[n-1].Component != e.To { // depends-on stands before contains
				w.children = append(w.children, child)
			}
			continue
		}
		if e.Kind == sbom.Contains {
			child.app = e.To
		}
		if n := len(apps); n == 0 || apps[n-1].state(w.g) != child.state(w.g) {
			apps = append(apps, child)
		}
	}
	w.children = append(w.children, apps...)
	if len(w.children) == 0 {
		return nil
	}
	key := p.state(w.g)
	if depth, done := w.expanded[key]; done && (depth <= p.Depth || w.limit == MaxDepth) {
		p.Repeat = true
		return nil
	}
	if p.Depth >= w.limit {
		p.Cut = true
		return nil
	}
	w.expanded[key] = p.Depth
	w.children[len(w.children)-1].Last = true
	return w.children
}

func (p *place) state(g *sbom.Graph) state { return state{g.Context(p.app), p.Component} }

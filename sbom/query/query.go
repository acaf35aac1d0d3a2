// Package query asks graphs: through whom a component came in, what hangs below the root, which components fit a filter,
// and what there is in numbers.
//
// Every answer that follows edges stays within one application: one package may resolve differently in two lockfiles of a tree, and
// a path over edges of both exists nowhere (sbom.Graph.Holds).
package query

import (
	"github.com/sbomgen/sbomgen/sbom"
)

// leads tells whether an edge says that its source brings its target in.
func leads(e *sbom.Edge) bool { return e.Kind <= sbom.Contains }

// holds is g.Holds without the copy of an edge.
func holds(g *sbom.Graph, app sbom.Handle, e *sbom.Edge) bool { return e.In == nil || g.Holds(app, *e) }

// begins tells whether a component begins paths of its own: the root, and the applications of the tree.
func begins(g *sbom.Graph, h sbom.Handle) bool { return h == g.Root || g.Components[h].IsApplication() }

// Within tells of each component whether it occurs in the application: what that depends on and contains, but for other applications that it only
// contains.
func Within(g *sbom.Graph, app sbom.Handle) []bool {
	reached := make([]bool, len(g.Components))
	reached[app] = true
	for stack := []sbom.Handle{app}; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		out := g.Out(at)
		for i := range out {
			e := &out[i]
			if !leads(e) || reached[e.To] || e.Kind == sbom.Contains && begins(g, e.To) || !holds(g, app, e) {
				continue
			}
			reached[e.To] = true
			stack = append(stack, e.To)
		}
	}
	return reached
}

package diff

import (
	"testing"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

func TestWhatBecomesDirectIsToldOnce(t *testing.T) {
	graph := func(kind sbom.EdgeKind) *sbom.Graph {
		var b sbom.Builder
		for _, c := range []sbom.Component{
			{ID: "app:.", Kind: sbom.Application, Path: ".", Name: "app"},
			{ID: "pkg:npm/x@1.0.0", Kind: sbom.Library, PURL: purl.New(purl.NPM, "", "x", "1.0.0"), Scope: sbom.Runtime, Direct: kind == sbom.DependsOn},
			{ID: "pkg:npm/y@1.0.0", Kind: sbom.Library, PURL: purl.New(purl.NPM, "", "y", "1.0.0"), Scope: sbom.Runtime, Direct: true},
		} {
			if err := b.Component(c); err != nil {
				t.Fatal(err)
			}
		}
		b.Edge("app:.", "pkg:npm/x@1.0.0", sbom.Edge{Kind: kind})
		b.Edge("app:.", "pkg:npm/y@1.0.0", sbom.Edge{Kind: sbom.DependsOn})
		g, err := b.Graph("app:.")
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	contained, needed := graph(sbom.Contains), graph(sbom.DependsOn)
	for _, c := range []struct {
		old, new *sbom.Graph
		want     Kinds
	}{{contained, needed, NowDirect}, {needed, contained, NowTransitive}} {
		r := Compare(c.old, c.new, Options{})
		if len(r.Changes) != 1 || r.Changes[0].Kinds != c.want || len(r.Edges) != 0 {
			t.Errorf("%d changes, %d edges: %+v", len(r.Changes), len(r.Edges), r.Changes)
		}
		if r := Compare(c.old, c.new, Options{AllEdges: true}); len(r.Edges) != 2 {
			t.Errorf("%d edges when all are asked for", len(r.Edges))
		}
	}
}

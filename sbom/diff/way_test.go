package diff

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/sbom"
)

// shortest finds by brute force how many steps the shortest path within one application has, -1 if there is none.
func shortest(g *sbom.Graph, to sbom.Handle) int {
	best := -1
	for app := range g.Components {
		if !g.Components[app].IsApplication() {
			continue
		}
		depth := map[sbom.Handle]int{sbom.Handle(app): 0}
		for queue := []sbom.Handle{sbom.Handle(app)}; len(queue) > 0; queue = queue[1:] {
			for _, e := range g.Out(queue[0]) {
				if _, seen := depth[e.To]; !seen && e.Kind <= sbom.Contains && g.Holds(sbom.Handle(app), e) {
					depth[e.To] = depth[queue[0]] + 1
					queue = append(queue, e.To)
				}
			}
		}
		if d, ok := depth[to]; ok && (best < 0 || d < best) {
			best = d
		}
	}
	return best
}

// exists tells whether a path is one of the graph, and holds in one application from end to end.
func exists(g *sbom.Graph, path []Step) bool {
	var at []sbom.Handle
	for _, s := range path {
		h, ok := g.Find(s.ID)
		if !ok {
			return false
		}
		at = append(at, h)
	}
	if !g.Components[at[0]].IsApplication() {
		return false
	}
	for i := range at[1:] {
		if !slices.ContainsFunc(g.Out(at[i]), func(e sbom.Edge) bool { return e.To == at[i+1] && g.Holds(at[0], e) }) {
			return false
		}
	}
	return true
}

func TestPathsAreTheShortestThatHoldInOneApplication(t *testing.T) {
	paths := 0
	for seed := range 1000 {
		rnd := rand.New(rand.NewPCG(uint64(seed), 3))
		var text strings.Builder
		apps, packages := 1+rnd.IntN(4), 3+rnd.IntN(12)
		for a := range apps {
			fmt.Fprintf(&text, "app:%d name=%d\n", a, a)
		}
		for p := range packages {
			fmt.Fprintf(&text, "pkg:npm/p%d@1.0.0\n", p)
		}
		for a := range apps {
			fmt.Fprintf(&text, "app:%d > pkg:npm/p%d@1.0.0\n", a, rnd.IntN(packages))
		}
		used := make(map[[2]int]bool)
		for range 2 * packages {
			from, to := rnd.IntN(packages), rnd.IntN(packages)
			if used[[2]int{from, to}] || from == to {
				continue
			}
			used[[2]int{from, to}] = true
			fmt.Fprintf(&text, "pkg:npm/p%d@1.0.0 > pkg:npm/p%d@1.0.0", from, to)
			if rnd.IntN(2) == 0 {
				fmt.Fprintf(&text, " in app:%d app:%d", rnd.IntN(apps), rnd.IntN(apps))
			}
			fmt.Fprintln(&text)
		}
		g := parse(t, text.String())
		r := Compare(parse(t, ""), g, Options{})
		for _, c := range r.Changes {
			if !strings.HasPrefix(string(c.New.ID), "pkg:") {
				continue
			}
			h, _ := g.Find(c.New.ID)
			want := shortest(g, h)
			if got := len(c.Path) + c.Omitted - 1; got != want {
				t.Fatalf("seed %d: %s: a path of %d steps, want %d\n%s", seed, c.New.ID, got, want, &text)
			}
			if want > 0 && c.Omitted == 0 {
				paths++
				if !exists(g, c.Path) {
					t.Fatalf("seed %d: %s: no such path: %v\n%s", seed, c.New.ID, c.Path, &text)
				}
			}
		}
	}
	if paths < 500 {
		t.Errorf("only %d paths were checked", paths)
	}
}

func TestTheCauseIsTheAncestorThatChanged(t *testing.T) {
	for _, c := range []struct {
		name, old, new string
		want           string // of the package x
	}{
		{"an upgrade brings it in", "pkg:npm/a@1.0.0\napp:. > pkg:npm/a@1.0.0", "pkg:npm/a@2.0.0\npkg:npm/x@1.0.0\napp:. > pkg:npm/a@2.0.0\npkg:npm/a@2.0.0 > pkg:npm/x@1.0.0", "a 1.0.0 -> 2.0.0"},
		{"an upgrade brings in what brings it in", "pkg:npm/a@1.0.0\napp:. > pkg:npm/a@1.0.0",
			"pkg:npm/a@2.0.0\npkg:npm/n@1.0.0\npkg:npm/x@1.0.0\napp:. > pkg:npm/a@2.0.0\npkg:npm/a@2.0.0 > pkg:npm/n@1.0.0\npkg:npm/n@1.0.0 > pkg:npm/x@1.0.0", "a 1.0.0 -> 2.0.0 > n"},
		{"a new package brings it in", "", "pkg:npm/a@2.0.0\npkg:npm/x@1.0.0\napp:. > pkg:npm/a@2.0.0\npkg:npm/a@2.0.0 > pkg:npm/x@1.0.0", "a 2.0.0 (new)"},
		{"the change is further up", "pkg:npm/a@1.0.0\npkg:npm/b@1.0.0\napp:. > pkg:npm/a@1.0.0\npkg:npm/a@1.0.0 > pkg:npm/b@1.0.0",
			"pkg:npm/a@2.0.0\npkg:npm/b@1.0.0\npkg:npm/x@1.0.0\napp:. > pkg:npm/a@2.0.0\npkg:npm/a@2.0.0 > pkg:npm/b@1.0.0\npkg:npm/b@1.0.0 > pkg:npm/x@1.0.0", "a 1.0.0 -> 2.0.0 > b"},
		{"only the edge is new", "pkg:npm/a@1.0.0\napp:. > pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0\npkg:npm/x@1.0.0\napp:. > pkg:npm/a@1.0.0\npkg:npm/a@1.0.0 > pkg:npm/x@1.0.0", "a"},
		{"an application asks for it", "", "pkg:npm/x@1.0.0\napp:. > pkg:npm/x@1.0.0", ""},
		{"nothing leads there", "", "pkg:npm/x@1.0.0", ""},
		{"a circle", "", "pkg:npm/a@2.0.0\npkg:npm/x@1.0.0\napp:. > pkg:npm/a@2.0.0\npkg:npm/a@2.0.0 > pkg:npm/x@1.0.0\npkg:npm/x@1.0.0 > pkg:npm/a@2.0.0", "a 2.0.0 (new)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			old, new := parse(t, c.old), parse(t, c.new)
			check := func(r *Report, word string) {
				for i := range r.Changes {
					if x := &r.Changes[i]; x.Package == "x" {
						via := x.via()
						if word == "removed" { // the same, told backwards
							via = strings.NewReplacer("2.0.0 -> 1.0.0", "1.0.0 -> 2.0.0", "(gone)", "(new)").Replace(via)
						}
						if d := gocmp.Diff(c.want, via); d != "" {
							t.Errorf("%s: %s", word, d)
						}
					}
				}
			}
			check(Compare(old, new, Options{}), "added")
			check(Compare(new, old, Options{}), "removed")
		})
	}
}

func TestLongPathsAreShortened(t *testing.T) {
	g := chain(t, 30, "p")
	r := Compare(parse(t, ""), g, Options{})
	for i := range r.Changes {
		c := &r.Changes[i]
		if c.Package != "p-29" {
			continue
		}
		if len(c.Path) != head+tail || c.Omitted != 31-head-tail {
			t.Errorf("%d steps, %d omitted", len(c.Path), c.Omitted)
		}
		if want := "p-0 1.0.0 (new) > p-1 > p-2 > p-3 > p-4 > ... > p-24 > p-25 > p-26 > p-27 > p-28"; c.via() != want {
			t.Errorf("got  %s\nwant %s", c.via(), want)
		}
	}
}

package query

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// drawn builds a graph of lines: "a -> b", "a contains b", "a -> b in x y", "context a b". Names that begin with "app" or are the first are
// applications.
func drawn(t testing.TB, lines ...string) *sbom.Graph {
	t.Helper()
	var b sbom.Builder
	root := sbom.ID("")
	id := func(word string) sbom.ID {
		name, version, _ := strings.Cut(word, "@")
		c := sbom.Component{Kind: sbom.Library, PURL: purl.New(purl.NPM, "", name, version), Scope: sbom.Runtime}
		c.ID = sbom.ID(c.PURL.String())
		if strings.HasPrefix(word, "app") {
			c = sbom.Component{ID: sbom.ID("app:" + word), Kind: sbom.Application, Name: word, Path: word}
		}
		if root == "" {
			root = c.ID
		}
		if !b.Has(c.ID) {
			if err := b.Component(c); err != nil {
				t.Fatal(err)
			}
		}
		return c.ID
	}
	for _, line := range lines {
		words := strings.Fields(line)
		if words[0] == "context" {
			b.Context(id(words[1]), id(words[2]))
			continue
		}
		if len(words) == 1 {
			id(words[0])
			continue
		}
		e := sbom.Edge{Scope: sbom.Runtime}
		if words[1] == "contains" {
			e.Kind = sbom.Contains
		}
		from, to := id(words[0]), id(words[2])
		var in []sbom.ID
		for _, word := range words[min(len(words), 4):] {
			in = append(in, id(word))
		}
		b.Edge(from, to, e, in...)
	}
	g, err := b.Graph(root)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func label(g *sbom.Graph, h sbom.Handle) string {
	c := &g.Components[h]
	if v := c.VersionText(); v != "" {
		return c.Label() + "@" + v
	}
	return c.Label()
}

// paths are those to a word, in lines; the application is in brackets.
func paths(t testing.TB, g *sbom.Graph, word string) []string {
	t.Helper()
	found := Find(g, word)
	if len(found) != 1 {
		t.Fatalf("%s: %d components", word, len(found))
	}
	var list []string
	for _, p := range Paths(g, found[0], 0) {
		var b strings.Builder
		for i, h := range p.Steps {
			if i > 0 {
				b.WriteString(map[sbom.EdgeKind]string{sbom.DependsOn: " > ", sbom.Contains: " / "}[p.Edges[i-1].Kind])
			}
			if i == p.App {
				fmt.Fprintf(&b, "[%s]", label(g, h))
			} else {
				b.WriteString(label(g, h))
			}
		}
		list = append(list, b.String())
	}
	return list
}

func TestAPathIsToldForEachDependencyThatBringsAPackageIn(t *testing.T) {
	g := drawn(t, "app -> a", "app -> b", "app -> c", "a -> x", "b -> d", "d -> x", "b -> e", "e -> f", "f -> x", "c -> g", "a -> b")
	want := []string{"[app] > a > x", "[app] > b > d > x"}
	if diff := cmp.Diff(want, paths(t, g, "x")); diff != "" {
		t.Error(diff)
	}
	if got := Paths(g, Find(g, "x")[0], 1); len(got) != 1 || len(got[0].Steps) != 3 {
		t.Errorf("%v", got)
	}
}

func TestNoPathCrossesApplications(t *testing.T) {
	// express resolves its lodash differently in the lockfiles of the root and of app-tools; app-web belongs to the root's.
	g := drawn(t, "app", "context app-web app", "app contains app-web", "app contains app-tools", "app-web -> express", "app-tools -> express",
		"express -> lodash@4 in app", "express -> lodash@3 in app-tools", "app -> mocha", "mocha -> lodash@3 in app", "app-tools -> yargs", "yargs -> lodash@4 in app")
	if diff := cmp.Diff([]string{"[app] > mocha > lodash@3", "app / [app-tools] > express > lodash@3"}, paths(t, g, "lodash@3")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"app / [app-web] > express > lodash@4"}, paths(t, g, "lodash@4")); diff != "" {
		t.Error(diff)
	}
}

func TestAnApplicationThatAnotherDependsOnLiesOnTheWay(t *testing.T) {
	g := drawn(t, "app", "app contains app-lib", "app contains app-web", "app-web -> app-lib", "app-lib -> x in app-web", "app-lib -> y in app-lib")
	if diff := cmp.Diff([]string{"app / [app-web] > app-lib > x"}, paths(t, g, "x")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"app / [app-lib] > y"}, paths(t, g, "y")); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"app / [app-lib]", "app / [app-web] > app-lib"}, paths(t, g, "app-lib")); diff != "" {
		t.Error(diff)
	}
}

func TestPathsKnowWhatIsOnlyContained(t *testing.T) {
	g := drawn(t, "app", "app contains x", "x -> y", "app -> x", "app contains z", "z contains w", "lost -> thing", "y -> x", "x -> x")
	for word, want := range map[string][]string{"y": {"[app] > x > y"}, "x": {"[app] > x"}, "w": {"[app] / z / w"}, "thing": nil, "app": {"[app]"}} {
		if diff := cmp.Diff(want, paths(t, g, word)); diff != "" {
			t.Errorf("%s: %s", word, diff)
		}
	}
}

// rule is the definition of a path, spelled out: in its application every edge holds, and the application is reached by containment.
func rule(g *sbom.Graph, p *Path) error {
	if p.Steps[0] != g.Root {
		return fmt.Errorf("does not begin at the root")
	}
	app := p.Application()
	if !begins(g, app) {
		return fmt.Errorf("%s is no application", label(g, app))
	}
	for i, e := range p.Edges {
		found := false
		for _, o := range g.Out(p.Steps[i]) {
			found = found || o.To == p.Steps[i+1] && o.Kind == e.Kind
		}
		switch {
		case !found:
			return fmt.Errorf("no edge leads from step %d", i)
		case i < p.App && e.Kind != sbom.Contains:
			return fmt.Errorf("the application is not contained")
		case i >= p.App && !g.Holds(app, e):
			return fmt.Errorf("step %d does not hold in %s", i, label(g, app))
		case i >= p.App && e.Kind == sbom.Contains && begins(g, e.To):
			return fmt.Errorf("step %d begins an application of its own", i)
		}
	}
	return nil
}

// random is a graph of applications with resolutions that disagree.
func random(t testing.TB, r *rand.Rand, apps, packages, edges int) *sbom.Graph {
	lines := []string{"app"}
	names := []string{"app"}
	for i := range apps {
		name := fmt.Sprintf("app%d", i)
		lines = append(lines, names[r.IntN(len(names))]+" contains "+name)
		names = append(names, name)
	}
	applications := len(names)
	for i := range packages {
		names = append(names, fmt.Sprintf("p%d", i))
	}
	for range edges {
		line := names[r.IntN(len(names))] + " -> " + names[r.IntN(len(names))]
		if r.IntN(3) == 0 {
			line += " in " + names[r.IntN(applications)] + " " + names[r.IntN(applications)]
		}
		if r.IntN(8) == 0 {
			line = strings.Replace(line, "->", "contains", 1)
		}
		lines = append(lines, line)
	}
	for _, name := range names[1:applications] {
		if r.IntN(3) == 0 {
			lines = append(lines, "context "+name+" "+names[r.IntN(applications)])
		}
	}
	return drawn(t, lines...)
}

// shortest is how far a component is from an application through one of the things that it asks for, found the slow way.
func shortest(g *sbom.Graph, app, head, goal sbom.Handle) int {
	far := map[sbom.Handle]int{head: 1}
	for queue := []sbom.Handle{head}; len(queue) > 0; queue = queue[1:] {
		at := queue[0]
		if at == goal {
			return far[at]
		}
		if begins(g, at) && g.Context(at) == g.Context(app) {
			continue // its paths begin there
		}
		for _, e := range g.Out(at) {
			if _, seen := far[e.To]; !seen && leads(&e) && g.Holds(app, e) && !(e.Kind == sbom.Contains && begins(g, e.To)) {
				far[e.To] = far[at] + 1
				queue = append(queue, e.To)
			}
		}
	}
	return -1
}

func TestPathsAreExactlyTheShortestOnes(t *testing.T) {
	for seed := range uint64(400) {
		r := rand.New(rand.NewPCG(seed, 1))
		g := random(t, r, r.IntN(5), 1+r.IntN(12), r.IntN(40))
		for h := range g.Components {
			goal := sbom.Handle(h)
			told := make(map[[2]sbom.Handle]int)
			for _, p := range Paths(g, goal, 0) {
				if err := rule(g, &p); err != nil {
					t.Fatalf("seed %d: %s: %v", seed, label(g, goal), err)
				}
				if head, ok := p.Head(); ok {
					told[[2]sbom.Handle{p.Application(), head}] = len(p.Steps) - 1 - p.App
				}
			}
			want := make(map[[2]sbom.Handle]int)
			for a := range g.Components {
				app := sbom.Handle(a)
				if !begins(g, app) || app == goal || goal == g.Root {
					continue
				}
				for _, e := range g.Out(app) {
					if !leads(&e) || !g.Holds(app, e) || e.Kind == sbom.Contains && begins(g, e.To) {
						continue
					}
					if n := shortest(g, app, e.To, goal); n > 0 {
						want[[2]sbom.Handle{app, e.To}] = n
					}
				}
			}
			if diff := cmp.Diff(want, told); diff != "" {
				t.Fatalf("seed %d: to %s: %s", seed, label(g, goal), diff)
			}
		}
	}
}

// tree is a tree in lines.
func tree(g *sbom.Graph, o TreeOptions) []string {
	var list []string
	for n := range Tree(g, o) {
		line := strings.Repeat(" ", n.Depth) + label(g, n.Component)
		if n.Repeat {
			line += " (*)"
		}
		if n.Cut {
			line += " ..."
		}
		if n.Last {
			line += " ."
		}
		list = append(list, line)
	}
	return list
}

func TestATreeTellsEachPackageOnceInEachApplication(t *testing.T) {
	g := drawn(t, "app", "app contains app-tools", "app -> a", "app -> b", "a -> c", "b -> a", "c -> d", "d -> a", "app-tools -> a", "c -> e in app-tools")
	want := []string{"app .", " a", "  c .", "   d .", "    a (*) .", " b", "  a (*) .", " app-tools .", "  a .", "   c .", "    d", "     a (*) .", "    e ."}
	if diff := cmp.Diff(want, tree(g, TreeOptions{})); diff != "" {
		t.Error(diff)
	}
	want = []string{"app .", " a ...", " b ...", " app-tools ... ."}
	if diff := cmp.Diff(want, tree(g, TreeOptions{Depth: 1})); diff != "" {
		t.Error(diff)
	}
	keep := func(c *sbom.Component) bool { return c.IsApplication() || c.Label() != "c" }
	want = []string{"app .", " a", " b", "  a .", " app-tools .", "  a ."}
	if diff := cmp.Diff(want, tree(g, TreeOptions{Keep: keep})); diff != "" {
		t.Error(diff)
	}
}

func TestWhatALimitCutWasNotTold(t *testing.T) {
	g := drawn(t, "app -> a", "a -> b", "b -> c", "c -> d", "app -> z", "z -> c")
	want := []string{"app .", " a", "  b .", "   c ... .", " z .", "  c .", "   d ."}
	if diff := cmp.Diff(want, tree(g, TreeOptions{Depth: 3})); diff != "" {
		t.Error(diff)
	}
}

func TestAChainOfAHundredThousandIsNoTrouble(t *testing.T) {
	var b sbom.Builder
	for i := range 100_000 {
		id := sbom.ID(fmt.Sprintf("app:%06d", i))
		if i > 0 {
			id = sbom.ID(fmt.Sprintf("p%06d", i))
		}
		if err := b.Component(sbom.Component{ID: id}); err != nil {
			t.Fatal(err)
		}
		b.Edge(id, sbom.ID(fmt.Sprintf("p%06d", (i+1)%100_000)), sbom.Edge{})
	}
	g, err := b.Graph("app:000000")
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for range Tree(g, TreeOptions{}) {
		lines++
	}
	if lines != MaxDepth+1 {
		t.Errorf("%d lines", lines)
	}
	last, _ := g.Find("p099999")
	if p := Paths(g, last, 0); len(p) != 1 || len(p[0].Steps) != 100_000 {
		t.Errorf("%d paths", len(p))
	}
	if n := CountAll(g).Depth; n != 99_999 {
		t.Errorf("depth %d", n)
	}
}

func TestPackagesAreFoundByWhatPeopleCallThem(t *testing.T) {
	var b sbom.Builder
	add := func(c sbom.Component) {
		if c.ID == "" {
			c.ID = sbom.ID(c.PURL.Identity().String())
		}
		if err := b.Component(c); err != nil {
			t.Fatal(err)
		}
	}
	add(sbom.Component{ID: "app:.", Name: "shop"})
	for _, p := range []purl.PURL{purl.New(purl.NPM, "", "lodash", "4.17.21"), purl.New(purl.NPM, "", "lodash", "3.10.1"), purl.New(purl.NPM, "@types", "node", "20.1.0"),
		purl.New(purl.Maven, "org.apache", "log4j-core", "2.17.0"), purl.New(purl.PyPI, "", "typing-extensions", "4.0"), purl.New(purl.Golang, "", "github.com/a/b", "v1.2.3"),
		purl.New(purl.Deb, "debian", "libc6", "2.36").With("arch", "amd64")} {
		add(sbom.Component{PURL: p})
	}
	add(sbom.Component{ID: "file:x", Kind: sbom.FileKind, Name: "x@y"})
	g, err := b.Graph("app:.")
	if err != nil {
		t.Fatal(err)
	}
	for word, want := range map[string]string{
		"lodash": "pkg:npm/lodash@3.10.1 pkg:npm/lodash@4.17.21", "lodash@3.10.1": "pkg:npm/lodash@3.10.1", "lodash@9": "", "LoDash": "pkg:npm/lodash@3.10.1 pkg:npm/lodash@4.17.21",
		"@types/node": "pkg:npm/%40types/node@20.1.0", "@types/node@20.1.0": "pkg:npm/%40types/node@20.1.0", "node": "pkg:npm/%40types/node@20.1.0",
		"org.apache:log4j-core": "pkg:maven/org.apache/log4j-core@2.17.0", "log4j-core@2.17.0": "pkg:maven/org.apache/log4j-core@2.17.0",
		"org.apache/log4j-core": "pkg:maven/org.apache/log4j-core@2.17.0", "log4j": "", "Typing_Extensions": "pkg:pypi/typing-extensions@4.0",
		"github.com/a/b@1.2.3": "pkg:golang/github.com/a/b@v1.2.3", "github.com/a/b": "pkg:golang/github.com/a/b@v1.2.3",
		"pkg:deb/debian/libc6": "pkg:deb/debian/libc6@2.36?arch=amd64", "pkg:deb/debian/libc6@2.36?arch=arm64": "", "pkg:npm/lodash": "pkg:npm/lodash@3.10.1 pkg:npm/lodash@4.17.21",
		"pkg:NPM/lodash@3.10.1": "pkg:npm/lodash@3.10.1", "pkg:": "", "": "", "x@y": "file:x", "file:x": "file:x", "shop": "app:.", "app:.": "app:.",
	} {
		var ids []string
		for _, h := range Find(g, word) {
			ids = append(ids, string(g.Components[h].ID))
		}
		if got := strings.Join(ids, " "); got != want {
			t.Errorf("%q finds %q, want %q", word, got, want)
		}
	}
	if diff := cmp.Diff([]string{"org.apache:log4j-core"}, Similar(g, "LOG4J@2", 5)); diff != "" {
		t.Error(diff)
	}
}

func TestFiltersPassWhatTheySay(t *testing.T) {
	var b sbom.Builder
	add := func(id sbom.ID, c sbom.Component) {
		c.ID = id
		if err := b.Component(c); err != nil {
			t.Fatal(err)
		}
	}
	add("app:.", sbom.Component{Name: "root"})
	add("app:web", sbom.Component{Name: "web", Path: "web"})
	add("a", sbom.Component{PURL: purl.New(purl.NPM, "@x", "alpha", "1"), Scope: sbom.Runtime, Direct: true, Stage: sbom.Locked, Licenses: []sbom.License{{Text: "GPL-2.0+ OR MIT"}}})
	add("b", sbom.Component{PURL: purl.New(purl.PyPI, "", "beta", "1"), Scope: sbom.Test, Stage: sbom.Installed, Licenses: []sbom.License{{Text: "NOASSERTION"}}})
	add("c", sbom.Component{Name: "gamma", Kind: sbom.FileKind, Stage: sbom.Built, Licenses: []sbom.License{{Text: "own words"}}})
	b.Edge("app:.", "app:web", sbom.Edge{Kind: sbom.Contains})
	b.Edge("app:.", "a", sbom.Edge{})
	b.Edge("app:web", "b", sbom.Edge{})
	b.Edge("b", "c", sbom.Edge{Kind: sbom.Contains})
	g, err := b.Graph("app:.")
	if err != nil {
		t.Fatal(err)
	}
	for i, test := range []struct {
		f    Filter
		want string
	}{
		{Filter{}, "a b c"}, {Filter{Members: true}, "a app:. app:web b c"}, {Filter{Names: []string{"*a"}}, "a b c"}, {Filter{Names: []string{"@x/*"}}, "a"}, {Filter{Names: []string{"alpha"}}, "a"},
		{Filter{Names: []string{"al", "*et*"}}, "b"}, {Filter{Types: []string{"npm", "none"}}, "a c"}, {Filter{Kinds: []sbom.Kind{sbom.FileKind}}, "c"}, {Filter{Scopes: []sbom.Scope{sbom.Test}}, "b"},
		{Filter{Stages: []sbom.Stage{sbom.Built}}, "c"}, {Filter{Direct: Only}, "a"}, {Filter{Direct: Never}, "b c"}, {Filter{Licenses: []string{"gpl-*"}}, "a"}, {Filter{Licenses: []string{"mit"}}, "a"},
		{Filter{Licenses: []string{"none"}}, "b"}, {Filter{Licenses: []string{"own*", "none"}}, "b c"}, {Filter{Apps: []string{"web"}}, "b c"}, {Filter{Apps: []string{"./web/"}}, "b c"},
		{Filter{Apps: []string{"."}}, "a"}, {Filter{Apps: []string{"app:web", "root"}}, "a b c"}, {Filter{Names: []string{"a*a*a"}, Direct: Only}, ""},
	} {
		found, err := List(g, test.f)
		if err != nil {
			t.Fatal(err)
		}
		var ids []string
		for _, h := range found {
			ids = append(ids, string(g.Components[h].ID))
		}
		if got := strings.Join(ids, " "); got != test.want {
			t.Errorf("%d: %v passes %q, want %q", i, test.f, got, test.want)
		}
	}
	if _, err := List(g, Filter{Apps: []string{"nowhere"}}); err == nil {
		t.Error("an application that is not there was found")
	}
}

func TestStatsCount(t *testing.T) {
	g := drawn(t, "app", "app contains app-x", "app -> a@1", "a@1 -> a@2", "lost@1")
	s := CountAll(g)
	if s.Packages != 3 || s.Applications != 2 || s.Edges != 3 || s.Depth != 2 || s.Unreached != 1 || s.Name != "app" {
		t.Errorf("%+v", s)
	}
	if diff := cmp.Diff([]Count{{"pkg:npm/a", 2}}, s.Several); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]Count{{"version", 3}, {"purl", 3}, {"license", 0}, {"hash", 0}, {"supplier", 0}, {"evidence", 0}}, s.With); diff != "" {
		t.Error(diff)
	}
}

// monorepo has a thousand applications that share 20,000 packages.
func monorepo(b *testing.B) *sbom.Graph {
	var s sbom.Builder
	add := func(id sbom.ID) {
		if err := s.Component(sbom.Component{ID: id}); err != nil {
			b.Fatal(err)
		}
	}
	add("app:.")
	r := rand.New(rand.NewPCG(1, 2))
	const packages = 20_000
	for i := range packages {
		add(sbom.ID(fmt.Sprintf("p%d", i)))
	}
	for i := range packages - 1 {
		for range 3 {
			s.Edge(sbom.ID(fmt.Sprintf("p%d", i)), sbom.ID(fmt.Sprintf("p%d", i+1+r.IntN(min(2000, packages-i-1)))), sbom.Edge{})
		}
	}
	for i := range 1000 {
		app := sbom.ID(fmt.Sprintf("app:%d", i))
		add(app)
		s.Edge("app:.", app, sbom.Edge{Kind: sbom.Contains})
		for range 20 {
			s.Edge(app, sbom.ID(fmt.Sprintf("p%d", r.IntN(packages))), sbom.Edge{})
		}
	}
	g, err := s.Graph("app:.")
	if err != nil {
		b.Fatal(err)
	}
	return g
}

func BenchmarkPaths(b *testing.B) {
	g := monorepo(b)
	goal, _ := g.Find("p19999")
	for b.Loop() {
		b.ReportMetric(float64(len(Paths(g, goal, 0))), "paths")
	}
}

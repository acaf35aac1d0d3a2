package sbom_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

func npm(name, version string) sbom.Component {
	return sbom.Component{PURL: purl.New(purl.NPM, "", name, version)}
}

// lines writes what matters of a graph, one line per component and edge.
func lines(g *sbom.Graph) []string {
	var list []string
	for h := range g.Components {
		c := &g.Components[h]
		line := fmt.Sprintf("%s %s", c.ID, c.Scope)
		if c.Direct {
			line += " direct"
		}
		list = append(list, line)
		for _, e := range g.Out(sbom.Handle(h)) {
			line := fmt.Sprintf("%s %s %s", c.ID, e.Kind, g.Components[e.To].ID)
			for _, app := range e.In {
				line += " in " + string(g.Components[app].ID)
			}
			list = append(list, line)
		}
	}
	for _, gap := range g.Gaps {
		list = append(list, "gap "+gap.Path+": "+gap.Reason)
	}
	return list
}

func expect(t *testing.T, g *sbom.Graph, want string) {
	t.Helper()
	var list []string
	for _, l := range strings.Split(strings.TrimSpace(want), "\n") {
		list = append(list, strings.TrimSpace(l))
	}
	if diff := cmp.Diff(list, lines(g)); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestOneVersionInTwoProjectsKeepsTheEdgesOfEach(t *testing.T) {
	lock := func(dir, version string, scope sbom.Scope) *sbom.Facts {
		f := sbom.NewFacts("lock", sbom.Locked, dir+"/lock")
		f.Application(dir, sbom.Component{Name: dir})
		f.Add("glob", npm("glob", "7.0.0"))
		f.Add("minimatch", npm("minimatch", version))
		f.Relate(sbom.Relation{From: f.Owner(), To: "glob", Scope: scope})
		f.DependsOn("glob", "minimatch")
		return f
	}
	g := sbom.Resolve([]*sbom.Facts{lock("a", "3.0.0", sbom.Runtime), lock("b", "3.1.0", sbom.Development)}, sbom.Options{Root: sbom.Component{Name: "top"}})
	expect(t, g, `
		app:. runtime
		app:. contains app:a
		app:. contains app:b
		app:a runtime
		app:a depends-on pkg:npm/glob@7.0.0
		app:b runtime
		app:b depends-on pkg:npm/glob@7.0.0
		pkg:npm/glob@7.0.0 runtime direct
		pkg:npm/glob@7.0.0 depends-on pkg:npm/minimatch@3.0.0 in app:a
		pkg:npm/glob@7.0.0 depends-on pkg:npm/minimatch@3.1.0 in app:b
		pkg:npm/minimatch@3.0.0 runtime
		pkg:npm/minimatch@3.1.0 development`)
	b, _ := g.Find("app:b")
	glob, _ := g.Find("pkg:npm/glob@7.0.0")
	var held []sbom.ID
	for _, e := range g.Out(glob) {
		if g.Holds(b, e) {
			held = append(held, g.Components[e.To].ID)
		}
	}
	if diff := cmp.Diff([]sbom.ID{"pkg:npm/minimatch@3.1.0"}, held); diff != "" {
		t.Errorf("paths of b: %s", diff)
	}
}

func TestOtherBytesUnderOneNameStayApart(t *testing.T) {
	lock := func(file, hex string) *sbom.Facts {
		f := sbom.NewFacts("lock", sbom.Locked, file)
		c := npm("x", "1.0.0")
		c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA512, Hex: hex}}
		f.Add("x", c)
		f.DependsOn(f.Owner(), "x")
		return f
	}
	g := sbom.Resolve([]*sbom.Facts{lock("a/lock", "aa"), lock("b/lock", "bb"), lock("c/lock", "aa")}, sbom.Options{})
	expect(t, g, `
		app:. runtime
		app:. contains app:a
		app:. contains app:b
		app:. contains app:c
		app:a runtime
		app:a depends-on pkg:npm/x@1.0.0#1
		app:b runtime
		app:b depends-on pkg:npm/x@1.0.0#2
		app:c runtime
		app:c depends-on pkg:npm/x@1.0.0#1
		pkg:npm/x@1.0.0#1 runtime direct
		pkg:npm/x@1.0.0#2 runtime direct
		gap b/lock: hash conflict: pkg:npm/x@1.0.0 has another digest in a/lock`)
}

func TestDeclarationsAreAttachedToWhatTheLockfileChose(t *testing.T) {
	manifest := sbom.NewFacts("manifest", sbom.Declared, "manifest")
	manifest.Application(".", sbom.Component{Name: "app"})
	for _, name := range []string{"a", "b", "gone", "peer"} {
		manifest.Add(name, npm(name, ""))
	}
	manifest.Relate(sbom.Relation{From: manifest.Owner(), To: "a", Range: "^1"})
	manifest.Relate(sbom.Relation{From: manifest.Owner(), To: "b", Range: "^2", Scope: sbom.Development})
	manifest.Relate(sbom.Relation{From: manifest.Owner(), To: "gone", Range: "*"})
	manifest.Relate(sbom.Relation{From: manifest.Owner(), To: "peer", Range: "*", Scope: sbom.Peer})
	lock := sbom.NewFacts("lock", sbom.Locked, "lock")
	for _, key := range []string{"a 1.2.0", "b 2.0.0", "c 3.0.0"} {
		name, version, _ := strings.Cut(key, " ")
		lock.Add(key, npm(name, version))
	}
	lock.DependsOn("b 2.0.0", "c 3.0.0")
	g := sbom.Resolve([]*sbom.Facts{manifest, lock}, sbom.Options{})
	expect(t, g, `
		app:. runtime
		app:. depends-on pkg:npm/a@1.2.0
		app:. depends-on pkg:npm/b@2.0.0
		app:. depends-on pkg:npm/gone
		pkg:npm/a@1.2.0 runtime direct
		pkg:npm/b@2.0.0 development direct
		pkg:npm/b@2.0.0 depends-on pkg:npm/c@3.0.0
		pkg:npm/c@3.0.0 development
		pkg:npm/gone runtime direct`)
	a, _ := g.Find("pkg:npm/a@1.2.0")
	if n := len(g.Components[a].Evidence); n != 2 {
		t.Errorf("a has %d pieces of evidence, not the lock's and the manifest's", n)
	}
}

func TestWhatIsLockedButNotInstalledIsOptional(t *testing.T) {
	lock := sbom.NewFacts("lock", sbom.Locked, "lock")
	tree := sbom.NewFacts("tree", sbom.Installed, "node_modules/lock")
	tree.Own(".")
	tree.Edges(sbom.Complete)
	for _, f := range []*sbom.Facts{lock, tree} {
		f.Add("here", npm("here", "1.0.0"))
		f.DependsOn(f.Owner(), "here")
	}
	lock.Add("there", npm("there", "1.0.0"))
	lock.DependsOn("here", "there")
	g := sbom.Resolve([]*sbom.Facts{lock, tree}, sbom.Options{})
	expect(t, g, `
		app:. runtime
		app:. depends-on pkg:npm/here@1.0.0
		pkg:npm/here@1.0.0 runtime direct
		pkg:npm/here@1.0.0 depends-on pkg:npm/there@1.0.0
		pkg:npm/there@1.0.0 optional`)
}

func TestCyclesWithoutAParentHangTogetherWithTheirApplication(t *testing.T) {
	f := sbom.NewFacts("lock", sbom.Locked, "p/lock")
	f.Add("a", npm("a", "1.0.0"))
	f.Add("b", npm("b", "1.0.0"))
	f.DependsOn("a", "b")
	f.DependsOn("b", "a")
	g := sbom.Resolve([]*sbom.Facts{f}, sbom.Options{})
	expect(t, g, `
		app:. runtime
		app:. contains app:p
		app:p runtime
		app:p contains pkg:npm/a@1.0.0
		pkg:npm/a@1.0.0 runtime
		pkg:npm/a@1.0.0 depends-on pkg:npm/b@1.0.0
		pkg:npm/b@1.0.0 runtime
		pkg:npm/b@1.0.0 depends-on pkg:npm/a@1.0.0`)
}

func TestScopesAreTheWeakestOnAPathAndTheStrongestOfPaths(t *testing.T) {
	f := sbom.NewFacts("lock", sbom.Locked, "lock")
	for _, name := range []string{"run", "dev", "both", "opt", "under"} {
		f.Add(name, npm(name, "1.0.0"))
	}
	f.DependsOn(f.Owner(), "run")
	f.Relate(sbom.Relation{From: f.Owner(), To: "dev", Scope: sbom.Development})
	f.DependsOn("dev", "both")
	f.DependsOn("run", "both")
	f.Relate(sbom.Relation{From: "run", To: "opt", Scope: sbom.Optional})
	f.DependsOn("opt", "under")
	f.DependsOn("dev", "under")
	g := sbom.Resolve([]*sbom.Facts{f}, sbom.Options{})
	want := map[string]sbom.Scope{"run": sbom.Runtime, "dev": sbom.Development, "both": sbom.Runtime, "opt": sbom.Optional, "under": sbom.Optional}
	for name, scope := range want {
		h, _ := g.Find(sbom.ID("pkg:npm/" + name + "@1.0.0"))
		if got := g.Components[h].Scope; got != scope {
			t.Errorf("%s is %s, want %s", name, got, scope)
		}
	}
}

func TestAmbiguousAndDanglingEndsAreGaps(t *testing.T) {
	f := sbom.NewFacts("lock", sbom.Locked, "lock")
	f.Add("a", npm("a", "1.0.0"), "x")
	f.Add("b", npm("b", "1.0.0"), "x")
	f.DependsOn("a", "x")
	f.DependsOn("a", "nowhere")
	f.Relate(sbom.Relation{From: "a", To: "not here", Scope: sbom.Optional})
	g := sbom.Resolve([]*sbom.Facts{f}, sbom.Options{})
	want := []string{"a depends on nowhere, which resolves nowhere", "a depends on x, to which several packages answer"}
	var got []string
	for _, gap := range g.Gaps {
		got = append(got, gap.Reason)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheOrderOfFactsDoesNotMatter(t *testing.T) {
	var facts []*sbom.Facts
	for i := range 30 {
		f := sbom.NewFacts("lock", sbom.Stages[1+i%2], fmt.Sprintf("p%d/lock", i))
		for j := range 10 {
			c := npm(fmt.Sprintf("n%d", (i+j)%17), fmt.Sprintf("1.%d.0", (i*j)%3))
			if j%4 == 0 {
				c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA1, Hex: fmt.Sprint(i % 2)}}
			}
			f.AddAt(j+1, fmt.Sprint(j), c)
			f.DependsOn(f.Owner(), fmt.Sprint(j))
			f.DependsOn(fmt.Sprint(j), fmt.Sprint((j+3)%10))
		}
		facts = append(facts, f)
	}
	want := lines(sbom.Resolve(facts, sbom.Options{}))
	for seed := range uint64(10) {
		shuffled := slices.Clone(facts)
		r := rand.New(rand.NewPCG(seed, 1))
		r.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		if diff := cmp.Diff(want, lines(sbom.Resolve(shuffled, sbom.Options{}))); diff != "" {
			t.Fatalf("seed %d: %s", seed, diff)
		}
	}
}

func TestTheRootIsNamedByFlagThenManifestThenPlace(t *testing.T) {
	manifest := sbom.NewFacts("manifest", sbom.Declared, "package.json")
	manifest.Order = 1
	manifest.Application(".", sbom.Component{Name: "second", Version: "2.0.0"})
	first := sbom.NewFacts("first", sbom.Declared, "z.toml")
	first.Application(".", sbom.Component{Name: "first"})
	place := sbom.Component{Name: "place", Version: "9.9.9"}
	for _, c := range []struct {
		facts         []*sbom.Facts
		flag          string
		name, version string
	}{
		{nil, "", "place", "9.9.9"},
		{[]*sbom.Facts{manifest}, "", "second", "2.0.0"},
		{[]*sbom.Facts{manifest, first}, "", "first", "2.0.0"},
		{[]*sbom.Facts{manifest, first}, "flag", "flag", "2.0.0"},
	} {
		g := sbom.Resolve(c.facts, sbom.Options{Root: sbom.Component{Name: c.flag}, Fallback: place})
		root := &g.Components[g.Root]
		if root.Label() != c.name || root.VersionText() != c.version {
			t.Errorf("%d facts, flag %q: the root is %s %s, want %s %s", len(c.facts), c.flag, root.Label(), root.VersionText(), c.name, c.version)
		}
	}
}

package enrich_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/enrich"
	"github.com/sbomgen/sbomgen/catalogers/golang"
	"github.com/sbomgen/sbomgen/sbom"
)

// tree is a Tree over a file system.
type tree struct{ fs.FS }

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (t tree) Open(name string) (catalogers.Blob, error) {
	data, err := fs.ReadFile(t.FS, path.Clean(name))
	return blob{bytes.NewReader(data)}, err
}

func (t tree) ReadDir(name string) ([]fs.DirEntry, error) { return fs.ReadDir(t.FS, name) }
func (t tree) Resolve(name string) (string, error)        { return name, nil }

// enriched is the graph of the go.mod and go.work files of a tree with what a module cache adds.
func enriched(files fs.FS, cache fs.FS, names ...string) *sbom.Graph {
	t := tree{files}
	var facts []*sbom.Facts
	for _, name := range names {
		c := &golang.Mod
		if path.Base(name) == "go.work" {
			c = &golang.Work
		}
		out := sbom.NewFacts(c.Name, c.Stage, name)
		if err := c.Parse(catalogers.NewFile(t, c, name), out); err != nil {
			out.Gap(0, "%v", err)
		}
		facts = append(facts, out)
	}
	outside := enrich.Outside{Tree: t, Caches: map[string]fs.FS{enrich.GoModCache: cache}}
	facts = append(facts, enrich.GoModuleCache.Run(context.Background(), outside, facts)...)
	return sbom.Resolve(facts, sbom.Options{})
}

// project makes a tree of texts by name.
func project(files ...string) fstest.MapFS {
	m := make(fstest.MapFS)
	for i := 0; i < len(files); i += 2 {
		m[files[i]] = &fstest.MapFile{Data: []byte(files[i+1])}
	}
	return m
}

// modCache makes a module cache of "path@version" and the lines of its go.mod after the module line, in pairs.
func modCache(modules ...string) fstest.MapFS {
	m := make(fstest.MapFS)
	for i := 0; i < len(modules); i += 2 {
		name, version, _ := strings.Cut(modules[i], "@")
		m["cache/download/"+name+"/@v/"+version+".mod"] = &fstest.MapFile{Data: goMod(name, modules[i+1])}
	}
	return m
}

func goMod(name, lines string) []byte { return []byte("module " + name + "\n" + lines + "\n") }

// told lists the edges of a graph, without the standard library, and its gaps.
func told(g *sbom.Graph) []string {
	name := func(h sbom.Handle) string { return strings.TrimPrefix(string(g.Components[h].ID), "pkg:golang/") }
	var list []string
	for _, e := range g.Edges {
		if !strings.HasPrefix(name(e.To), "stdlib") {
			list = append(list, fmt.Sprintf("%s %s %s (%s)", name(e.From), e.Kind, name(e.To), e.Scope))
		}
	}
	for _, gap := range g.Gaps {
		list = append(list, "gap: "+gap.Reason)
	}
	return list
}

func expect(t *testing.T, g *sbom.Graph, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, told(g)); diff != "" {
		t.Errorf("edges and gaps (-want +got):\n%s", diff)
	}
}

func completeness(t *testing.T, g *sbom.Graph, id sbom.ID) sbom.Completeness {
	t.Helper()
	h, ok := g.Find(id)
	if !ok {
		t.Fatalf("%s is not in the graph", id)
	}
	return g.Components[h].Completeness
}

func TestAModuleOfGo117NeedsNoMoreThanItsListSaysItDoes(t *testing.T) {
	g := enriched(
		project("go.mod", "module a.test/app\ngo 1.21\nrequire a.test/x v1.0.0\nrequire a.test/y v1.2.0 // indirect\n"),
		modCache(
			"a.test/x@v1.0.0", "go 1.17\nrequire a.test/y v1.1.0\nrequire a.test/testonly v1.0.0",
			"a.test/y@v1.2.0", "go 1.17",
			// Pruned out: neither this nor what it needs is looked at.
			"a.test/testonly@v1.0.0", "go 1.17\nrequire a.test/y v1.9.0",
		), "go.mod")
	expect(t, g,
		"app:. depends-on a.test/x@v1.0.0 (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/testonly@v1.0.0 (optional)",
		"a.test/x@v1.0.0 depends-on a.test/y@v1.2.0 (runtime)",
	)
	if c := completeness(t, g, "app:."); c != sbom.Complete {
		t.Errorf("the application is %s", c)
	}
	if c := completeness(t, g, "pkg:golang/a.test/testonly@v1.0.0"); c != sbom.Unknown {
		t.Errorf("a module that was not looked at is %s", c)
	}
}

func TestBeforeGo117TheWholeGraphDecides(t *testing.T) {
	g := enriched(
		project("go.mod", "module a.test/app\ngo 1.16\nrequire a.test/x v1.0.0\n"),
		modCache(
			"a.test/x@v1.0.0", "require a.test/y v1.1.0",
			"a.test/y@v1.1.0", "require a.test/z v1.1.0\nrequire a.test/app v0.1.0",
			"a.test/z@v1.1.0", "require a.test/y v1.3.0",
			"a.test/y@v1.3.0", "require a.test/only-new v1.0.0",
			"a.test/only-new@v1.0.0", "go 1.20",
			"a.test/app@v0.1.0", "require a.test/x v0.9.0",
			"a.test/x@v0.9.0", "require a.test/only-old v1.0.0",
			"a.test/only-old@v1.0.0", "",
		), "go.mod")
	expect(t, g,
		"app:. contains a.test/only-old@v1.0.0 (runtime)",
		"app:. depends-on a.test/x@v1.0.0 (runtime)",
		"app:. contains a.test/z@v1.1.0 (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/y@v1.3.0 (runtime)",
		"a.test/y@v1.3.0 depends-on a.test/only-new@v1.0.0 (runtime)",
		"a.test/z@v1.1.0 depends-on a.test/y@v1.3.0 (runtime)",
	)
}

func TestEachMissingGoModIsOneGapAndTheGraphIsIncomplete(t *testing.T) {
	g := enriched(
		project("go.mod", "module a.test/app\ngo 1.21\nrequire (\n a.test/x v1.0.0\n a.test/y v1.0.0\n a.test/z v1.0.0 // indirect\n)\n"),
		modCache("a.test/x@v1.0.0", "require a.test/y v1.0.0\nrequire a.test/z v1.0.0", "a.test/z@v1.0.0", "require (\n"),
		"go.mod")
	expect(t, g,
		"app:. depends-on a.test/x@v1.0.0 (runtime)",
		"app:. depends-on a.test/y@v1.0.0 (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/y@v1.0.0 (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/z@v1.0.0 (runtime)",
		"gap: the go.mod of a.test/y@v1.0.0 is not in the module cache",
		"gap: the go.mod of a.test/z@v1.0.0 cannot be understood",
	)
	if c := completeness(t, g, "app:."); c != sbom.Incomplete {
		t.Errorf("the application is %s", c)
	}
}

func TestWithoutACacheThereIsOneGap(t *testing.T) {
	files := project("go.mod", "module a.test/app\ngo 1.21\nrequire a.test/x v1.0.0\n")
	for _, cache := range []fs.FS{nil, fstest.MapFS{}} {
		expect(t, enriched(files, cache, "go.mod"),
			"app:. depends-on a.test/x@v1.0.0 (runtime)",
			"gap: there is no Go module cache to read the module graph from",
		)
	}
}

func TestReplacementsAndExclusionsOfTheMainModuleHoldInTheWholeGraph(t *testing.T) {
	g := enriched(
		project("app/go.mod", `module a.test/app
go 1.21
require a.test/x v1.0.0
require a.test/y v1.0.0 // indirect
require a.test/local v1.0.0 // indirect
replace a.test/y => a.test/fork/y v1.5.0
replace a.test/local => ../local
exclude a.test/z v1.3.0
`, "local/go.mod", "module a.test/local\nrequire a.test/z v1.1.0\nrequire a.test/deep v1.0.0 // indirect\n"),
		modCache(
			"a.test/x@v1.0.0", "require a.test/y v1.0.0\nrequire a.test/local v0.5.0",
			"a.test/fork/y@v1.5.0", "require a.test/z v1.3.0",
			"a.test/z@v1.1.0", "",
			"a.test/deep@v1.0.0", "",
		), "app/go.mod", "local/go.mod")
	expect(t, g,
		"app:. contains app:app (runtime)",
		"app:app contains app:local (runtime)",
		"app:app contains a.test/deep@v1.0.0 (optional)",
		"app:app depends-on a.test/x@v1.0.0 (runtime)",
		"app:local contains a.test/deep@v1.0.0 (runtime)",
		"app:local depends-on a.test/z@v1.1.0 (runtime)",
		"a.test/x@v1.0.0 depends-on app:local (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/fork/y@v1.5.0 (runtime)",
	)
}

func TestAGoModThatGoSumDoesNotNameIsNotBelieved(t *testing.T) {
	hash := func(data []byte) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "%x  go.mod\n", sha256.Sum256(data)))
		return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
	}
	files := project("go.mod", "module a.test/app\ngo 1.21\nrequire a.test/x v1.0.0\nrequire a.test/y v1.0.0\n", "go.sum",
		"a.test/x v1.0.0/go.mod "+hash(goMod("a.test/x", "require a.test/y v1.0.0"))+"\n"+
			"a.test/y v1.0.0/go.mod "+hash(goMod("a.test/y", "go 1.21"))+"\n")
	cache := modCache("a.test/x@v1.0.0", "require a.test/y v1.0.0", "a.test/y@v1.0.0", "go 1.21\nrequire a.test/evil v1.0.0")
	expect(t, enriched(files, cache, "go.mod"),
		"app:. depends-on a.test/x@v1.0.0 (runtime)",
		"app:. depends-on a.test/y@v1.0.0 (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/y@v1.0.0 (runtime)",
		"gap: the go.mod of a.test/y@v1.0.0 in the module cache is not the one that go.sum names",
	)
}

func TestAWorkspaceIsOneSelectionOverItsMembers(t *testing.T) {
	g := enriched(
		project(
			"go.work", "go 1.21\nuse ./one\nuse ./two\n",
			"one/go.mod", "module a.test/one\ngo 1.21\nrequire a.test/x v1.0.0\nrequire a.test/y v1.1.0\n",
			"two/go.mod", "module a.test/two\ngo 1.21\nrequire a.test/one v0.0.0\nrequire a.test/y v1.2.0\n"),
		modCache(
			"a.test/x@v1.0.0", "go 1.17\nrequire a.test/y v1.0.0",
			"a.test/y@v1.1.0", "go 1.17",
			"a.test/y@v1.2.0", "go 1.17\nrequire a.test/z v1.0.0",
			"a.test/z@v1.0.0", "go 1.17",
			"a.test/one@v0.0.0", "go 1.17",
		), "go.work", "one/go.mod", "two/go.mod")
	expect(t, g,
		"app:. contains app:one (runtime)",
		"app:. contains app:two (runtime)",
		"app:one depends-on a.test/x@v1.0.0 (runtime)",
		"app:one depends-on a.test/y@v1.2.0 (runtime)",
		"app:two depends-on app:one (runtime)",
		"app:two depends-on a.test/y@v1.2.0 (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/y@v1.2.0 (runtime)",
		"a.test/y@v1.2.0 depends-on a.test/z@v1.0.0 (optional)",
	)
}

func TestAListThatIsNotUpToDateIsAGap(t *testing.T) {
	g := enriched(
		project("go.mod", "module a.test/app\ngo 1.21\nrequire a.test/x v1.0.0\nrequire a.test/y v1.0.0\n"),
		modCache("a.test/x@v1.0.0", "require a.test/y v1.4.0", "a.test/y@v1.0.0", "", "a.test/y@v1.4.0", ""), "go.mod")
	expect(t, g,
		"app:. depends-on a.test/x@v1.0.0 (runtime)",
		"app:. depends-on a.test/y@v1.0.0 (runtime)",
		"app:. depends-on a.test/y@v1.4.0 (runtime)",
		"a.test/x@v1.0.0 depends-on a.test/y@v1.4.0 (runtime)",
		"gap: a.test/y is listed at v1.0.0, but the build selects v1.4.0",
	)
}

// The go command is the judge: this module's own graph, at selected versions, is the one that "go mod graph" prints.
func TestThisModulesGraphIsTheOneOfTheGoCommand(t *testing.T) {
	run := func(args ...string) ([]string, error) {
		c := exec.Command("go", args...)
		c.Dir, c.Env = "../..", append(os.Environ(), "GOPROXY=off", "GOFLAGS=-mod=mod", "GOWORK=off", "GOTOOLCHAIN=local")
		out, err := c.Output()
		return strings.Split(strings.TrimSpace(string(out)), "\n"), err
	}
	lines, err := run("mod", "graph")
	if err != nil {
		t.Log("left out: the module cache lacks what go mod graph needs; running it once here fills it")
		return
	}
	list, err := run("list", "-m", "all")
	if err != nil {
		t.Fatal(err)
	}
	dir, err := run("env", "GOMODCACHE")
	if err != nil {
		t.Fatal(err)
	}
	selected := make(map[string]string)
	for _, l := range list {
		name, version, _ := strings.Cut(l, " ")
		selected[name] = version
	}
	want := make(map[string]bool)
	for _, l := range lines {
		from, to, _ := strings.Cut(l, " ")
		name, version, _ := strings.Cut(from, "@")
		needed, _, _ := strings.Cut(to, "@")
		if v, ok := selected[name]; !ok || version != v || v == "" || selected[needed] == "" {
			continue // superseded, the go directive, or from the main module: it lists what it does not import, too
		}
		want[from+" "+needed+"@"+selected[needed]] = true
	}
	g := enriched(os.DirFS("../.."), os.DirFS(dir[0]), "go.mod")
	got := make(map[string]bool)
	for _, e := range g.Edges {
		from, to := &g.Components[e.From], &g.Components[e.To]
		if e.Kind == sbom.DependsOn && !from.IsApplication() {
			got[from.Label()+"@"+from.VersionText()+" "+to.Label()+"@"+to.VersionText()] = true
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
		t.Errorf("edges of %d (-go +ours):\n%s", len(want), diff)
	}
	for name, version := range selected {
		id := sbom.ID("pkg:golang/" + name + "@" + strings.ReplaceAll(version, "+", "%2B"))
		if _, ok := g.Find(id); !ok && version != "" {
			t.Errorf("%s is in the build list, but not in the graph", id)
		}
	}
	if len(g.Gaps) > 0 {
		t.Errorf("gaps: %v", g.Gaps)
	}
	for _, c := range g.Components {
		if c.Scope == sbom.Runtime && c.Completeness == sbom.Unknown && !strings.HasPrefix(c.Label(), "stdlib") {
			t.Errorf("what %s needs is not known", c.ID)
		}
	}
}

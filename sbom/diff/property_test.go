package diff

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// world is a graph that can be edited.
type world struct {
	packages []*sbom.Component // the first is the root
	edges    map[[2]*sbom.Component]bool
}

func (w *world) graph(t testing.TB, rnd *rand.Rand) *sbom.Graph {
	t.Helper()
	var b sbom.Builder
	order := rnd.Perm(len(w.packages))
	for _, i := range order {
		c := *w.packages[i]
		c.Licenses, c.Hashes = slices.Clone(c.Licenses), slices.Clone(c.Hashes)
		if err := b.Component(c); err != nil {
			t.Fatal(err)
		}
	}
	var edges [][2]*sbom.Component
	for e := range w.edges { // in any order
		edges = append(edges, e)
	}
	for _, e := range edges {
		b.Edge(e[0].ID, e[1].ID, sbom.Edge{})
	}
	g, err := b.Graph("app:.")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (w *world) clone() *world {
	n := &world{edges: make(map[[2]*sbom.Component]bool)}
	to := make(map[*sbom.Component]*sbom.Component)
	for _, c := range w.packages {
		copied := *c
		copied.Licenses, copied.Hashes, copied.References = slices.Clone(c.Licenses), slices.Clone(c.Hashes), slices.Clone(c.References)
		to[c] = &copied
		n.packages = append(n.packages, &copied)
	}
	for e := range w.edges {
		n.edges[[2]*sbom.Component{to[e[0]], to[e[1]]}] = true
	}
	return n
}

func (w *world) drop(c *sbom.Component) {
	w.packages = slices.DeleteFunc(w.packages, func(x *sbom.Component) bool { return x == c })
	for e := range w.edges {
		if e[0] == c || e[1] == c {
			delete(w.edges, e)
		}
	}
}

var (
	testTypes     = []purl.Type{purl.NPM, purl.Cargo, purl.PyPI, purl.Maven, purl.Deb, purl.Golang}
	testLicenses  = []string{"MIT", "Apache-2.0", "GPL-3.0-only", "MIT OR Apache-2.0", "BSD-3-Clause AND MIT", "Some Words"}
	testHosts     = []string{"https://a.example", "https://b.example", "http://a.example"}
	testSuppliers = []string{"A", "B", "C"}
	testScopes    = []sbom.Scope{sbom.Development, sbom.Optional, sbom.Runtime}
)

// other picks an element that is not the given one.
func other[T comparable](rnd *rand.Rand, list []T, than T) T {
	for {
		if x := list[rnd.IntN(len(list))]; x != than {
			return x
		}
	}
}

func pick[T any](rnd *rand.Rand, list []T) T { return list[rnd.IntN(len(list))] }

// spell writes a version as packages of the type have it.
func spell(t purl.Type, major, minor, patch int) string {
	v := fmt.Sprintf("%d.%d.%d", major, minor, patch)
	switch t {
	case purl.Golang:
		return "v" + v
	case purl.Deb:
		return v + "-1"
	}
	return v
}

func newPackage(rnd *rand.Rand, t purl.Type, name, version string) *sbom.Component {
	namespace := ""
	switch t {
	case purl.Maven:
		namespace = "org.example"
	case purl.Deb:
		namespace = "debian"
	case purl.Golang:
		namespace = "example.com/acme"
	}
	p := purl.New(t, namespace, name, version)
	return &sbom.Component{
		ID: sbom.ID(p.String()), Kind: sbom.Library, PURL: p, Supplier: pick(rnd, testSuppliers), Scope: pick(rnd, testScopes),
		Licenses:   []sbom.License{{Text: pick(rnd, testLicenses)}},
		Hashes:     []sbom.Hash{{Algorithm: sbom.SHA256, Hex: fmt.Sprintf("%016x%016x", rnd.Uint64(), rnd.Uint64())}},
		References: []sbom.Reference{{Type: sbom.Distribution, URL: pick(rnd, testHosts) + "/" + name}},
	}
}

// imagine makes a world of groups of packages, of one to three versions each, of which every one has a parent.
func imagine(rnd *rand.Rand, groups int) (*world, [][]*sbom.Component) {
	root := &sbom.Component{ID: "app:.", Kind: sbom.Application, Path: ".", Name: "root"}
	w := &world{packages: []*sbom.Component{root}, edges: make(map[[2]*sbom.Component]bool)}
	list := make([][]*sbom.Component, groups)
	for i := range list {
		t := pick(rnd, testTypes)
		versions := 1
		if rnd.IntN(4) == 0 {
			versions += 1 + rnd.IntN(2)
		}
		for v := range versions {
			c := newPackage(rnd, t, fmt.Sprintf("p%d", i), spell(t, 1+4*v, 3+rnd.IntN(3), 3+rnd.IntN(3)))
			for range 1 + rnd.IntN(3) {
				w.edges[[2]*sbom.Component{pick(rnd, w.packages), c}] = true
			}
			list[i] = append(list[i], c)
		}
		w.packages = append(w.packages, list[i]...)
	}
	// Every field is filled on both sides, whatever the edits take away.
	for i := range 2 {
		c := newPackage(rnd, purl.NPM, fmt.Sprintf("anchor%d", i), "1.0.0")
		w.packages = append(w.packages, c)
		w.edges[[2]*sbom.Component{w.packages[i], c}] = true
	}
	for e := range w.edges {
		e[1].Direct = e[1].Direct || e[0] == root
	}
	return w, list
}

// edit changes the world at random and tells in words what it did.
func edit(rnd *rand.Rand, w *world, groups [][]*sbom.Component) (script []string) {
	note := func(format string, args ...any) { script = append(script, fmt.Sprintf(format, args...)) }
	root := w.packages[0]
	gone := make(map[*sbom.Component]bool)
	fresh := make(map[*sbom.Component]bool)
	fixed := make(map[*sbom.Component]bool) // of a set in which versions change: the callers tell them apart
	name := func(c *sbom.Component) string { return string(c.PURL.Type) + ":" + c.PURL.Name }

	lonely := make(map[*sbom.Component]bool) // lost a parent
	operation := make([]int, len(groups))
	for i := range groups {
		if operation[i] = rnd.IntN(5); rnd.IntN(3) > 0 {
			operation[i] = -1
		}
	}
	var sequence []int // what goes, goes first
	for i, o := range operation {
		if o == 1 || o == 4 {
			sequence = append(sequence, i)
		}
	}
	for i, o := range operation {
		if o == 0 || o == 2 || o == 3 {
			sequence = append(sequence, i)
		}
	}
	drop := func(c *sbom.Component) {
		for e := range w.edges {
			if e[0] == c {
				lonely[e[1]] = true
			}
		}
		w.drop(c)
		gone[c] = true
	}
	for _, i := range sequence {
		versions := groups[i]
		c := pick(rnd, versions)
		switch operation[i] {
		case 0: // add a package
			n := newPackage(rnd, pick(rnd, testTypes), fmt.Sprintf("new%d", i), "1.0.0")
			w.packages = append(w.packages, n)
			w.edges[[2]*sbom.Component{c, n}] = true
			fresh[n] = true
			note("added %s 1.0.0", name(n))
		case 1: // remove a package with all its versions
			for _, v := range versions {
				drop(v)
				note("removed %s %s", name(v), v.PURL.Version)
			}
		case 2: // another version
			alone := slices.ContainsFunc(versions, func(v *sbom.Component) bool { return lonely[v] }) // callers cannot tell versions apart
			for _, v := range versions {
				fixed[v] = true
				if v != c && (alone || rnd.IntN(2) > 0) {
					continue
				}
				was := v.PURL.Version
				var major, minor, patch int
				fmt.Sscanf(strings.TrimPrefix(was, "v"), "%d.%d.%d", &major, &minor, &patch)
				word := "upgraded"
				switch rnd.IntN(4) {
				case 0:
					patch++
				case 1:
					minor++
				case 2:
					patch--
					word = "downgraded"
				case 3:
					minor--
					word = "downgraded"
				}
				v.PURL = purl.New(v.PURL.Type, v.PURL.Namespace, v.PURL.Name, spell(v.PURL.Type, major, minor, patch))
				v.ID = sbom.ID(v.PURL.String())
				v.Hashes = newPackage(rnd, v.PURL.Type, "x", "1").Hashes
				note("%s %s %s -> %s", word, name(v), was, v.PURL.Version)
			}
		case 3: // one more version
			n := newPackage(rnd, c.PURL.Type, c.PURL.Name, spell(c.PURL.Type, 21, 0, 0))
			w.packages = append(w.packages, n)
			w.edges[[2]*sbom.Component{root, n}] = true
			n.Direct, fresh[n] = true, true
			note("version-added %s %s", name(n), n.PURL.Version)
		case 4: // one version less
			if len(versions) > 1 {
				drop(c)
				note("version-removed %s %s", name(c), c.PURL.Version)
			}
		}
	}
	var stay []*sbom.Component
	for _, versions := range groups {
		for _, c := range versions {
			if !gone[c] {
				stay = append(stay, c)
			}
		}
	}
	for _, c := range stay {
		at := name(c) + " " + c.PURL.Version
		changed := slices.ContainsFunc(script, func(s string) bool {
			return strings.HasSuffix(s, name(c)+" "+c.PURL.Version) || strings.HasSuffix(s, "-> "+c.PURL.Version)
		})
		if rnd.IntN(8) == 0 {
			was := c.Licenses[0].Text
			c.Licenses = []sbom.License{{Text: other(rnd, testLicenses, was)}}
			note("relicensed %s %s -> %s", at, was, c.Licenses[0].Text)
		}
		if rnd.IntN(8) == 0 && !changed {
			c.Hashes = newPackage(rnd, c.PURL.Type, "x", "1").Hashes
			note("rehashed %s", at)
		}
		if rnd.IntN(8) == 0 {
			was := c.Scope
			c.Scope = other(rnd, testScopes, was)
			note("rescoped %s %s -> %s", at, was, c.Scope)
		}
		if rnd.IntN(8) == 0 {
			was := strings.TrimSuffix(c.References[0].URL, "/"+c.PURL.Name)
			host := other(rnd, testHosts, was)
			c.References[0].URL = host + "/" + c.PURL.Name
			note("source-changed %s %s -> %s", at, was, host)
		}
		if rnd.IntN(8) == 0 {
			was := c.Supplier
			c.Supplier = other(rnd, testSuppliers, was)
			note("supplier-changed %s %s -> %s", at, was, c.Supplier)
		}
	}
	version := func(c *sbom.Component) string {
		if c == root {
			return "root"
		}
		return name(c) + " " + c.PURL.Version
	}
	flip := func(from, to *sbom.Component) {
		e := [2]*sbom.Component{from, to}
		if from == to || fixed[to] {
			return
		}
		word := "edge-added"
		if w.edges[e] {
			word = "edge-removed"
			delete(w.edges, e)
		} else {
			w.edges[e] = true
		}
		note("%s %s > %s", word, version(from), version(to))
		if from == root {
			to.Direct = w.edges[e]
			if to.Direct {
				note("now-direct %s", version(to))
			} else {
				note("now-transitive %s", version(to))
			}
		}
	}
	touched := make(map[[2]*sbom.Component]bool)
	for range len(stay) / 4 {
		from, to := pick(rnd, append(stay, root)), pick(rnd, stay)
		if e := [2]*sbom.Component{from, to}; !touched[e] {
			touched[e] = true
			flip(from, to)
		}
	}
	slices.Sort(script)
	return script
}

// tell puts a report in the words of a script.
func tell(r *Report) (script []string) {
	note := func(format string, args ...any) { script = append(script, fmt.Sprintf(format, args...)) }
	for i := range r.Changes {
		c := &r.Changes[i]
		name := string(c.Type) + ":" + c.Package[strings.LastIndexAny(c.Package, "/:")+1:]
		for _, word := range c.Kinds.Words() {
			switch word {
			case "added", "version-added":
				note("%s %s %s", word, name, c.New.Version)
			case "removed", "version-removed":
				note("%s %s %s", word, name, c.Old.Version)
			case "upgraded", "downgraded":
				note("%s %s %s -> %s", word, name, c.Old.Version, c.New.Version)
			case "relicensed":
				note("%s %s %s %s -> %s", word, name, c.New.Version, c.License.Old, c.License.New)
			case "rescoped":
				note("%s %s %s %s -> %s", word, name, c.New.Version, c.Old.Scope, c.New.Scope)
			case "source-changed":
				for _, s := range c.Sources {
					note("%s %s %s %s -> %s", word, name, c.New.Version, s.Old, s.New)
				}
			case "supplier-changed":
				note("%s %s %s %s -> %s", word, name, c.New.Version, c.Supplier.Old, c.Supplier.New)
			default:
				note("%s %s %s", word, name, c.New.Version)
			}
		}
	}
	end := func(s Step) string {
		if s.ID == "app:." {
			return "root"
		}
		p, _ := purl.Parse(string(s.ID))
		return string(p.Type) + ":" + p.Name + " " + p.Version
	}
	for _, e := range r.Edges {
		from := end(e.From)
		note("edge-%s %s > %s", e.Change, from, end(e.To))
	}
	slices.Sort(script)
	return script
}

func TestARandomScriptOfEditsIsGivenBackExactly(t *testing.T) {
	rounds := 2500
	if testing.Short() {
		rounds = 500
	}
	for seed := range rounds {
		rnd := rand.New(rand.NewPCG(uint64(seed), 7))
		before, _ := imagine(rnd, 4+rnd.IntN(24))
		after := before.clone()
		var groups [][]*sbom.Component
		at := make(map[purl.PURL]int)
		for _, c := range after.packages[1 : len(after.packages)-2] {
			i, ok := at[c.PURL.Base()]
			if !ok {
				i = len(groups)
				at[c.PURL.Base()] = i
				groups = append(groups, nil)
			}
			groups[i] = append(groups[i], c)
		}
		script := edit(rnd, after, groups)
		old, new := before.graph(t, rnd), after.graph(t, rnd)
		r := Compare(old, new, Options{})
		// An edge of the old side is told with the versions of the old side.
		got := tell(withNewVersions(r, old, new))
		if !slices.Equal(script, got) {
			t.Fatalf("seed %d: script and report differ (-script +report):\n%s", seed, gocmp.Diff(script, got))
		}
		mirrored(t, seed, r, Compare(new, old, Options{}))
		if again := Compare(before.graph(t, rnd), after.graph(t, rnd), Options{}); !reflect.DeepEqual(r, again) {
			t.Fatalf("seed %d: the order of the input shows:\n%s", seed, gocmp.Diff(r, again))
		}
		if same := Compare(new, after.graph(t, rnd), Options{AllEdges: true}); !same.Empty() || len(same.Subjects)+len(same.Known) > 0 {
			t.Fatalf("seed %d: a graph differs from itself: %+v", seed, same)
		}
	}
}

// withNewVersions names the ends of removed edges as the new side does.
func withNewVersions(r *Report, old, new *sbom.Graph) *Report {
	to := make(map[sbom.ID]sbom.ID)
	for _, c := range r.Changes {
		if c.Old != nil && c.New != nil {
			to[c.Old.ID] = c.New.ID
		}
	}
	copied := *r
	copied.Edges = slices.Clone(r.Edges)
	for i := range copied.Edges {
		if e := &copied.Edges[i]; e.Change == "removed" {
			e.From.ID, e.To.ID = cmp.Or(to[e.From.ID], e.From.ID), cmp.Or(to[e.To.ID], e.To.ID)
		}
	}
	return &copied
}

// mirrored checks that a report is the other one, seen from the other side.
func mirrored(t *testing.T, seed int, r, m *Report) {
	t.Helper()
	flat := func(r *Report, flip bool) (list []string) {
		words := map[string]string{"added": "removed", "removed": "added", "upgraded": "downgraded", "downgraded": "upgraded",
			"version-added": "version-removed", "version-removed": "version-added", "now-direct": "now-transitive", "now-transitive": "now-direct"}
		text := func(p *Package) string {
			if p == nil {
				return "nothing"
			}
			return fmt.Sprintf("%+v", *p)
		}
		for _, c := range r.Changes {
			old, new := text(c.Old), text(c.New)
			kinds := c.Kinds.Words()
			if flip {
				old, new = new, old
				for i, k := range kinds {
					kinds[i] = cmp.Or(words[k], k)
				}
				slices.Sort(kinds)
			} else {
				slices.Sort(kinds)
			}
			class := c.Class
			if strings.Contains(old+new, "-0.2024") {
				class = "" // to a commit, or back from it
			}
			list = append(list, fmt.Sprint(kinds, old, new, class, c.Beside, c.Evidence))
		}
		for _, e := range r.Edges {
			change := e.Change
			if flip {
				change = words[change]
			}
			list = append(list, fmt.Sprint(change, e.From, e.Kind, e.To))
		}
		slices.Sort(list)
		return list
	}
	if x, y := flat(r, false), flat(m, true); !slices.Equal(x, y) {
		t.Fatalf("seed %d: the mirrored report differs:\n%s", seed, gocmp.Diff(x, y))
	}
}

// jumble makes a graph of few names, versions, digests and repositories in which everything collides with everything.
func jumble(t *testing.T, rnd *rand.Rand) *sbom.Graph {
	t.Helper()
	var text strings.Builder
	var ids []string
	seen := make(map[string]bool)
	add := func(id, attributes string) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
			fmt.Fprintln(&text, id, attributes)
		}
	}
	for a := range rnd.IntN(3) {
		add(fmt.Sprintf("app:%d", a), "name=app")
	}
	for range rnd.IntN(14) {
		name, version := pick(rnd, []string{"a", "b", "babel-a", "%40babel/a", "libc1", "libc2"}), pick(rnd, []string{"1.0.0", "1.0", "1.2.0", "2.0.0", "1.0.0-rc.1", "main", "v3"})
		var id string
		switch t := pick(rnd, []string{"npm/", "deb/debian/", "golang/example.com/", "golang/example.com/a/", "none"}); t {
		case "none":
			id = fmt.Sprintf("thing:%d", rnd.IntN(9))
		default:
			p, err := purl.Parse("pkg:" + t + name + "@" + version + pick(rnd, []string{"", "?arch=x", "?arch=y", "?arch=x&distro=z", "?vcs_url=git%2Bhttps://h.example/r@1111", "?vcs_url=git%2Bhttps://h.example/r@2222"}))
			if err != nil {
				continue
			}
			id = p.Identity().String()
		}
		attributes := ""
		if id[0] == 't' {
			attributes = fmt.Sprintf("name=%s version=%s kind=%s at=f%d ", pick(rnd, []string{"a", "b"}), version, pick(rnd, []string{"library", "file"}), rnd.IntN(2))
		}
		for _, a := range []string{"license=MIT", "license=ISC", "license=NOASSERTION", "concluded=MIT", "sha256=11", "sha256=22", "sha512=33", "vcs=https://h.example/r", "vcs=https://h.example/s",
			"distribution=https://a.example/x", "scope=development", "scope=runtime", "supplier=S", "direct"} {
			if rnd.IntN(6) == 0 {
				attributes += a + " "
			}
		}
		add(id, attributes)
	}
	if len(ids) > 0 {
		for range rnd.IntN(20) {
			from, to := pick(rnd, append(ids, "app:.")), pick(rnd, ids)
			if e := from + " > " + to; !seen[e] {
				seen[e] = true
				fmt.Fprintln(&text, e, pick(rnd, []string{"", "", "in app:."}))
			}
		}
	}
	return parse(t, text.String())
}

func TestAnyTwoGraphsMirrorEachOther(t *testing.T) {
	for seed := range 1500 {
		rnd := rand.New(rand.NewPCG(uint64(seed), 11))
		old, new := jumble(t, rnd), jumble(t, rnd)
		r := Compare(old, new, Options{AllEdges: seed%2 == 0})
		mirrored(t, seed, r, Compare(new, old, Options{AllEdges: seed%2 == 0}))
		if same := Compare(old, old, Options{AllEdges: true}); !same.Empty() || len(same.Subjects)+len(same.Known) > 0 {
			t.Fatalf("seed %d: a graph differs from itself: %v", seed, lines(same))
		}
		var b strings.Builder
		WriteText(&b, r, 0)
		WriteMarkdown(&b, r, 0)
	}
}

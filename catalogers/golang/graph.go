package golang

import (
	"fmt"
	"go/version"
	"iter"
	"maps"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// Graph claims the module graph of the build that a go.mod or go.work begins, as "go mod graph" computes it but at the
// selected versions only. It reads the go.mod files of the dependencies from cache; each that is missing there is a Gap. A go.mod that begins no
// build of its own, as a member of a workspace, has no graph.
//
// Modules that no go.mod of the build lists although all of them are of go 1.17 or later provide no package to it:
// they are there because others ask for them, and optional.
func Graph(f *catalogers.File, cache *ModuleCache, out *sbom.Facts) error {
	read := readMod
	if f.Base() == "go.work" {
		read = readWork
	}
	aside := sbom.NewFacts(out.Cataloger, out.Stage, f.Path) // the catalogers of the files have told what is wrong with them
	b, err := read(f, aside)
	if b == nil || err != nil {
		return err
	}
	g := &graph{build: b, cache: cache, selected: make(map[string]string), loaded: make(map[module.Version]*requirements), seen: make(map[visit]bool)}
	g.load()
	g.claim(out)
	return nil
}

// graph is the module graph of a build. Main modules stand in it with the version "".
type graph struct {
	*build
	cache    *ModuleCache
	selected map[string]string                // the highest version that anything asks for
	loaded   map[module.Version]*requirements // nil where the go.mod is missing
	seen     map[visit]bool
	queue    []visit
	missing  []string
}

// pruning is how far a module's requirements are followed (https://go.dev/ref/mod#graph-pruning).
type pruning uint8

const (
	unpruned pruning = iota // to the end, as before go 1.17
	shallow                 // those of go 1.17 and later list what their packages need: no further
	member                  // those of a workspace's members: each by its own go.mod
)

type visit struct {
	module.Version
	pruning
}

// pruned tells whether a go.mod lists all modules that the packages of its module need, be it indirectly.
func pruned(f *modfile.File) bool {
	return f.Go != nil && version.Compare("go"+f.Go.Version, "go1.17") >= 0
}

// load reads the go.mod files that decide the selection.
func (g *graph) load() {
	for _, m := range g.mains {
		if g.work != nil {
			g.visit(visit{module.Version{Path: m.path}, member})
			continue
		}
		depth := unpruned
		if pruned(m.File) {
			depth = shallow
		}
		for _, r := range g.require(module.Version{Path: m.path}).require {
			g.visit(visit{r.Version, depth})
		}
	}
	g.drain()
	if g.work != nil {
		g.reload()
	}
}

func (g *graph) visit(v visit) {
	if !g.seen[v] {
		g.seen[v] = true
		g.queue = append(g.queue, v)
	}
}

func (g *graph) drain() {
	for ; len(g.queue) > 0; g.queue = g.queue[1:] {
		at := g.queue[0]
		r := g.require(at.Version)
		if r == nil || at.pruning == shallow && r.pruned {
			continue
		}
		next := unpruned
		if at.pruning != unpruned && r.pruned {
			next = shallow
		}
		for _, to := range r.require {
			g.visit(visit{to.Version, next})
		}
	}
}

// reload follows, in a workspace, the modules that another member raised above the version that a go.mod lists: the list then no longer
// names all that the packages need, so the raised module's own go.mod is followed like a member's, until nothing is raised any more.
func (g *graph) reload() {
	followed := make(map[module.Version]bool)
	paths := make(map[string]bool)
	for _, m := range g.mains {
		paths[m.path] = true
	}
	for {
		var next []module.Version
		for _, p := range slices.Sorted(maps.Keys(paths)) {
			m := g.at(p)
			if !followed[m] {
				next = append(next, m)
				continue
			}
			if r := g.loaded[m]; r != nil {
				for _, to := range r.require {
					if s := g.at(to.Path); !followed[s] && higher(s.Version, to.Version.Version) {
						next = append(next, s)
					}
				}
			}
		}
		if len(next) == 0 {
			return
		}
		for _, m := range next {
			followed[m] = true
			paths[m.Path] = true
			g.visit(visit{m, member})
		}
		g.drain()
	}
}

// at is the selected version of a module.
func (g *graph) at(path string) module.Version {
	return module.Version{Path: path, Version: g.selected[path]}
}

// higher tells whether version a wins over b. The one that is built here, "", wins over all.
func higher(a, b string) bool {
	return b != "" && (a == "" || semver.Compare(a, b) > 0)
}

// require gives the requirements of a module and lets them count for the selection; nil if its go.mod is missing.
func (g *graph) require(m module.Version) *requirements {
	if r, known := g.loaded[m]; known {
		return r
	}
	r, err := g.read(m)
	if err != nil {
		g.missing = append(g.missing, fmt.Sprintf("the go.mod of %s %v", m, err))
		g.loaded[m] = nil
		return nil
	}
	if len(g.exclude) > 0 {
		r.require = slices.DeleteFunc(slices.Clone(r.require), func(to requirement) bool { return g.exclude[to.Version] })
	}
	g.loaded[m] = &r
	for _, to := range r.require {
		if v, known := g.selected[to.Path]; g.byPath[to.Path] == nil && (!known || higher(to.Version.Version, v)) {
			g.selected[to.Path] = to.Version.Version
		}
	}
	return &r
}

func (g *graph) read(m module.Version) (requirements, error) {
	if own := g.byPath[m.Path]; own != nil && m.Version == "" {
		return requirementsOf(own.File), nil
	}
	to, replaced := g.replaced(m)
	switch {
	case !replaced:
		to.Version = m
	case to.dir != "":
		return g.readLocal(to.dir)
	case to.Path == "":
		return requirements{}, fmt.Errorf("lies in a folder outside the tree")
	}
	return g.cache.of(to.Version, g.sums[to.Path+" "+to.Version.Version+"/go.mod"])
}

// readLocal reads the go.mod of a folder that stands in for a module.
func (g *graph) readLocal(dir string) (requirements, error) {
	f, err := g.file.At(strings.TrimPrefix(dir+"/go.mod", "./"))
	if err != nil {
		return requirements{}, err
	}
	text, err := f.Text()
	if err != nil {
		return requirements{}, err
	}
	return readRequirements([]byte(text))
}

// claim says what was found.
func (g *graph) claim(out *sbom.Facts) {
	known := sbom.Complete
	for _, reason := range g.missing {
		known = sbom.Incomplete
		out.Gap(0, "%s", reason)
	}
	listed := g.listed()
	g.build.claim(out, g.selected, known)
	paths := slices.Sorted(maps.Keys(g.selected))
	extra := make(map[string]bool) // not listed by any main module
	for _, p := range paths {
		if v, ok := listed[p]; !ok {
			extra[p] = true
			g.module(out, g.at(p), sbom.Location{Path: g.file.Path})
		} else if higher(g.selected[p], v) {
			out.Gap(0, "%s is listed at %s, but the build selects %s", p, v, g.selected[p])
		}
	}
	needless := sbom.Optional
	for _, m := range g.mains {
		if !pruned(m.File) {
			needless = sbom.Runtime // the lists do not name all that is needed
		}
	}
	for _, p := range paths {
		r, from := g.loaded[g.at(p)], g.keys[p]
		if c := out.Component(from); c != nil && r != nil && c.Kind != sbom.Application {
			c.Completeness = sbom.Complete
		}
		for to := range g.edges(p) {
			edge := sbom.Relation{From: from, To: g.keys[to.Path], Range: to.Version.Version}
			if extra[to.Path] {
				edge.Scope = needless
			}
			out.Relate(edge)
		}
	}
	g.claimUnreached(out, paths, extra, needless)
}

// edges are the requirements of the selected version of a module that the graph shows: not those of older versions of what is built here, and of a
// folder that stands in for a module, which is an application, only what it asks for itself.
func (g *graph) edges(p string) iter.Seq[requirement] {
	return func(yield func(requirement) bool) {
		r := g.loaded[g.at(p)]
		if r == nil {
			return
		}
		application := strings.HasPrefix(g.keys[p], "app:")
		for _, to := range r.require {
			if g.byPath[to.Path] == nil && !(application && to.indirect) && !yield(to) {
				return
			}
		}
	}
}

// claimUnreached ties what only superseded versions ask for to the application: it is in the build list too.
func (g *graph) claimUnreached(out *sbom.Facts, paths []string, extra map[string]bool, scope sbom.Scope) {
	reached := make(map[string]bool)
	follow := func(from string) {
		for list := []string{from}; len(list) > 0; {
			p := list[len(list)-1]
			list = list[:len(list)-1]
			if reached[p] {
				continue
			}
			reached[p] = true
			for to := range g.edges(p) {
				list = append(list, to.Path)
			}
		}
	}
	for _, p := range paths {
		if !extra[p] {
			follow(p)
		}
	}
	for _, p := range paths {
		if !reached[p] {
			out.Relate(sbom.Relation{From: out.Owner(), To: g.keys[p], Kind: sbom.Contains, Scope: scope})
			follow(p)
		}
	}
}

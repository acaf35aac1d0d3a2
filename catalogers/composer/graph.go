package composer

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// providers bounds how many packages may stand in for one name: the most known ones have some ten.
const providers = 16

// graph relates packages by name, of which a lock or an installation has one each.
type graph struct {
	out       *sbom.Facts
	packages  []pkg
	providers map[string][]string // a name -> the packages that replace or provide it
}

// read reads a package. It returns false for what has no vendor, name or version.
func (g *graph) read(r *decode.JSONReader) (p pkg, ok bool) {
	p = readPackage(r)
	if !strings.Contains(p.name, "/") || p.version == "" {
		if r.Err() == nil {
			g.out.Gap(p.line, "%.80q has no vendor, name or version", p.name)
		}
		return p, false
	}
	p.name = strings.ToLower(p.name)
	return p, true
}

func (g *graph) add(p pkg, c sbom.Component) {
	g.packages = append(g.packages, p)
	g.out.AddAt(p.line, p.name, c)
	for _, name := range p.provides {
		if list := g.providers[name]; len(list) == 0 || list[len(list)-1] != p.name && len(list) < providers {
			g.providers[name] = append(list, p.name)
		}
	}
}

// addLocked adds a package of a lock, or the folder of the tree that a repository of the type "path" makes one. Which packages are
// needed only to develop is said by the lock, not by the edges.
func (g *graph) addLocked(f *catalogers.File, p pkg, c sbom.Component) {
	if p.dist.kind != "path" {
		g.add(p, c)
		return
	}
	at, inside := f.Within(p.dist.url)
	if !inside {
		c.PURL, c.Name, c.Version = purl.PURL{}, p.name, p.version
		g.add(p, c)
		return
	}
	c.Name, c.Version, c.Scope = p.name, p.version, sbom.ScopeUnset
	g.out.Alias(g.out.ApplicationAt(p.line, at, c), p.name)
	g.packages = append(g.packages, p)
}

// relate writes an edge to a package of the name or, where there is none, to all that stand in for it, unless the one that asks does
// so itself.
func (g *graph) relate(r sbom.Relation) {
	if g.out.Has(r.To) || len(g.providers[r.To]) == 0 {
		g.out.Relate(r)
		return
	}
	if slices.Contains(g.providers[r.To], r.From) {
		return
	}
	for _, r.To = range g.providers[r.To] {
		g.out.Relate(r)
	}
}

// settle writes the edges of all packages, and those of the project from its composer.json. What nothing answers to may be
// replaced by the project itself, which only composer.json tells. A requirement of the project that is not met says that the lock
// is older than composer.json, which Composer only warns of.
func (g *graph) settle(f *catalogers.File, beside string) {
	m, found := manifestBeside(f, beside)
	own := make(map[string]bool)
	for _, name := range append(m.provides, m.name) {
		own[name] = true
	}
	for i := range g.packages {
		p := &g.packages[i]
		for _, l := range p.requires {
			if !platform(l.name) {
				g.relate(sbom.Relation{From: p.name, To: l.name, Range: l.constraint, Line: l.line, MayMiss: !found || own[l.name]})
			}
		}
	}
	for _, l := range m.requires {
		g.relate(sbom.Relation{From: g.out.Owner(), To: l.name, Range: l.constraint, Scope: l.scope, MayMiss: true})
	}
	g.out.Edges(sbom.Complete)
}

func manifestBeside(f *catalogers.File, name string) (m manifest, ok bool) {
	text, err := f.TextBeside(name)
	if err != nil {
		return m, false
	}
	m, err = readManifest(text)
	return m, err == nil
}

// unpacked tells whether a file lies in an installed package: vendor/acme/thing, beside vendor/composer.
func unpacked(f *catalogers.File) bool { return f.Has("../../composer/installed.json") }

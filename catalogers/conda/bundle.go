package conda

import (
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// bundle collects the packages of a lockfile that holds one version as several archives, for platforms and builds: they are one
// package with several distributions.
type bundle struct {
	out    *sbom.Facts
	order  []string
	items  map[string]*bundled
	chosen map[string]string // what a requirement finds in an environment of a platform -> key
	said   map[sbom.Relation]bool
}

type bundled struct {
	line      int
	component sbom.Component
	artifacts []artifact
	seen      map[[2]string]bool // address and digest of an artifact
}

func newBundle(out *sbom.Facts) *bundle {
	return &bundle{out: out, items: make(map[string]*bundled), chosen: make(map[string]string), said: make(map[sbom.Relation]bool)}
}

// add notes an archive of a package and gives the package's key. The strongest scope holds.
func (b *bundle) add(line int, c sbom.Component, a artifact) string {
	key := c.PURL.String()
	p, known := b.items[key]
	if !known {
		p = &bundled{line: line, component: c, seen: make(map[[2]string]bool)}
		b.items[key], b.order = p, append(b.order, key)
	}
	p.component.Scope = max(p.component.Scope, c.Scope)
	if id := [2]string{a.url, a.sha256}; !p.seen[id] {
		p.seen[id] = true
		p.artifacts = append(p.artifacts, a)
	}
	return key
}

func (b *bundle) choose(as, key string) { b.chosen[as] = key }

// flush claims what was collected. A purl tells of the archive what all of them share.
func (b *bundle) flush() {
	for _, key := range b.order {
		p := b.items[key]
		c, first := p.component, p.artifacts[0]
		for _, a := range p.artifacts[1:] {
			first.build, first.subdir, first.extension = shared(first.build, a.build), shared(first.subdir, a.subdir), shared(first.extension, a.extension)
		}
		if c.PURL.Type == purl.Conda {
			c.PURL = first.purl(c.PURL.Name, c.PURL.Version, true)
		}
		distribute(&c, p.artifacts, func(format string, args ...any) { b.out.Gap(p.line, format, args...) })
		b.out.AddAt(p.line, key, c)
	}
}

func shared(one, other string) string {
	if one == other {
		return one
	}
	return ""
}

// relate claims an edge once, however many platforms have it.
func (b *bundle) relate(r sbom.Relation) {
	once := r
	once.Line = 0
	if !b.said[once] {
		b.said[once] = true
		b.out.Relate(r)
	}
}

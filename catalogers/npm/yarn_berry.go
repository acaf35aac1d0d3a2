package npm

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// berryEntry is what a lockfile of yarn 2 or later says of one package, besides what yarnEntry holds of every one.
type berryEntry struct {
	locator     locator
	from        source
	member      bool   // it is a member of the workspace
	folder      string // of the member, in the tree
	first, last int    // its part of the wants
}

// berry reads the lockfile of yarn 2 and later.
func (y *yarn) berry(text string) error {
	b := berry{yarn: y, r: decode.NewBlock(text), optional: make(map[string]bool)}
	b.r.Object(func(key string) {
		if key != "__metadata" {
			b.entry(key)
			return
		}
		b.r.Object(func(key string) {
			if line := b.r.Line(); key == "version" {
				if version := b.r.Int(); version < 1 || version > 15 {
					y.out.Gap(line, "version %d of the lockfile is unknown", version)
				}
			}
		})
	})
	err := b.r.Finish()
	root, ok := y.project(y.dir)
	if ok {
		b.overrides = selectors(root.overrides)
	}
	for i := range y.entries {
		b.claim(i)
	}
	for i := range y.entries {
		b.relate(i)
	}
	return err
}

// berry is a lockfile of yarn 2 or later while it is read.
type berry struct {
	*yarn
	r         *decode.Block
	more      []berryEntry    // beside yarn.entries
	optional  map[string]bool // of the entry that is being read
	overrides map[string][]selector
	catalogs  map[string]string // "catalog:name" and the name of a package -> the range
}

// entry reads one package: under everything that is asked for and that it answers to.
func (b *berry) entry(key string) {
	at := int32(len(b.entries))
	e := yarnEntry{line: b.r.Line()}
	m := berryEntry{first: len(b.wants)}
	resolution := ""
	clear(b.optional)
	b.r.Object(func(field string) {
		switch field {
		case "version":
			e.version = b.r.Text()
		case "resolution":
			resolution = b.r.Text()
		case "checksum":
			e.integrity = b.r.Text()
		case "dependencies":
			b.r.Object(func(name string) {
				line := b.r.Line()
				b.wants = append(b.wants, yarnWant{at, name, b.r.Text(), sbom.Runtime, line})
			})
		case "dependenciesMeta":
			b.r.Object(func(name string) {
				b.r.Object(func(key string) {
					if key == "optional" && b.r.Bool() {
						b.optional[name] = true
					}
				})
			})
		}
	})
	if resolution == "" {
		if b.r.Err() == nil { // else it is broken off
			b.out.Gap(e.line, "%.80q has no resolution", shown(key))
		}
		b.wants = b.wants[:m.first]
		return
	}
	b.add(key, resolution, e, m)
}

// add takes an entry into the lockfile, with the wants that were read for it.
func (b *berry) add(key, resolution string, e yarnEntry, m berryEntry) {
	at := int32(len(b.entries))
	m.last = len(b.wants)
	for i := m.first; i < m.last && len(b.optional) > 0; i++ {
		if b.optional[b.wants[i].name] {
			b.wants[i].scope = sbom.Optional
		}
	}
	m.locator = parseLocator(resolution)
	m.from = m.locator.source()
	e.name, e.key = m.locator.name, shown(resolution)
	if m.from.origin != local { // which lies in a place of its own for everyone who asks
		e.key, _, _ = strings.Cut(e.key, "::")
	}
	for rest := key; rest != ""; {
		var descriptor string
		descriptor, rest, _ = strings.Cut(rest, ",")
		b.answer(strings.TrimSpace(descriptor), at)
	}
	b.entries = append(b.entries, e)
	b.more = append(b.more, m)
}

// answer notes that the entry answers to a descriptor. What depends on the place where it is asked for has that bound to its
// end ("link:./x::locator=..."); the first of these answers to what is asked without, too.
func (b *berry) answer(descriptor string, at int32) {
	b.at[descriptor] = at
	if free, _, bound := strings.Cut(descriptor, "::"); bound {
		if _, taken := b.at[free]; !taken {
			b.at[free] = at
		}
	}
}

// claim claims the package of an entry.
func (b *berry) claim(i int) {
	e, m := &b.entries[i], &b.more[i]
	l := m.locator
	switch {
	case strings.HasPrefix(l.reference, "workspace:"):
		b.member(e, m)
		return
	case !plausible(e.name):
		b.out.Gap(e.line, "%.80q does not name a package", e.key)
		return
	case b.out.Has(e.key):
		b.out.Gap(e.line, "%s stands twice", e.key)
		return
	}
	from := m.from
	if from.origin == local && !packed(from.path) {
		b.folder(e, path.Join(b.dir, l.base()), from.path)
		return
	}
	if e.version == "" {
		b.out.Gap(e.line, "%s has no version", e.key)
	}
	c := sbom.Component{PURL: pkg(e.name, e.version)}
	from.pinned(&c, path.Join(b.dir, l.base()), l.archive)
	switch {
	case l.patch != "": // of which yarn keeps another archive
		if at, inside := within(b.dir, l.patch); inside {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:patch", Value: at})
		}
	case e.integrity != "" && !l.builtin:
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:yarn:checksum", Value: e.integrity})
	}
	b.out.AddAt(e.line, e.key, c)
}

// member claims a member of the workspace.
func (b *berry) member(e *yarnEntry, m *berryEntry) {
	at, inside := within(b.dir, strings.TrimPrefix(m.locator.reference, "workspace:"))
	if !inside {
		b.out.Gap(e.line, "the workspace of %s lies outside the tree", e.name)
		b.out.AddAt(e.line, e.key, sbom.Component{PURL: pkg(e.name, "")})
		return
	}
	c := sbom.Component{}
	if !strings.HasPrefix(e.name, "root-workspace-") { // yarn's word for a project without a name
		c = application(e.name, "")
	}
	c.Completeness = sbom.Complete
	m.folder, m.member = at, true
	e.key = b.out.Application(at, c)
}

// relate claims what an entry depends on. Only of the members of the workspace there is a manifest that tells what only their
// development needs.
func (b *berry) relate(i int) {
	e, m := &b.entries[i], &b.more[i]
	var scopes map[string]sbom.Scope
	if m.member {
		scopes = b.scopes(m.folder)
	}
	for _, w := range b.wants[m.first:m.last] {
		if scope, ok := scopes[w.name]; ok && (scope == sbom.Development || scope == sbom.Optional) {
			w.scope = scope
		}
		to, found := b.find(m.locator, w)
		if range_, ok := strings.CutPrefix(w.spec, "npm:"); ok {
			if _, _, alias := aliased(w.spec); !alias {
				w.spec = range_
			}
		}
		b.yarn.relate(e.key, w, to, found)
	}
}

func (b *berry) scopes(dir string) map[string]sbom.Scope {
	p, ok := b.project(dir)
	if !ok {
		return nil
	}
	scopes := make(map[string]sbom.Scope, len(p.requires.list))
	for _, q := range p.requires.list {
		scopes[q.name] = q.scope
	}
	return scopes
}

package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl/version"
	"github.com/sbomgen/sbomgen/sbom"
)

// Options says what to report.
type Options struct {
	AllEdges bool // also the edges of packages that came or went themselves
}

// comparison is a report in the making.
type comparison struct {
	*matching
	terms          terms
	report         *Report
	oldHas, newHas [fieldCount]bool
	gained, lost   [fieldCount]int
	wayOld, wayNew *ways
	verdicts       []verdict // of each old unit
}

// verdict is how the version of a unit differs from its mate's.
type verdict struct {
	kind  Kinds // Upgraded, Downgraded, Changed, or none
	class version.Change
}

// Compare reports what changed from one graph to another. It takes time in proportion to their size, but for sorting, and
// swapping the graphs gives the same report the other way round.
func Compare(old, new *sbom.Graph, o Options) *Report {
	c := &comparison{matching: match(old, new), terms: make(terms)}
	c.report = &Report{Schema: Schema, Old: about(c.old), New: about(c.new),
		Subjects: []Subject{}, Changes: []Change{}, Edges: []Edge{}, NotComparable: []Missing{}, Known: []Known{}}
	c.oldHas, c.newHas = c.old.filled(), c.new.filled()
	c.judge()
	if c.report.Old.Packages > 0 && c.report.New.Packages > 0 {
		c.incomparable()
	}
	for u := range c.old.units {
		if mate := c.old.units[u].mate; mate == none {
			c.gone(int32(u))
		} else {
			c.stays(int32(u), mate)
		}
	}
	for u := range c.new.units {
		if c.new.units[u].mate == none {
			c.came(int32(u))
		}
	}
	if c.comparable(edges) || min(c.report.Old.Packages, c.report.New.Packages) == 0 {
		c.edges(o.AllEdges)
	}
	for f := range fieldCount {
		if c.gained[f]+c.lost[f] > 0 && c.comparable(f) {
			c.report.Known = append(c.report.Known, Known{fieldWords[f], c.gained[f], c.lost[f]})
		}
	}
	slices.SortStableFunc(c.report.Subjects, func(a, b Subject) int { return strings.Compare(string(a.ID), string(b.ID)) })
	slices.SortFunc(c.report.Changes, compareChanges)
	c.report.count()
	return c.report
}

func about(s *side) Side {
	root := &s.g.Components[s.g.Root]
	return Side{Name: root.Label(), Version: root.VersionText(), Packages: s.packages(), Gaps: len(s.g.Gaps)}
}

func compareChanges(a, b Change) int {
	return cmp.Or(strings.Compare(a.Package, b.Package), strings.Compare(string(a.Type), string(b.Type)),
		comparePackages(a.Old, b.Old), comparePackages(a.New, b.New))
}

func comparePackages(a, b *Package) int {
	if a == nil || b == nil {
		switch {
		case a != nil:
			return 1
		case b != nil:
			return -1
		}
		return 0
	}
	return strings.Compare(string(a.ID), string(b.ID))
}

// comparable tells whether both sides fill a field.
func (c *comparison) comparable(f field) bool { return c.oldHas[f] && c.newHas[f] }

func (c *comparison) incomparable() {
	for f := range fieldCount {
		m := Missing{Field: fieldWords[f]}
		switch {
		case c.comparable(f):
			continue
		case c.oldHas[f]:
			m.Side = "new"
		case c.newHas[f]:
			m.Side = "old"
		default:
			m.Side = "both"
		}
		c.report.NotComparable = append(c.report.NotComparable, m)
	}
}

// described is a unit as the report shows it.
func (c *comparison) described(s *side, u int32) *Package {
	component, step := s.component(u), s.step(u)
	p := &Package{ID: step.ID, Kind: component.Kind, Name: step.Name, Version: step.Version, Revision: s.units[u].release.revision,
		Scope: component.Scope.String(), Direct: component.Direct}
	if !component.PURL.IsZero() {
		p.PURL = component.PURL.String()
	}
	t := c.terms.effective(component)
	p.License, p.Category = t.text, t.category
	return p
}

// lone is the kind of change that a unit without a mate is.
func (u *unit) lone(whole, oneOfSet Kinds) Kinds {
	if u.flags&inSet != 0 {
		return oneOfSet
	}
	return whole
}

func (c *comparison) gone(u int32) {
	n := Change{Kinds: c.old.units[u].lone(Removed, VersionRemoved), Package: c.old.display(u), Type: c.typeOf(c.old, u),
		Old: c.described(c.old, u), Beside: c.beside(c.old, u)}
	c.lead(&n, c.old, u)
	c.report.Changes = append(c.report.Changes, n)
}

func (c *comparison) came(u int32) {
	n := Change{Kinds: c.new.units[u].lone(Added, VersionAdded), Package: c.new.display(u), Type: c.typeOf(c.new, u),
		New: c.described(c.new, u), Beside: c.beside(c.new, u)}
	c.lead(&n, c.new, u)
	c.report.Changes = append(c.report.Changes, n)
}

// maxBeside bounds how many other versions a change lists.
const maxBeside = 8

// beside lists the other versions of a package in the graph.
func (c *comparison) beside(s *side, u int32) []string {
	var list []string
	k := s.units[u].group
	for other := s.first[k]; other < s.first[k+1] && len(list) < maxBeside; other++ {
		if other != u {
			list = append(list, s.units[other].release.version)
		}
	}
	return list
}

// stays compares two units that are one package.
func (c *comparison) stays(u, mate int32) {
	old, new := &c.old.units[u], &c.new.units[mate]
	a, b := c.old.component(u), c.new.component(mate)
	var n Change
	if old.flags&isApplication != 0 {
		c.subject(a, b)
	} else {
		if v := c.verdicts[u]; v.kind != 0 {
			n.Kinds, n.Class = v.kind, v.class.String()
		} else {
			c.both(versions, old.release.version != "", new.release.version != "")
		}
		if old.flags&isMoved != 0 {
			n.Kinds |= Moved
		}
		if c.both(scopes, a.Scope != 0, b.Scope != 0) && a.Scope != b.Scope {
			n.Kinds |= Rescoped
		}
		if c.comparable(directs) && a.Direct != b.Direct {
			n.Kinds |= NowTransitive
			if b.Direct {
				n.Kinds ^= NowTransitive | NowDirect
			}
		}
		if n.Qualifiers = requalified(a.PURL, b.PURL); n.Qualifiers != nil {
			n.Kinds |= Requalified
		}
		if n.Sources = resourced(a, b); n.Sources != nil {
			n.Kinds |= SourceChanged
		}
		c.both(hashes, len(a.Hashes) > 0, len(b.Hashes) > 0)
		if !n.Kinds.Has(versionKinds|Moved|Requalified) && (old.release.version == "") == (new.release.version == "") {
			c.bytes(&n, u, mate)
		}
	}
	if c.both(licenses, stated(a), stated(b)) {
		if n.License = c.terms.relicensed(a, b); n.License != nil {
			n.Kinds |= Relicensed
		}
	}
	if x, y := supplier(a), supplier(b); c.both(suppliers, x != "", y != "") && x != y {
		n.Kinds |= SupplierChanged
		n.Supplier = &Swap{"supplier", x, y}
	}
	if n.Kinds == 0 {
		return
	}
	n.Package, n.Type, n.Evidence = c.new.display(mate), c.typeOf(c.new, mate), new.evidence
	n.Old, n.New = c.described(c.old, u), c.described(c.new, mate)
	c.lead(&n, c.new, mate)
	c.report.Changes = append(c.report.Changes, n)
}

// both tells whether a field is known of both sides, and counts where it is known of one.
func (c *comparison) both(f field, old, new bool) bool {
	switch {
	case new && !old:
		c.gained[f]++
	case old && !new:
		c.lost[f]++
	}
	return old && new
}

// subject notes that an application is called otherwise.
func (c *comparison) subject(a, b *sbom.Component) {
	x, y := Name{a.Label(), a.VersionText()}, Name{b.Label(), b.VersionText()}
	if x != y {
		c.report.Subjects = append(c.report.Subjects, Subject{b.ID, x, y})
	}
}

// judge compares the versions of all pairs.
func (c *comparison) judge() {
	c.verdicts = make([]verdict, len(c.old.units))
	for u := range c.old.units {
		mate := c.old.units[u].mate
		if mate == none {
			continue
		}
		a, b, t := c.old.units[u].release, c.new.units[mate].release, c.typeOf(c.new, mate)
		if t != c.typeOf(c.old, int32(u)) {
			t = "" // no order is common to both
		}
		v := &c.verdicts[u]
		if a.version != b.version && a.version != "" && b.version != "" {
			order, ok := version.Compare(t, a.version, b.version)
			v.class = version.Classify(t, a.version, b.version)
			switch {
			case !ok || order == 0 && v.class == version.Build:
				v.kind = Changed
			case order < 0:
				v.kind = Upgraded
			case order > 0:
				v.kind = Downgraded
			}
		}
		if a.revision != b.revision && a.revision != "" && b.revision != "" && v.kind&^Changed == 0 {
			v.kind, v.class = Changed, version.Commit
		}
	}
}

// verdict is that of a unit of either side.
func (c *comparison) verdict(s *side, u int32) verdict {
	if s == c.new {
		u = s.units[u].mate
	}
	if u == none {
		return verdict{}
	}
	return c.verdicts[u]
}

// bytes compares the digests of two units of the same version. Without a version nothing was promised: the content changed.
func (c *comparison) bytes(n *Change, u, mate int32) {
	if n.Hashes = rehashed(c.old, c.new, u, mate); n.Hashes == nil {
		return
	}
	if r := c.new.units[mate].release; r.version == "" && r.revision == "" {
		n.Kinds |= Changed
		n.Class = "content"
		return
	}
	n.Kinds |= Rehashed
}

// edges compares the relations between units, each pair of units being one node.
func (c *comparison) edges(all bool) {
	node := make([]int32, len(c.new.units)) // of the new side; a unit of the old side is its own node
	extra := int32(len(c.old.units))
	for u := range c.new.units {
		if node[u] = c.new.units[u].mate; node[u] == none {
			node[u] = extra
			extra++
		}
	}
	pack := func(s *side, at func(u int32) int32) []relation {
		list := make([]relation, 0, len(s.g.Edges))
		for i, e := range s.g.Edges {
			from, to := s.of[e.From], s.of[e.To]
			if from != to && (all || s.units[from].mate != none && s.units[to].mate != none) {
				list = append(list, relation{uint64(at(from))<<34 | uint64(at(to))<<4 | uint64(e.Kind), int32(i)})
			}
		}
		slices.SortFunc(list, func(a, b relation) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.edge, b.edge)) })
		return slices.CompactFunc(list, func(a, b relation) bool { return a.key == b.key })
	}
	olds := pack(c.old, func(u int32) int32 { return u })
	news := pack(c.new, func(u int32) int32 { return node[u] })
	add := func(s *side, r relation, word string) {
		e := s.g.Edges[r.edge]
		c.report.Edges = append(c.report.Edges, Edge{word, s.step(s.of[e.From]), e.Kind.String(), s.step(s.of[e.To])})
	}
	// What an application contained and now depends on, or the other way round, is told once: as now direct or now transitive.
	turned := func(depends, contains []relation, s *side) bool {
		return !all && len(depends) > 0 && len(contains) > 0 && depends[0].key|uint64(sbom.Contains) == contains[0].key &&
			s.g.Edges[depends[0].edge].Kind == sbom.DependsOn && s.g.Components[s.g.Edges[depends[0].edge].From].IsApplication()
	}
	for i, j := 0, 0; i < len(olds) || j < len(news); {
		switch {
		case turned(olds[i:], news[j:], c.old), turned(news[j:], olds[i:], c.new):
			i, j = i+1, j+1
		case j == len(news) || i < len(olds) && olds[i].key < news[j].key:
			add(c.old, olds[i], "removed")
			i++
		case i == len(olds) || news[j].key < olds[i].key:
			add(c.new, news[j], "added")
			j++
		default:
			i, j = i+1, j+1
		}
	}
	slices.SortFunc(c.report.Edges, func(a, b Edge) int {
		return cmp.Or(strings.Compare(a.From.Name, b.From.Name), strings.Compare(string(a.From.ID), string(b.From.ID)), strings.Compare(a.To.Name, b.To.Name),
			strings.Compare(string(a.To.ID), string(b.To.ID)), strings.Compare(a.Kind, b.Kind), strings.Compare(a.Change, b.Change))
	})
}

// relation is an edge between two nodes, packed for sorting: 30 bits for each end and 4 for the kind.
type relation struct {
	key  uint64
	edge int32
}

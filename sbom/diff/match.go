package diff

import (
	"slices"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// matching pairs the units of two graphs. Each phase works on what the ones before left over, and each is symmetric: matched the
// other way round, the same units are pairs.
type matching struct {
	*groups
	old, new *side
}

func match(old, new *sbom.Graph) *matching {
	n := &groups{at: make(map[key]int32, max(len(old.Components), len(new.Components)))}
	oldGroup, oldReleases := n.reduce(old)
	newGroup, newReleases := n.reduce(new)
	m := &matching{groups: n}
	m.old = gather(old, oldGroup, oldReleases, len(n.keys))
	m.new = gather(new, newGroup, newReleases, len(n.keys))
	for k := range n.keys {
		i, j := m.old.first[k], m.new.first[k]
		if m.old.first[k+1]-i == 1 && m.new.first[k+1]-j == 1 {
			m.pair(i, j, "")
		} else {
			m.sets([]int32{int32(k)}, []int32{int32(k)})
		}
	}
	m.byBase()
	m.relocated()
	m.byDigest()
	m.byPlace()
	m.byNameAndVersion()
	m.byRepository()
	return m
}

func (m *matching) pair(old, new int32, evidence string) {
	a, b := &m.old.units[old], &m.new.units[new]
	a.mate, b.mate, a.evidence, b.evidence = new, old, evidence, evidence
}

// sets matches the versions of groups that are one package: the equal ones, then by who asks for them and by how near they
// are. Where both sides have versions, those that stay without a mate joined or left the set.
func (m *matching) sets(oldGroups, newGroups []int32) {
	var olds, news []int32
	for _, k := range oldGroups {
		olds = append(olds, m.old.in(k)...)
	}
	for _, k := range newGroups {
		news = append(news, m.new.in(k)...)
	}
	if len(olds) == 0 || len(news) == 0 {
		return
	}
	byRelease := func(s *side) func(a, b int32) int {
		return func(a, b int32) int { return compareReleases(s.units[a].release, s.units[b].release) }
	}
	if len(oldGroups)+len(newGroups) > 2 {
		slices.SortStableFunc(olds, byRelease(m.old))
		slices.SortStableFunc(news, byRelease(m.new))
	}
	set := len(olds) > 1 || len(news) > 1
	restOld, restNew := olds[:0:0], news[:0:0]
	for i, j := 0, 0; i < len(olds) || j < len(news); {
		order := -1
		if i == len(olds) {
			order = 1
		} else if j < len(news) {
			order = compareReleases(m.old.units[olds[i]].release, m.new.units[news[j]].release)
		}
		switch {
		case order < 0:
			restOld = append(restOld, olds[i])
			i++
		case order > 0:
			restNew = append(restNew, news[j])
			j++
		default:
			m.pair(olds[i], news[j], "")
			i, j = i+1, j+1
		}
	}
	m.nearest(restOld, restNew)
	if set {
		for _, u := range restOld {
			m.old.units[u].flags |= inSet
		}
		for _, u := range restNew {
			m.new.units[u].flags |= inSet
		}
	}
}

// across is the other side.
func (m *matching) across(s *side) *side {
	if s == m.old {
		return m.new
	}
	return m.old
}

// left lists the groups of a side of which nothing is matched.
func (m *matching) left(s *side) []int32 {
	var list []int32
	other := m.across(s)
	for k := range m.keys {
		units := s.units[s.first[k]:s.first[k+1]]
		if len(units) > 0 && other.first[k] == other.first[k+1] && !slices.ContainsFunc(units, func(u unit) bool { return u.mate != none }) {
			list = append(list, int32(k))
		}
	}
	return list
}

// leftUnits lists the units of a side that nothing of the other side answers to.
func (m *matching) leftUnits(s *side) []int32 {
	var list []int32
	other := m.across(s)
	for u := range s.units {
		if x := &s.units[u]; x.mate == none && x.flags == 0 && other.first[x.group] == other.first[x.group+1] {
			list = append(list, int32(u))
		}
	}
	return list
}

// byBase matches packages of one type, namespace and name whose qualifiers or subpath differ: another architecture, distribution
// or registry.
func (m *matching) byBase() {
	m.byKey(func(p purl.PURL) (purl.PURL, string) { return p.Base(), "" })
}

// bucket holds the groups, or the units, that answer to one key.
type bucket struct {
	old, new []int32
	evidence string
}

// byKey matches groups that a rule calls by the same purl.
func (m *matching) byKey(rule func(purl.PURL) (as purl.PURL, evidence string)) {
	buckets := make(map[purl.PURL]*bucket)
	collect := func(k int32, old bool) {
		p := m.keys[k].purl
		as, evidence := rule(p)
		if p.IsZero() || as.IsZero() {
			return
		}
		b := buckets[as]
		switch {
		case b == nil && !old:
		case b == nil:
			buckets[as] = &bucket{old: []int32{k}, evidence: evidence}
		case old:
			b.old = append(b.old, k)
		default:
			b.new = append(b.new, k)
		}
	}
	for _, k := range m.left(m.old) {
		collect(k, true)
	}
	for _, k := range m.left(m.new) {
		collect(k, false)
	}
	for _, b := range buckets { // disjoint: their order does not matter
		if len(b.new) > 0 {
			m.closest(b)
		}
	}
}

// maxCandidates bounds the pairs that are weighed against each other; where there are more, the order of the keys decides.
const maxCandidates = 1 << 12

// closest pairs the groups of a bucket, those first that have the most qualifiers in common.
func (m *matching) closest(b *bucket) {
	byKey := func(x, y int32) int { return purl.Compare(m.keys[x].purl, m.keys[y].purl) }
	slices.SortFunc(b.old, byKey)
	slices.SortFunc(b.new, byKey)
	var pairs [][2]int32
	if len(b.old)*len(b.new) > maxCandidates {
		for i := range min(len(b.old), len(b.new)) {
			pairs = append(pairs, [2]int32{b.old[i], b.new[i]})
		}
	} else {
		likeness := make(map[[2]int32]int)
		for _, x := range b.old {
			for _, y := range b.new {
				pair := [2]int32{x, y}
				pairs = append(pairs, pair)
				likeness[pair] = alike(m.keys[x].purl, m.keys[y].purl)
			}
		}
		slices.SortStableFunc(pairs, func(p, q [2]int32) int { return likeness[q] - likeness[p] })
	}
	taken := make(map[int32]bool)
	for _, p := range pairs {
		x, y := p[0], ^p[1] // of which side a group is: a group is left on one of them only
		if taken[x] || taken[y] {
			continue
		}
		taken[x], taken[y] = true, true
		m.sets(p[:1], p[1:])
		if b.evidence != "" {
			m.mark(p[0], b.evidence)
		}
	}
}

// mark says of the pairs of an old group that they moved.
func (m *matching) mark(group int32, evidence string) {
	for u := m.old.first[group]; u < m.old.first[group+1]; u++ {
		if a := &m.old.units[u]; a.mate != none {
			b := &m.new.units[a.mate]
			a.evidence, b.evidence = evidence, evidence
			a.flags, b.flags = a.flags|isMoved, b.flags|isMoved
		}
	}
}

// alike counts the qualifiers that two purls have in common, and the subpath.
func alike(a, b purl.PURL) int {
	n := 0
	if a.Subpath == b.Subpath {
		n++
	}
	for name, value := range a.Qualifiers() {
		if b.Qualifier(name) == value {
			n++
		}
	}
	return n
}

// single pairs the units of a bucket if nothing else answers to its key.
func (m *matching) single(b *bucket, moved bool) {
	free := func(s *side, list []int32) []int32 {
		return slices.DeleteFunc(slices.Compact(list), func(u int32) bool { return s.units[u].mate != none })
	}
	b.old, b.new = free(m.old, b.old), free(m.new, b.new)
	if len(b.old) != 1 || len(b.new) != 1 {
		return
	}
	m.pair(b.old[0], b.new[0], b.evidence)
	if x, y := &m.old.units[b.old[0]], &m.new.units[b.new[0]]; moved && m.named(m.old, b.old[0]) != m.named(m.new, b.new[0]) {
		x.flags, y.flags = x.flags|isMoved, y.flags|isMoved
	}
}

// named is what people call a unit's package.
func (m *matching) named(s *side, u int32) Name { return Name{s.display(u), string(m.typeOf(s, u))} }

// fill collects the units that are left under the keys that a rule gives them, those of one side first and then those of the other that
// have a key in common with them, and pairs those whose key is theirs alone on either side.
func (m *matching) fill(first *side, end ending, rule func(s *side, u int32) []string) {
	buckets := make(map[string]*bucket)
	var keys []string
	for _, s := range [...]*side{first, m.across(first)} {
		for _, u := range m.leftUnits(s) {
			for _, k := range rule(s, u) {
				b := buckets[k]
				if b == nil && s != first {
					continue
				}
				if b == nil {
					b = &bucket{evidence: end.evidence}
					buckets[k] = b
				}
				if s != first && len(b.old)*len(b.new) == 0 {
					keys = append(keys, k)
				}
				if s == m.old {
					b.old = append(b.old, u)
				} else {
					b.new = append(b.new, u)
				}
			}
		}
	}
	slices.Sort(keys)
	for _, k := range slices.Compact(keys) {
		m.single(buckets[k], end.moved)
	}
}

// ending is what is said of the pairs that a rule finds.
type ending struct {
	evidence string
	moved    bool // if their names differ
}

// byDigest matches what has the same bytes, under whatever name. Bytes that several packages share prove nothing.
func (m *matching) byDigest() {
	m.fill(m.old, ending{"the same bytes", true}, func(s *side, u int32) (keys []string) {
		for _, h := range s.component(u).Hashes {
			keys = append(keys, string(h.Algorithm)+":"+h.Hex)
		}
		return keys
	})
}

// byPlace matches files by their name and where they were seen, then by the name alone.
func (m *matching) byPlace() {
	name := func(c *sbom.Component) string {
		if c.Kind != sbom.FileKind || !c.PURL.IsZero() || c.Name == "" {
			return ""
		}
		return c.Group + "\x00" + c.Name
	}
	m.fill(m.old, ending{evidence: "the same name and place"}, func(s *side, u int32) (keys []string) {
		c := s.component(u)
		for _, e := range c.Evidence {
			if n := name(c); n != "" {
				keys = append(keys, n+"\x00"+e.Location.Archive+"\x00"+e.Location.Path)
			}
		}
		return keys
	})
	m.fill(m.old, ending{evidence: "the same name"}, func(s *side, u int32) []string {
		if n := name(s.component(u)); n != "" {
			return []string{n}
		}
		return nil
	})
}

// byNameAndVersion matches what has a purl on one side only, if group, name and version are the same to the letter.
func (m *matching) byNameAndVersion() {
	for _, without := range [...]*side{m.old, m.new} {
		m.fill(without, ending{evidence: "the same name and version; only one side has a purl"}, func(s *side, u int32) []string {
			c := s.component(u)
			if c.PURL.IsZero() != (s == without) || s.units[u].release.version == "" {
				return nil
			}
			group, name := c.GroupName()
			return []string{group + "\x00" + name + "\x00" + s.units[u].release.version}
		})
	}
}

// byRepository matches packages of one type that come from the same repository: those with the same name, in whatever namespace,
// and those that are on their side the only package from there.
func (m *matching) byRepository() {
	end := ending{"the same repository", true}
	left := make(map[string]bool)
	m.fill(m.old, end, func(s *side, u int32) (keys []string) {
		name := s.component(u).PURL.Name
		for _, k := range places(s.component(u)) {
			left[k] = true
			keys = append(keys, k+" "+name)
		}
		return keys
	})
	if len(left) == 0 {
		return
	}
	users := make(map[*side]map[string]int)
	for _, s := range [...]*side{m.old, m.new} {
		users[s] = make(map[string]int)
		for u := range s.units {
			for _, k := range places(s.component(int32(u))) {
				if left[k] {
					users[s][k]++
				}
			}
		}
	}
	m.fill(m.old, end, func(s *side, u int32) []string {
		return slices.DeleteFunc(places(s.component(u)), func(k string) bool { return users[m.old][k] != 1 || users[m.new][k] != 1 })
	})
}

// places lists the repositories of a package, each with the package's type.
func places(c *sbom.Component) []string {
	if c.PURL.IsZero() {
		return nil
	}
	list := repositories(c)
	for i := range list {
		list[i] = string(c.PURL.Type) + " " + list[i]
	}
	return list
}

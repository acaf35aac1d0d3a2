package diff

import (
	"slices"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
	"github.com/sbomgen/sbomgen/sbom"
)

// nearest pairs versions of one package that differ. Those that the same packages ask for, and nobody else's do, belong together.
// The rest is paired so that newer stays newer and the sum of the distances is least.
func (m *matching) nearest(olds, news []int32) {
	if len(olds) == 0 || len(news) == 0 {
		return
	}
	if len(olds)+len(news) > 2 {
		olds, news = m.byCallers(olds, news)
		olds, news = m.ascending(m.old, olds), m.ascending(m.new, news)
	}
	var pairs [][2]int32
	switch {
	case len(olds) == len(news), len(olds)*len(news) > maxCandidates:
		n := min(len(olds), len(news)) // the newest of each
		for i := range n {
			pairs = append(pairs, [2]int32{olds[len(olds)-n+i], news[len(news)-n+i]})
		}
	case len(olds) < len(news):
		for i, j := range align(len(olds), len(news), func(i, j int) int { return m.distance(olds[i], news[j]) }) {
			pairs = append(pairs, [2]int32{olds[i], news[j]})
		}
	default:
		for j, i := range align(len(news), len(olds), func(j, i int) int { return m.distance(olds[i], news[j]) }) {
			pairs = append(pairs, [2]int32{olds[i], news[j]})
		}
	}
	for _, p := range pairs {
		m.pair(p[0], p[1], "")
	}
}

// byCallers pairs the versions whose callers are the same and are those of no other version. It returns the others.
func (m *matching) byCallers(olds, news []int32) (restOld, restNew []int32) {
	signature := func(s *side, u int32) string {
		var b []byte
		for _, k := range m.callersOf(s, u) {
			b = append(b, byte(k), byte(k>>8), byte(k>>16), byte(k>>24))
		}
		return string(b)
	}
	buckets := make(map[string]*bucket)
	at := func(s *side, u int32) *bucket {
		k := signature(s, u)
		if buckets[k] == nil {
			buckets[k] = new(bucket)
		}
		return buckets[k]
	}
	for _, u := range olds {
		b := at(m.old, u)
		b.old = append(b.old, u)
	}
	for _, u := range news {
		b := at(m.new, u)
		b.new = append(b.new, u)
	}
	for k, b := range buckets {
		if k != "" && len(b.old) == 1 && len(b.new) == 1 {
			m.pair(b.old[0], b.new[0], "")
		}
	}
	restOld = slices.DeleteFunc(slices.Clone(olds), func(u int32) bool { return m.old.units[u].mate != none })
	restNew = slices.DeleteFunc(slices.Clone(news), func(u int32) bool { return m.new.units[u].mate != none })
	return restOld, restNew
}

// callersOf lists the packages that depend on a unit or contain it, sorted, each once. Those that only one side has tell nothing.
func (m *matching) callersOf(s *side, u int32) []int32 {
	if s.callers == nil {
		s.callers = make([][]int32, len(s.units))
		for _, e := range s.g.Edges {
			k := s.units[s.of[e.From]].group
			if e.Kind <= sbom.Contains && m.old.first[k] < m.old.first[k+1] && m.new.first[k] < m.new.first[k+1] {
				s.callers[s.of[e.To]] = append(s.callers[s.of[e.To]], k)
			}
		}
		for i, list := range s.callers {
			slices.Sort(list)
			s.callers[i] = slices.Compact(list)
		}
	}
	return s.callers[u]
}

// typeOf is the purl type whose order a unit's version follows.
func (m *matching) typeOf(s *side, u int32) purl.Type { return m.keys[s.units[u].group].purl.Type }

// ascending sorts versions, those that have no order among them as text.
func (m *matching) ascending(s *side, list []int32) []int32 {
	slices.SortStableFunc(list, func(a, b int32) int {
		if order, ok := version.Compare(m.typeOf(s, a), s.units[a].release.version, s.units[b].release.version); ok && order != 0 {
			return order
		}
		return compareReleases(s.units[a].release, s.units[b].release)
	})
	return list
}

// distance weighs how far apart two versions are: by the part in which they differ, and whether nobody asks for both.
func (m *matching) distance(old, new int32) int {
	t, a, b := m.typeOf(m.old, old), m.old.units[old].release.version, m.new.units[new].release.version
	d := weight(version.Classify(t, a, b)) + weight(version.Classify(t, b, a)) // a class may depend on the direction
	x, y := m.callersOf(m.old, old), m.callersOf(m.new, new)
	if len(x) > 0 && len(y) > 0 && !slices.ContainsFunc(x, func(k int32) bool { _, ok := slices.BinarySearch(y, k); return ok }) {
		d += 3
	}
	return d
}

func weight(c version.Change) int {
	switch c {
	case version.None, version.Build, version.Revision:
		return 1
	case version.PreRelease, version.Commit, version.Patch:
		return 2
	case version.Minor:
		return 4
	}
	return 8
}

// align chooses for each of few a partner among many, in ascending order, so that the sum of the costs is least. Of equal
// choices the newest partners win.
func align(few, many int, cost func(i, j int) int) []int {
	best := make([][]int, few+1) // best[i][j]: the first i of the few among the first j of the many
	for i := range best {
		best[i] = make([]int, many+1)
		for j := i; i > 0 && j <= many-(few-i); j++ {
			best[i][j] = best[i-1][j-1] + cost(i-1, j-1)
			if j > i {
				best[i][j] = min(best[i][j], best[i][j-1])
			}
		}
	}
	partner := make([]int, few)
	for i, j := few, many; i > 0; j-- {
		if j == i || best[i-1][j-1]+cost(i-1, j-1) == best[i][j] {
			i--
			partner[i] = j - 1
		}
	}
	return partner
}

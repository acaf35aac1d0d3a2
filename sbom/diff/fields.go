package diff

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// field is a part of a component that documents fill or do not.
type field int

const (
	licenses field = iota
	hashes
	scopes
	directs
	suppliers
	sources
	edges
	versions
	fieldCount
)

var fieldWords = [...]string{"licenses", "hashes", "scopes", "direct", "suppliers", "sources", "edges", "versions"}

// filled tells which fields a graph fills anywhere.
func (s *side) filled() (filled [fieldCount]bool) {
	for u := range s.units {
		if s.units[u].flags&isApplication != 0 {
			continue
		}
		for _, h := range s.units[u].members {
			c := &s.g.Components[h]
			filled[licenses] = filled[licenses] || stated(c)
			filled[hashes] = filled[hashes] || len(digests(c)) > 0
			filled[scopes] = filled[scopes] || c.Scope != sbom.ScopeUnset
			filled[directs] = filled[directs] || c.Direct
			filled[suppliers] = filled[suppliers] || supplier(c) != ""
			filled[sources] = filled[sources] || len(c.References) > 0 || home(c.PURL) != ""
		}
	}
	filled[edges] = slices.ContainsFunc(s.g.Edges, func(e sbom.Edge) bool { return e.Kind == sbom.DependsOn })
	filled[versions] = true
	return filled
}

// moduleHash is the hash of a Go module that go.sum records. It vouches for a version as a digest does.
const moduleHash = "sbomgen:golang:h1"

// digests lists what vouches for a component's bytes.
func digests(c *sbom.Component) []sbom.Hash {
	list := c.Hashes
	for _, p := range c.Properties {
		if p.Name == moduleHash {
			list = append(slices.Clip(list), sbom.Hash{Algorithm: "h1", Hex: p.Value})
		}
	}
	return list
}

// bytesOf is the digests of a unit, of each algorithm those of all its members, sorted.
func (s *side) bytesOf(u int32) map[sbom.Algorithm][]string {
	all := make(map[sbom.Algorithm][]string)
	for _, h := range s.units[u].members {
		for _, d := range digests(&s.g.Components[h]) {
			all[d.Algorithm] = append(all[d.Algorithm], d.Hex)
		}
	}
	for a, list := range all {
		slices.Sort(list)
		all[a] = slices.Compact(list)
	}
	return all
}

// rehashed lists the algorithms in which the bytes of two units differ. Of instances, which are several packages with one identity, it
// is enough that one has bytes that the other side does not know.
func rehashed(old, new *side, a, b int32) (list []HashChange) {
	if first, second := old.units[a].members, new.units[b].members; len(first)+len(second) == 2 &&
		slices.Equal(digests(&old.g.Components[first[0]]), digests(&new.g.Components[second[0]])) {
		return nil
	}
	x, y := old.bytesOf(a), new.bytesOf(b)
	if !foreign(old, a, y) && !foreign(new, b, x) {
		return nil
	}
	for _, algorithm := range slices.Sorted(maps.Keys(x)) {
		if m, n := x[algorithm], y[algorithm]; n != nil && !slices.Equal(m, n) {
			list = append(list, HashChange{algorithm, m, n})
		}
	}
	return list
}

// foreign tells whether a member of the unit shares an algorithm with the known digests and, over all that they share, no digest.
func foreign(s *side, u int32, known map[sbom.Algorithm][]string) bool {
	for _, h := range s.units[u].members {
		shared, same := false, false
		for _, d := range digests(&s.g.Components[h]) {
			list, ok := known[d.Algorithm]
			shared = shared || ok
			if !same {
				_, same = slices.BinarySearch(list, d.Hex)
			}
		}
		if shared && !same {
			return true
		}
	}
	return false
}

// resourced lists how the places differ that a package comes from.
func resourced(a, b *sbom.Component) []Swap {
	var list []Swap
	if x, y := home(a.PURL), home(b.PURL); x != y && x != "" && y != "" {
		list = append(list, Swap{"registry", x, y})
	}
	if sameReferences(a.References, b.References) {
		return list
	}
	if s, differ := apart("repository", repositories(a), repositories(b)); differ {
		list = append(list, s)
	}
	if s, differ := apart("host", origins(a), origins(b)); differ {
		list = append(list, s)
	}
	return list
}

func sameReferences(a, b []sbom.Reference) bool {
	return slices.EqualFunc(a, b, func(x, y sbom.Reference) bool { return x.Type == y.Type && x.URL == y.URL })
}

// apart tells whether both sorted lists hold something and nothing in common.
func apart(what string, x, y []string) (Swap, bool) {
	common := func(s string) bool { _, ok := slices.BinarySearch(y, s); return ok }
	if len(x) == 0 || len(y) == 0 || slices.ContainsFunc(x, common) {
		return Swap{}, false
	}
	return Swap{what, strings.Join(x, ", "), strings.Join(y, ", ")}, true
}

// home is where a purl says that its package comes from: a repository, a registry, or what its type means by neither. Empty is
// unknown.
func home(p purl.PURL) string {
	if p.IsZero() {
		return ""
	}
	if address := p.Qualifier("vcs_url"); address != "" {
		return repository(address)
	}
	return strings.TrimSuffix(cmp.Or(p.Qualifier("repository_url"), p.Type.DefaultRepository()), "/")
}

// repositories lists the source repositories that a component names, sorted.
func repositories(c *sbom.Component) []string {
	var list []string
	for _, r := range c.References {
		if r.Type == sbom.VCS {
			list = append(list, repository(r.URL))
		}
	}
	if address := c.PURL.Qualifier("vcs_url"); address != "" {
		list = append(list, repository(address))
	}
	list = slices.DeleteFunc(list, func(s string) bool { return s == "" })
	slices.Sort(list)
	return slices.Compact(list)
}

// repository reduces the address of a repository to host and path: the ways to fetch it, its revisions and folders are not it.
func repository(address string) string {
	address, _ = cutRevision(address)
	address, _, _ = strings.Cut(address, "#")
	address, _, _ = strings.Cut(address, "?")
	if _, rest, ok := strings.Cut(address, "://"); ok {
		address = rest
	}
	host, path, _ := strings.Cut(address, "/")
	host = strings.ToLower(host[strings.LastIndexByte(host, '@')+1:])
	return strings.TrimSuffix(strings.TrimSuffix(host+"/"+path, "/"), ".git")
}

// origins lists scheme and host of the addresses that a component is distributed at, sorted.
func origins(c *sbom.Component) []string {
	var list []string
	for _, r := range c.References {
		if scheme, rest, ok := strings.Cut(r.URL, "://"); ok && r.Type == sbom.Distribution {
			host, _, _ := strings.Cut(rest, "/")
			list = append(list, strings.ToLower(scheme+"://"+host))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func supplier(c *sbom.Component) string {
	if s := strings.TrimSpace(c.Supplier); !strings.EqualFold(s, "NOASSERTION") {
		return s
	}
	return ""
}

// requalified lists the qualifiers that both purls state otherwise, those apart that are part of the version or the source, and the
// subpath.
func requalified(a, b purl.PURL) []Swap {
	if a.Identity() == b.Identity() || a.IsZero() || b.IsZero() || a.Type != b.Type {
		return nil
	}
	var list []Swap
	for name := range a.Identity().Qualifiers() {
		if name == "epoch" || name == "vcs_url" || name == "repository_url" {
			continue
		}
		x := a.Qualifier(name)
		if y := cmp.Or(b.Qualifier(name), b.Type.Implied(name)); y != "" && x != y {
			list = append(list, Swap{name, x, y})
		}
	}
	for name, y := range b.Identity().Qualifiers() {
		if x := a.Type.Implied(name); a.Qualifier(name) == "" && x != "" && x != y {
			list = append(list, Swap{name, x, y})
		}
	}
	slices.SortFunc(list, func(a, b Swap) int { return strings.Compare(a.What, b.What) })
	if a.Subpath != b.Subpath {
		list = append(list, Swap{"subpath", a.Subpath, b.Subpath})
	}
	return list
}

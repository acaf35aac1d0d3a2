package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// key is what the versions of one package have in common.
type key struct {
	purl  purl.PURL
	other string // without a purl, and for applications
}

// release is what tells the versions of one package apart.
type release struct{ version, revision string }

func compareReleases(a, b release) int {
	return cmp.Or(strings.Compare(a.version, b.version), strings.Compare(a.revision, b.revision))
}

// unit is one version of a package in one graph: all components that are the same but for their bytes or attributes.
type unit struct {
	members []sbom.Handle
	group   int32
	mate    int32 // the unit of the other graph that it is matched with, or none
	release release
	flags   unitFlag
	// evidence says why mate is the same package, where identity does not.
	evidence string
}

type unitFlag uint8

const (
	isApplication unitFlag = 1 << iota
	inSet                  // other versions of the package stay, or it is paired within such a set
	isMoved                // mate has another name
)

const none = -1

// side is one graph, reduced to units. Those of one group stand together, sorted by release.
type side struct {
	g       *sbom.Graph
	units   []unit
	of      []int32   // of each component, its unit
	first   []int32   // the units of group k are units[first[k]:first[k+1]]
	callers [][]int32 // see matching.callersOf
	steps   []Step    // of each unit, once it was asked for
}

// groups numbers the packages of both graphs.
type groups struct {
	at   map[key]int32
	keys []key
}

func (n *groups) number(k key) int32 {
	at, ok := n.at[k]
	if !ok {
		at = int32(len(n.keys))
		n.at[k] = at
		n.keys = append(n.keys, k)
	}
	return at
}

// reduce numbers the components' packages and tells their releases.
func (n *groups) reduce(g *sbom.Graph) (group []int32, releases []release) {
	group, releases = make([]int32, len(g.Components)), make([]release, len(g.Components))
	for h := range g.Components {
		k, r := identify(&g.Components[h], sbom.Handle(h) == g.Root)
		group[h], releases[h] = n.number(k), r
	}
	return group, releases
}

// identify takes a component's identity apart. The epoch belongs to the version, and so does the commit of a repository,
// although purls hold both in qualifiers. Roots are the same thing whatever they are called.
func identify(c *sbom.Component, root bool) (key, release) {
	switch {
	case root:
		return key{other: "the root"}, release{}
	case c.IsApplication():
		return key{other: string(c.ID)}, release{}
	case !c.PURL.IsZero():
		p := c.PURL.Identity()
		r := release{version: cmp.Or(p.Version, c.Version)}
		p.Version = ""
		if p == p.Base() {
			return key{purl: p}, r
		}
		if epoch := p.Qualifier("epoch"); epoch != "" {
			p = p.With("epoch", "")
			if epoch != "0" && !strings.Contains(r.version, ":") {
				r.version = epoch + ":" + r.version
			}
		}
		if address := p.Qualifier("vcs_url"); address != "" {
			var repository string
			repository, r.revision = cutRevision(address)
			p = p.With("vcs_url", repository)
		}
		return key{purl: p}, r
	case c.Name != "" && c.Kind != sbom.FileKind: // many files may have one name
		return key{other: string(c.Kind) + "\x00" + c.Group + "\x00" + c.Name}, release{version: c.Version}
	}
	return key{other: withoutInstance(string(c.ID))}, release{version: c.Version}
}

// cutRevision divides an address of SPDX's form git+https://host/path@revision#subpath; the subpath stays with the repository.
func cutRevision(address string) (repository, revision string) {
	subpath := ""
	if i := strings.IndexByte(address, '#'); i >= 0 {
		address, subpath = address[:i], address[i:]
	}
	start := strings.Index(address, "://") + 3
	if slash := strings.IndexByte(address[start:], '/'); start >= 3 && slash >= 0 {
		if i := strings.IndexByte(address[start+slash:], '@'); i >= 0 {
			i += start + slash
			address, revision = address[:i], address[i+1:]
		}
	}
	return address + subpath, revision
}

// withoutInstance drops the number of an instance, "#2", from an id.
func withoutInstance(id string) string {
	bare := strings.TrimRight(id, "0123456789")
	if len(bare) < len(id) && strings.HasSuffix(bare, "#") {
		return bare[:len(bare)-1]
	}
	return id
}

// gather makes the units of a graph.
func gather(g *sbom.Graph, group []int32, releases []release, groups int) *side {
	s := &side{g: g, of: make([]int32, len(group)), first: make([]int32, groups+1)}
	start := make([]int32, groups+1) // counting sort of the components by their groups
	for _, k := range group {
		start[k+1]++
	}
	for k := range groups {
		start[k+1] += start[k]
	}
	order := make([]sbom.Handle, len(group))
	next := slices.Clone(start)
	for h, k := range group {
		order[next[k]] = sbom.Handle(h)
		next[k]++
	}
	s.units = make([]unit, 0, len(group))
	for k := range groups {
		members := order[start[k]:start[k+1]]
		if len(members) > 1 {
			slices.SortFunc(members, func(a, b sbom.Handle) int { return cmp.Or(compareReleases(releases[a], releases[b]), int(a-b)) })
		}
		for len(members) > 0 {
			n := 1
			for n < len(members) && releases[members[n]] == releases[members[0]] {
				n++
			}
			u := unit{members: members[:n:n], group: int32(k), mate: none, release: releases[members[0]]}
			if members[0] == g.Root || g.Components[members[0]].IsApplication() {
				u.flags = isApplication
			}
			for _, h := range u.members {
				s.of[h] = int32(len(s.units))
			}
			s.units = append(s.units, u)
			members = members[n:]
		}
		s.first[k+1] = int32(len(s.units))
	}
	return s
}

// in lists the units of a group that are not matched yet.
func (s *side) in(group int32) []int32 {
	var list []int32
	for u := s.first[group]; u < s.first[group+1]; u++ {
		if s.units[u].mate == none {
			list = append(list, u)
		}
	}
	return list
}

// component is what the members of a unit say together.
func (s *side) component(u int32) *sbom.Component {
	members := s.units[u].members
	first := &s.g.Components[members[0]]
	if len(members) == 1 {
		return first
	}
	c := *first
	c.Licenses, c.Hashes, c.References = slices.Clone(c.Licenses), slices.Clone(c.Hashes), slices.Clone(c.References)
	for _, h := range members[1:] {
		m := &s.g.Components[h]
		c.Licenses, c.Hashes, c.References = append(c.Licenses, m.Licenses...), append(c.Hashes, m.Hashes...), append(c.References, m.References...)
		c.Scope, c.Direct = max(c.Scope, m.Scope), c.Direct || m.Direct
		if c.Supplier == "" || m.Supplier != "" && m.Supplier < c.Supplier {
			c.Supplier = m.Supplier
		}
	}
	return &c
}

// packages counts the units that are no applications.
func (s *side) packages() int {
	n := 0
	for i := range s.units {
		if s.units[i].flags&isApplication == 0 {
			n++
		}
	}
	return n
}

// display is a unit's name.
func (s *side) display(u int32) string { return s.step(u).Name }

// step is a unit as a node of a path.
func (s *side) step(u int32) Step {
	if s.steps == nil {
		s.steps = make([]Step, len(s.units))
	}
	step := &s.steps[u]
	if step.ID == "" {
		c := &s.g.Components[s.units[u].members[0]]
		*step = Step{ID: c.ID, Name: c.Label(), Version: s.units[u].release.version}
		if s.units[u].flags&isApplication != 0 {
			step.Version = c.VersionText()
		}
	}
	return *step
}

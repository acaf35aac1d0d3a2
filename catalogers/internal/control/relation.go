package control

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
	"github.com/sbomgen/sbomgen/sbom"
)

// Package is an installed package as relations of others see it.
type Package struct {
	Key, Name, Version, Arch string
	MultiArch                string
	Provides                 string // the field
	Depends                  []string
	Line                     int // of its edges; 0 where the database is many files
}

// Relate claims the edges between the packages of one database: to the first alternative that something installed satisfies,
// https://www.debian.org/doc/debian-policy/ch-relationships.html. A package of the name comes before those that provide it; where only such
// do, each of them satisfies the relation. What nothing installed answers to is left out: images without a package manager drop
// packages on purpose.
//
// A relation that holds by its name only, which dpkg accepts when it is forced to, is an edge too.
func Relate(list []Package, out *sbom.Facts) {
	x := index{list: list, named: make(map[string][]answer)}
	for i := range list {
		p := &list[i]
		x.add(p.Name, answer{at: i, version: p.Version, real: true})
		if p.Arch != "all" && (x.native == "" || p.Name == "dpkg") {
			x.native = p.Arch
		}
	}
	for i := range list {
		for entry := range strings.SplitSeq(list[i].Provides, ",") {
			if r := parseRelation(entry); r.name != "" {
				x.add(r.name, answer{at: i, version: r.version})
			}
		}
	}
	for i := range list {
		for _, field := range list[i].Depends {
			for group := range strings.SplitSeq(field, ",") {
				x.relate(&list[i], group, out)
			}
		}
	}
}

type index struct {
	list   []Package
	named  map[string][]answer
	native string // the architecture of the system
}

// answer is a package that answers to a name: its own, or one that it provides.
type answer struct {
	at      int
	version string
	real    bool
}

// add notes an answer, of those to one name only so many as no system has: otherwise all packages could provide what all depend on.
func (x *index) add(name string, a answer) {
	const most = 16
	if len(x.named[name]) < most {
		x.named[name] = append(x.named[name], a)
	}
}

func (x *index) relate(from *Package, group string, out *sbom.Facts) {
	for _, exact := range [...]bool{true, false} {
		for alternative := range strings.SplitSeq(group, "|") {
			r := parseRelation(alternative)
			chosen := x.choose(from, &r, exact)
			for _, i := range chosen {
				out.Relate(sbom.Relation{From: from.Key, To: x.list[i].Key, Range: r.text, Line: from.Line})
			}
			if len(chosen) > 0 {
				return
			}
		}
	}
}

// choose gives the packages that satisfy a relation.
func (x *index) choose(from *Package, r *relation, exact bool) (list []int) {
	arch := from.Arch
	if arch == "all" || arch == "" || r.arch == "native" {
		arch = x.native
	} else if r.arch != "" && r.arch != "any" {
		arch = r.arch
	}
	found := -1
	for _, a := range x.named[r.name] {
		p := &x.list[a.at]
		same := p.Arch == arch || p.Arch == "all"
		if exact && (!r.allows(a.version) || !same && r.arch != "any" && p.MultiArch != "foreign") {
			continue
		}
		if !a.real {
			if !slices.Contains(list, a.at) {
				list = append(list, a.at)
			}
			continue
		}
		if same {
			return []int{a.at}
		}
		if found < 0 {
			found = a.at
		}
	}
	if found >= 0 {
		return []int{found}
	}
	return list
}

// relation is "name:arch (>= version)".
type relation struct{ name, arch, operator, version, text string }

func parseRelation(s string) (r relation) {
	name, rest, ok := strings.Cut(strings.TrimSpace(s), "(")
	if ok {
		rest, _, _ = strings.Cut(rest, ")")
		r.text = strings.TrimSpace(rest)
		r.version = strings.TrimLeft(r.text, "<>=")
		r.operator, r.version = r.text[:len(r.text)-len(r.version)], strings.TrimSpace(r.version)
	}
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ") // restrictions to architectures and profiles follow
	r.name, r.arch, _ = strings.Cut(name, ":")
	return r
}

// allows tells whether a version satisfies the relation. One without a version is satisfied by any; a name that is provided
// without a version satisfies no other.
func (r *relation) allows(v string) bool {
	if r.operator == "" {
		return true
	}
	order, ok := version.Compare(purl.Deb, v, r.version)
	switch {
	case !ok:
		return false
	case r.operator == "<<":
		return order < 0
	case r.operator == "<=", r.operator == "<": // the short forms are old
		return order <= 0
	case r.operator == ">=", r.operator == ">":
		return order >= 0
	case r.operator == ">>":
		return order > 0
	}
	return order == 0
}

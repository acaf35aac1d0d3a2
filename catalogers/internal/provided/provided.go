// Package provided resolves what installed packages ask for among the names that installed packages have and provide, as apk
// and pacman write both: "name>=version".
package provided

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
)

// Requirement is a name with a constraint. What a package provides is one too, with the operator "=".
type Requirement struct{ Name, Operator, Version string }

// Parse reads "name", "name>=version" and the like.
func Parse(s string) Requirement {
	i := strings.IndexAny(s, "<>=~")
	if i < 0 {
		return Requirement{Name: s}
	}
	v := strings.TrimLeft(s[i:], "<>=~")
	return Requirement{s[:i], s[i : len(s)-len(v)], v}
}

// Range is the constraint in words.
func (r *Requirement) Range() string { return r.Operator + r.Version }

// Index holds what the packages of one database answer to.
type Index struct {
	t     purl.Type           // decides the order of versions
	own   map[string][]answer // by the packages' names: one each
	named map[string][]answer // by what they provide
}

type answer struct{ key, version string }

// New makes an index of packages of the type.
func New(t purl.Type) *Index { return &Index{t, make(map[string][]answer), make(map[string][]answer)} }

// Package adds an installed package by its key, and what it provides.
func (x *Index) Package(key, name, version string, provides []string) {
	const most = 16 // of those that provide one name: otherwise all packages could provide what all depend on
	x.own[name] = []answer{{key, version}}
	for _, p := range provides {
		r := Parse(p)
		if len(x.named[r.Name]) < most {
			x.named[r.Name] = append(x.named[r.Name], answer{key, r.Version})
		}
	}
}

// Resolve gives the keys of the packages that satisfy a requirement: the one of that name, otherwise all that provide it. Where
// the versions satisfy nothing, the name decides: the package manager was forced, or counts in another way.
func (x *Index) Resolve(r *Requirement) (keys []string) {
	for _, exact := range [...]bool{true, false} {
		for _, list := range [...][]answer{x.own[r.Name], x.named[r.Name]} {
			for _, a := range list {
				if (!exact || x.allows(r, a.version)) && !slices.Contains(keys, a.key) {
					keys = append(keys, a.key)
				}
			}
			if len(keys) > 0 {
				return keys
			}
		}
	}
	return nil
}

func (x *Index) allows(r *Requirement, v string) bool {
	if r.Operator == "" {
		return true
	}
	if strings.Contains(r.Operator, "~") { // apk: any release that begins so
		rest, ok := strings.CutPrefix(v, r.Version)
		return ok && (rest == "" || rest[0] < '0' || rest[0] > '9')
	}
	order, ok := version.Compare(x.t, v, r.Version)
	return ok && (order == 0 && strings.Contains(r.Operator, "=") || order < 0 && r.Operator[0] == '<' || order > 0 && r.Operator[0] == '>')
}

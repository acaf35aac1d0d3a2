package gem

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
)

// newest is the version that RubyGems activates: the newest that meets the requirements, else the newest.
func newest(versions, requirements []string) string {
	best, meets := "", false
	for _, v := range versions {
		ok := satisfies(v, requirements)
		if order, _ := version.Compare(purl.Gem, v, best); best == "" || ok && !meets || ok == meets && order > 0 {
			best, meets = v, ok
		}
	}
	return best
}

// satisfies tells whether a version meets all requirements, Gem::Requirement.
func satisfies(v string, requirements []string) bool {
	for _, r := range requirements {
		wanted := strings.TrimLeft(r, "=!<>~ ")
		op := strings.TrimSpace(r[:len(r)-len(wanted)])
		order, ok := version.Compare(purl.Gem, v, wanted)
		switch {
		case !ok:
			return false
		case op == "" || op == "=":
			ok = order == 0
		case op == "!=":
			ok = order != 0
		case op == "<":
			ok = order < 0
		case op == "<=":
			ok = order <= 0
		case op == ">":
			ok = order > 0
		case op == ">=":
			ok = order >= 0
		case op == "~>":
			head := wanted[:max(strings.LastIndexByte(wanted, '.'), 0)]
			if head == "" {
				head = wanted
			}
			ok = order >= 0 && (v == head || strings.HasPrefix(v, head+"."))
		}
		if !ok {
			return false
		}
	}
	return true
}

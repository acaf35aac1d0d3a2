package npm

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// bunLevels is how many names up a package is looked for. Real paths have less than 10.
const bunLevels = 64

// bunPlace is a package at a path: "a/b" is the b that a gets where the b of all others would not do.
type bunPlace struct {
	path, key string
	from, to  int32 // its part of wants
	around    int32 // the place that its path lies below, -1 for none
}

// bunName is a name below a place, -1 for those that everyone sees.
type bunName struct {
	around int32
	name   string
}

// relate claims what every package and member asks for. It gets the package of the name that lies below its own path, or else below
// the nearest one around.
func (l *bun) relate() {
	names := make(map[bunName]int32, len(l.places))
	for path, at := range l.at {
		p := &l.places[at]
		var name string
		p.around, name = l.around(path)
		names[bunName{p.around, name}] = at
	}
	for i := range l.places {
		p := &l.places[i]
		start := int32(-1)
		if at, ok := l.at[p.path]; ok {
			start = at
		}
		for _, q := range l.wants.list[p.from:p.to] {
			to, found := names[bunName{start, q.name}]
			for at, level := start, 0; !found && at >= 0; level++ {
				if at = l.places[at].around; level == bunLevels {
					at = -1
				}
				to, found = names[bunName{at, q.name}]
			}
			l.ask(p.key, q, to, found)
		}
	}
}

func (l *bun) ask(from string, q requirement, to int32, found bool) {
	r := sbom.Relation{From: from, To: q.name, Range: shown(q.spec), Scope: q.scope, Line: q.line}
	if spec, ok := l.catalogs[q.spec+" "+q.name]; ok {
		r.Range = spec
	}
	if found {
		r.To = l.places[to].key
	} else if q.peer || q.scope == sbom.Optional {
		return // nobody provides it, or not for any platform
	}
	l.out.Relate(r)
}

// around gives the nearest place that a path lies below, and the name below it.
func (l *bun) around(path string) (place int32, name string) {
	above := path
	for range bunLevels {
		slash := strings.LastIndexByte(above, '/')
		if slash > 0 {
			if before := strings.LastIndexByte(above[:slash], '/'); above[before+1] == '@' {
				slash = before // between scope and name lies no level
			}
		}
		if slash <= 0 {
			return -1, path
		}
		above = above[:slash]
		if at, ok := l.at[above]; ok {
			return at, path[slash+1:]
		}
	}
	return -1, path
}

// Package license knows the SPDX licence list and its expressions: which
// identifiers exist, what an expression means, what a package's manifest meant
// when it said "Apache 2" or "BSD", and how far each licence's copyleft reaches.
//
// An expression is an Expr, parsed by Parse and written by its String method.
// Normalize turns the words that manifests use into an Expr where they have one
// reading, and Candidates lists the readings where they have several.
package license

import (
	_ "embed" // the list of identifiers
	"strings"
)

// spdx is the table of identifiers, one a line; its first lines say what the
// columns hold and where they come from. It is searched as it stands, so that
// a process which never asks about licences pays nothing for it.
//
//go:embed spdx.txt
var spdx string

// listing is one line of the table.
type listing struct {
	id, marks, replacement, name string
}

func (l listing) marked(mark byte) bool { return strings.IndexByte(l.marks, mark) >= 0 }

// find looks an identifier up in any letter case, by bisection over the bytes
// of the table.
func find(id string) (listing, bool) {
	low, high := 0, len(spdx)
	for low < high {
		middle := low + (high-low)/2
		start := low + strings.LastIndexByte(spdx[low:middle], '\n') + 1
		end := start + strings.IndexByte(spdx[start:], '\n')
		line := spdx[start:end]
		switch tab := strings.IndexByte(line, '\t'); {
		case tab < 0: // the comment at the top
			low = end + 1
		default:
			switch order := compareFold(line[:tab], id); {
			case order < 0:
				low = end + 1
			case order > 0:
				high = start
			default:
				return split(line), true
			}
		}
	}
	return listing{}, false
}

func split(line string) listing {
	id, rest, _ := strings.Cut(line, "\t")
	marks, rest, _ := strings.Cut(rest, "\t")
	replacement, name, _ := strings.Cut(rest, "\t")
	return listing{id, marks, replacement, name}
}

// listings calls visit for each line of the table, in its order.
func listings(visit func(listing)) {
	for line := range strings.Lines(spdx) {
		if line = strings.TrimSuffix(line, "\n"); line[0] != '#' {
			visit(split(line))
		}
	}
}

// compareFold orders two strings by their bytes with ASCII letters in lower case.
func compareFold(a, b string) int {
	for i := 0; i < len(a) && i < len(b); i++ {
		if x, y := lower(a[i]), lower(b[i]); x != y {
			return int(x) - int(y)
		}
	}
	return len(a) - len(b)
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// Canonical gives the SPDX list's spelling of a licence or exception
// identifier that may come in any letter case; ok is false for anything that
// is not on the list.
func Canonical(id string) (canonical string, ok bool) {
	l, ok := find(id)
	return l.id, ok
}

// IsException tells whether id, in any letter case, is an exception of the SPDX
// list: what may follow WITH, and never stands alone.
func IsException(id string) bool {
	l, ok := find(id)
	return ok && l.marked('x')
}

// Deprecated tells whether id, in any letter case, is an identifier that the
// SPDX list keeps but no longer recommends, and which expression replaces it.
// The replacement is empty where the list names none (Net-SNMP).
func Deprecated(id string) (replacement string, ok bool) {
	l, ok := find(id)
	if !ok || !l.marked('D') {
		return "", false
	}
	return l.replacement, true
}

// FullName gives the SPDX list's name of a licence or exception in words; it is
// empty for anything that is not on the list.
func FullName(id string) string {
	l, _ := find(id)
	return l.name
}

// IsOSIApproved tells whether the Open Source Initiative approved the licence,
// as the SPDX list records it.
func IsOSIApproved(id string) bool {
	l, ok := find(id)
	return ok && l.marked('O')
}

// IsFSFLibre tells whether the Free Software Foundation counts the licence as
// free, as the SPDX list records it.
func IsFSFLibre(id string) bool {
	l, ok := find(id)
	return ok && l.marked('F')
}

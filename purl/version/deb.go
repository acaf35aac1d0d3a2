package version

import (
	"cmp"
	"strings"
)

// compareDeb orders [epoch:]upstream[-revision]:
// https://www.debian.org/doc/debian-policy/ch-controlfields.html#version (5.6.12).
func compareDeb(a, b string) (int, bool) {
	x, okX := parseDeb(a)
	y, okY := parseDeb(b)
	if !okX || !okY {
		return 0, false
	}
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c, true
	}
	if c := compareDebPart(x.upstream, y.upstream); c != 0 {
		return c, true
	}
	return compareDebPart(x.revision, y.revision), true
}

// release is the version of a distribution's package: an empty epoch is 0.
type release struct {
	epoch, upstream, revision string
	revised                   bool // a revision stands, if an empty one
}

// parseDeb refuses what dpkg does, except that an upstream version may begin
// with a letter, which dpkg only warns of.
func parseDeb(s string) (release, bool) {
	r, ok := parseRelease(s)
	if !ok {
		if _, _, colon := strings.Cut(s, ":"); colon {
			return r, false
		}
	}
	return r, r.upstream != "" && onlyHolds(r.upstream, ".+~-:") && onlyHolds(r.revision, ".+~")
}

// parseRelease cuts off a numeric epoch, which ok tells, and what stands behind the last dash.
func parseRelease(s string) (r release, ok bool) {
	digits, rest := cutDigits(s)
	if strings.HasPrefix(rest, ":") && digits != "" {
		r.epoch, s, ok = digits, rest[1:], true
	}
	r.upstream = s
	if i := strings.LastIndexByte(s, '-'); i >= 0 {
		r.upstream, r.revision, r.revised = s[:i], s[i+1:], true
	}
	return r, ok
}

// compareOpam orders by Debian's rules without epoch and revision:
// https://opam.ocaml.org/doc/Manual.html#version-ordering.
func compareOpam(a, b string) (int, bool) {
	return compareDebPart(a, b), onlyHolds(a, "-+_.~") && onlyHolds(b, "-+_.~")
}

// compareDebPart compares runs of non-digits and of digits in turn.
func compareDebPart(a, b string) int {
	for a != "" || b != "" {
		for a != "" && !isDigit(a[0]) || b != "" && !isDigit(b[0]) {
			x, y := debWeight(a), debWeight(b)
			if x != y {
				return cmp.Compare(x, y)
			}
			a, b = a[1:], b[1:]
		}
		var x, y string
		x, a = cutDigits(a)
		y, b = cutDigits(b)
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// debWeight is the place of the first byte of s: a tilde before the end, the end
// (or a digit) before letters, letters before all others.
func debWeight(s string) int {
	switch {
	case s == "" || isDigit(s[0]):
		return 0
	case s[0] == '~':
		return -1
	case isLetter(s[0]):
		return int(s[0])
	}
	return int(s[0]) + 256
}

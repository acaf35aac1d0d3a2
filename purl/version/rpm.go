package version

import (
	"cmp"
	"strings"
)

// compareRPM orders [epoch:]version[-release] as librpm does; a version without
// release is older than the same with one. RPM itself refuses no text, but white
// space never stands in a version: https://rpm.org/docs/latest/man/rpm-version.7.
func compareRPM(a, b string) (int, bool) {
	if hasSpace(a) || hasSpace(b) {
		return 0, false
	}
	x, _ := parseRelease(a)
	y, _ := parseRelease(b)
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c, true
	}
	if c := compareRPMPart(x.upstream, y.upstream); c != 0 {
		return c, true
	}
	if x.revised != y.revised {
		return rank(x.revised, 2) - 1, true
	}
	return compareRPMPart(x.revision, y.revision), true
}

// compareRPMPart compares runs of digits and of letters in turn; other bytes only
// divide them, but a tilde sorts before the end and a caret just behind it.
func compareRPMPart(a, b string) int {
	for {
		a, b = skipRPMSeparators(a), skipRPMSeparators(b)
		if c, marked := compareRPMMark(a, b); c != 0 {
			return c
		} else if marked {
			a, b = a[1:], b[1:]
			continue
		}
		if a == "" || b == "" {
			return cmp.Compare(len(a), len(b))
		}
		c := 0
		if c, a, b = compareRun(a, b); c != 0 {
			return c
		}
	}
}

// compareRun compares the run of digits or of letters that each begins with, and
// returns what follows; digits are newer than letters.
func compareRun(a, b string) (c int, restA, restB string) {
	if isDigit(a[0]) != isDigit(b[0]) {
		return rank(isDigit(a[0]), 2) - 1, a, b
	}
	var x, y string
	if isDigit(a[0]) {
		x, a = cutDigits(a)
		y, b = cutDigits(b)
		return compareDigits(x, y), a, b
	}
	x, a = cutLetters(a)
	y, b = cutLetters(b)
	return strings.Compare(x, y), a, b
}

func skipRPMSeparators(s string) string {
	for s != "" && !isDigit(s[0]) && !isLetter(s[0]) && s[0] != '~' && s[0] != '^' {
		s = s[1:]
	}
	return s
}

// compareRPMMark orders by a tilde or caret at the front; marked says that both have the same.
func compareRPMMark(a, b string) (c int, marked bool) {
	x, y := rpmMark(a), rpmMark(b)
	return cmp.Compare(x, y), x == y && (x == 0 || x == 2)
}

// rpmMark ranks what comes next: tilde, the end, caret, anything else.
func rpmMark(s string) int {
	switch {
	case s == "":
		return 1
	case s[0] == '~':
		return 0
	case s[0] == '^':
		return 2
	}
	return 3
}

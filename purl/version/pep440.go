package version

import (
	"cmp"
	"strings"
)

// pep440 is a version of https://peps.python.org/pep-0440/, in lower case. A
// number that is left out is 0: "1.0rc" is 1.0rc0.
type pep440 struct {
	epoch, numbers string
	pre            byte // 'a', 'b', 'r'; 0 for none
	preNumber      string
	post, dev      bool
	postNumber     string
	devNumber      string
	local          string
}

// comparePEP440 orders Python versions. What PEP 440 does not know is legacy and
// older than all else, as it was for pip until packaging 22 refused it.
func comparePEP440(a, b string) (int, bool) {
	a, b = strings.ToLower(strings.TrimSpace(a)), strings.ToLower(strings.TrimSpace(b))
	if strings.ContainsAny(a, " \t\r\n/") || strings.ContainsAny(b, " \t\r\n/") {
		return 0, false
	}
	x, okX := parsePEP440(a)
	y, okY := parsePEP440(b)
	switch {
	case okX && okY:
		return x.compare(y), true
	case okX:
		return 1, true
	case okY:
		return -1, true
	}
	return compareLegacy(a, b), true
}

func parsePEP440(s string) (v pep440, ok bool) {
	s = strings.TrimPrefix(s, "v")
	digits, rest := cutDigits(s)
	if strings.HasPrefix(rest, "!") && digits != "" {
		v.epoch, s = digits, rest[1:]
	}
	s, v.local, ok = strings.Cut(s, "+")
	for part := v.local; ok; part = part[strings.IndexAny(part, "-_.")+1:] {
		i := strings.IndexAny(part+".", "-_.")
		if i == 0 || !onlyHolds(part[:i], "") {
			return v, false
		}
		ok = i < len(part)
	}
	end := 0
	for end < len(s) && (isDigit(s[end]) || s[end] == '.' && end > 0 && end+1 < len(s) && isDigit(s[end+1])) {
		end++
	}
	if v.numbers, s = s[:end], s[end:]; end == 0 {
		return v, false
	}
	for _, word := range [...]string{"alpha", "a", "beta", "b", "preview", "pre", "c", "rc"} {
		if number, after, ok := cutPart(s, word); ok {
			v.pre, v.preNumber, s = word[0], number, after
			if word[0] != 'a' && word[0] != 'b' {
				v.pre = 'r'
			}
			break
		}
	}
	if number, after := cutDigits(strings.TrimPrefix(s, "-")); number != "" && len(after)+len(number) < len(s) {
		v.post, v.postNumber, s = true, number, after // "1.0-1" is 1.0.post1
	} else {
		for _, word := range [...]string{"post", "rev", "r"} {
			if number, after, ok := cutPart(s, word); ok {
				v.post, v.postNumber, s = true, number, after
				break
			}
		}
	}
	if number, after, ok := cutPart(s, "dev"); ok {
		v.dev, v.devNumber, s = true, number, after
	}
	return v, s == ""
}

// cutPart reads a word and its number off the front of s, each behind an
// optional separator.
func cutPart(s, word string) (number, rest string, ok bool) {
	rest, ok = strings.CutPrefix(skipSeparator(s), word)
	if !ok {
		return "", s, false
	}
	number, rest = cutDigits(skipSeparator(rest))
	return number, rest, true
}

func skipSeparator(s string) string {
	if s != "" && strings.IndexByte("-_.", s[0]) >= 0 {
		return s[1:]
	}
	return s
}

func (v pep440) compare(w pep440) int {
	return cmp.Or(
		compareDigits(v.epoch, w.epoch),
		comparePadded(v.numbers, w.numbers),
		cmp.Compare(v.preRank(), w.preRank()),
		compareDigits(v.preNumber, w.preNumber),
		cmp.Compare(rank(v.post, 1), rank(w.post, 1)),
		compareDigits(v.postNumber, w.postNumber),
		cmp.Compare(rank(v.dev, -1), rank(w.dev, -1)),
		compareDigits(v.devNumber, w.devNumber),
		compareLocal(v.local, w.local),
	)
}

// preRank orders developments of the release itself, pre-releases and the release.
func (v pep440) preRank() int {
	switch {
	case v.pre != 0:
		return int(v.pre)
	case v.dev && !v.post:
		return 0
	}
	return 256
}

// comparePadded orders dotted numbers, of which the shorter ends in zeros.
func comparePadded(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareDigits(x, y); c != 0 {
			return c
		}
	}
	return 0
}

// compareLocal orders local versions: none, then words, then numbers.
func compareLocal(a, b string) int {
	for a != "" && b != "" {
		i, j := strings.IndexAny(a+".", "-_."), strings.IndexAny(b+".", "-_.")
		x, y := a[:i], b[:j]
		a, b = skipSeparator(a[i:]), skipSeparator(b[j:])
		c := strings.Compare(x, y)
		if isDigits(x) != isDigits(y) {
			c = rank(isDigits(x), 2) - 1
		} else if isDigits(x) {
			c = compareDigits(x, y)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(min(len(a), 1), min(len(b), 1))
}

// compareLegacy orders as setuptools did before PEP 440: numbers and words in
// turn, where words are older than the end except "-" and what sorts behind "final".
func compareLegacy(a, b string) int {
	x, y := legacyParts(a), legacyParts(b)
	for i := range min(len(x), len(y)) {
		c := strings.Compare(x[i], y[i])
		if isDigits(x[i]) && isDigits(y[i]) {
			c = compareDigits(x[i], y[i])
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(x), len(y))
}

// legacyParts splits s; words begin with "*" so that they sort before numbers.
func legacyParts(s string) []string {
	var parts []string
	drop := func(last func(string) bool) {
		for len(parts) > 0 && last(parts[len(parts)-1]) {
			parts = parts[:len(parts)-1]
		}
	}
	for s != "" || len(parts) == 0 || parts[len(parts)-1] != "*final" {
		n := 1
		switch digits, _ := cutDigits(s); {
		case s == "":
			n = 0
		case digits != "":
			n = len(digits)
		case isLetter(s[0]):
			letters, _ := cutLetters(s)
			n = len(letters)
		}
		part := s[:n]
		s = s[n:]
		switch part {
		case ".":
			continue
		case "":
			part = "*final"
		case "-":
			part = "*final-"
		case "pre", "preview", "rc":
			part = "*c"
		case "dev":
			part = "*@"
		default:
			if !isDigit(part[0]) {
				part = "*" + part
			}
		}
		if part[0] == '*' {
			if part < "*final" {
				drop(func(p string) bool { return p == "*final-" })
			}
			drop(func(p string) bool { return strings.Trim(p, "0") == "" })
		}
		parts = append(parts, part)
	}
	return parts
}

package version

import "strings"

// compareGem orders as Gem::Version: numbers are newer than words, zeros before
// a word or the end mean nothing, a dash is ".pre.":
// https://docs.ruby-lang.org/en/master/Gem/Version.html.
func compareGem(a, b string) (int, bool) {
	a, b = strings.TrimSpace(a), strings.TrimSpace(b)
	if !isGem(a) || !isGem(b) {
		return 0, false
	}
	var roomA, roomB [16]string
	x, y := appendGemSegments(roomA[:0], a), appendGemSegments(roomB[:0], b)
	for i := range max(len(x), len(y)) {
		var l, r string // where one is at its end: zero
		if i < len(x) {
			l = x[i]
		}
		if i < len(y) {
			r = y[i]
		}
		wordL, wordR := l != "" && isLetter(l[0]), r != "" && isLetter(r[0])
		c := 0
		switch {
		case wordL != wordR:
			c = 1 - rank(wordL, 2)
		case wordL:
			c = strings.Compare(l, r)
		default:
			c = compareDigits(l, r)
		}
		if c != 0 {
			return c, true
		}
	}
	return 0, true
}

// isGem is laxer than RubyGems in one point: a word may follow a number without
// a dot, as in the 1beta of old indexes.
func isGem(s string) bool {
	return startsWithDigit(s) && onlyHolds(s, ".-") && !strings.Contains(s+".", "..")
}

func appendGemSegments(segments []string, s string) []string {
	trim := func() {
		for n := len(segments); n > 0 && strings.Trim(segments[n-1], "0") == ""; n-- {
			segments = segments[:n-1]
		}
	}
	word := false
	add := func(letters string) {
		if !word {
			trim()
		}
		word = true
		segments = append(segments, letters)
	}
	for s != "" {
		var part string
		switch {
		case isDigit(s[0]):
			part, s = cutDigits(s)
			segments = append(segments, part)
		case isLetter(s[0]):
			part, s = cutLetters(s)
			add(part)
		default:
			if s[0] == '-' {
				add("pre")
			}
			s = s[1:]
		}
	}
	trim()
	return segments
}

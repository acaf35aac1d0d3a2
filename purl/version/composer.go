package version

import (
	"cmp"
	"strings"
)

// compareComposer orders as composer/semver, which is PHP's version_compare on
// what Composer normalises: the numbers, padded with zeros, then the stability.
// Like its Comparator it holds 1.0.0 newer than 1.0, even 1.0.0-beta, and words that
// it does not know, among them BETA in capitals and "stable", older than the others.
// The branch 1.x-dev is newer than every 1.* release; dev-NAME is older than every
// number, and two of them have no order. https://www.php.net/version_compare,
// https://getcomposer.org/doc/articles/versions.md.
func compareComposer(a, b string) (int, bool) {
	branchA, branchB := strings.HasPrefix(a, "dev-"), strings.HasPrefix(b, "dev-")
	a, b = cutV(a), cutV(b)
	if branchA && branchB || !branchA && !startsWithDigit(a) || !branchB && !startsWithDigit(b) {
		return 0, false
	}
	if branchA || branchB {
		return rank(branchB, 2) - 1, true
	}
	count := 0
	if !strings.Contains(a, "#") && !strings.Contains(b, "#") { // PHP's place holder equals any number
		for moreA, moreB := true, true; moreA || moreB; {
			var x, y string
			x, a, moreA = cutComposerNumber(a)
			y, b, moreB = cutComposerNumber(b)
			if c := compareDigits(x, y); c != 0 {
				return c, true
			}
			count += rank(moreA, 1) - rank(moreB, 1)
		}
	}
	return cmp.Or(cmp.Compare(count, 0), compareComposerParts(a, b)), true
}

// cutComposerNumber cuts the next part off s if it is a number.
func cutComposerNumber(s string) (number, rest string, ok bool) {
	part, rest := cutComposerPart(s)
	if number, ok = composerNumber(part); ok {
		return number, rest, true
	}
	return "", s, false
}

// compareComposerParts is version_compare: part by part.
func compareComposerParts(a, b string) int {
	for a != "" && b != "" {
		var x, y string
		x, a = cutComposerPart(a)
		y, b = cutComposerPart(b)
		if c := compareComposerPart(x, y); c != 0 {
			return c
		}
	}
	// What one has more is newer if a number, else ordered against a release.
	rest, c := a, 1
	if rest == "" {
		rest, c = b, -1
	}
	for rest != "" {
		var part string
		part, rest = cutComposerPart(rest)
		if _, ok := composerNumber(part); ok {
			return c
		}
		if d := cmp.Compare(composerRank(part), composerRank("#")); d != 0 {
			return c * d
		}
	}
	return 0
}

func cutV(s string) string {
	if s[0]|0x20 == 'v' {
		return s[1:]
	}
	return s
}

// cutComposerPart reads one number or word; - _ + and dots divide, and so does a
// change between digits and others.
func cutComposerPart(s string) (part, rest string) {
	n := 0
	for n < len(s) && strings.IndexByte(".-_+", s[n]) < 0 && isDigit(s[n]) == isDigit(s[0]) {
		n++
	}
	part, rest = s[:n], s[n:]
	for rest != "" && strings.IndexByte(".-_+", rest[0]) >= 0 {
		rest = rest[1:]
	}
	return part, rest
}

// composerNumber returns the number that a part is; the wild card of a branch is
// higher than any in use, as in Composer itself.
func composerNumber(part string) (string, bool) {
	if part == "x" {
		return "9999999", true
	}
	return part, isDigits(part)
}

func compareComposerPart(a, b string) int {
	x, numberX := composerNumber(a)
	y, numberY := composerNumber(b)
	switch {
	case numberX && numberY:
		return compareDigits(x, y)
	case numberX:
		a = "#"
	case numberY:
		b = "#"
	}
	return cmp.Compare(composerRank(a), composerRank(b))
}

// composerRank returns the place of a word; "#" stands for a number. Unknown words
// are older than all.
func composerRank(word string) int {
	for i, known := range [...]string{"dev", "a", "b", "rc", "#", "p"} {
		if strings.HasPrefix(word, known) || known == "rc" && strings.HasPrefix(word, "RC") {
			return i
		}
	}
	return -1
}

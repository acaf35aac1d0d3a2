package version

import (
	"cmp"
	"strings"
)

// compareMaven orders as ComparableVersion of Maven 3:
// https://maven.apache.org/pom.html#version-order-specification. Maven takes any
// text; unresolved properties and ranges are no versions.
func compareMaven(a, b string) (int, bool) {
	if strings.ContainsAny(a, "${}[](), \t\r\n") || strings.ContainsAny(b, "${}[](), \t\r\n") {
		return 0, false
	}
	var roomA, roomB [16]mavenItem
	x := appendMavenItems(roomA[:0], strings.ToLower(a))
	y := appendMavenItems(roomB[:0], strings.ToLower(b))
	for i := range min(len(x), len(y)) {
		if c := x[i].compare(y[i]); c != 0 {
			return c, true
		}
	}
	for _, item := range x[min(len(x), len(y)):] {
		if c := item.compare(mavenItem{}); c != 0 {
			return c, true
		}
	}
	for _, item := range y[min(len(x), len(y)):] {
		if c := (mavenItem{}).compare(item); c != 0 {
			return c, true
		}
	}
	return 0, true
}

// mavenKind tells the items of a version apart, in their order against each other.
type mavenKind uint8

const (
	mavenEnd    mavenKind = iota // nothing: compares as the neutral item of the other side
	mavenWord                    // a qualifier
	mavenList                    // a nested list begins; a list ends only with the version
	mavenNumber                  // digits
)

type mavenItem struct {
	kind mavenKind
	rank int    // of a word: see mavenRank
	text string // of an unknown word or a number
}

// The qualifiers that Maven knows, in order, and the rank of all others.
const (
	mavenRelease = 5
	mavenUnknown = 7
)

// mavenRank returns the place of a qualifier. One letter that a digit follows is
// short for a word.
func mavenRank(word string, digit bool) int {
	switch word {
	case "a", "b", "m":
		if digit {
			return int(strings.IndexByte("abm", word[0]))
		}
	case "alpha":
		return 0
	case "beta":
		return 1
	case "milestone":
		return 2
	case "rc", "cr":
		return 3
	case "snapshot":
		return 4
	case "", "ga", "final", "release":
		return mavenRelease
	case "sp":
		return 6
	}
	return mavenUnknown
}

// isNull says whether the item means the same as its absence.
func (i mavenItem) isNull() bool {
	return i.kind == mavenNumber && i.text == "" || i.kind == mavenWord && i.rank == mavenRelease
}

func (i mavenItem) compare(j mavenItem) int {
	switch {
	case i.kind == mavenEnd && j.kind == mavenWord:
		return cmp.Compare(mavenRelease, j.rank)
	case j.kind == mavenEnd && i.kind == mavenWord:
		return cmp.Compare(i.rank, mavenRelease)
	case i.kind == mavenEnd && j.kind == mavenNumber, j.kind == mavenEnd && i.kind == mavenNumber:
		return cmp.Compare(len(i.text), len(j.text))
	case i.kind == mavenEnd, j.kind == mavenEnd:
		return 0 // the items of the list follow and decide
	case i.kind != j.kind:
		return cmp.Compare(int(i.kind), int(j.kind))
	case i.kind == mavenNumber:
		return compareDigits(i.text, j.text)
	case i.rank != j.rank:
		return cmp.Compare(i.rank, j.rank)
	case i.rank == mavenUnknown:
		return strings.Compare(i.text, j.text)
	}
	return 0
}

// appendMavenItems splits s at dots, dashes and between letters and digits; a
// dash or a change opens a list. What means nothing at the end of a list goes.
func appendMavenItems(items []mavenItem, s string) []mavenItem {
	trim := func() {
		for len(items) > 0 && items[len(items)-1].isNull() {
			items = items[:len(items)-1]
		}
	}
	open := func() {
		trim()
		if len(items) == 0 || items[len(items)-1].kind != mavenList {
			items = append(items, mavenItem{kind: mavenList}) // 1-ga-1 is 1-1: an empty list goes too
		}
	}
	for s != "" {
		switch s[0] {
		case '.', '-': // a separator without an item before it: zero
			items = append(items, mavenItem{kind: mavenNumber})
		default:
			n := 0
			for n < len(s) && s[n] != '.' && s[n] != '-' && isDigit(s[n]) == isDigit(s[0]) {
				n++
			}
			digit := n < len(s) && isDigit(s[n])
			item := mavenItem{kind: mavenNumber, text: strings.TrimLeft(s[:n], "0")}
			if !isDigit(s[0]) {
				item = mavenItem{kind: mavenWord, rank: mavenRank(s[:n], digit), text: s[:n]}
			}
			items = append(items, item)
			if s = s[n:]; s != "" && s[0] != '.' && s[0] != '-' {
				open()
				continue
			}
		}
		if s != "" {
			if s[0] == '-' {
				open()
			}
			s = s[1:]
		}
	}
	trim()
	if n := len(items); n > 0 && items[n-1].kind == mavenList {
		items = items[:n-1]
	}
	return items
}

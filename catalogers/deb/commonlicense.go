package deb

import (
	"slices"
	"strings"
)

// referred reads the licences of a file in free form by the texts in usr/share/common-licenses that it refers to, as
// https://www.debian.org/doc/debian-policy/ch-docs.html#copyright-information asks. Whether later versions may be chosen is told by the words before
// the reference. Nothing is made of any other words.
func referred(text string) (terms []string) {
	const folder = "common-licenses/"
	var list []gnu
	for {
		at := strings.Index(text, folder)
		if at < 0 {
			break
		}
		words := text[max(0, at-2000):at]
		text = text[at+len(folder):]
		end := 0
		for end < len(text) && (text[end] == '-' || text[end] == '.' || 'a' <= text[end]|0x20 && text[end]|0x20 <= 'z' || '0' <= text[end] && text[end] <= '9') {
			end++
		}
		name := strings.TrimRight(text[:end], ".-")
		text = text[end:]
		switch family, number, _ := strings.Cut(name, "-"); {
		case family == "GPL" || family == "LGPL" || family == "GFDL":
			list = append(list, readGNU(family, number, words))
		case name == "Artistic": // that of Perl: it has its clause on aggregation
			terms = include(terms, "Artistic-1.0-Perl")
		case name == "BSD": // that of the University of California
			terms = include(terms, "BSD-3-Clause")
		case name == "Apache-2.0" || name == "CC0-1.0" || name == "MPL-1.1" || name == "MPL-2.0":
			terms = include(terms, name)
		}
	}
	for _, g := range list {
		// The same licence is often named a second time, with less said.
		if !slices.ContainsFunc(list, func(other gnu) bool { return other.family == g.family && other.says() > g.says() }) {
			terms = include(terms, g.String())
		}
	}
	return terms
}

func include(list []string, name string) []string {
	if slices.Contains(list, name) {
		return list
	}
	return append(list, name)
}

// gnu is a licence of the GNU project, as far as a file tells which.
type gnu struct {
	family, version string
	later, exact    bool // later versions may be chosen; the version was said in words
}

// readGNU reads one reference: to the version if it has one, otherwise the text of the newest is meant and the words say which.
func readGNU(family, number, words string) gnu {
	g := gnu{family: family, version: number}
	if said := lastVersion(words); said != "" {
		if g.version == "" {
			g.version = said
		}
		g.exact = strings.TrimSuffix(said, ".0") == strings.TrimSuffix(g.version, ".0")
	}
	for _, later := range [...]string{"any later", "later version", "or later", "or newer", "or higher"} {
		g.later = g.later || strings.Contains(words, later)
	}
	if g.version = strings.TrimSuffix(g.version, ".0"); len(g.version) == 1 {
		g.version += ".0"
	}
	if !slices.Contains(versions(family), g.version) {
		g.version = ""
	}
	return g
}

// lastVersion is the number of the last "version 2" or "Version 2.1".
func lastVersion(words string) string {
	for {
		at := strings.LastIndex(words, "ersion ")
		if at < 0 {
			return ""
		}
		said := words[at+len("ersion "):]
		if said = said[:len(said)-len(strings.TrimLeft(said, "0123456789."))]; said != "" {
			return strings.TrimRight(said, ".")
		}
		words = words[:at]
	}
}

func versions(family string) []string {
	switch family {
	case "GPL":
		return []string{"1.0", "2.0", "3.0"}
	case "LGPL":
		return []string{"2.0", "2.1", "3.0"}
	}
	return []string{"1.1", "1.2", "1.3"}
}

// says ranks how much is known.
func (g gnu) says() int {
	switch {
	case g.version == "":
		return 0
	case g.later:
		return 2
	case g.exact:
		return 1
	}
	return 0
}

// String is the licence's id, or the family's name where it stays open which licence it is.
func (g gnu) String() string {
	switch g.says() {
	case 2:
		return g.family + "-" + g.version + "-or-later"
	case 1:
		return g.family + "-" + g.version + "-only"
	}
	return g.family
}

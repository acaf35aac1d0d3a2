package javaarchive

import (
	"path"
	"strings"
)

// stem is a file's name without its extension.
func stem(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

// cutVersion splits "log4j-1.2-api-2.17.1" before its version, and "org.eclipse.core_3.1.0" as Eclipse joins them. Where a number is followed by a word and a
// number again, the word is part of the name unless it is one that versions end in.
func cutVersion(stem string) (name, version string) {
	for _, suffix := range [...]string{"-sources", "-javadoc", "-tests"} {
		stem = strings.TrimSuffix(stem, suffix)
	}
	parts := strings.Split(stem, "-")
	first := 0 // the part at which the version begins
	for i := 1; i < len(parts); i++ {
		switch {
		case digit(parts[i]):
			if first == 0 {
				first = i
			}
		case first > 0 && !qualifier(parts[i]):
			for j := i + 1; j < len(parts); j++ {
				if digit(parts[j]) {
					first = 0
					break
				}
			}
		}
	}
	if first > 0 {
		return strings.Join(parts[:first], "-"), strings.Join(parts[first:], "-")
	}
	if at := strings.LastIndexByte(stem, '_'); at > 0 && digit(stem[at+1:]) {
		return stem[:at], stem[at+1:]
	}
	return stem, ""
}

func digit(s string) bool { return s != "" && s[0] >= '0' && s[0] <= '9' }

// qualifier tells whether a part of a version is one of the words that Maven orders
// (https://maven.apache.org/pom.html#version-order-specification) or that are common besides.
func qualifier(s string) bool {
	switch strings.TrimRight(strings.ToLower(s), ".0123456789") {
	case "alpha", "beta", "milestone", "m", "rc", "cr", "snapshot", "ga", "final", "release", "sp", "jre", "jdk", "android", "b", "build", "pre", "incubating":
		return true
	}
	return false
}

// matches tells how much of a stem the coordinates explain: nothing, the name, the name and the version.
func (c coordinates) matches(stem string) int {
	switch rest, ok := strings.CutPrefix(stem, c.artifact); {
	case !ok || c.artifact == "":
		return 0
	case c.version != "" && (rest == "-"+c.version || strings.HasPrefix(rest, "-"+c.version+"-")):
		return 2
	case rest == "" || rest[0] == '-' && digit(rest[1:]):
		return 1
	}
	return 0
}

// classifier is what follows the version in a stem.
func (c coordinates) classifier(stem string) string {
	word, ok := strings.CutPrefix(stem, c.artifact+"-"+c.version+"-")
	if !ok || c.version == "" || !plain(word) {
		return ""
	}
	return word
}

package version

import (
	"cmp"
	goversion "go/version"
	"strings"
)

// semverRules are the points in which the tools of the SemVer family differ.
type semverRules struct {
	build bool // build metadata orders releases, as in pub and Julia
	full  bool // all three numbers must stand
	fold  bool // pre-releases are compared without case, as in NuGet
}

// semver is a version by https://semver.org/spec/v2.0.0.html, with the leniency
// that the tools share: a leading "v", missing numbers, leading zeros.
type semver struct {
	numbers    [4]string // the fourth is NuGet's revision
	count      int
	pre, build string
}

// parseSemVer reads a version of at most the given count of numbers.
func parseSemVer(s string, limit int) (v semver, ok bool) {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "="), "v")
	s, v.build, ok = strings.Cut(s, "+")
	if ok && !isIdentifiers(v.build) {
		return v, false
	}
	s, v.pre, ok = strings.Cut(s, "-")
	if ok && !isIdentifiers(v.pre) || !isNumbers(s, "") {
		return v, false
	}
	for part := range strings.SplitSeq(s, ".") {
		if v.count == limit {
			return v, false
		}
		v.numbers[v.count] = part
		v.count++
	}
	return v, true
}

// isIdentifiers says whether s is dot-separated, non-empty identifiers.
func isIdentifiers(s string) bool {
	return onlyHolds(s, ".-") && !strings.Contains("."+s+".", "..")
}

func compareSemVer(a, b string, rules semverRules) (int, bool) {
	x, okX := parseSemVer(a, 3)
	y, okY := parseSemVer(b, 3)
	if !okX || !okY || rules.full && (x.count < 3 || y.count < 3) {
		return 0, false
	}
	return x.compare(y, rules), true
}

// compareNuGet orders up to four numbers, then the pre-release without case:
// https://learn.microsoft.com/nuget/concepts/package-versioning.
func compareNuGet(a, b string) (int, bool) {
	x, okX := parseSemVer(a, 4)
	y, okY := parseSemVer(b, 4)
	return x.compare(y, semverRules{fold: true}), okX && okY
}

func (v semver) compare(w semver, rules semverRules) int {
	for i := range v.numbers {
		if c := compareDigits(v.numbers[i], w.numbers[i]); c != 0 {
			return c
		}
	}
	if v.pre == "" || w.pre == "" {
		if c := cmp.Compare(len(w.pre), len(v.pre)); c != 0 {
			return c
		}
	} else if c := compareIdentifiers(v.pre, w.pre, rules.fold); c != 0 {
		return c
	}
	if rules.build {
		return compareIdentifiers(v.build, w.build, false)
	}
	return 0
}

// compareIdentifiers orders lists of dot-separated identifiers: numbers before
// words, and the shorter list first where one begins the other (SemVer, 11.4).
func compareIdentifiers(a, b string, fold bool) int {
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if fold {
			x, y = strings.ToLower(x), strings.ToLower(y)
		}
		c := 0
		switch isNumber := isDigits(x); {
		case isNumber != isDigits(y):
			c = 1
			if isNumber {
				c = -1
			}
		case isNumber:
			c = compareDigits(x, y)
		default:
			c = strings.Compare(x, y)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareGo orders module versions as SemVer, in which pseudo-versions sort by
// their time and +incompatible means nothing (https://go.dev/ref/mod#versions),
// and releases of the standard library as the go command does (go1.22rc1).
func compareGo(a, b string) (int, bool) {
	if c, ok := compareSemVer(a, b, semverRules{full: a[0] != 'v' || b[0] != 'v'}); ok {
		return c, true
	}
	a, b = "go"+strings.TrimPrefix(a, "go"), "go"+strings.TrimPrefix(b, "go")
	return goversion.Compare(a, b), goversion.IsValid(a) && goversion.IsValid(b)
}

// compareBazel orders module versions: any number of identifiers, then an
// optional pre-release; https://bazel.build/external/module#version-format.
func compareBazel(a, b string) (int, bool) {
	a, _, _ = strings.Cut(a, "+")
	b, _, _ = strings.Cut(b, "+")
	a, preA, _ := strings.Cut(a, "-")
	b, preB, _ := strings.Cut(b, "-")
	for _, s := range [...]string{a, b, preA, preB} {
		if s != "" && !isIdentifiers(s) {
			return 0, false
		}
	}
	if a == "" || b == "" {
		return 0, false
	}
	c := compareIdentifiers(a, b, false)
	switch {
	case c != 0:
		return c, true
	case preA == "" || preB == "":
		return cmp.Compare(len(preB), len(preA)), true
	}
	return compareIdentifiers(preA, preB, false), true
}

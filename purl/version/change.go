package version

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// Change is the part of a version in which two versions of a package differ. Its
// direction is what Compare says.
type Change uint8

const (
	Unordered  Change = iota // no order is known: a branch, a commit, a digest
	None                     // the same release, perhaps in another spelling
	Major                    // the first number
	Minor                    // the second number
	Patch                    // any later number, or a mark of a release such as 1.1.1k or 2.0.post1
	PreRelease               // one of them comes before the release of those numbers
	Build                    // only what stands behind a plus
	Epoch                    // the epoch, which resets an order
	Revision                 // the distribution's packaging of the same upstream version
	Commit                   // to a commit between releases: a Go pseudo-version
)

// String returns the words in which a report names the change.
func (c Change) String() string {
	switch c {
	case None:
		return "none"
	case Major:
		return "major"
	case Minor:
		return "minor"
	case Patch:
		return "patch"
	case PreRelease:
		return "pre-release"
	case Build:
		return "build"
	case Epoch:
		return "epoch"
	case Revision:
		return "distro revision"
	case Commit:
		return "commit"
	}
	return "unordered"
}

// Classify returns in what two versions of a package of type t differ, the most
// significant part first.
func Classify(t purl.Type, old, new string) Change {
	order, ok := Compare(t, old, new)
	switch {
	case !ok:
		return Unordered
	case old == new:
		return None
	case t == purl.Golang && isPseudo(new):
		return Commit
	}
	a, b := parseParts(t, old), parseParts(t, new)
	if compareDigits(a.epoch, b.epoch) != 0 {
		return Epoch
	}
	if i := firstDifference(a.numbers, b.numbers); i >= 0 {
		return [...]Change{Major, Minor, Patch}[min(i, 2)]
	}
	beforeA, _, _ := strings.Cut(a.upstream, "+")
	beforeB, _, _ := strings.Cut(b.upstream, "+")
	switch {
	case a.upstream == b.upstream && a.revision != b.revision:
		return Revision
	case beforeA == beforeB && a.upstream != b.upstream:
		return Build
	case order == 0:
		return None
	case isBefore(t, a) || isBefore(t, b):
		return PreRelease
	}
	return Patch
}

// parts is a version divided for classification.
type parts struct {
	epoch, upstream, revision string
	numbers                   string // the dotted numbers that upstream begins with
}

func parseParts(t purl.Type, s string) parts {
	p := parts{upstream: s}
	switch t {
	case purl.Deb, purl.RPM, purl.ALPM:
		r, _ := parseRelease(s)
		p = parts{epoch: r.epoch, upstream: r.upstream, revision: r.revision}
	case purl.APK:
		if i := strings.LastIndex(s, "-r"); i >= 0 {
			p.upstream, p.revision = s[:i], s[i+2:]
		}
	case purl.PyPI, purl.Conda:
		if epoch, rest, ok := strings.Cut(s, "!"); ok {
			p.epoch, p.upstream = epoch, rest
		}
	case purl.CRAN:
		p.upstream = strings.ReplaceAll(s, "-", ".")
	case purl.CPAN:
		p.upstream, _ = cpanNumbers(s)
	}
	p.upstream = strings.TrimPrefix(strings.TrimPrefix(strings.TrimLeft(p.upstream, "vV="), "go"), "v")
	end := 0
	for end < len(p.upstream) && (isDigit(p.upstream[end]) || p.upstream[end] == '.') {
		end++
	}
	p.numbers = strings.TrimRight(p.upstream[:end], ".")
	return p
}

// isBefore says whether p sorts before the release of its own numbers.
func isBefore(t purl.Type, p parts) bool {
	numbers := p.numbers
	if t == purl.Golang {
		for strings.Count(numbers, ".") < 2 {
			numbers += ".0" // the go command has 1.22 before 1.22rc1
		}
	}
	order, ok := Compare(t, p.upstream, numbers)
	return ok && order < 0
}

// firstDifference returns the index of the first number that differs, -1 where
// none does; numbers that are missing are zero.
func firstDifference(a, b string) int {
	for i := 0; a != "" || b != ""; i++ {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if compareDigits(x, y) != 0 {
			return i
		}
	}
	return -1
}

// isPseudo says whether s is a Go pseudo-version: a time of 14 digits and 12
// digits of a commit at its end, https://go.dev/ref/mod#pseudo-versions.
func isPseudo(s string) bool {
	s, _, _ = strings.Cut(s, "+")
	i := strings.LastIndexByte(s, '-')
	if i < 15 || len(s)-i-1 != 12 {
		return false
	}
	return isDigits(s[i-14:i]) && strings.IndexByte("-.", s[i-15]) >= 0
}

// Package version orders the versions of packages by the rules of their purl type,
// as the ecosystem's own tool does, and says which part of a version changed.
package version

import (
	"cmp"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// Compare orders two versions of a package of type t: order is -1, 0 or +1 as a
// is older than, the same release as, or newer than b. ok is false where the
// type has no order or its tool would refuse one of the strings; nothing is
// guessed. Equal strings are the same release in every type.
func Compare(t purl.Type, a, b string) (order int, ok bool) {
	if a == b {
		return 0, a != ""
	}
	if a == "" || b == "" {
		return 0, false
	}
	switch t {
	case purl.NPM, purl.Cargo, purl.Hex, purl.Swift, purl.VSCodeExtension:
		return compareSemVer(a, b, semverRules{})
	case purl.Pub, purl.Julia:
		return compareSemVer(a, b, semverRules{build: true})
	case purl.GitHub, purl.Bitbucket, purl.Git:
		// Versions are tags or commits: only a full SemVer is certainly not a commit.
		return compareSemVer(a, b, semverRules{full: true})
	case purl.NuGet:
		return compareNuGet(a, b)
	case purl.Golang:
		return compareGo(a, b)
	case purl.Bazel:
		return compareBazel(a, b)
	case purl.PyPI:
		return comparePEP440(a, b)
	case purl.Maven:
		return compareMaven(a, b)
	case purl.Gem, purl.CocoaPods:
		return compareGem(a, b)
	case purl.Composer:
		return compareComposer(a, b)
	case purl.Deb:
		return compareDeb(a, b)
	case purl.Opam:
		return compareOpam(a, b)
	case purl.RPM:
		return compareRPM(a, b)
	case purl.APK:
		return compareAPK(a, b)
	case purl.ALPM:
		return compareALPM(a, b)
	case purl.Conda:
		return compareConda(a, b)
	case purl.CRAN:
		return compareNumbers(a, b, "-")
	case purl.Hackage, purl.OTP:
		return compareNumbers(a, b, "")
	case purl.CPAN:
		return compareCPAN(a, b)
	}
	return 0, false
}

// compareNumbers orders lists of numbers, divided by dots or by one of the bytes
// of also; of two lists that begin alike the longer one is newer.
// R: https://stat.ethz.ch/R-manual/R-devel/library/base/html/numeric_version.html,
// Haskell: https://pvp.haskell.org/#version-numbers.
func compareNumbers(a, b, also string) (int, bool) {
	if !isNumbers(a, also) || !isNumbers(b, also) {
		return 0, false
	}
	for a != "" && b != "" {
		var x, y string
		x, a = cutDigits(a)
		y, b = cutDigits(b)
		if c := compareDigits(x, y); c != 0 {
			return c, true
		}
		a, b = a[min(1, len(a)):], b[min(1, len(b)):]
	}
	return cmp.Compare(len(a), len(b)), true
}

// isNumbers says whether s is numbers divided by single dots or bytes of also.
func isNumbers(s, also string) bool {
	digit := false
	for i := range len(s) {
		if isDigit(s[i]) {
			digit = true
		} else if !digit || s[i] != '.' && strings.IndexByte(also, s[i]) < 0 {
			return false
		} else {
			digit = false
		}
	}
	return digit
}

// compareDigits orders two decimal numbers of any length; empty is zero.
func compareDigits(a, b string) int {
	a, b = strings.TrimLeft(a, "0"), strings.TrimLeft(b, "0")
	if len(a) != len(b) {
		return cmp.Compare(len(a), len(b))
	}
	return strings.Compare(a, b)
}

// rank returns value where something is present, else 0.
func rank(present bool, value int) int {
	if present {
		return value
	}
	return 0
}

// cutDigits divides s behind its leading digits.
func cutDigits(s string) (digits, rest string) {
	i := 0
	for i < len(s) && isDigit(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// cutLetters divides s behind its leading ASCII letters.
func cutLetters(s string) (letters, rest string) {
	i := 0
	for i < len(s) && isLetter(s[i]) {
		i++
	}
	return s[:i], s[i:]
}

// isDigits says whether s is a decimal number.
func isDigits(s string) bool {
	_, rest := cutDigits(s)
	return s != "" && rest == ""
}

func isDigit(c byte) bool  { return '0' <= c && c <= '9' }
func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func startsWithDigit(s string) bool { return s != "" && isDigit(s[0]) }

func hasSpace(s string) bool { return strings.ContainsAny(s, " \t\r\n") }

// onlyHolds says whether all bytes of s are ASCII letters, digits or in extra.
func onlyHolds(s, extra string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) && !isLetter(s[i]) && strings.IndexByte(extra, s[i]) < 0 {
			return false
		}
	}
	return true
}

package version

import (
	"cmp"
	"strings"
)

// compareAPK orders as apk-tools does, numbers{.number}{letter}{_suffix{number}}{~hash}{-r#}:
// https://man.archlinux.org/man/extra/apk-tools/apk-package.5. Like apk it answers
// for malformed versions as well: what cannot be read is older than the end.
func compareAPK(a, b string) (int, bool) {
	if hasSpace(a) || hasSpace(b) {
		return 0, false
	}
	x, y := apkScanner{rest: a}, apkScanner{rest: b}
	for x.next == y.next && x.next < apkEnd {
		kind := x.next
		l, r := x.token(), y.token()
		c := cmp.Compare(l.rank, r.rank)
		if c == 0 && kind == apkHash {
			c = strings.Compare(l.text, r.text)
		} else if c == 0 {
			c = compareDigits(l.text, r.text)
		}
		if c != 0 {
			return c, true
		}
	}
	switch {
	case x.next == y.next:
		return 0, true
	case x.next == apkSuffix && x.token().rank < 0:
		return -1, true
	case y.next == apkSuffix && y.token().rank < 0:
		return 1, true
	}
	// Alike so far: the one that goes on is newer, and the kinds are in that order.
	return cmp.Compare(int(y.next), int(x.next)), true
}

// apkKind is what comes next in a version.
type apkKind uint8

const (
	apkNumber apkKind = iota // the first number, or one behind a letter or zeros
	apkPart                  // a dot and a number
	apkLetter
	apkHollow // a dot without a number
	apkSuffix
	apkSuffixNumber
	apkHash
	apkRevision
	apkEnd
	apkInvalid
)

type apkScanner struct {
	rest string
	next apkKind
}

type apkToken struct {
	rank int    // of letters and suffixes; of a number the negative count of its leading zeros
	text string // digits, or the hash
}

// token reads the next token and finds out what follows it.
func (s *apkScanner) token() (t apkToken) {
	switch s.next {
	case apkPart:
		// Digits behind a leading zero are a fraction: 1.01 < 1.1. They are a token of their own.
		if zeros := len(s.rest) - len(strings.TrimLeft(s.rest, "0")); zeros > 0 {
			s.rest = s.rest[zeros:]
			t.rank = -zeros
			if s.rest != "" && isDigit(s.rest[0]) {
				s.next = apkNumber
				return t
			}
			break
		}
		t.text, s.rest = cutDigits(s.rest)
	case apkNumber, apkSuffixNumber, apkRevision:
		t.text, s.rest = cutDigits(s.rest)
	case apkLetter:
		t.rank, s.rest = int(s.rest[0]), s.rest[1:]
	case apkSuffix:
		letters, rest := cutLetters(s.rest)
		t.rank = apkSuffixRank(letters)
		if s.rest = rest; t.rank == apkNoSuffix {
			s.next = apkInvalid
			return t
		}
	case apkHash:
		n := 0
		for n < len(s.rest) && (isDigit(s.rest[n]) || 'a' <= s.rest[n] && s.rest[n] <= 'f') {
			n++
		}
		t.text, s.rest = s.rest[:n], s.rest[n:]
	}
	s.advance()
	return t
}

// advance sets what comes next from the byte in front and what came before.
func (s *apkScanner) advance() {
	before := s.next
	s.next = apkInvalid
	if s.rest == "" {
		s.next = apkEnd
		return
	}
	switch c := s.rest[0]; {
	case 'a' <= c && c <= 'z' && (before <= apkPart || before == apkHollow):
		s.next = apkLetter
	case isDigit(c) && before == apkLetter:
		s.next = apkNumber
	case isDigit(c) && before == apkSuffix:
		s.next = apkSuffixNumber
	case c == '.' && (before <= apkPart || before == apkHollow):
		s.rest = s.rest[1:]
		s.next = apkPart
		if s.rest != "" && !isDigit(s.rest[0]) && s.rest[0] != '.' {
			s.next = apkHollow
		}
	case c == '_' && before <= apkSuffixNumber:
		s.rest = s.rest[1:]
		s.next = apkSuffix
	case c == '~' && before <= apkSuffixNumber:
		s.rest = s.rest[1:]
		s.next = apkHash
	case strings.HasPrefix(s.rest, "-r") && before < apkRevision && (len(s.rest) == 2 || isDigit(s.rest[2]) || s.rest[2] == '-'):
		s.rest = s.rest[2:]
		s.next = apkRevision
	}
}

const apkNoSuffix = -1

// apkSuffixRank is below zero for what comes before a release, and as apk has it
// for unknown words.
func apkSuffixRank(word string) int {
	switch word {
	case "alpha":
		return -5
	case "beta":
		return -4
	case "pre":
		return -3
	case "rc":
		return -2
	case "cvs":
		return 0
	case "svn":
		return 1
	case "git":
		return 2
	case "hg":
		return 3
	case "p":
		return 4
	}
	return apkNoSuffix
}

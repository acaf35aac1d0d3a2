package version

import "cmp"

// compareALPM orders [epoch:]version[-release] as vercmp(8) of pacman does; a
// release counts only where both have one: https://man.archlinux.org/man/vercmp.8.
func compareALPM(a, b string) (int, bool) {
	if hasSpace(a) || hasSpace(b) {
		return 0, false
	}
	x, _ := parseRelease(a)
	y, _ := parseRelease(b)
	if c := compareDigits(x.epoch, y.epoch); c != 0 {
		return c, true
	}
	if c := compareALPMPart(x.upstream, y.upstream); c != 0 || !x.revised || !y.revised {
		return c, true
	}
	return compareALPMPart(x.revision, y.revision), true
}

// compareALPMPart is RPM's comparison before the tilde, with two changes: more
// dividing bytes are newer, and letters that remain are a pre-release.
func compareALPMPart(a, b string) int {
	for a != "" && b != "" {
		restA, restB := skipALPMSeparators(a), skipALPMSeparators(b)
		gapA, gapB := len(a)-len(restA), len(b)-len(restB)
		a, b = restA, restB
		if a == "" || b == "" {
			break
		}
		if gapA != gapB {
			return cmp.Compare(gapA, gapB)
		}
		c := 0
		if c, a, b = compareRun(a, b); c != 0 {
			return c
		}
	}
	switch {
	case a == "" && b == "":
		return 0
	case a == "" && !isLetter(b[0]), a != "" && isLetter(a[0]):
		return -1
	}
	return 1
}

func skipALPMSeparators(s string) string {
	for s != "" && !isDigit(s[0]) && !isLetter(s[0]) {
		s = s[1:]
	}
	return s
}

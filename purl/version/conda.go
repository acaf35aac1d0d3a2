package version

import (
	"cmp"
	"strings"
)

// compareConda orders epoch!version+local as VersionOrder of conda:
// https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/pkg-specs.html#version-ordering.
func compareConda(a, b string) (int, bool) {
	epochA, versionA, localA, okA := cutConda(a)
	epochB, versionB, localB, okB := cutConda(b)
	if !okA || !okB {
		return 0, false
	}
	return cmp.Or(
		compareDigits(epochA, epochB),
		compareCondaPart(versionA, versionB),
		compareCondaPart(localA, localB),
	), true
}

// cutConda divides a version; dashes mean underscores where none stands.
func cutConda(s string) (epoch, version, local string, ok bool) {
	version = strings.ToLower(strings.TrimSpace(s))
	if !strings.Contains(version, "_") {
		version = strings.ReplaceAll(version, "-", "_")
	}
	version = strings.ReplaceAll(version, "_", ".")
	if before, after, found := strings.Cut(version, "!"); found {
		epoch, version, ok = before, after, !isDigits(before)
	}
	if ok {
		return "", "", "", false
	}
	version, local, ok = strings.Cut(version, "+")
	return epoch, version, local, isIdentifiers(version) && !strings.Contains(version, "-") && (!ok || isIdentifiers(local) && !strings.Contains(local, "-"))
}

// compareCondaPart compares component by component, and in each run by run of
// digits and of letters. A component that begins with a letter has a zero before
// it, and what is missing is zero.
func compareCondaPart(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		for first := true; x != "" || y != ""; first = false {
			var l, r string
			l, x = cutCondaRun(x, first)
			r, y = cutCondaRun(y, first)
			c := cmp.Compare(condaRank(l), condaRank(r))
			if c == 0 && condaRank(l) == 2 {
				c = compareDigits(l, r)
			} else if c == 0 {
				c = strings.Compare(l, r)
			}
			if c != 0 {
				return c
			}
		}
	}
	return 0
}

func cutCondaRun(s string, first bool) (run, rest string) {
	if first || s != "" && isDigit(s[0]) {
		return cutDigits(s)
	}
	return cutLetters(s)
}

// condaRank orders runs of different kinds; the empty run is zero.
func condaRank(run string) int {
	switch {
	case run == "dev":
		return 0
	case run == "post":
		return 3
	case run != "" && isLetter(run[0]):
		return 1
	}
	return 2
}

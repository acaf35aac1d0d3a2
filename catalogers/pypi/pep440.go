package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/purl/version"
)

// satisfies tells whether a version meets all clauses of a specifier,
// https://packaging.python.org/en/latest/specifications/version-specifiers/. Pre-releases count as
// candidates: a lock that holds one has chosen it.
func satisfies(v, specifier string) bool {
	for clause := range strings.SplitSeq(specifier, ",") {
		if op, wanted := splitClause(clause); wanted != "" && !meets(v, op, wanted) {
			return false
		}
	}
	return true
}

// satisfiesPoetry is satisfies for the constraints that poetry writes: alternatives, caret, tilde, a bare version and
// clauses separated by blanks, https://python-poetry.org/docs/dependency-specification/.
func satisfiesPoetry(v, constraint string) bool {
	for alternative := range strings.SplitSeq(constraint, "|") {
		if alternative = strings.TrimSpace(alternative); alternative != "" && satisfiesAll(v, alternative) {
			return true
		}
	}
	return strings.Trim(constraint, " |") == ""
}

func satisfiesAll(v, constraint string) bool {
	op := ""
	for word := range strings.FieldsFuncSeq(constraint, func(r rune) bool { return r == ',' || r == ' ' }) {
		found, wanted := splitClause(word)
		if wanted == "" {
			op = found // "> 1.0": the operator stands alone
			continue
		}
		if found == "" {
			found = op
		}
		op = ""
		if !meets(v, found, wanted) {
			return false
		}
	}
	return true
}

// splitClause divides ">=1.0" into operator and version.
func splitClause(clause string) (op, version string) {
	clause = strings.TrimSpace(clause)
	end := 0
	for end < len(clause) && strings.IndexByte("=<>!~^", clause[end]) >= 0 {
		end++
	}
	return clause[:end], strings.TrimSpace(clause[end:])
}

func meets(v, op, wanted string) bool {
	if wanted == "*" {
		return op != "!="
	}
	if prefix, ok := strings.CutSuffix(wanted, ".*"); ok {
		if op != ">=" && op != "<=" && op != ">" && op != "<" {
			return (op != "!=") == hasPrefix(v, prefix)
		}
		wanted = prefix // ">=1.*" is met in old metadata
	}
	if !strings.Contains(wanted, "+") && op != "===" {
		v, _, _ = strings.Cut(v, "+") // a local label counts only where the clause has one
	}
	switch op {
	case "", "=", "==":
		return compare(v, wanted) == 0
	case "===":
		return strings.EqualFold(v, wanted)
	case "!=":
		return compare(v, wanted) != 0
	case ">=":
		return compare(v, wanted) >= 0
	case "<=":
		return compare(v, wanted) <= 0
	case ">": // 1.0.post1 is not later than 1.0
		return compare(v, wanted) > 0 && (postRelease(wanted) || !postRelease(v) || !sameRelease(v, wanted))
	case "<": // 2.0rc1 is not earlier than 2.0
		return compare(v, wanted) < 0 && (preRelease(wanted) || !preRelease(v) || !sameRelease(v, wanted))
	case "~=":
		parts := release(wanted)
		return compare(v, wanted) >= 0 && len(parts) > 1 && hasPrefix(v, epoch(wanted)+strings.Join(parts[:len(parts)-1], "."))
	case "~":
		parts := release(wanted)
		return compare(v, wanted) >= 0 && hasPrefix(v, epoch(wanted)+strings.Join(parts[:min(len(parts), 2)], "."))
	case "^":
		parts := release(wanted)
		kept := 1 // up to the first part that is not zero
		for kept < len(parts) && strings.Trim(parts[kept-1], "0") == "" {
			kept++
		}
		return compare(v, wanted) >= 0 && hasPrefix(v, epoch(wanted)+strings.Join(parts[:min(kept, len(parts))], "."))
	}
	return true
}

// compare orders two versions; strings that are no versions compare as text.
func compare(a, b string) int {
	if order, ok := version.Compare(purl.PyPI, a, b); ok {
		return order
	}
	return strings.Compare(a, b)
}

// hasPrefix tells whether the release of a version begins with the numbers of prefix: "1.4.2rc1" with "1.4".
func hasPrefix(v, prefix string) bool {
	if epoch(v) != epoch(prefix) {
		return false
	}
	have, want := release(v), release(prefix)
	for i, part := range want {
		got := "0" // missing parts are zero
		if i < len(have) {
			got = have[i]
		}
		if strings.TrimLeft(got, "0") != strings.TrimLeft(part, "0") {
			return false
		}
	}
	return true
}

func sameRelease(a, b string) bool {
	return compare(epoch(a)+strings.Join(release(a), "."), epoch(b)+strings.Join(release(b), ".")) == 0
}

// preRelease tells whether a version is an alpha, beta, candidate or development release.
func preRelease(v string) bool {
	rest := suffix(v)
	return strings.ContainsAny(rest, "abc") || strings.Contains(rest, "pre") || strings.Contains(rest, "dev")
}

func postRelease(v string) bool {
	rest := suffix(v)
	return strings.Contains(rest, "post") || strings.Contains(rest, "rev") || strings.HasPrefix(rest, "-")
}

// suffix is what follows the numbers of a version, without its local label, in lower case.
func suffix(v string) string {
	_, after, ok := strings.Cut(v, "!")
	if ok {
		v = after
	}
	v, _, _ = strings.Cut(strings.ToLower(v), "+")
	return strings.TrimLeft(strings.TrimLeft(v, "v"), "0123456789.")
}

// epoch is the epoch of a version with its "!", or "" for the epoch 0.
func epoch(v string) string {
	before, _, ok := strings.Cut(v, "!")
	if before = strings.TrimLeft(strings.TrimLeft(strings.TrimSpace(before), "v"), "0"); !ok || before == "" {
		return ""
	}
	return before + "!"
}

// release gives the numbers of a version's release segment: 1, 4, 2 of "0!1.4.2rc1+local".
func release(v string) []string {
	if _, after, ok := strings.Cut(v, "!"); ok {
		v = after
	}
	v = strings.TrimLeft(v, "vV")
	end := 0
	for end < len(v) && (v[end] >= '0' && v[end] <= '9' || v[end] == '.') {
		end++
	}
	return strings.Split(strings.Trim(v[:end], "."), ".")
}

package pypi

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// requirement is one dependency specifier, https://packaging.python.org/en/latest/specifications/dependency-specifiers/.
type requirement struct {
	name      string // as written
	extras    []string
	specifier string // version clauses, empty for any version
	url       string // of a direct reference
	marker    string
}

// normal is the name of a project as the index compares it,
// https://packaging.python.org/en/latest/specifications/name-normalization/.
func normal(name string) string { return purl.New(purl.PyPI, "", name, "").Name }

// parseRequirement reads a dependency specifier, also with the versions in
// parentheses that Metadata 1.2 and poetry 2 write: "clikit (>=0.4,<0.5)".
func parseRequirement(text string) (requirement, error) {
	text = strings.TrimSpace(text)
	end := nameEnd(text)
	if end == 0 {
		return requirement{}, fmt.Errorf("%q is not a requirement", shorten(text))
	}
	r := requirement{name: text[:end]}
	rest := strings.TrimLeft(text[end:], " \t")
	if inner, ok := strings.CutPrefix(rest, "["); ok {
		list, after, closed := strings.Cut(inner, "]")
		if !closed {
			return r, fmt.Errorf("%s: extras are not closed", r.name)
		}
		for extra := range strings.SplitSeq(list, ",") {
			if extra = strings.TrimSpace(extra); extra != "" {
				r.extras = append(r.extras, normal(extra))
			}
		}
		rest = strings.TrimLeft(after, " \t")
	}
	if reference, ok := strings.CutPrefix(rest, "@"); ok {
		// A URL may hold semicolons: the marker begins at one that follows a blank.
		reference = strings.TrimSpace(reference)
		at := strings.IndexAny(reference, " \t")
		if at < 0 {
			at = len(reference)
		}
		r.url = reference[:at]
		_, r.marker, _ = strings.Cut(reference[at:], ";")
		r.marker = strings.TrimSpace(r.marker)
		if r.url == "" {
			return r, fmt.Errorf("%s: the address after @ is empty", r.name)
		}
		return r, nil
	}
	clauses, marker, _ := strings.Cut(rest, ";")
	r.marker = strings.TrimSpace(marker)
	clauses = strings.TrimSpace(clauses)
	if inner, ok := strings.CutPrefix(clauses, "("); ok {
		clauses = strings.TrimSpace(strings.TrimSuffix(inner, ")"))
	}
	if err := checkClauses(clauses); err != nil {
		return r, fmt.Errorf("%s: %w", r.name, err)
	}
	r.specifier = clauses
	return r, nil
}

// pin is the one version that the requirement allows, or "".
func (r requirement) pin() string {
	for clause := range strings.SplitSeq(r.specifier, ",") {
		op, version := splitClause(clause)
		if (op == "===" || op == "==" && !strings.HasSuffix(version, ".*")) && !strings.ContainsAny(version, "${") {
			return version // and no variable of pip's or of a template
		}
	}
	return ""
}

// nameEnd is the length of the project name that a text begins with, 0 if it begins with none.
func nameEnd(text string) int {
	end := 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case alphanumeric(c):
			end = i + 1
		case c == '-' || c == '_' || c == '.':
			if i == 0 {
				return 0
			}
		default:
			return end
		}
	}
	return end
}

func alphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

var errClause = errors.New("is not a version clause")

func checkClauses(clauses string) error {
	if clauses == "" {
		return nil
	}
	for clause := range strings.SplitSeq(clauses, ",") {
		if strings.TrimSpace(clause) == "" {
			continue // a trailing comma is allowed by packaging before 22 and met in old metadata
		}
		op, version := splitClause(clause)
		switch op {
		case "==", "===", "!=", ">=", "<=", ">", "<", "~=":
		default:
			version = ""
		}
		if version == "" || strings.IndexFunc(version, notOfVersion) >= 0 {
			return fmt.Errorf("%q %w", shorten(clause), errClause)
		}
	}
	return nil
}

// notOfVersion tells whether a letter stands in no version, nor in a variable that stands for one.
func notOfVersion(r rune) bool {
	return r > 0x7f || !alphanumeric(byte(r)) && !strings.ContainsRune(".-_+!*${}", r)
}

// shorten keeps texts of a broken file from filling a report, and the rest of an address, which may hold a password, out of it.
func shorten(text string) string {
	if before, _, address := strings.Cut(text, "://"); address {
		text = before + "://..."
	}
	if len(text) > 60 {
		text = text[:60] + "..."
	}
	return strings.ToValidUTF8(text, "")
}

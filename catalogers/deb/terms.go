package deb

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/license"
)

// spelled is what the words of a licence mean.
type spelled struct {
	text  string // an expression, or the words
	known bool   // it is an expression
	any   bool   // of alternatives
}

// unite makes of terms that hold together, each for some files of a package, one expression; where it knows not all, a list, with what is one licence first.
func (d *database) unite(terms []string) (list []string) {
	const most = 32
	var parts []spelled
	seen := make(map[string]bool, len(terms))
	known := true
	for _, words := range terms {
		s := d.spell(words)
		if s.text == "" || seen[s.text] {
			continue
		}
		seen[s.text] = true
		parts = append(parts, s)
		known = known && s.known
	}
	if !known || len(parts) > most {
		slices.SortStableFunc(parts, func(a, b spelled) int { return a.rank() - b.rank() })
		for _, s := range parts {
			list = append(list, s.text)
		}
		return list
	}
	var b strings.Builder
	for i, s := range parts {
		if i > 0 {
			b.WriteString(" AND ")
		}
		if s.any && len(parts) > 1 {
			s.text = "(" + s.text + ")"
		}
		b.WriteString(s.text)
	}
	if b.Len() > 0 {
		list = append(list, b.String())
	}
	return list
}

// rank puts single licences before expressions of several, which some documents can only take apart from these.
func (s spelled) rank() int {
	if s.known && strings.Contains(s.text, " ") {
		return 1
	}
	return 0
}

// spell reads the words of a licence once. Long ones that are no expression are a licence's text, where its name was left out: they say nothing.
func (d *database) spell(words string) spelled {
	if s, ok := d.words[words]; ok {
		return s
	}
	words = strings.Clone(words)
	var s spelled
	expr, ok := license.Normalize(words)
	if ok {
		s = spelled{expr.String(), true, expr.Op == license.Or}
	}
	if !ok || strings.Contains(s.text, "LicenseRef-") {
		s = spelled{text: words}
		if strings.Count(words, " ") > 4 {
			s.text = ""
		}
	}
	d.words[words] = s
	return s
}

// Package text recognises licences by their texts, and finds the copyright statements beside them.
//
// Three looks, each only where the one before leaves something open: the whole text is, word by word, one of the SPDX
// list; a passage of it matches a pattern of google/licensecheck, of which only those are compiled that a sketch of
// the text suggests; it names a licence. Nothing is prepared before the first text asks for it.
package text

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/license"
)

// Limit is the most bytes of a text that are looked at. What lies beyond is not recognised.
const Limit = 1 << 20

// Match is one licence recognised in a text.
type Match struct {
	License    string // an SPDX expression: mostly one identifier
	Start, End int    // the passage, in bytes
	Coverage   float64
	How        How
	Choice     bool // the text offers its licences for choice
}

// How tells what a match rests on.
type How uint8

// The ways to recognise a licence, the surest first.
const (
	Whole   How = iota // the whole text is the licence's, word by word
	Passage            // a passage has the licence's words in their order
	Alike              // nearly all of a sample of the licence's phrases occur
	Named              // the text names the licence: by a tag, an address or in words
)

// String is the word for it.
func (h How) String() string {
	switch h {
	case Whole:
		return "whole text"
	case Passage:
		return "passage"
	case Alike:
		return "alike"
	}
	return "named"
}

// Detect recognises the licences in a text, in the order in which they begin. Passages do not overlap. Coverage is the share of
// the text's words that lie in the passage, from 0 to 1; copyright lines, titles and list numbers do not count. Where
// a text states licences in full, what it merely names is left out.
func Detect(text string) []Match {
	if len(text) > Limit {
		text = text[:Limit]
	}
	r := read(text)
	words := r.kept()
	if id := r.whole(words); id != "" {
		return []Match{{License: id, End: len(text), Coverage: 1, How: Whole}}
	}
	list := r.passages(text, words)
	if len(list) == 0 {
		list = r.named(text)
	}
	slices.SortFunc(list, func(a, b Match) int { return cmp.Compare(a.Start, b.Start) })
	if r.offers(list) {
		for i := range list {
			list[i].Choice = true
		}
	}
	return list
}

// offers tells whether what stands before the licences offers them for choice.
func (r *reading) offers(list []Match) bool {
	const longest = 150 // words
	if len(list) < 2 {
		return false
	}
	before := r.from(list[0].Start)
	if before > longest {
		return false
	}
	for i := range before {
		switch {
		case r.heads(i, "at your option"), r.heads(i, "your choice"), r.heads(i, "dual licensed"), r.heads(i, "dual license"), r.heads(i, "dually licensed"), r.heads(i, "under either"):
			return true
		}
	}
	return false
}

// Expression joins the licences of a text: all of them apply, unless it offers them for choice. It is empty where there is no match.
func Expression(matches []Match) string {
	var parts []string
	choice := len(matches) > 0
	for _, m := range matches {
		choice = choice && m.Choice
		if !slices.Contains(parts, m.License) {
			parts = append(parts, m.License)
		}
	}
	if choice {
		return joined(parts, " OR ")
	}
	return Join(parts)
}

// Join gives the expression that all of several apply, in canonical form. The GNU LGPL of version 3 adds permissions to the GPL, whose
// text is therefore part of it and no licence beside it.
func Join(expressions []string) string {
	if slices.ContainsFunc(expressions, func(e string) bool { return strings.HasPrefix(e, "LGPL-3.0-") }) {
		expressions = slices.DeleteFunc(slices.Clone(expressions), func(e string) bool { return strings.HasPrefix(e, "GPL-3.0-") })
	}
	return joined(expressions, " AND ")
}

// joined joins expressions by an operator.
func joined(expressions []string, operator string) string {
	if len(expressions) == 0 {
		return ""
	}
	expr, err := license.Parse("(" + strings.Join(expressions, ")"+operator+"(") + ")")
	if err != nil {
		return expressions[0]
	}
	if len(expressions) == 1 {
		return expr.String()
	}
	return expr.Normal().String()
}

// Coverage is the share of a text's words that lie in its matches, from 0 to 1.
func Coverage(matches []Match) float64 {
	sum := 0.0
	for _, m := range matches {
		sum += m.Coverage
	}
	return min(sum, 1)
}

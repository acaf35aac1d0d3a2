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
	return list
}

// Expression joins the licences of a text: all of them apply. It is empty where there is no match. The GNU LGPL of version 3 adds
// permissions to the GPL, whose text is therefore part of it and no licence beside it.
func Expression(matches []Match) string {
	var parts []string
	for _, m := range matches {
		if !slices.Contains(parts, m.License) {
			parts = append(parts, m.License)
		}
	}
	return Join(parts)
}

// Join gives the expression that all of several apply, in canonical form.
func Join(expressions []string) string {
	switch len(expressions) {
	case 0:
		return ""
	case 1:
		return expressions[0]
	}
	lesser := slices.ContainsFunc(expressions, func(e string) bool { return strings.HasPrefix(e, "LGPL-3.0-") })
	var parts []string
	for _, e := range expressions {
		if lesser && strings.HasPrefix(e, "GPL-3.0-") {
			continue
		}
		if strings.Contains(e, " OR ") {
			e = "(" + e + ")"
		}
		parts = append(parts, e)
	}
	expr, err := license.Parse(strings.Join(parts, " AND "))
	if err != nil {
		return expressions[0]
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

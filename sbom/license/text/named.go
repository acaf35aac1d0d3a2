package text

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom/license"
)

// named finds what a text says of its licence without giving it: a tag (SPDX 2.3 annex E), a licence's address, or a line of a short
// text that is a name.
func (r *reading) named(text string) []Match {
	if m, ok := tagged(text); ok {
		return []Match{m}
	}
	if len(r.words) > shortNotice {
		return nil // what it mentions may be anything
	}
	var list []Match
	for rest, at := text, 0; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		start := at
		at += len(rest) - len(after)
		rest = after
		if isStatement(line) {
			continue
		}
		if id := nameIn(line); id != "" {
			list = append(list, Match{License: id, Start: start, End: start + len(line), How: Named})
		}
	}
	return list
}

// shortNotice is the most words of a text that may do no more than name its licence.
const shortNotice = 120

// nameIn is the licence that a line names.
func nameIn(line string) string {
	for rest := line; ; {
		at := strings.Index(rest, "http")
		if at < 0 {
			break
		}
		url := rest[at:]
		if end := strings.IndexAny(url, " \t\r<>\"')]"); end >= 0 {
			url = url[:end]
		}
		rest = rest[at+len(url):]
		if len(url) == 0 {
			break
		}
		if e, ok := license.Normalize(strings.TrimRight(url, ".,;")); ok {
			return e.String()
		}
	}
	line = bare(line)
	for _, lead := range [...]string{"licensed under the terms of the", "licensed under the", "licensed under", "released under the terms of the", "released under the",
		"released under", "distributed under the", "available under the", "license:", "licence:", "licensed as"} {
		if i := indexFold(line, lead); i >= 0 {
			line = line[i+len(lead):]
			break
		}
	}
	line = strings.Trim(line, " \t.,;:")
	if line == "" || len(line) > 100 {
		return ""
	}
	if e, ok := license.Normalize(line); ok && e.Category() != license.Proprietary { // "all rights reserved" stands above free licences too
		return e.String()
	}
	return ""
}

// tagged finds the first SPDX-License-Identifier.
func tagged(text string) (Match, bool) {
	const tag = "SPDX-License-Identifier:"
	at := strings.Index(text, tag)
	if at < 0 {
		return Match{}, false
	}
	line, _, _ := strings.Cut(text[at+len(tag):], "\n")
	words := strings.TrimSpace(line)
	for _, end := range [...]string{"*/", "-->", "\""} {
		words, _, _ = strings.Cut(words, end)
	}
	e, err := license.Parse(strings.TrimSpace(words))
	if err != nil {
		return Match{}, false
	}
	return Match{License: e.Current().String(), Start: at, End: at + len(tag) + len(line), How: Named}, true
}

package text

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of a text.
type word struct {
	lo, hi   int32 // where it stands in the text
	at, end  int32 // where it stands in reading.letters
	incident bool  // says who or what, not which licence: see read
}

// reading is a text as the SPDX matching guidelines look at it (SPDX 2.3 annex B): words in lower case, without
// punctuation, space and markup.
type reading struct {
	letters []byte
	words   []word
}

func (r *reading) word(i int) string { return string(r.letters[r.words[i].at:r.words[i].end]) }

// is tells whether word i is w, without an allocation.
func (r *reading) is(i int, w string) bool {
	return i < len(r.words) && string(r.letters[r.words[i].at:r.words[i].end]) == w
}

// read takes a text apart. What the guidelines let differ between two copies of one licence is incidental: copyright
// lines, "all rights reserved", titles, list markers, and the names that replaceable fields hold.
func read(text string) reading {
	r := reading{letters: make([]byte, 0, len(text)), words: make([]word, 0, len(text)/6+1)}
	heading := true
	for start := 0; start < len(text); {
		end := strings.IndexByte(text[start:], '\n')
		if end < 0 {
			end = len(text)
		} else {
			end += start
		}
		first := len(r.words)
		line := text[start:end]
		r.line(line, int32(start))
		switch {
		case first == len(r.words):
		case isStatement(line) || heading && r.isTitle(first):
			r.pass(first, len(r.words))
		default:
			heading = false
			if n := marker(line); n > 0 {
				r.pass(first, min(first+n, len(r.words)))
			}
		}
		start = end + 1
	}
	r.phrases()
	return r
}

func (r *reading) pass(from, to int) {
	for i := from; i < to; i++ {
		r.words[i].incident = true
	}
}

// line adds the words of one line.
func (r *reading) line(line string, offset int32) {
	for i := 0; i < len(line); {
		c := line[i]
		if c < utf8.RuneSelf && !isAlnum(c) {
			if c == '<' {
				i += tag(line[i:])
			}
			i++
			continue
		}
		lo, at := i, len(r.letters)
		for i < len(line) {
			c := line[i]
			if c < utf8.RuneSelf {
				if !isAlnum(c) {
					break
				}
				if 'A' <= c && c <= 'Z' {
					c += 'a' - 'A'
				}
				r.letters = append(r.letters, c)
				i++
				continue
			}
			ch, size := utf8.DecodeRuneInString(line[i:])
			if !unicode.IsLetter(ch) && !unicode.IsDigit(ch) {
				if at == len(r.letters) {
					i += size // no word begins here
				}
				break
			}
			r.letters = utf8.AppendRune(r.letters, unicode.ToLower(ch))
			i += size
		}
		if at == len(r.letters) {
			continue
		}
		switch string(r.letters[at:]) {
		case "licence":
			copy(r.letters[at:], "license")
		case "licences":
			copy(r.letters[at:], "licenses")
		case "https":
			r.letters = r.letters[:len(r.letters)-1]
		}
		r.words = append(r.words, word{lo: offset + int32(lo), hi: offset + int32(i), at: int32(at), end: int32(len(r.letters))})
	}
}

func isAlnum(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
}

// tag is how many bytes after "<" belong to an HTML tag; an address or a placeholder ("<year>") is none.
func tag(s string) int {
	end := strings.IndexByte(s[:min(len(s), 200)], '>')
	if end < 0 {
		return 0
	}
	name := strings.Trim(s[1:end], "/ ")
	if space := strings.IndexByte(name, ' '); space > 0 {
		name = name[:space]
	}
	switch strings.ToLower(name) {
	case "p", "br", "b", "i", "a", "h1", "h2", "h3", "h4", "pre", "div", "span", "ul", "ol", "li", "strong", "em", "code", "html", "body", "head", "td", "tr", "table":
		return end
	}
	return 0
}

// marker is how many words at the start of a line number a list: "1.", "(a)", "iv)".
func marker(line string) int {
	s := strings.TrimLeft(line, " \t*#/>")
	open := strings.HasPrefix(s, "(")
	s = strings.TrimPrefix(s, "(")
	n := 0
	for n < len(s) && isAlnum(s[n]) {
		n++
	}
	if n == 0 || n >= len(s) || n > 3 || s[n] != ')' && (open || s[n] != '.') {
		return 0
	}
	if n > 1 && strings.Trim(s[:n], "0123456789") != "" && strings.Trim(s[:n], "ivxIVX") != "" {
		return 0
	}
	if n+1 < len(s) && s[n+1] != ' ' && s[n+1] != '\t' && s[n+1] != '\r' {
		return 0
	}
	return 1
}

// isTitle tells whether the words from first on, a line before the text begins, are no more than a title.
func (r *reading) isTitle(first int) bool {
	if len(r.words)-first > 10 {
		return false
	}
	for i := first; i < len(r.words); i++ {
		switch string(r.letters[r.words[i].at:r.words[i].end]) {
		case "the", "license", "licenses", "mit", "isc", "bsd", "expat", "x11", "new", "revised", "simplified", "modified", "clause", "zero",
			"2", "3", "0", "version", "software", "text", "file", "terms", "copyright", "copyrights", "and", "notice", "legal", "c":
		default:
			return false
		}
	}
	return true
}

// phrases marks what may differ within the text.
func (r *reading) phrases() {
	for i := range r.words {
		w := &r.words[i]
		switch string(r.letters[w.at:w.end]) {
		case "all":
			if r.is(i+1, "rights") && r.is(i+2, "reserved") {
				r.pass(i, i+3)
			}
		case "neither": // BSD-3-Clause
			if r.is(i+1, "the") && (r.is(i+2, "name") || r.is(i+2, "names")) && r.is(i+3, "of") {
				r.field(i+4, "nor", 24)
			}
		case "event": // the BSD family and MIT
			if r.is(i+1, "shall") || r.is(i+1, "will") {
				r.field(i+2, "be", 16)
			}
		case "provided": // the BSD family
			if r.is(i+1, "by") {
				r.field(i+2, "as", 16)
			}
		case "is": // ISC: "as is" and the author disclaims
			if r.is(i+1, "and") {
				r.field(i+2, "disclaims", 10)
				r.field(i+2, "disclaim", 10)
			}
		}
	}
}

// field marks the words from i up to a word that stands within so many.
func (r *reading) field(i int, after string, most int) {
	for end := i; end < len(r.words) && end <= i+most; end++ {
		if r.is(end, after) {
			r.pass(i, end)
			return
		}
	}
}

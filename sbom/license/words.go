package license

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A phrase is the words of a text that carry meaning, in lower case and
// joined by one space, so that a run of words is a substring and can be looked
// up without a copy. "License", "the", "version" and the like are dropped,
// numbers part from letters ("GPLv2+" is "gpl 2 +"), and "/" and "+" are words.
type phrase struct {
	text  string
	words []word
}

type word struct {
	start, end int  // in the phrase's text
	level      int  // how many parentheses are open
	comma      bool // a comma or semicolon stands before it
	numbered   bool // a "v" or "version" stands before it
	glued      bool // a hyphen or nothing stands between it and the word before
}

func (p *phrase) word(i int) string { return p.text[p.words[i].start:p.words[i].end] }

// span is the text of the words from i up to, not including, j.
func (p *phrase) span(i, j int) string { return p.text[p.words[i].start:p.words[j-1].end] }

// scan reads a text into words. With all, no word is dropped but "the".
func scan(text string, all bool) phrase {
	s := scanner{all: all, text: make([]byte, 0, len(text)+8)}
	s.run(strings.ToLower(text))
	return phrase{text: string(s.text), words: s.words}
}

type scanner struct {
	all      bool
	text     []byte
	words    []word
	level    int
	comma    bool
	numbered bool
	spaced   bool // space or punctuation stands before the next word
	commons  bool // Creative Commons was named: its words have short forms
	month    bool // the last word was a month
	skip     int  // the level at which "see …" began, plus one; words up to its end say nothing
}

func (s *scanner) run(in string) {
	for i := 0; i < len(in); {
		c := in[i]
		switch {
		case isDigit(c):
			i = s.number(in, i)
		case 'a' <= c && c <= 'z' || c >= utf8.RuneSelf:
			i = s.letters(in, i)
		default:
			i += s.sign(in[i:])
		}
	}
}

// number reads digits with dots, or underscores (CPAN's apache_2_0), between
// them.
func (s *scanner) number(in string, i int) int {
	end := i
	for end < len(in) && (isDigit(in[end]) ||
		(in[end] == '.' || in[end] == '_') && end+1 < len(in) && isDigit(in[end+1])) {
		end++
	}
	number := in[i:end]
	if strings.IndexByte(number, '_') >= 0 {
		number = strings.ReplaceAll(number, "_", ".")
	}
	s.add(number)
	return end
}

// letters reads a word, with an apostrophe before its last letter (Ruby's).
func (s *scanner) letters(in string, i int) int {
	end := lettersEnd(in, i)
	if end == i { // a sign of more than one byte
		r, size := utf8.DecodeRuneInString(in[i:])
		if r == '≥' {
			s.add(">=")
		}
		return i + size
	}
	word := in[i:end]
	if strings.HasPrefix(in[end:], "'s") && lettersEnd(in, end+1) == end+2 {
		word, end = word+"s", end+2
	}
	stem, numbered := strings.CutSuffix(word, "v")
	if numbered = numbered && end < len(in) && isDigit(in[end]); numbered { // GPLv2
		word = stem
	}
	if word != "" {
		s.add(word)
	}
	s.numbered = s.numbered || numbered
	return end
}

func lettersEnd(in string, i int) int {
	for i < len(in) {
		if c := in[i]; c < utf8.RuneSelf {
			if c < 'a' || c > 'z' {
				return i
			}
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(in[i:])
		if !unicode.IsLetter(r) {
			return i
		}
		i += size
	}
	return i
}

// sign handles what is neither letter nor digit and tells how many bytes it took.
func (s *scanner) sign(in string) int {
	s.spaced = s.spaced || in[0] != '-' && in[0] != '_'
	switch c := in[0]; c {
	case '(', '[', '{', '<':
		s.level++
	case ')', ']', '}', '>':
		if strings.HasPrefix(in, ">=") {
			s.add(">=")
			return 2
		}
		s.level = max(0, s.level-1)
		if s.level < s.skip-1 {
			s.skip = 0
		}
	case ',', ';':
		s.comma = true
	case '/', '+':
		s.add(in[:1])
	case '|':
		s.add("or")
		return len(in) - len(strings.TrimLeft(in, "|"))
	case '&':
		s.add("and")
		return len(in) - len(strings.TrimLeft(in, "&"))
	case '$', '@', '%', '~', '^', '\\':
		s.add(in[:1]) // a placeholder or markup, no words that we know
	}
	return 1
}

func (s *scanner) add(text string) {
	if s.skip > 0 && s.level >= s.skip-1 {
		return
	}
	if !s.all && s.drop(text) {
		return
	}
	switch text {
	case "the":
		return
	case "licence", "lizenz":
		text = "license"
	case "licences":
		text = "licenses"
	case "cc":
		s.commons = true
	case "commons":
		if s.replaces("creative", "cc") {
			s.commons = true
			return
		}
	}
	if s.commons {
		var short bool
		if text, short = s.short(text); short {
			return
		}
	}
	if len(s.text) > 0 {
		s.text = append(s.text, ' ')
	}
	start := len(s.text)
	s.text = append(s.text, text...)
	s.words = append(s.words, word{start, len(s.text), s.level, s.comma, s.numbered, !s.spaced})
	s.comma, s.numbered, s.spaced = false, false, false
}

// short gives the letters of Creative Commons for its words; done tells that the
// word before took them ("share alike").
func (s *scanner) short(text string) (short string, done bool) {
	switch text {
	case "attribution":
		return "by", false
	case "noncommercial":
		return "nc", false
	case "sharealike":
		return "sa", false
	case "noderivs", "noderivatives", "noderivative":
		return "nd", false
	case "commercial":
		return text, s.replaces("non", "nc")
	case "alike":
		return text, s.replaces("share", "sa")
	case "derivs", "derivatives", "derivative":
		return text, s.replaces("no", "nd")
	}
	return text, false
}

// replaces puts a word in the place of the last one, if that is the old word.
func (s *scanner) replaces(old, word string) bool {
	n := len(s.words)
	if n == 0 || string(s.text[s.words[n-1].start:]) != old {
		return false
	}
	last := &s.words[n-1]
	s.text = append(s.text[:last.start], word...)
	last.end = len(s.text)
	return true
}

// drop tells whether a word says nothing about which licence is meant.
func (s *scanner) drop(text string) bool {
	switch text {
	case "the", "a", "an", "license", "licence", "licenses", "licences", "licensed", "licensing", "liscence", "lisence", "lizenz":
		return true
	case "v", "version", "ver", "vers", "vesion":
		s.numbered = true
		return true
	case "see": // "see LICENSE.txt for details"
		s.skip = s.level + 1
		return true
	case "january", "february", "march", "april", "may", "june", "july",
		"august", "september", "october", "november", "december":
		s.dropDay()
		s.month = true
		return true
	}
	year := s.month && len(text) == 4 && isDigit(text[0])
	s.month = false
	return year
}

// dropDay takes back the day before a month: "Version 3, 29 June 2007". A number
// that no comma or other number precedes is the version: "Version 2, June 1991".
func (s *scanner) dropDay() {
	n := len(s.words)
	if n < 2 {
		return
	}
	last, before := s.words[n-1], s.words[n-2]
	day := s.text[last.start:last.end]
	if len(day) <= 2 && isDigit(day[0]) && !last.numbered && (last.comma || isDigit(s.text[before.start])) {
		s.words = s.words[:n-1]
		s.text = s.text[:before.end]
	}
}

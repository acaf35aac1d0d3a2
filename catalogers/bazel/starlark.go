// Package bazel reads the module files of Bazel and what it locks them to.
package bazel

import "strings"

// call is a call of a function at the top of a file of Starlark, with those of its arguments that are literals.
type call struct {
	name string
	line int
	args map[string][]string // keyword ("" for those without) -> literals: one, or those of a list
}

// calls scans the calls of Starlark, https://github.com/bazelbuild/starlark/blob/master/spec.md#lexical-elements. It understands
// tokens, not the language: what is no literal is passed over.
func calls(text string, yield func(call)) {
	s := scanner{text: text, line: 1}
	for previous := (token{}); ; {
		t, ok := s.next()
		switch {
		case !ok:
			return
		case t.text == "(" && !t.literal && previous.word:
			c := call{name: previous.text, line: previous.line, args: make(map[string][]string)}
			s.arguments(&c)
			yield(c)
		}
		previous = t
	}
}

type token struct {
	text          string
	literal, word bool
	line          int
}

type scanner struct {
	text string
	at   int
	line int
}

// arguments reads up to the parenthesis that closes a call.
func (s *scanner) arguments(c *call) {
	key, last := "", token{}
	for depth := 1; ; {
		t, ok := s.next()
		if !ok {
			return
		}
		switch {
		case t.literal, t.word && (t.text == "True" || t.text == "False"):
			if depth <= 2 {
				c.args[key] = append(c.args[key], t.text)
			}
		case t.text == "(", t.text == "[", t.text == "{":
			depth++
		case t.text == ")", t.text == "]", t.text == "}":
			if depth--; depth == 0 {
				return
			}
		case t.text == "=" && depth == 1 && last.word:
			key = last.text
		case t.text == "," && depth == 1:
			key = ""
		}
		last = t
	}
}

// next reads a token. Words include dots, so that a.b is one.
func (s *scanner) next() (token, bool) {
	for s.at < len(s.text) {
		c := s.text[s.at]
		switch {
		case c == '\n':
			s.line++
			s.at++
		case c == '#':
			if end := strings.IndexByte(s.text[s.at:], '\n'); end >= 0 {
				s.at += end
			} else {
				s.at = len(s.text)
			}
		case c == ' ' || c == '\t' || c == '\r' || c == '\\':
			s.at++
		case c == '"' || c == '\'':
			return s.literal(c), true
		case wordByte(c):
			from := s.at
			for s.at < len(s.text) && wordByte(s.text[s.at]) {
				s.at++
			}
			return token{text: s.text[from:s.at], word: true, line: s.line}, true
		default:
			s.at++
			return token{text: s.text[s.at-1 : s.at], line: s.line}, true
		}
	}
	return token{}, false
}

func wordByte(c byte) bool {
	return c == '_' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// literal reads a string, whose escapes stay as they are: names and addresses have none.
func (s *scanner) literal(quote byte) token {
	t := token{literal: true, line: s.line}
	end := string(quote)
	if triple := strings.Repeat(end, 3); strings.HasPrefix(s.text[s.at:], triple) {
		end = triple
	}
	s.at += len(end)
	from := s.at
	for s.at < len(s.text) && !strings.HasPrefix(s.text[s.at:], end) {
		switch s.text[s.at] {
		case '\\':
			s.at++
		case '\n':
			s.line++
			if len(end) == 1 { // it does not end on its line: no string after all
				t.text = s.text[from:s.at]
				s.at++
				return t
			}
		}
		s.at++
	}
	s.at = min(s.at, len(s.text))
	t.text = s.text[from:s.at]
	s.at = min(s.at+len(end), len(s.text))
	return t
}

// one is the literal of an argument, "" if it has none.
func (c *call) one(key string) string {
	if list := c.args[key]; len(list) > 0 {
		return list[0]
	}
	return ""
}

// named is an argument that may be given by keyword or, as the first ones, by position.
func (c *call) named(key string, position int) string {
	if value := c.one(key); value != "" {
		return value
	}
	if list := c.args[""]; position < len(list) {
		return list[position]
	}
	return ""
}

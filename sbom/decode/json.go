package decode

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is the kind of a JSON value.
type Kind byte

// The kinds of JSON values.
const (
	End    Kind = 0 // no value: the text ends, or an error was met
	Null   Kind = 'n'
	Bool   Kind = 'b'
	Number Kind = '0'
	String Kind = '"'
	Object Kind = '{'
	Array  Kind = '['
)

// JSONReader walks a JSON text once, by pull. Strings that hold no escape are substrings of the text and
// cost no allocation. A reader remembers its first error: every later call does nothing, so that
// a parser need look at Err only once, at the end.
//
// It exists because the lockfiles of big projects are tens of megabytes of which a scan wants a tenth: it
// skips what nobody asks for four times faster than a decoder into structs reads it.
type JSONReader struct {
	text    string
	at      int
	depth   int
	relaxed bool
	err     error
	lineAt  int // the offset up to which lines were counted
	line    int
}

// NewJSON begins to read a text.
func NewJSON(text string) *JSONReader { return &JSONReader{text: text, line: 1} }

// NewJSONC begins to read a text that may hold comments and trailing commas, as bun.lock and deno.jsonc do.
func NewJSONC(text string) *JSONReader { return &JSONReader{text: text, line: 1, relaxed: true} }

// Line is the line of the next value, counted from 1.
func (r *JSONReader) Line() int {
	r.space()
	r.line += strings.Count(r.text[r.lineAt:r.at], "\n")
	r.lineAt = r.at
	return r.line
}

// Err is the first error that was met, with its line, or nil.
func (r *JSONReader) Err() error { return r.err }

// Finish is Err, and an error if anything follows the value that was read.
func (r *JSONReader) Finish() error {
	if r.err == nil {
		if r.space(); r.at < len(r.text) {
			r.fail("text after the value")
		}
	}
	return r.err
}

func (r *JSONReader) fail(format string, args ...any) {
	if r.err == nil {
		line := 1 + strings.Count(r.text[:min(r.at, len(r.text))], "\n")
		r.err = &LineError{line, fmt.Errorf(format, args...)}
	}
}

// Kind tells what the next value is without reading it.
func (r *JSONReader) Kind() Kind {
	if r.err != nil {
		return End
	}
	r.space()
	if r.at >= len(r.text) {
		r.fail("unexpected end")
		return End
	}
	switch c := r.text[r.at]; {
	case c == '"', c == '{', c == '[', c == 'n':
		return Kind(c)
	case c == 't', c == 'f':
		return Bool
	case c == '-', c >= '0' && c <= '9':
		return Number
	}
	r.fail("unexpected %q", r.text[r.at])
	return End
}

// Object reads an object. For each member it calls field, which reads the value by one call, or makes none
// to skip it. A value of another kind is skipped, and Object returns false.
func (r *JSONReader) Object(field func(key string)) bool {
	if r.Kind() != Object {
		r.Skip()
		return false
	}
	if !r.enter() {
		return false
	}
	for first := true; r.more('}', first); first = false {
		key := r.quoted()
		r.space()
		if r.err == nil && (r.at >= len(r.text) || r.text[r.at] != ':') {
			r.fail("no colon after %q", key)
		}
		if r.err != nil {
			break
		}
		r.at++
		r.space()
		at := r.at
		field(key)
		if r.at == at {
			r.Skip()
		}
	}
	r.depth--
	return r.err == nil
}

// Array reads an array, calling item for each element as Object does for each member.
func (r *JSONReader) Array(item func()) bool {
	if r.Kind() != Array {
		r.Skip()
		return false
	}
	if !r.enter() {
		return false
	}
	for first := true; r.more(']', first); first = false {
		r.space()
		at := r.at
		item()
		if r.at == at {
			r.Skip()
		}
	}
	r.depth--
	return r.err == nil
}

func (r *JSONReader) enter() bool {
	r.at++
	if r.depth++; r.depth > MaxDepth {
		r.fail("%w", ErrDepth)
		return false
	}
	return true
}

// more moves to the next element of an object or array, over the comma, and tells whether there is one.
func (r *JSONReader) more(end byte, first bool) bool {
	if r.err != nil {
		return false
	}
	r.space()
	if r.at >= len(r.text) {
		r.fail("unexpected end")
		return false
	}
	switch c := r.text[r.at]; {
	case c == end:
		r.at++
		return false
	case c == ',' && !first:
		r.at++
		r.space()
		if r.at < len(r.text) && r.text[r.at] == end {
			if !r.relaxed {
				r.fail("unexpected %q", end)
				return false
			}
			r.at++
			return false
		}
		return true
	case first:
		return true
	}
	r.fail("no comma before %q", r.text[r.at])
	return false
}

func blank(c byte) bool { return c == ' ' || c == '\n' || c == '\r' || c == '\t' }

// space passes over blanks and, where they are allowed, comments.
func (r *JSONReader) space() {
	for r.at < len(r.text) {
		c := r.text[r.at]
		if c > '/' {
			return
		}
		if blank(c) {
			r.at++
			continue
		}
		if c != '/' || !r.relaxed {
			return
		}
		rest := r.text[r.at:]
		switch {
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				end = len(rest)
			}
			r.at += end
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				r.at = len(r.text)
				r.fail("comment does not end")
				return
			}
			r.at += end + 4
		default:
			return
		}
	}
}

// Text reads a string. A value of another kind is skipped and gives "".
func (r *JSONReader) Text() string {
	if r.Kind() != String {
		r.Skip()
		return ""
	}
	return r.quoted()
}

// Bool reads true or false. A value of another kind is skipped and gives false.
func (r *JSONReader) Bool() bool {
	if r.Kind() != Bool {
		r.Skip()
		return false
	}
	value := r.text[r.at] == 't'
	r.Skip()
	return value
}

// Int reads a whole number. A value of another kind is skipped and gives 0.
func (r *JSONReader) Int() int {
	if r.Kind() != Number {
		r.Skip()
		return 0
	}
	from := r.at
	r.Skip()
	n, err := strconv.Atoi(r.text[from:r.at])
	if err != nil {
		return 0
	}
	return n
}

// Texts reads an array of strings; elements of other kinds are left out. A single string gives a list of one.
func (r *JSONReader) Texts() []string {
	if r.Kind() == String {
		return []string{r.quoted()}
	}
	var list []string
	r.Array(func() {
		if r.Kind() == String {
			list = append(list, r.quoted())
		}
	})
	return list
}

// Raw reads any value and gives its text.
func (r *JSONReader) Raw() string {
	r.space()
	from := r.at
	r.Skip()
	return r.text[from:r.at]
}

// Skip passes over the next value, whatever it is.
func (r *JSONReader) Skip() {
	switch r.Kind() {
	case Object:
		r.Object(func(string) { r.Skip() })
	case Array:
		r.Array(r.Skip)
	case String:
		r.pass()
	case Number:
		from := r.at
		for r.at < len(r.text) && strings.IndexByte("+-.eE0123456789", r.text[r.at]) >= 0 {
			r.at++
		}
		if !number(r.text[from:r.at]) {
			r.at = from
			r.fail("not a number")
		}
	case Bool, Null:
		for _, word := range [...]string{"true", "false", "null"} {
			if strings.HasPrefix(r.text[r.at:], word) {
				r.at += len(word)
				return
			}
		}
		r.fail("unexpected %q", r.text[r.at])
	}
}

// number tells whether the text is a number by the grammar of RFC 8259, section 6.
func number(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n > 0
	}
	if strings.HasPrefix(s, "0") {
		s = s[1:]
	} else if !digits() {
		return false
	}
	if strings.HasPrefix(s, ".") {
		if s = s[1:]; !digits() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}

// pass passes over a string and tells its content's bounds, and whether it holds escapes.
func (r *JSONReader) pass() (from, to int, escapes bool) {
	if r.err != nil {
		return 0, 0, false
	}
	if r.at >= len(r.text) || r.text[r.at] != '"' {
		r.fail("no string where one belongs")
		return 0, 0, false
	}
	from = r.at + 1
	for i, quote := from, -1; ; {
		if quote < i { // an escaped quote was passed: look for the next one
			next := strings.IndexByte(r.text[i:], '"')
			if next < 0 {
				r.fail("string does not end")
				return 0, 0, false
			}
			quote = i + next
		}
		slash := strings.IndexByte(r.text[i:quote], '\\')
		if slash < 0 {
			to = quote
			break
		}
		escapes = true
		if i += slash + 2; i > len(r.text) {
			r.fail("string does not end")
			return 0, 0, false
		}
	}
	r.at = to + 1
	return from, to, escapes
}

func (r *JSONReader) quoted() string {
	from, to, escapes := r.pass()
	if !escapes {
		return r.text[from:to]
	}
	b := make([]byte, 0, to-from)
	for s := r.text[from:to]; s != ""; {
		slash := strings.IndexByte(s, '\\')
		if slash < 0 || slash+1 >= len(s) {
			b = append(b, s...)
			break
		}
		b = append(b, s[:slash]...)
		c := s[slash+1]
		s = s[slash+2:]
		switch c {
		case '"', '\\', '/':
			b = append(b, c)
		case 'b':
			b = append(b, '\b')
		case 'f':
			b = append(b, '\f')
		case 'n':
			b = append(b, '\n')
		case 'r':
			b = append(b, '\r')
		case 't':
			b = append(b, '\t')
		case 'u':
			unit, ok := hex4(s)
			if !ok {
				r.fail("bad \\u escape")
				return ""
			}
			s = s[4:]
			if unit >= 0xd800 && unit < 0xdc00 && strings.HasPrefix(s, "\\u") {
				if low, ok := hex4(s[2:]); ok && low >= 0xdc00 && low < 0xe000 {
					unit = 0x10000 + (unit-0xd800)<<10 + (low - 0xdc00)
					s = s[6:]
				}
			}
			b = utf8.AppendRune(b, unit)
		default:
			r.fail("bad escape %q", `\`+string(rune(c)))
			return ""
		}
	}
	return string(b)
}

func hex4(s string) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	n, err := strconv.ParseUint(s[:4], 16, 32)
	return rune(n), err == nil
}

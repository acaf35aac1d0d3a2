package spdx

import (
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// encoder prints one document, as JSON or as tag-value, in one pass.
//
// Tag-value has no nesting: what opens and closes objects and lists prints nothing there, and a field is known by its tag. The outer
// two levels of JSON stand on lines of their own, so that a package or a relationship is one line.
type encoder struct {
	w   io.Writer // nil: everything stays in buf
	buf []byte
	err error // the first error of w; after it nothing more is written

	tags     bool
	lines    int // how many outer levels stand on lines of their own
	open     []byte
	full     bool // the innermost level has content
	begun    int  // where the line at hand begins in buf, in notes
	replaced int  // characters that no document may hold
}

const (
	flushAt     = 64 << 10
	outerLevels = 2
	maxLine     = 1 << 10 // from there on a note goes on in another line: readers of tag-value have limits
)

// flush hands the buffer over.
func (e *encoder) flush() {
	if e.err == nil && len(e.buf) > 0 {
		_, e.err = e.w.Write(e.buf)
	}
	e.buf = e.buf[:0]
}

// next begins a value: it writes what separates it from the one before.
func (e *encoder) next() {
	if e.full {
		e.buf = append(e.buf, ',')
	}
	if len(e.open) > 0 && len(e.open) <= e.lines {
		e.buf = append(e.buf, "\n    "[:1+2*len(e.open)]...)
	}
	if e.w == nil && len(e.buf) > e.begun+maxLine {
		e.buf = append(e.buf, '\n')
		e.begun = len(e.buf)
	}
	e.full = true
}

// begin empties the encoder of notes and opens an object.
func (e *encoder) begin() {
	e.buf, e.open, e.full, e.begun = e.buf[:0], e.open[:0], false, 0
	e.item()
}

func (e *encoder) member(name string) {
	e.next()
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '"', ':')
	if len(e.open) <= e.lines {
		e.buf = append(e.buf, ' ')
	}
}

func (e *encoder) push(begin, end byte) {
	e.buf = append(e.buf, begin)
	e.open = append(e.open, end)
	e.full = false
}

// object opens a member that is an object.
func (e *encoder) object(name string) {
	if !e.tags {
		e.member(name)
		e.push('{', '}')
	}
}

// list opens a member that is an array.
func (e *encoder) list(name string) {
	if !e.tags {
		e.member(name)
		e.push('[', ']')
	}
}

// item opens an element of a list that is an object; the outermost is the document.
func (e *encoder) item() {
	if !e.tags {
		e.next()
		e.push('{', '}')
	}
}

// end closes what was opened last.
func (e *encoder) end() {
	if !e.tags {
		last := len(e.open) - 1
		if last < e.lines && e.full {
			e.buf = append(e.buf, "\n    "[:1+2*last]...)
		}
		e.buf = append(e.buf, e.open[last])
		e.open = e.open[:last]
		e.full = true
	}
	e.drain()
}

// drain hands the buffer over if it is large.
func (e *encoder) drain() {
	if e.w != nil && len(e.buf) >= flushAt {
		e.flush()
	}
}

// blank separates sections of tag-value.
func (e *encoder) blank() {
	if e.tags {
		e.buf = append(e.buf, '\n')
	}
}

// text writes a member that is a string (JSON).
func (e *encoder) text(name, value string) {
	e.member(name)
	e.quoted(value)
}

// word writes an element of a list that is a string (JSON).
func (e *encoder) word(value string) {
	e.next()
	e.quoted(value)
}

// number writes a member that is a whole number (JSON).
func (e *encoder) number(name string, n int64) {
	e.member(name)
	e.buf = strconv.AppendInt(e.buf, n, 10)
}

// truth writes a member that is true or false (JSON).
func (e *encoder) truth(name string, value bool) {
	e.member(name)
	e.buf = strconv.AppendBool(e.buf, value)
}

// ref writes a member that names an element of the namespace, neither of which needs escapes (JSON).
func (e *encoder) ref(name, ns, id string) {
	e.member(name)
	e.target(ns, id)
}

// refWord is ref for an element of a list.
func (e *encoder) refWord(ns, id string) {
	e.next()
	e.target(ns, id)
}

func (e *encoder) target(ns, id string) {
	e.buf = append(e.buf, '"')
	e.buf = append(append(e.buf, ns...), '#')
	e.buf = append(append(e.buf, id...), '"')
	e.drain()
}

// line writes a field that holds one line.
func (e *encoder) line(name, tag, value string) {
	if !e.tags {
		e.member(name)
		e.buf = append(e.buf, '"')
		e.string(line(value))
		e.buf = append(e.buf, '"')
		return
	}
	e.tag(tag)
	e.raw(strings.ReplaceAll(line(value), "<text>", "< text>"))
	e.buf = append(e.buf, '\n')
}

// prose writes a field that holds free text. Tag-value encloses it in <text>, which the text itself therefore cannot end.
func (e *encoder) prose(name, tag, value string) {
	if !e.tags {
		e.text(name, value)
		return
	}
	e.tag(tag)
	e.buf = append(e.buf, "<text>"...)
	if strings.Contains(value, "</text>") {
		value = strings.ReplaceAll(value, "</text>", "</ text>")
		e.replaced++
	}
	e.raw(value)
	e.buf = append(e.buf, "</text>\n"...)
}

func (e *encoder) tag(name string) {
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, ':', ' ')
}

func (e *encoder) quoted(s string) {
	e.buf = append(e.buf, '"')
	e.string(s)
	e.buf = append(e.buf, '"')
}

// forbidden tells whether no document shall hold the character: what XML 1.0 lets no document hold, for SPDX has an XML notation too.
func forbidden(c rune) bool {
	return c == 0xFFFE || c == 0xFFFF || c < ' ' && c != '\t' && c != '\n' && c != '\r'
}

// string writes the characters of a JSON string. Those that are forbidden become U+FFFD.
func (e *encoder) string(s string) {
	b, from := e.buf, 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			if x := eight(s[i:]); ascii(x) && !holds(x, '"') && !holds(x, '\\') {
				i += 8
				continue
			}
		}
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		}
		with := ""
		switch {
		case forbidden(c), c == utf8.RuneError && size == 1:
			with = "\uFFFD"
			e.replaced++
		case c == '"':
			with = `\"`
		case c == '\\':
			with = `\\`
		case c == '\n':
			with = `\n`
		case c == '\r':
			with = `\r`
		case c == '\t':
			with = `\t`
		}
		if with != "" {
			b = append(append(b, s[from:i]...), with...)
			from = i + size
		}
		i += size
	}
	e.buf = append(b, s[from:]...)
}

// raw writes text as it is, but for forbidden characters and carriage returns, which line ends of tag-value may lose.
func (e *encoder) raw(s string) {
	if plain(s) {
		e.buf = append(e.buf, s...)
		return
	}
	for i, c := range s {
		switch {
		case forbidden(c), c == utf8.RuneError && s[i] != 0xEF:
			c = utf8.RuneError
			e.replaced++
		case c == '\r' && strings.HasPrefix(s[i+1:], "\n"):
			continue
		case c == '\r':
			c = '\n'
		}
		e.buf = utf8.AppendRune(e.buf, c)
	}
}

// plain tells whether a text is ASCII without control characters, DEL apart.
func plain(s string) bool {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if !ascii(eight(s[i:])) {
			return false
		}
	}
	for ; i < len(s); i++ {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// eight reads eight bytes to look at all of them at once.
func eight(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}

const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// ascii tells whether eight bytes are plain: below 0x20, subtraction borrows, and above 0x7F the high bit is set.
func ascii(x uint64) bool { return (x|(x-' '*ones))&highs == 0 }

// holds tells whether c is one of eight bytes: a byte of y is zero where ((y-1) &^ y) has its high bit set.
func holds(x uint64, c byte) bool {
	y := x ^ uint64(c)*ones
	return (y-ones)&^y&highs != 0
}

// line is a text as a field of one line holds it: trimmed, and with blanks for what ends or shifts lines.
func line(s string) string {
	if !plain(s) {
		s = strings.Map(func(c rune) rune {
			switch c {
			case '\n', '\r', '\t', '\v', '\f', 0x85, 0x2028, 0x2029:
				return ' '
			}
			return c
		}, s)
	}
	return strings.TrimSpace(s)
}

// Package zig reads what Zig projects declare.
package zig

import (
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// value is a value of ZON, Zig's notation for data: text, or a struct or list.
type value struct {
	text   string
	fields []field
	struc  bool
}

type field struct {
	name  string
	value value
	line  int
}

func (v value) get(name string) value {
	for _, f := range v.fields {
		if f.name == name {
			return f.value
		}
	}
	return value{}
}

const maxDepth = 100

// reader reads ZON, https://ziglang.org/documentation/master/std/#std.zon: .{ .name = value, value }, strings, enum literals, numbers and
// words. What stands before an error is kept.
type reader struct {
	text        string
	at          int
	line, depth int
	err         error
}

func read(text string) (value, error) {
	r := reader{text: text, line: 1}
	v := r.value()
	if r.space(); r.err == nil && r.at < len(r.text) {
		r.fail("unexpected %q", r.text[r.at])
	}
	return v, r.err
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = &decode.LineError{Line: r.line, Err: fmt.Errorf(format, args...)}
	}
	r.at = len(r.text)
}

func (r *reader) space() {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == '\n':
			r.line++
			r.at++
		case c == ' ' || c == '\t' || c == '\r':
			r.at++
		case strings.HasPrefix(r.text[r.at:], "//"):
			for r.at < len(r.text) && r.text[r.at] != '\n' {
				r.at++
			}
		default:
			return
		}
	}
}

func (r *reader) take(s string) bool {
	if strings.HasPrefix(r.text[r.at:], s) {
		r.at += len(s)
		return true
	}
	return false
}

func (r *reader) value() value {
	r.space()
	switch {
	case r.at >= len(r.text):
		r.fail("unexpected end")
		return value{}
	case r.take(".{"):
		return r.fields()
	case r.text[r.at] == '"':
		return value{text: r.quoted()}
	}
	r.take(".") // an enum literal
	return value{text: r.word()}
}

func (r *reader) fields() value {
	v := value{struc: true}
	if r.depth++; r.depth > maxDepth {
		r.fail("nests deeper than %d levels", maxDepth)
		return v
	}
	defer func() { r.depth-- }()
	for {
		r.space()
		if r.at >= len(r.text) {
			r.fail("unexpected end")
			return v
		}
		if r.take("}") {
			return v
		}
		f := field{line: r.line}
		at := r.at
		if r.take(".") && !strings.HasPrefix(r.text[r.at:], "{") {
			f.name = r.word()
			if r.space(); !r.take("=") { // an enum literal as an element
				f.name, r.at = "", at
			}
		} else {
			r.at = at
		}
		f.value = r.value()
		if r.err == nil || f.value.struc {
			v.fields = append(v.fields, f)
		}
		if r.space(); !r.take(",") && r.at < len(r.text) && r.text[r.at] != '}' {
			r.fail("unexpected %q", r.text[r.at])
		}
	}
}

// word reads an identifier, also the quoted form @"any text", a number or a literal.
func (r *reader) word() string {
	if r.take("@") && r.at < len(r.text) && r.text[r.at] == '"' {
		return r.quoted()
	}
	from := r.at
	for r.at < len(r.text) {
		c := r.text[r.at]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '+' || c == '.') {
			break
		}
		r.at++
	}
	if from == r.at {
		if r.at < len(r.text) {
			r.fail("unexpected %q", r.text[r.at])
		} else {
			r.fail("unexpected end")
		}
	}
	return r.text[from:r.at]
}

func (r *reader) quoted() string {
	var b strings.Builder
	for r.at++; r.at < len(r.text); r.at++ {
		switch c := r.text[r.at]; c {
		case '"':
			r.at++
			return b.String()
		case '\n':
			r.fail("a string does not end")
			return ""
		case '\\':
			if r.at++; r.at < len(r.text) {
				b.WriteByte(r.text[r.at])
			}
		default:
			b.WriteByte(c)
		}
	}
	r.fail("a string does not end")
	return ""
}

package powershell

import (
	"encoding/binary"
	"fmt"
	"strings"
	"unicode/utf16"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// value is a value of PowerShell's data language: text, a list or a table.
type value struct {
	text  string
	list  []value
	table map[string]value // by keys in lower case
}

func (v value) get(key string) value { return v.table[strings.ToLower(key)] }

// items are the elements of a list, or the one value that stands for a list of one.
func (v value) items() []value {
	if v.list == nil && (v.text != "" || v.table != nil) {
		return []value{v}
	}
	return v.list
}

const maxDepth = 100

// reader reads a data file such as a module manifest: one @{ key = value } of strings, numbers, @( ) and @{ },
// https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_data_files. It runs nothing.
type reader struct {
	text        string
	at          int
	line, depth int
	err         error
}

func read(text string) (value, error) {
	r := reader{text: utf8Text(text), line: 1}
	if r.space(); !strings.HasPrefix(r.text[r.at:], "@{") {
		r.fail("holds no @{ }")
		return value{}, r.err
	}
	v := r.operand()
	return v, r.err
}

// utf8Text gives a text that begins with the byte order mark of UTF-16, as Windows PowerShell writes manifests, in UTF-8.
func utf8Text(text string) string {
	if !strings.HasPrefix(text, "\xff\xfe") {
		return text
	}
	units := make([]uint16, 0, len(text)/2)
	for b := []byte(text[2:]); len(b) >= 2; b = b[2:] {
		units = append(units, binary.LittleEndian.Uint16(b))
	}
	return string(utf16.Decode(units))
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = &decode.LineError{Line: r.line, Err: fmt.Errorf(format, args...)}
	}
	r.at = len(r.text)
}

func (r *reader) pass(n int) {
	n = min(n, len(r.text)-r.at)
	r.line += strings.Count(r.text[r.at:r.at+n], "\n")
	r.at += n
}

// space passes over blanks, separators and comments.
func (r *reader) space() {
	for r.at < len(r.text) {
		rest := r.text[r.at:]
		switch {
		case strings.HasPrefix(rest, "<#"):
			i := strings.Index(rest, "#>")
			if i < 0 {
				r.fail("a comment does not end")
				return
			}
			r.pass(i + 2)
		case rest[0] == '#':
			i := strings.IndexByte(rest, '\n')
			if i < 0 {
				i = len(rest)
			}
			r.pass(i)
		case strings.IndexByte(" \t\r\n;", rest[0]) >= 0:
			r.pass(1)
		default:
			return
		}
	}
}

// value reads one operand, or several with commas between, which are a list.
func (r *reader) value() value {
	v := r.operand()
	for more := false; ; more = true {
		if r.space(); r.err != nil || r.at >= len(r.text) || r.text[r.at] != ',' {
			return v
		}
		r.pass(1)
		if !more {
			v = value{list: v.items()}
		}
		v.list = append(v.list, r.operand())
	}
}

func (r *reader) operand() value {
	if r.space(); r.at >= len(r.text) {
		r.fail("unexpected end")
		return value{}
	}
	rest := r.text[r.at:]
	switch {
	case strings.HasPrefix(rest, "@{"):
		return r.nested("}")
	case strings.HasPrefix(rest, "@("):
		return r.nested(")")
	case strings.HasPrefix(rest, "@'"), strings.HasPrefix(rest, `@"`):
		body, _, ok := strings.Cut(rest[2:], "\n"+rest[1:2]+"@")
		if !ok {
			r.fail("a string does not end")
		}
		r.pass(len(body) + 5)
		return value{text: strings.TrimSpace(body)}
	case rest[0] == '\'', rest[0] == '"':
		return value{text: r.quoted(rest[0])}
	}
	end := strings.IndexAny(rest, " \t\r\n;,)}=")
	if end < 0 {
		end = len(rest)
	}
	if end == 0 {
		r.fail("unexpected %q", rest[0])
	}
	r.pass(end)
	return value{text: rest[:end]}
}

// nested reads @( ) or @{ }.
func (r *reader) nested(end string) value {
	v := value{list: []value{}}
	if end == "}" {
		v = value{table: make(map[string]value)}
	}
	if r.depth++; r.depth > maxDepth {
		r.fail("nests deeper than %d levels", maxDepth)
		return v
	}
	defer func() { r.depth-- }()
	for r.pass(2); ; {
		if r.space(); r.at >= len(r.text) {
			r.fail("unexpected end")
			return v
		}
		if strings.HasPrefix(r.text[r.at:], end) {
			r.pass(1)
			return v
		}
		if v.table == nil {
			v.list = append(v.list, r.value().items()...)
			continue
		}
		key := strings.ToLower(r.operand().text)
		if r.space(); !strings.HasPrefix(r.text[r.at:], "=") {
			r.fail("%.40q has no value", key)
			return v
		}
		r.pass(1)
		v.table[key] = r.value()
	}
}

func (r *reader) quoted(quote byte) string {
	var b strings.Builder
	for i := r.at + 1; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case c == quote && i+1 < len(r.text) && r.text[i+1] == quote: // a quote, doubled
			b.WriteByte(c)
			i++
		case c == quote:
			r.pass(i + 1 - r.at)
			return b.String()
		case c == '`' && quote == '"' && i+1 < len(r.text):
			i++
			b.WriteByte(r.text[i])
		default:
			b.WriteByte(c)
		}
	}
	r.fail("a string does not end")
	return ""
}

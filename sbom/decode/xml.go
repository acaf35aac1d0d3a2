package decode

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// XMLReader walks an XML text once, by pull, as JSONReader walks JSON. It is at one element at a time, whose attributes Attr tells
// and whose content either Children or Text reads; at first it is at the document, whose only child is the root
// element. Names are those without prefix: namespaces are not looked at. Text without references is a substring of the
// document and costs no allocation. Like JSONReader it remembers its first error.
//
// Document type declarations are passed over and entities of theirs never expanded: only the five that XML knows are, and characters by
// number. What else looks like an entity stays as it is.
type XMLReader struct {
	text string
	at   int
	open []string // the elements around, this one included, as they are spelled
	tag  string   // of this element: what stands between its name and the end of its start tag
	from int      // where this element begins
	void bool     // this element ends with its start tag
	root bool     // the root element was met
	err  error

	lineAt int // the offset up to which lines were counted
	line   int
}

// NewXML begins to read a text. A text in UTF-16, by its byte order mark, and one that declares an encoding of
// Western Europe are read as what they are; any other is taken for UTF-8.
func NewXML(text string) *XMLReader { return &XMLReader{text: asUTF8(text), line: 1} }

// Err is the first error that was met, with its line, or nil.
func (r *XMLReader) Err() error { return r.err }

// Line is the line at which the element begins, counted from 1. It and Attr are asked before Children or Text.
func (r *XMLReader) Line() int {
	r.line += strings.Count(r.text[r.lineAt:r.from], "\n")
	r.lineAt = r.from
	return r.line
}

func (r *XMLReader) fail(format string, args ...any) {
	if r.err == nil {
		line := 1 + strings.Count(r.text[:min(r.at, len(r.text))], "\n")
		r.err = &LineError{line, fmt.Errorf(format, args...)}
	}
}

// Attr gives an attribute of the element, "" if it has none of that name.
func (r *XMLReader) Attr(name string) string {
	for rest := r.tag; ; {
		key, after, ok := strings.Cut(rest, "=")
		if !ok {
			return ""
		}
		after = strings.TrimLeft(after, " \t\r\n")
		if after == "" {
			return ""
		}
		value, next, ok := strings.Cut(after[1:], after[:1])
		if !ok {
			return ""
		}
		if local(strings.TrimSpace(key)) == name {
			return strings.TrimSpace(unescapeXML(value))
		}
		rest = next
	}
}

// Children reads the content of the element. For each element in it child is called, which reads it by Children or Text, or by
// neither to skip it. Text between them is passed over.
func (r *XMLReader) Children(child func(name string)) {
	depth := len(r.open)
	for r.next(nil) && len(r.open) > depth {
		child(local(r.open[depth]))
		if len(r.open) > depth && r.err == nil {
			r.Children(func(string) {})
		}
	}
}

// Text reads the content of the element as text, without blanks around it. Elements in it are skipped.
func (r *XMLReader) Text() string {
	var pieces []string
	depth := len(r.open)
	for r.next(&pieces) && len(r.open) > depth {
		r.Children(func(string) {})
	}
	if len(pieces) == 1 {
		return strings.TrimSpace(pieces[0])
	}
	return strings.TrimSpace(strings.Join(pieces, ""))
}

// next moves to the next start tag, and opens the element, or over the end tag of this element, and closes it. It tells whether
// there was one. Text on the way is added to pieces.
func (r *XMLReader) next(pieces *[]string) bool {
	if r.err != nil {
		return false
	}
	if r.void {
		r.void = false
		r.open = r.open[:len(r.open)-1]
		return true
	}
	for {
		rest := r.text[r.at:]
		i := strings.IndexByte(rest, '<')
		if i < 0 {
			r.at = len(r.text)
			if len(r.open) > 0 {
				r.fail("unexpected end in <%.40s>", r.open[len(r.open)-1])
			} else if !r.root {
				r.fail("holds no element")
			}
			return false
		}
		if pieces != nil && i > 0 {
			*pieces = append(*pieces, unescapeXML(rest[:i]))
		}
		r.at += i
		rest = rest[i:]
		switch {
		case strings.HasPrefix(rest, "<!--"):
			r.past(rest, 4, "-->")
		case strings.HasPrefix(rest, "<![CDATA["):
			if from := r.at; r.past(rest, 9, "]]>") && pieces != nil {
				*pieces = append(*pieces, r.text[from+9:r.at-3])
			}
		case strings.HasPrefix(rest, "<?"):
			r.past(rest, 2, "?>")
		case strings.HasPrefix(rest, "<!"):
			r.doctype()
		case strings.HasPrefix(rest, "</"):
			return r.shut(rest)
		default:
			return r.start(rest)
		}
		if r.err != nil {
			return false
		}
	}
}

// past moves behind the next occurrence of an end, which stands at the offset or later.
func (r *XMLReader) past(rest string, offset int, end string) bool {
	i := strings.Index(rest[offset:], end)
	if i < 0 {
		r.fail("no %s", end)
		return false
	}
	r.at += offset + i + len(end)
	return true
}

// doctype passes over a document type declaration with all that it declares.
func (r *XMLReader) doctype() {
	depth, quote := 0, byte(0)
	for i := r.at; i < len(r.text); i++ {
		switch c := r.text[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"', c == '\'':
			quote = c
		case c == '<':
			if strings.HasPrefix(r.text[i:], "<!--") { // which may hold a lone quote
				end := strings.Index(r.text[i:], "-->")
				if end < 0 {
					r.fail("no -->")
					return
				}
				i += end + 2
				continue
			}
			depth++
		case c == '>':
			if depth--; depth == 0 {
				r.at = i + 1
				return
			}
		}
	}
	r.fail("a declaration does not end")
}

func (r *XMLReader) shut(rest string) bool {
	end := strings.IndexByte(rest, '>')
	if end < 0 {
		r.fail("a tag does not end")
		return false
	}
	name := strings.TrimRight(rest[2:end], " \t\r\n")
	if last := len(r.open) - 1; last < 0 || r.open[last] != name {
		r.fail("unexpected </%.40s>", name)
		return false
	}
	r.open = r.open[:len(r.open)-1]
	r.at += end + 1
	return true
}

func (r *XMLReader) start(rest string) bool {
	end := 1
	for quote := byte(0); ; end++ {
		if end >= len(rest) {
			r.fail("a tag does not end")
			return false
		}
		c := rest[end]
		if quote != 0 {
			if c == quote {
				quote = 0
			}
			continue
		}
		if c == '"' || c == '\'' {
			quote = c
		}
		if c == '<' {
			r.fail("< in a tag")
			return false
		}
		if c == '>' {
			break
		}
	}
	tag := rest[1:end]
	tag, r.void = strings.CutSuffix(tag, "/")
	name := tag
	if i := strings.IndexAny(tag, " \t\r\n"); i >= 0 {
		name = tag[:i]
	}
	if name == "" {
		r.fail("a tag has no name")
		return false
	}
	if len(r.open) >= MaxDepth {
		r.fail("%w", ErrDepth)
		return false
	}
	if len(r.open) == 0 && r.root {
		r.fail("a second root element")
		return false
	}
	r.root = true
	r.tag, r.from = tag[len(name):], r.at
	r.open = append(r.open, name)
	r.at += end + 1
	return true
}

// local is a name without its prefix.
func local(name string) string { return name[strings.IndexByte(name, ':')+1:] }

// unescapeXML replaces the references to characters and to the entities that XML predefines.
func unescapeXML(s string) string {
	i := strings.IndexByte(s, '&')
	if i < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for ; i >= 0; i = strings.IndexByte(s, '&') {
		b = append(b, s[:i]...)
		s = s[i:]
		end := strings.IndexByte(s[:min(len(s), 12)], ';')
		char, ok := character(s[1:max(1, end)])
		if end < 0 || !ok {
			b, s = append(b, '&'), s[1:]
			continue
		}
		b, s = utf8.AppendRune(b, char), s[end+1:]
	}
	return string(append(b, s...))
}

func character(name string) (rune, bool) {
	switch name {
	case "lt":
		return '<', true
	case "gt":
		return '>', true
	case "amp":
		return '&', true
	case "quot":
		return '"', true
	case "apos":
		return '\'', true
	}
	number, ok := strings.CutPrefix(name, "#")
	base := 10
	if hex, isHex := strings.CutPrefix(number, "x"); isHex {
		number, base = hex, 16
	}
	n, err := strconv.ParseUint(number, base, 32)
	return rune(n), ok && err == nil && n > 0 && n <= utf8.MaxRune
}

// asUTF8 gives a document in UTF-8.
func asUTF8(text string) string {
	if len(text) >= 2 && (text[:2] == "\xff\xfe" || text[:2] == "\xfe\xff") {
		little := text[0] == 0xff
		units := make([]uint16, 0, len(text)/2)
		for i := 2; i+1 < len(text); i += 2 {
			low, high := text[i], text[i+1]
			if !little {
				low, high = high, low
			}
			units = append(units, uint16(low)|uint16(high)<<8)
		}
		return string(utf16.Decode(units))
	}
	head, _, _ := strings.Cut(text[:min(len(text), 200)], "?>")
	_, encoding, _ := strings.Cut(head, "encoding=")
	encoding, _, _ = strings.Cut(strings.ToLower(strings.Trim(encoding, "\"' ")), "\"")
	switch encoding, _, _ = strings.Cut(encoding, "'"); encoding {
	case "iso-8859-1", "iso-8859-15", "latin1", "windows-1252", "cp1252":
		if utf8.ValidString(text) {
			return text // all ASCII, or rewritten by somebody who left the declaration as it was
		}
		b := make([]byte, 0, len(text)+len(text)/8)
		for i := range len(text) {
			b = utf8.AppendRune(b, rune(text[i]))
		}
		return string(b)
	}
	return text
}

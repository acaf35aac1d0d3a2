package cyclonedx

import (
	"encoding/binary"
	"io"
	"strconv"
	"unicode/utf8"
)

// encoder prints one document, as JSON or as XML, in one pass.
//
// CycloneDX's two notations say the same in the same order, but where XML has attributes and wrapping elements, JSON has
// members and arrays. The methods are the few places where they part; who calls them describes a document once
// and both notations hold the same content.
//
// The outer two levels stand on lines of their own, so that a component, a dependency or a composition is one line: small,
// and still a text that can be compared.
type encoder struct {
	w   io.Writer
	buf []byte
	err error // the first error of w; after it nothing more is written

	xml     bool
	digest  bool // the text is only hashed: strings stand with their lengths, as they are
	oneLine bool // strings hold no line breaks: the JSON schema of 1.2 matches them with ^(.*)$

	open     []level
	full     bool // the innermost level has content
	tag      bool // the start tag of the innermost element still takes attributes (XML)
	replaced int  // characters that no document may hold
	digits   [24]byte
}

// level is an object, array or element that is not closed yet.
type level struct {
	name string // of the element; "" where XML has no element for what is an array in JSON
	end  byte   // what closes it in JSON
}

const (
	flushAt    = 64 << 10
	outerLevel = 2 // how many levels stand on lines of their own
)

// flush hands the buffer over.
func (e *encoder) flush() {
	if e.err == nil && len(e.buf) > 0 {
		_, e.err = e.w.Write(e.buf)
	}
	e.buf = e.buf[:0]
}

// next begins a value or an element: it writes what separates it from the one before.
func (e *encoder) next() {
	if e.xml {
		if e.tag {
			e.buf = append(e.buf, '>')
			e.tag = false
		}
	} else if e.full {
		e.buf = append(e.buf, ',')
	}
	if len(e.open) <= outerLevel && !e.digest {
		e.line(len(e.open))
	}
	e.full = true
}

func (e *encoder) line(depth int) {
	if len(e.buf) > 0 || depth > 0 {
		e.buf = append(e.buf, "\n    "[:1+2*depth]...)
	}
}

// member begins the value of a named member, or in XML an element.
func (e *encoder) member(name string) {
	e.next()
	if e.xml {
		e.buf = append(e.buf, '<')
		e.buf = append(e.buf, name...)
		return
	}
	e.buf = append(e.buf, '"')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '"', ':')
	if len(e.open) <= outerLevel {
		e.buf = append(e.buf, ' ')
	}
}

func (e *encoder) push(name string, begin, end byte) {
	if !e.xml {
		e.buf = append(e.buf, begin)
	}
	e.tag = e.xml
	e.open = append(e.open, level{name, end})
	e.full = false
}

// object opens a member that is an object.
func (e *encoder) object(name string) {
	e.member(name)
	e.push(name, '{', '}')
}

// list opens a member that is an array, in XML an element around its items.
func (e *encoder) list(name string) {
	e.member(name)
	e.push(name, '[', ']')
}

// array opens a member that is an array, and for which XML has no element: its items follow one another.
func (e *encoder) array(name string) {
	if e.xml {
		e.open = append(e.open, level{})
		return
	}
	e.list(name)
}

// item opens an element of a list that is an object.
func (e *encoder) item(element string) {
	e.next()
	if e.xml {
		e.buf = append(e.buf, '<')
		e.buf = append(e.buf, element...)
	}
	e.push(element, '{', '}')
}

// end closes what was opened last.
func (e *encoder) end() {
	l := e.open[len(e.open)-1]
	e.open = e.open[:len(e.open)-1]
	switch {
	case e.xml && l == level{}:
		return
	case e.tag:
		e.buf = append(e.buf, '/', '>')
	default:
		if len(e.open) < outerLevel && e.full {
			e.line(len(e.open))
		}
		if !e.xml {
			e.buf = append(e.buf, l.end)
			break
		}
		e.close(l.name)
	}
	e.full, e.tag = true, false
	if len(e.buf) >= flushAt {
		e.flush()
	}
}

func (e *encoder) close(name string) {
	e.buf = append(e.buf, '<', '/')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '>')
}

// attribute writes a string that is an attribute in XML. Attributes come before everything else of an element.
func (e *encoder) attribute(name, value string) {
	if !e.xml {
		e.text(name, value)
		return
	}
	e.buf = append(e.buf, ' ')
	e.buf = append(e.buf, name...)
	e.buf = append(e.buf, '=', '"')
	e.string(value)
	e.buf = append(e.buf, '"')
}

// text writes a member that is a string.
func (e *encoder) text(name, value string) {
	e.member(name)
	if !e.xml {
		e.quoted(value)
		return
	}
	e.buf = append(e.buf, '>')
	e.string(value)
	e.close(name)
}

// number writes a member that is a number. The digits may be appended to e.digits[:0].
func (e *encoder) number(name string, digits []byte) {
	e.member(name)
	if e.xml {
		e.buf = append(e.buf, '>')
	}
	e.buf = append(e.buf, digits...)
	if e.xml {
		e.close(name)
	}
}

func (e *encoder) integer(name string, n int64) {
	e.number(name, strconv.AppendInt(e.digits[:0], n, 10))
}

// percent writes a member that is a number from 0 to 1, given in percent.
func (e *encoder) percent(name string, n uint8) {
	switch digits := append(e.digits[:0], '0', '.', '0'+n/10, '0'+n%10); {
	case n >= 100:
		e.number(name, append(digits[:0], '1'))
	case n%10 == 0:
		e.number(name, digits[:3])
	default:
		e.number(name, digits)
	}
}

// leaf writes an element of a list that is one attribute with a content, as hashes and properties are.
func (e *encoder) leaf(element string, attribute, content [2]string) {
	e.next()
	if e.xml {
		e.buf = append(e.buf, '<')
		e.buf = append(e.buf, element...)
		e.attribute(attribute[0], attribute[1])
		e.buf = append(e.buf, '>')
		e.string(content[1])
		e.close(element)
		return
	}
	e.buf = append(e.buf, '{', '"')
	e.buf = append(e.buf, attribute[0]...)
	e.buf = append(e.buf, '"', ':')
	e.quoted(attribute[1])
	e.buf = append(e.buf, ',', '"')
	e.buf = append(e.buf, content[0]...)
	e.buf = append(e.buf, '"', ':')
	e.quoted(content[1])
	e.buf = append(e.buf, '}')
}

// ref writes an element of a list that names a component.
func (e *encoder) ref(element, ref string) {
	e.next()
	if e.xml {
		e.buf = append(e.buf, '<')
		e.buf = append(e.buf, element...)
		e.attribute("ref", ref)
		e.buf = append(e.buf, '/', '>')
	} else {
		e.quoted(ref)
	}
	if len(e.buf) >= flushAt {
		e.flush()
	}
}

// word writes an element of a list that is a string.
func (e *encoder) word(element, value string) {
	if e.xml {
		e.text(element, value)
		return
	}
	e.next()
	e.quoted(value)
}

// content writes what stands between the tags of an element that has attributes (XML).
func (e *encoder) content(s string) {
	e.buf = append(e.buf, '>')
	e.tag = false
	e.string(s)
}

func (e *encoder) quoted(s string) {
	e.buf = append(e.buf, '"')
	e.string(s)
	e.buf = append(e.buf, '"')
}

// forbidden tells whether XML 1.0 lets no document hold the character: https://www.w3.org/TR/xml/#charsets.
func forbidden(c rune) bool {
	return c == 0xFFFE || c == 0xFFFF || c < ' ' && c != '\t' && c != '\n' && c != '\r'
}

// lineBreak tells whether the character is one that "." does not match in ECMA-262.
func lineBreak(c rune) bool { return c == '\n' || c == '\r' || c == 0x2028 || c == 0x2029 }

// string writes the characters of a string. Those that are forbidden become U+FFFD in both notations, so that each can be
// converted into the other.
func (e *encoder) string(s string) {
	if e.digest {
		e.buf = binary.AppendUvarint(e.buf, uint64(len(s)))
		e.buf = append(e.buf, s...)
		return
	}
	b, from := e.buf, 0
	for i := 0; i < len(s); {
		if i+8 <= len(s) {
			x := uint64(s[i]) | uint64(s[i+1])<<8 | uint64(s[i+2])<<16 | uint64(s[i+3])<<24 |
				uint64(s[i+4])<<32 | uint64(s[i+5])<<40 | uint64(s[i+6])<<48 | uint64(s[i+7])<<56
			if harmless(x) {
				i += 8
				continue
			}
		}
		c, size := rune(s[i]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRuneInString(s[i:])
		} else if harmlessByte(byte(c)) {
			i++
			continue
		}
		with := ""
		switch {
		case forbidden(c), c == utf8.RuneError && size == 1:
			with = "\uFFFD"
			e.replaced++
		case e.oneLine && lineBreak(c):
			with = " "
		case c >= utf8.RuneSelf:
		case e.xml:
			with = escapedXML(byte(c))
		default:
			with = escapedJSON(byte(c))
		}
		if with != "" {
			b = append(b, s[from:i]...)
			b = append(b, with...)
			from = i + size
		}
		i += size
	}
	e.buf = append(b, s[from:]...)
}

// harmless tells whether eight bytes are ASCII and need no escape in either notation. It looks at all of them at once: a byte of
// y is zero where ((y-1) &^ y) has its high bit set, but for borrows, which only call for a closer look.
func harmless(x uint64) bool {
	const ones, highs = 0x0101010101010101, 0x8080808080808080
	quote, slash, amp, angle := x^'"'*ones, x^'\\'*ones, x^'&'*ones, x&^(2*ones)^'<'*ones // < and > differ in one bit
	return (x|(x-' '*ones)|(quote-ones)&^quote|(slash-ones)&^slash|(amp-ones)&^amp|(angle-ones)&^angle)&highs == 0
}

// harmlessByte is harmless for one byte, which must be ASCII.
func harmlessByte(c byte) bool {
	const low uint64 = (1<<64 - 1<<' ') &^ (1<<'"' | 1<<'&' | 1<<'<' | 1<<'>') // of the bytes below 64, a bit for each
	return c < 64 && low>>c&1 != 0 || c >= 64 && c != '\\'
}

func escapedJSON(c byte) string {
	switch c {
	case '"':
		return `\"`
	case '\\':
		return `\\`
	case '\n':
		return `\n`
	case '\r':
		return `\r`
	case '\t':
		return `\t`
	}
	return ""
}

func escapedXML(c byte) string {
	switch c {
	case '"':
		return "&quot;"
	case '&':
		return "&amp;"
	case '<':
		return "&lt;"
	case '>':
		return "&gt;"
	case '\n':
		return "&#xA;"
	case '\r':
		return "&#xD;"
	case '\t':
		return "&#x9;"
	}
	return ""
}

package format

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// markup walks an XML text once, by pull, and hands out substrings of it. It knows elements, attributes, namespaces, character data, the
// five entities that XML itself defines and character references; it checks that elements nest. A document type is passed over, and an
// entity that only it could define is an error, so that no text can grow by expansion. Like the readers of package decode it remembers
// its first error.
//
// It exists because encoding/xml reads 15 MB of a CycloneDX document in a second, and this over 200.
type markup struct {
	text string
	at   int
	err  error

	open   []string  // the names, as written, of the elements around the current place
	spaces []binding // the namespaces in scope, the innermost last

	// The element whose start tag was read last:
	local, space string // its name without prefix, and its namespace
	attributes   string // as written
	empty        bool   // it has no content, and no end tag is to come
}

// binding says what a prefix means within an element.
type binding struct {
	prefix, uri string
	depth       int // len(open) inside the element
}

func (m *markup) fail(format string, args ...any) {
	if m.err == nil {
		m.err = &decode.LineError{Line: 1 + strings.Count(m.text[:min(m.at, len(m.text))], "\n"), Err: fmt.Errorf(format, args...)}
	}
}

var errEnd = errors.New("unexpected end")

// next moves past the next tag and tells what it is: '<' for a start tag, '/' for the end tag of the current element, 0 where the text
// ends or an error was met. Character data before it is passed to text, if that is not nil.
func (m *markup) next(text func(data string, raw bool)) byte {
	for m.err == nil {
		i := strings.IndexByte(m.text[m.at:], '<')
		if i < 0 {
			if text == nil && len(m.open) == 0 && strings.TrimSpace(m.text[m.at:]) == "" {
				m.at = len(m.text)
				return 0
			}
			if m.at = len(m.text); len(m.open) == 0 {
				m.fail("no element, or text outside the document")
			}
			m.fail("%w", errEnd)
			return 0
		}
		if data := m.text[m.at : m.at+i]; text != nil && data != "" {
			text(data, false)
		} else if len(m.open) == 0 && strings.TrimSpace(data) != "" {
			m.fail("text outside the document")
			return 0
		}
		m.at += i
		switch rest := m.text[m.at:]; {
		case strings.HasPrefix(rest, "<!--"):
			m.past("-->", 4)
		case strings.HasPrefix(rest, "<![CDATA["):
			from := m.at + 9
			if m.past("]]>", 9); m.err == nil && text != nil {
				text(m.text[from:m.at-3], true)
			}
		case strings.HasPrefix(rest, "<?"):
			m.past("?>", 2)
		case strings.HasPrefix(rest, "<!"):
			m.doctype()
		case strings.HasPrefix(rest, "</"):
			return m.endTag()
		default:
			return m.startTag()
		}
	}
	return 0
}

// past moves behind the next occurrence of the mark, which is searched skip bytes from here on.
func (m *markup) past(mark string, skip int) {
	i := strings.Index(m.text[m.at+skip:], mark)
	if i < 0 {
		m.at = len(m.text)
		m.fail("%w", errEnd)
		return
	}
	m.at += skip + i + len(mark)
}

// doctype passes over a document type with its internal subset.
func (m *markup) doctype() {
	depth := 0
	for ; m.at < len(m.text); m.at++ {
		switch m.text[m.at] {
		case '<', '[':
			depth++
		case ']':
			depth--
		case '>':
			if depth--; depth == 0 {
				m.at++
				return
			}
		}
	}
	m.fail("%w", errEnd)
}

func (m *markup) endTag() byte {
	end := strings.IndexByte(m.text[m.at:], '>')
	if end < 0 {
		m.at = len(m.text)
		m.fail("%w", errEnd)
		return 0
	}
	name := strings.TrimRight(m.text[m.at+2:m.at+end], " \t\r\n")
	if len(m.open) == 0 || m.open[len(m.open)-1] != name {
		m.fail("the end tag %.40q ends no element", name)
		return 0
	}
	m.at += end + 1
	m.leave()
	return '/'
}

// leave ends the current element.
func (m *markup) leave() {
	for n := len(m.spaces); n > 0 && m.spaces[n-1].depth == len(m.open); n = len(m.spaces) {
		m.spaces = m.spaces[:n-1]
	}
	m.open = m.open[:len(m.open)-1]
}

func (m *markup) startTag() byte {
	from := m.at + 1
	end := from
	for quote := byte(0); ; end++ {
		if end >= len(m.text) {
			m.at = end
			m.fail("%w", errEnd)
			return 0
		}
		c := m.text[end]
		if quote != 0 {
			if c == quote {
				quote = 0
			}
			continue
		}
		if c == '"' || c == '\'' {
			quote = c
		} else if c == '>' {
			break
		} else if c == '<' {
			m.fail("a tag does not end")
			return 0
		}
	}
	tag := m.text[from:end]
	m.empty = strings.HasSuffix(tag, "/")
	tag = strings.TrimSuffix(tag, "/")
	name := tag
	m.attributes = ""
	if i := strings.IndexAny(tag, " \t\r\n"); i >= 0 {
		name, m.attributes = tag[:i], tag[i+1:]
	}
	if name == "" || strings.ContainsAny(name, `"'=&`) {
		m.fail("an element has no name")
		return 0
	}
	if len(m.open) >= decode.MaxDepth {
		m.fail("%w", decode.ErrDepth)
		return 0
	}
	m.at = end + 1
	m.open = append(m.open, name)
	if strings.Contains(m.attributes, "xmlns") {
		m.eachAttribute(func(name, value string) bool {
			if prefix, ok := strings.CutPrefix(name, "xmlns:"); ok {
				m.spaces = append(m.spaces, binding{prefix, value, len(m.open)})
			} else if name == "xmlns" {
				m.spaces = append(m.spaces, binding{"", value, len(m.open)})
			}
			return true
		})
	}
	prefix, local, ok := strings.Cut(name, ":")
	if !ok {
		prefix, local = "", name
	}
	m.local, m.space = local, ""
	for i := len(m.spaces) - 1; i >= 0; i-- {
		if m.spaces[i].prefix == prefix {
			m.space = m.spaces[i].uri
			break
		}
	}
	if m.empty {
		m.leave()
	}
	return '<'
}

// eachAttribute calls f for the attributes of the start tag that was read last, until it returns false.
func (m *markup) eachAttribute(f func(name, value string) bool) {
	for rest := strings.TrimLeft(m.attributes, " \t\r\n"); rest != ""; rest = strings.TrimLeft(rest, " \t\r\n") {
		name, behind, ok := strings.Cut(rest, "=")
		behind = strings.TrimLeft(behind, " \t\r\n")
		if !ok || behind == "" || behind[0] != '"' && behind[0] != '\'' {
			m.fail("an attribute has no value")
			return
		}
		end := strings.IndexByte(behind[1:], behind[0])
		if end < 0 {
			m.fail("an attribute does not end")
			return
		}
		value := behind[1 : 1+end]
		if strings.IndexByte(value, '&') >= 0 {
			value = string(m.unescape(nil, value))
		}
		if !f(strings.TrimRight(name, " \t\r\n"), value) {
			return
		}
		rest = behind[end+2:]
	}
}

// attribute is the attribute without prefix of the start tag that was read last, "" if it has none of the name.
func (m *markup) attribute(name string) string {
	if !strings.Contains(m.attributes, name) {
		return ""
	}
	found := ""
	m.eachAttribute(func(n, value string) bool {
		if n == name {
			found = value
		}
		return n != name
	})
	return found
}

// children reads the content of the element whose start tag was read last, to its end tag. For each element inside it calls child, which reads
// that to its end or leaves it alone.
func (m *markup) children(child func()) {
	if m.empty {
		return
	}
	depth := len(m.open)
	for m.next(nil) == '<' {
		at, empty := m.at, m.empty
		child()
		if m.at == at && !empty {
			m.skip()
		}
		if m.err != nil {
			return
		}
	}
	if m.err == nil && len(m.open) != depth-1 {
		m.fail("%w", errEnd)
	}
}

// skip passes over the content of the element whose start tag was read last.
func (m *markup) skip() {
	if m.empty {
		return
	}
	for depth := len(m.open); m.err == nil && len(m.open) >= depth; {
		if m.next(nil) == 0 {
			return
		}
	}
}

// characters is the character data of the element whose start tag was read last, without that of elements inside it.
func (m *markup) characters() string {
	if m.empty {
		return ""
	}
	if end := strings.IndexByte(m.text[m.at:], '<'); end >= 0 && strings.HasPrefix(m.text[m.at+end:], "</") { // nearly always
		if data := m.text[m.at : m.at+end]; strings.IndexByte(data, '&') < 0 && strings.IndexByte(data, '\r') < 0 {
			m.at += end
			m.endTag()
			return data
		}
	}
	var b []byte
	depth := len(m.open)
	for m.err == nil && len(m.open) >= depth {
		inside := len(m.open) > depth
		if m.next(func(data string, raw bool) {
			switch {
			case inside:
			case raw:
				b = append(b, strings.ReplaceAll(data, "\r\n", "\n")...)
			default:
				b = m.unescape(b, strings.ReplaceAll(data, "\r\n", "\n"))
			}
		}) == 0 {
			return ""
		}
	}
	return string(b)
}

// unescape appends text with its references resolved.
func (m *markup) unescape(b []byte, text string) []byte {
	for {
		i := strings.IndexByte(text, '&')
		if i < 0 {
			return append(b, text...)
		}
		b = append(b, text[:i]...)
		name, rest, ok := strings.Cut(text[i+1:], ";")
		if !ok || len(name) > 12 {
			m.fail("& without the name of an entity")
			return b
		}
		text = rest
		switch name {
		case "lt":
			b = append(b, '<')
		case "gt":
			b = append(b, '>')
		case "amp":
			b = append(b, '&')
		case "quot":
			b = append(b, '"')
		case "apos":
			b = append(b, '\'')
		default:
			digits, base := strings.TrimPrefix(name, "#"), 10
			if strings.HasPrefix(digits, "x") {
				digits, base = digits[1:], 16
			}
			n, err := strconv.ParseUint(digits, base, 32)
			if err != nil || !strings.HasPrefix(name, "#") {
				m.fail("the entity %q is not known", name)
				return b
			}
			if n < ' ' && n != '\t' && n != '\n' && n != '\r' || n > utf8.MaxRune {
				n = utf8.RuneError
			}
			b = utf8.AppendRune(b, rune(n))
		}
	}
}

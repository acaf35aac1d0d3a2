package opam

import (
	"errors"
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// node is a value of an opam file, or a piece of one: a string, a list, a group in parentheses, or a word or operator. What stands in braces
// behind a value are its conditions.
type node struct {
	kind  byte // '"', '[', '(' or 0
	text  string
	items []node
	when  []node
	line  int
}

// section is a file or a "name { ... }" in it: fields by name, in their order.
type section struct {
	names  []string
	values map[string]node
	lines  map[string]int
}

func (s *section) get(name string) node { return s.values[name] }

// texts lists the strings of a field that is one or a list of them.
func (n node) texts() []string {
	if n.kind == '"' {
		return []string{n.text}
	}
	var list []string
	for _, i := range n.items {
		if i.kind == '"' {
			list = append(list, i.text)
		}
	}
	return list
}

const maxDepth = 100

// parser reads the syntax of opam files, https://opam.ocaml.org/doc/Manual.html#Common-file-format.
type parser struct {
	text  string
	at    int
	line  int
	depth int
	err   error
}

var errEnd = errors.New("unexpected end")

// parse reads a file. Fields of sections are under "section.field". What stands before an error is kept.
func parse(text string) (*section, error) {
	p := parser{text: text, line: 1}
	s := &section{values: make(map[string]node), lines: make(map[string]int)}
	prefix := ""
	for p.space(); p.err == nil && p.at < len(p.text); p.space() {
		if p.text[p.at] == '}' && prefix != "" {
			p.at++
			prefix = ""
			continue
		}
		line, name := p.line, p.word()
		if name == "" {
			p.fail("unexpected %q", p.text[p.at])
			break
		}
		p.space()
		switch {
		case strings.HasPrefix(p.text[p.at:], ":"):
			p.at++
			v := p.value()
			if name = prefix + name; s.lines[name] == 0 {
				s.names = append(s.names, name)
				s.values[name], s.lines[name] = v, line
			}
		default: // a section, which may have a name of its own
			if p.at < len(p.text) && p.text[p.at] == '"' {
				p.value()
				p.space()
			}
			if !strings.HasPrefix(p.text[p.at:], "{") {
				p.fail("%.40q is neither a field nor a section", name)
			}
			p.at++
			prefix = name + "."
		}
	}
	return s, p.err
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = &decode.LineError{Line: p.line, Err: fmt.Errorf(format, args...)}
	}
	p.at = len(p.text)
}

func (p *parser) space() {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; {
		case c == '\n':
			p.line++
			p.at++
		case c == ' ' || c == '\t' || c == '\r':
			p.at++
		case c == '#':
			for p.at < len(p.text) && p.text[p.at] != '\n' {
				p.at++
			}
		case strings.HasPrefix(p.text[p.at:], "(*"):
			i := strings.Index(p.text[p.at:], "*)")
			if i < 0 {
				p.fail("a comment does not end")
				return
			}
			p.line += strings.Count(p.text[p.at:p.at+i], "\n")
			p.at += i + 2
		default:
			return
		}
	}
}

// word reads an identifier, a number, or a variable such as foo:version.
func (p *parser) word() string {
	from := p.at
	for p.at < len(p.text) {
		c := p.text[p.at]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_' || c == '-' || c == '+' || c == '.' || c == '~') {
			break
		}
		p.at++
	}
	return p.text[from:p.at]
}

// value reads one value with its conditions. Operators are values too.
func (p *parser) value() node {
	if p.space(); p.at >= len(p.text) {
		p.fail("%w", errEnd)
		return node{}
	}
	n := node{line: p.line}
	switch c := p.text[p.at]; c {
	case '"':
		n.kind, n.text = '"', p.quoted()
	case '[', '(':
		n.kind = c
		n.items = p.list(map[byte]byte{'[': ']', '(': ')'}[c])
	default:
		if n.text = p.word(); n.text == "" {
			from := p.at
			for p.at < len(p.text) && strings.IndexByte("<>=!&|?:%$", p.text[p.at]) >= 0 {
				p.at++
			}
			if n.text = p.text[from:p.at]; n.text == "" {
				p.fail("unexpected %q", c)
			}
		}
	}
	if p.space(); p.err == nil && p.at < len(p.text) && p.text[p.at] == '{' && n.kind != 0 {
		n.when = p.list('}')
	}
	return n
}

func (p *parser) list(end byte) []node {
	if p.depth++; p.depth > maxDepth {
		p.fail("nests deeper than %d levels", maxDepth)
		return nil
	}
	defer func() { p.depth-- }()
	var list []node
	for p.at++; ; {
		if p.space(); p.at >= len(p.text) {
			p.fail("%w", errEnd)
			return list
		}
		if p.text[p.at] == end {
			p.at++
			return list
		}
		if n := p.value(); p.err == nil || n.items != nil {
			list = append(list, n)
		}
	}
}

func (p *parser) quoted() string {
	if rest, ok := strings.CutPrefix(p.text[p.at:], `"""`); ok {
		body, _, ok := strings.Cut(rest, `"""`)
		if !ok {
			p.fail("a string does not end")
			return ""
		}
		p.at += len(body) + 6
		p.line += strings.Count(body, "\n")
		return strings.TrimSpace(body)
	}
	var b strings.Builder
	for p.at++; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; c {
		case '"':
			p.at++
			return b.String()
		case '\n':
			p.line++
			b.WriteByte(' ')
		case '\\':
			if p.at++; p.at < len(p.text) && p.text[p.at] != '\n' {
				b.WriteByte(p.text[p.at])
			}
		default:
			b.WriteByte(c)
		}
	}
	p.fail("a string does not end")
	return ""
}

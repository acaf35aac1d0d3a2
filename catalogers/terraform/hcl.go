// Package terraform reads the files of Terraform and OpenTofu.
package terraform

import "strings"

// body is what stands between braces in HCL: attributes and blocks. Of expressions only texts, lists of texts and objects are kept,
// which are what names and versions are written as: https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md.
type body struct {
	attributes map[string]value
	order      []string
	blocks     []block
}

type block struct {
	kind   string
	labels []string
	line   int
	body   body
}

type value struct {
	line   int
	texts  []string // of a text one
	object *body
}

func (b *body) text(name string) string {
	if v := b.attributes[name]; len(v.texts) == 1 {
		return v.texts[0]
	}
	return ""
}

// parse reads a file. What cannot be understood is passed over; ended tells whether all braces were closed.
func parse(text string) (b body, ended bool) {
	p := parser{text: text, line: 1}
	b = p.body(0)
	return b, !p.open
}

type parser struct {
	text string
	at   int
	line int
	open bool // the text ended within something
}

// maxDepth is how deep blocks and objects are read; what lies deeper is passed over.
const maxDepth = 40

type kind byte

const (
	end     kind = iota
	newline      // also a comma
	name
	text
	sign
)

type token struct {
	kind kind
	text string
	line int
}

func (p *parser) body(depth int) body {
	b := body{attributes: make(map[string]value)}
	for {
		t := p.next()
		switch {
		case t.kind == end:
			p.open = p.open || depth > 0
			return b
		case t.kind == sign && t.text == "}":
			return b
		case t.kind != name && t.kind != text:
			p.passOver(t)
			continue
		}
		p.entry(&b, t, depth)
	}
}

// entry reads an attribute or a block, whose first word was read.
func (p *parser) entry(b *body, first token, depth int) {
	inner := block{kind: first.text, line: first.line}
	for {
		t := p.next()
		switch {
		case t.kind == sign && (t.text == "=" || t.text == ":"):
			if _, known := b.attributes[first.text]; !known {
				b.order = append(b.order, first.text)
			}
			v := p.value(depth)
			v.line = first.line
			b.attributes[first.text] = v
			return
		case t.kind == sign && t.text == "{":
			if depth >= maxDepth {
				p.passOver(t)
				return
			}
			inner.body = p.body(depth + 1)
			b.blocks = append(b.blocks, inner)
			return
		case t.kind == name, t.kind == text:
			inner.labels = append(inner.labels, t.text)
		case t.kind == sign && t.text == "}":
			p.at-- // belongs to the body around
			return
		default:
			p.passOver(t)
			return
		}
	}
}

// value reads an expression up to the end of its line or entry.
func (p *parser) value(depth int) (v value) {
	plain := true
	for first := true; ; first = false {
		t := p.next()
		switch {
		case t.kind == end, t.kind == newline:
			return v.unless(!plain)
		case t.kind == sign && (t.text == "}" || t.text == "]" || t.text == ")"):
			p.at--
			return v.unless(!plain)
		case first && t.kind == text:
			v.texts = []string{t.text}
		case first && t.kind == sign && t.text == "{" && depth < maxDepth:
			inner := p.body(depth + 1)
			v.object = &inner
		case first && t.kind == sign && t.text == "[":
			v.texts = p.list()
		default:
			plain = false
			p.passOver(t)
		}
	}
}

// unless empties a value that is part of a larger expression.
func (v value) unless(larger bool) value {
	if larger {
		return value{}
	}
	return v
}

func (p *parser) list() []string {
	texts := []string{}
	for {
		switch t := p.next(); {
		case t.kind == end:
			p.open = true
			return texts
		case t.kind == sign && t.text == "]":
			return texts
		case t.kind == text:
			texts = append(texts, t.text)
		default:
			p.passOver(t)
		}
	}
}

// passOver passes over what a bracket opens.
func (p *parser) passOver(t token) {
	if t.kind != sign || !strings.Contains("{[(", t.text) {
		return
	}
	for depth := 1; depth > 0; {
		switch t := p.next(); {
		case t.kind == end:
			p.open = true
			return
		case t.kind == sign && strings.Contains("{[(", t.text):
			depth++
		case t.kind == sign && strings.Contains("}])", t.text):
			depth--
		}
	}
}

func wordByte(c byte) bool {
	return c == '_' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

func (p *parser) next() token {
	for p.at < len(p.text) {
		line, rest := p.line, p.text[p.at:]
		switch c := rest[0]; {
		case c == '\n' || c == ',':
			p.at++
			if c == '\n' {
				p.line++
			}
			return token{newline, "", line}
		case c == ' ' || c == '\t' || c == '\r':
			p.at++
		case c == '#', strings.HasPrefix(rest, "//"):
			if end := strings.IndexByte(rest, '\n'); end >= 0 {
				p.at += end
			} else {
				p.at = len(p.text)
			}
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				p.at, p.open = len(p.text), true
				continue
			}
			p.line += strings.Count(rest[:end+4], "\n")
			p.at += end + 4
		case c == '"':
			return token{text, p.quoted(), line}
		case strings.HasPrefix(rest, "<<"):
			p.heredoc()
			return token{sign, "<<", line}
		case wordByte(c):
			n := 0
			for n < len(rest) && wordByte(rest[n]) {
				n++
			}
			p.at += n
			return token{name, rest[:n], line}
		default:
			p.at++
			return token{sign, rest[:1], line}
		}
	}
	return token{kind: end}
}

// quoted reads a text with its templates as they are written. Quotes within a template do not end it.
func (p *parser) quoted() string {
	p.at++
	from, depth := p.at, 0
	for ; p.at < len(p.text); p.at++ {
		switch c := p.text[p.at]; {
		case c == '\\':
			p.at++
		case c == '\n':
			return p.text[from:p.at] // it does not end on its line: no text after all
		case (c == '$' || c == '%') && strings.HasPrefix(p.text[p.at+1:], "{"):
			depth++
			p.at++
		case c == '}' && depth > 0:
			depth--
		case c == '"' && depth == 0:
			p.at++
			return p.text[from : p.at-1]
		}
	}
	p.at, p.open = len(p.text), true
	return p.text[from:]
}

func (p *parser) heredoc() {
	line, rest, _ := strings.Cut(p.text[p.at:], "\n")
	mark := strings.Trim(strings.TrimLeft(line, "<-"), " \r")
	p.at, p.line = len(p.text)-len(rest), p.line+1
	for rest != "" && mark != "" {
		line, rest, _ = strings.Cut(rest, "\n")
		p.at, p.line = len(p.text)-len(rest), p.line+1
		if strings.TrimSpace(line) == mark {
			p.at, p.line = p.at-1, p.line-1 // the line's end ends the expression
			return
		}
	}
}

package luarocks

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// value is a string, a number or word by its spelling, or a table.
type value struct {
	text  string
	table *table
}

// table is a Lua table: what stands under keys, in its order, and the elements without.
type table struct {
	fields []field
	index  map[string]int // of the keys, once one was asked for; the last one holds
}

// field is one entry; key is empty for an element of the list.
type field struct {
	key   string
	value value
	line  int
}

func (t *table) get(key string) value {
	if t == nil {
		return value{}
	}
	if t.index == nil {
		t.index = make(map[string]int, len(t.fields))
		for i := range t.fields {
			t.index[t.fields[i].key] = i
		}
	}
	if i, ok := t.index[key]; ok && key != "" {
		return t.fields[i].value
	}
	return value{}
}

func (t *table) add(f field) {
	if t.index != nil {
		t.index[f.key] = len(t.fields)
	}
	t.fields = append(t.fields, f)
}

// elements are the entries of the list.
func (t *table) elements() []field {
	var list []field
	if t != nil {
		for _, f := range t.fields {
			if f.key == "" {
				list = append(list, f)
			}
		}
	}
	return list
}

const maxDepth = 100

// chunk reads the data of a Lua text, https://www.lua.org/manual/5.4/manual.html#3: assignments of strings, numbers and tables to names, by
// concatenation and of names that were assigned, and what it returns, under the key "return". It runs nothing. What is read before an
// error is kept.
type chunk struct {
	text  string
	at    int
	line  int
	depth int
	names table
	err   error
}

func read(text string) (*table, error) {
	c := &chunk{text: text, line: 1}
	if strings.HasPrefix(text, "#") {
		c.skipLine()
	}
	for c.space(); c.err == nil && c.at < len(c.text); c.space() {
		line, word := c.line, c.word()
		switch word {
		case "":
			if c.text[c.at] == ';' {
				c.at++
				continue
			}
			c.fail("unexpected %q", c.text[c.at])
		case "local":
		case "return":
			c.names.add(field{word, c.expression(), line})
			return &c.names, c.err
		default:
			if c.space(); !c.take("=") {
				c.fail("a statement that is no assignment")
				break
			}
			c.names.add(field{word, c.expression(), line})
		}
	}
	return &c.names, c.err
}

func (c *chunk) fail(format string, args ...any) {
	if c.err == nil {
		c.err = &decode.LineError{Line: c.line, Err: fmt.Errorf(format, args...)}
	}
	c.at = len(c.text)
}

func (c *chunk) skipLine() {
	if i := strings.IndexByte(c.text[c.at:], '\n'); i >= 0 {
		c.at += i
	} else {
		c.at = len(c.text)
	}
}

// space passes over blanks and comments.
func (c *chunk) space() {
	for c.at < len(c.text) {
		switch ch := c.text[c.at]; {
		case ch == '\n':
			c.line++
			c.at++
		case ch == ' ' || ch == '\t' || ch == '\r':
			c.at++
		case strings.HasPrefix(c.text[c.at:], "--"):
			c.at += 2
			if _, ok := c.long(); !ok {
				c.skipLine()
			}
		default:
			return
		}
	}
}

func (c *chunk) take(s string) bool {
	if strings.HasPrefix(c.text[c.at:], s) {
		c.at += len(s)
		return true
	}
	return false
}

func (c *chunk) word() string {
	from := c.at
	for c.at < len(c.text) {
		ch := c.text[c.at]
		if !('a' <= ch|0x20 && ch|0x20 <= 'z' || ch == '_' || c.at > from && ('0' <= ch && ch <= '9' || ch == '.' && !strings.HasPrefix(c.text[c.at:], ".."))) {
			break
		}
		c.at++
	}
	return c.text[from:c.at]
}

// expression reads operands joined by "..".
func (c *chunk) expression() value {
	v := c.operand()
	for c.space(); c.err == nil && c.take(".."); c.space() {
		v.text += c.operand().text
		if len(v.text) > len(c.text) {
			c.fail("a text grows beyond that of the file")
		}
	}
	return v
}

func (c *chunk) operand() value {
	c.space()
	if c.at >= len(c.text) {
		c.fail("unexpected end")
		return value{}
	}
	switch ch := c.text[c.at]; {
	case ch == '{':
		return value{table: c.readTable()}
	case ch == '"' || ch == '\'':
		return value{text: c.quoted(ch)}
	case ch == '[':
		s, ok := c.long()
		if !ok {
			c.fail("unexpected %q", ch)
		}
		return value{text: s}
	case '0' <= ch && ch <= '9' || ch == '-':
		from := c.at
		for c.at++; c.at < len(c.text) && strings.IndexByte("0123456789.eExXaAbBcCdDfF", c.text[c.at]) >= 0; c.at++ {
		}
		return value{text: c.text[from:c.at]}
	}
	word := c.word()
	if word == "" {
		c.fail("unexpected %q", c.text[c.at])
		return value{}
	}
	v := value{table: &c.names}
	for part := range strings.SplitSeq(word, ".") {
		v = v.table.get(part)
	}
	return v
}

func (c *chunk) readTable() *table {
	t := new(table)
	if c.depth++; c.depth > maxDepth {
		c.fail("nests deeper than %d levels", maxDepth)
		return t
	}
	defer func() { c.depth-- }()
	for c.at++; ; {
		c.space()
		f := field{line: c.line}
		switch {
		case c.at >= len(c.text):
			c.fail("unexpected end")
			return t
		case c.take("}"):
			return t
		case c.text[c.at] == '[' && !strings.HasPrefix(c.text[c.at:], "[[") && !strings.HasPrefix(c.text[c.at:], "[="):
			c.at++
			f.key = c.expression().text
			if c.space(); !c.take("]") {
				c.fail("a key that does not end")
			}
			if c.space(); !c.take("=") {
				c.fail("a key without a value")
			}
		default:
			back := *c
			if f.key = c.word(); f.key != "" {
				if c.space(); !c.take("=") || strings.HasPrefix(c.text[c.at:], "=") {
					f.key, c.at, c.line = "", back.at, back.line
				}
			}
		}
		f.value = c.expression()
		if c.err == nil || f.value.table != nil { // what stands before an error is kept
			t.add(f)
		}
		if c.err != nil {
			return t
		}
		if c.space(); !c.take(",") {
			c.take(";")
		}
	}
}

// long reads [[text]] or [=[text]=].
func (c *chunk) long() (string, bool) {
	rest := c.text[c.at:]
	if !strings.HasPrefix(rest, "[") {
		return "", false
	}
	level := 1 + len(rest[1:]) - len(strings.TrimLeft(rest[1:], "="))
	if level >= len(rest) || rest[level] != '[' {
		return "", false
	}
	body, _, ok := strings.Cut(rest[level+1:], "]"+rest[1:level]+"]")
	if !ok {
		c.fail("a long string does not end")
		return "", true
	}
	c.at += 2*(level+1) + len(body)
	c.line += strings.Count(body, "\n")
	return strings.TrimPrefix(body, "\n"), true
}

func (c *chunk) quoted(quote byte) string {
	var b strings.Builder
	for c.at++; c.at < len(c.text); c.at++ {
		switch ch := c.text[c.at]; ch {
		case quote:
			c.at++
			return b.String()
		case '\n':
			c.fail("a string does not end")
			return ""
		case '\\':
			c.escape(&b)
		default:
			b.WriteByte(ch)
		}
	}
	c.fail("a string does not end")
	return ""
}

// escape reads what follows a backslash, up to the last byte of it.
func (c *chunk) escape(b *strings.Builder) {
	if c.at++; c.at >= len(c.text) {
		return
	}
	switch ch := c.text[c.at]; ch {
	case 'n':
		b.WriteByte('\n')
	case 't':
		b.WriteByte('\t')
	case 'r', 'a', 'b', 'f', 'v':
		b.WriteByte(' ')
	case '\n':
		c.line++
		b.WriteByte('\n')
	case 'x':
		if n, err := strconv.ParseUint(c.text[min(c.at+1, len(c.text)):min(c.at+3, len(c.text))], 16, 8); err == nil {
			b.WriteByte(byte(n))
			c.at += 2
		}
	case '0', '1', '2', '3', '4', '5', '6', '7', '8', '9':
		n, i := 0, 0
		for ; i < 3 && c.at+i < len(c.text) && '0' <= c.text[c.at+i] && c.text[c.at+i] <= '9'; i++ {
			n = 10*n + int(c.text[c.at+i]-'0')
		}
		b.WriteByte(byte(n))
		c.at += i - 1
	default:
		b.WriteByte(ch)
	}
}

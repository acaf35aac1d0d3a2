package decode

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Text reads a scalar. Null and collections are skipped and give "".
func (r *Block) Text() string {
	if r.Kind() != String {
		r.Skip()
		return ""
	}
	if c := r.text[r.at]; c == '|' || c == '>' {
		return r.literal()
	}
	return r.scalar()
}

// scalar reads a plain or quoted scalar.
func (r *Block) scalar() string {
	plain := r.from == r.at
	s := r.content()
	r.at = r.past
	if r.flow == 0 && plain {
		s = r.continued(s)
	}
	r.done()
	return s
}

// continued adds the further lines of a plain scalar: those that are indented deeper than what is around it.
func (r *Block) continued(s string) string {
	end := r.at
	r.settle()
	if r.open != r.at || r.column <= r.indent {
		return s
	}
	b := []byte(s)
	for r.err == nil && r.open == r.at && r.column > r.indent {
		between := r.text[end:r.at]
		if strings.IndexByte(between, '#') >= 0 {
			r.fail("text after the comment that ends a scalar")
			break
		}
		b = fold(b, strings.Count(between, "\n"))
		line := r.text[r.at:]
		if i := strings.IndexByte(line, '\n'); i >= 0 {
			line = line[:i]
		}
		line, colon := plain(line)
		if colon >= 0 {
			r.fail("a key within a scalar of several lines")
			break
		}
		b = append(b, line...)
		r.at += len(line)
		end = r.at
		r.settle()
	}
	return string(b)
}

// fold appends what line breaks within a scalar stand for: one a space, more one less than they are.
func fold(b []byte, breaks int) []byte {
	if breaks == 1 {
		return append(b, ' ')
	}
	for ; breaks > 1; breaks-- {
		b = append(b, '\n')
	}
	return b
}

// plain cuts the plain scalar off a line: before a comment and before blanks at the end. colon is where the scalar
// ends as a key, -1 if it is none.
func plain(line string) (s string, colon int) {
	for at := 0; ; {
		i := strings.IndexByte(line[at:], '#')
		if i < 0 {
			break
		}
		if at += i; at > 0 && blank(line[at-1]) {
			line = line[:at]
			break
		}
		at++
	}
	line = strings.TrimRight(line, " \t\r")
	for at := 0; ; at++ {
		i := strings.IndexByte(line[at:], ':')
		if i < 0 {
			return line, -1
		}
		if at += i; at+1 == len(line) || blank(line[at+1]) {
			return line, at
		}
	}
}

// scan finds the bounds of the scalar that comes next, and whether it is a key.
func (r *Block) scan() {
	if r.scanned == r.at || r.err != nil {
		return
	}
	r.scanned, r.key, r.multiple = r.at, false, false
	switch c := r.text[r.at]; c {
	case '"', '\'':
		r.scanQuoted(c)
		return
	case '&', '*', '!', '%', '@', '`':
		r.fail("%w: a value that begins with %q", ErrSubset, c)
		return
	case ',', '[', ']', '{', '}', '#', '|', '>':
		r.fail("unexpected %q", c)
		return
	case '-', '?', ':':
		if r.blank(r.at+1) || r.flow > 0 && strings.IndexByte(",[]{}", r.text[r.at+1]) >= 0 {
			r.fail("unexpected %q", c)
			return
		}
	}
	if r.flow > 0 {
		r.scanFlow()
		return
	}
	line := r.text[r.at:]
	if i := strings.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	s, colon := plain(line)
	r.from, r.to, r.past = r.at, r.at+len(s), r.at+len(s)
	if colon >= 0 {
		r.key, r.to, r.past = true, r.at+len(strings.TrimRight(s[:colon], " \t")), r.at+colon+1
	}
}

// flowStops are the bytes at which a plain scalar within a flow collection may end.
var flowStops = [256]bool{',': true, '[': true, ']': true, '{': true, '}': true, '\n': true, ':': true, '#': true}

// scanFlow is scan for a plain scalar within a flow collection.
func (r *Block) scanFlow() {
	i := r.at
pass:
	for ; i < len(r.text); i++ {
		c := r.text[i]
		if !flowStops[c] {
			continue
		}
		switch c {
		case ',', '[', ']', '{', '}', '\n':
			break pass
		case ':':
			if r.blank(i+1) || strings.IndexByte(",[]{}", r.text[i+1]) >= 0 {
				r.key = true
				break pass
			}
		case '#':
			if blank(r.text[i-1]) {
				break pass
			}
		}
	}
	r.from, r.to = r.at, r.at+len(strings.TrimRight(r.text[r.at:i], " \t\r"))
	r.past = r.to
	if r.key {
		r.past = i + 1
	}
}

func (r *Block) scanQuoted(quote byte) {
	r.from = r.at + 1
	i, end := r.from, -1
	for {
		if end < i {
			n := strings.IndexByte(r.text[min(i, len(r.text)):], quote)
			if n < 0 {
				r.fail("scalar does not end")
				return
			}
			end = i + n
		}
		if quote == '"' {
			if slash := strings.IndexByte(r.text[i:end], '\\'); slash >= 0 {
				i += slash + 2
				continue
			}
		} else if end+1 < len(r.text) && r.text[end+1] == quote {
			i = end + 2
			continue
		}
		break
	}
	r.to = end
	r.past = r.to + 1
	r.multiple = strings.IndexByte(r.text[r.from:r.to], '\n') >= 0
	if r.multiple {
		return
	}
	colon := r.past
	for colon < len(r.text) && (r.text[colon] == ' ' || r.text[colon] == '\t') {
		colon++
	}
	if colon < len(r.text) && r.text[colon] == ':' && (r.flow > 0 || r.blank(colon+1)) {
		r.key, r.past = true, colon+1
	}
}

// content is what the scanned scalar says.
func (r *Block) content() string {
	s := r.text[r.from:r.to]
	if r.from == r.scanned {
		return s
	}
	if r.text[r.scanned] == '\'' {
		if r.multiple || strings.IndexByte(s, '\'') >= 0 {
			return r.unquote(s, '\'')
		}
		return s
	}
	if r.multiple || strings.IndexByte(s, '\\') >= 0 {
		return r.unquote(s, '"')
	}
	return s
}

// unquote resolves the escapes and the line breaks of a quoted scalar.
func (r *Block) unquote(s string, quote byte) string {
	b := make([]byte, 0, len(s))
	kept := 0 // up to where blanks at the end of a line stay, because an escape wrote them
	for s != "" {
		switch c := s[0]; {
		case c == '\n' || c == '\r':
			for len(b) > kept && blank(b[len(b)-1]) {
				b = b[:len(b)-1]
			}
			rest := strings.TrimLeft(s, " \t\r\n")
			b = fold(b, strings.Count(s[:len(s)-len(rest)], "\n"))
			s, kept = rest, len(b)
		case c == '\'' && quote == c:
			b = append(b, c)
			s = s[2:]
		case c == '\\' && quote == '"':
			b, s = r.unescape(b, s[1:])
			kept = len(b)
		default:
			b = append(b, c)
			s = s[1:]
		}
	}
	return string(b)
}

// unescape writes what the escape that follows a backslash stands for and gives the rest, YAML 1.2.2 section 5.7.
func (r *Block) unescape(b []byte, s string) ([]byte, string) {
	c, rest := s[0], s[1:]
	if i := strings.IndexByte("0abt\tnvfre \"/\\N_LP", c); i >= 0 {
		return append(b, [...]string{"\x00", "\a", "\b", "\t", "\t", "\n", "\v", "\f", "\r", "\x1b", " ", "\"", "/", "\\", "\u0085", "\u00a0", "\u2028", "\u2029"}[i]...), rest
	}
	digits := 0
	switch c {
	case 'x':
		digits = 2
	case 'u':
		digits = 4
	case 'U':
		digits = 8
	case '\r', '\n': // the line goes on; empty lines that follow are line breaks
		after := strings.TrimLeft(s, " \t\r\n")
		for breaks := strings.Count(s[:len(s)-len(after)], "\n"); breaks > 1; breaks-- {
			b = append(b, '\n')
		}
		return b, after
	}
	if digits == 0 || digits > len(rest) {
		r.fail("bad escape %q", c)
		return b, ""
	}
	n, err := strconv.ParseUint(rest[:digits], 16, 32)
	if err != nil || !utf8.ValidRune(rune(n)) {
		r.fail("bad escape %q", c)
		return b, ""
	}
	return utf8.AppendRune(b, rune(n)), rest[digits:]
}

// literal reads a scalar in the styles "|" and ">", YAML 1.2.2 section 8.1.
func (r *Block) literal() string {
	if r.indent < 0 { // a whole document, in which even "#" begins text
		r.fail("%w: a literal that is no element", ErrSubset)
		return ""
	}
	folded := r.text[r.at] == '>'
	header, _, _ := strings.Cut(r.text[r.at+1:], "\n")
	next := min(r.at+len(header)+2, len(r.text))
	if i := strings.IndexByte(header, '#'); i > 0 && blank(header[i-1]) {
		header = header[:i]
	}
	width, chomp := 0, byte(0)
	for _, c := range []byte(strings.TrimRight(header, " \t\r")) {
		switch {
		case (c == '-' || c == '+') && chomp == 0:
			chomp = c
		case c >= '1' && c <= '9' && width == 0:
			width = int(c-'0') + r.indent
		default:
			r.fail("unexpected %q", c)
			return ""
		}
	}
	r.at, r.start = next, next
	lines := r.lines(width)
	n := len(lines)
	for n > 0 && lines[n-1] == "" {
		n--
	}
	after := len(lines) - max(n-1, 0) // line breaks at the end
	if r.at == len(r.text) && !strings.HasSuffix(r.text, "\n") && after > 0 {
		after--
	}
	switch chomp {
	case 0:
		after = min(after, n, 1)
	case '-':
		after = 0
	}
	return string(join(lines[:n], folded, after))
}

// lines passes over the lines of a literal scalar and gives them without their indentation, which is that of the first
// line that is not empty, unless width says it.
func (r *Block) lines(width int) []string {
	var lines []string
	deepest := 0
	for r.at < len(r.text) {
		line, _, _ := strings.Cut(r.text[r.at:], "\n")
		next := min(r.at+len(line)+1, len(r.text))
		line = strings.TrimSuffix(line, "\r")
		spaces := len(line) - len(strings.TrimLeft(line, " "))
		switch {
		case spaces == len(line) && (width == 0 || spaces <= width):
			if width == 0 {
				deepest = max(deepest, spaces)
			}
			line = ""
		case width == 0 && spaces <= max(r.indent, 0), spaces < width:
			return lines
		default:
			if width == 0 {
				width = spaces
			}
			if deepest > width {
				r.fail("an empty line that is indented deeper than the text below it")
				return nil
			}
			line = line[width:]
		}
		lines = append(lines, line)
		r.at, r.start = next, next
	}
	return lines
}

// join puts the lines of a literal scalar together. Folding joins two lines by a space, unless one of them begins with a
// blank, and takes one from the line breaks of empty lines between.
func join(lines []string, folded bool, after int) []byte {
	var b []byte
	empty, before := 0, true
	for i, line := range lines {
		if line == "" {
			empty++
			continue
		}
		spaced := blank(line[0])
		switch {
		case i == empty: // nothing came before
		case folded && !spaced && !before:
			if empty == 0 {
				b = append(b, ' ')
			}
		default:
			b = append(b, '\n')
		}
		for ; empty > 0; empty-- {
			b = append(b, '\n')
		}
		b, before = append(b, line...), spaced
	}
	for ; after > 0; after-- {
		b = append(b, '\n')
	}
	return b
}

package decode

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// ErrSubset says that a text uses a part of YAML that Block does not read: anchors, aliases, tags, directives,
// collections as keys, tabs as indentation, lone carriage returns.
var ErrSubset = errors.New("outside the subset of YAML that is read")

// Block walks a YAML text once, by pull, as JSONReader walks JSON. It reads the subset that the writers of lockfiles
// use: mappings and sequences in block and flow style, plain and quoted scalars over one or several lines, literal and
// folded scalars, explicit keys, comments, several documents. What lies outside is an error that wraps ErrSubset.
// Scalars of one line without escapes are substrings of the text and cost no allocation. Like JSONReader it
// remembers its first error.
//
// Mappings are Objects, sequences Arrays. A value that is missing, "~" or "null" is Null; every other scalar is a
// String, quoted or not: Bool and Int read what it says.
//
// It exists because a general YAML decoder reads some 8 MB of lockfile in a second of CPU, and this over 200.
type Block struct {
	text    string
	at      int // the offset of the next token, once settled == at
	settled int // the offset for which start and column hold
	start   int // where the line of the token begins
	column  int // of the token; -1 where the document ends
	open    int // the offset of the last token that may begin a block collection: the first of a line, or behind a dash
	mark    int // the offset of the last key or dash

	indent  int  // the column of the block collection around the next value, -1 at the top
	mapping bool // that collection is a mapping
	flow    int  // how many flow collections are open

	scanned  int // the offset of the scalar for which the following holds
	from, to int // its content, without quotes
	past     int // behind it; behind the colon if it is a key
	key      bool
	multiple bool // it goes over several lines

	depth  int
	err    error
	lineAt int // the offset up to which lines were counted
	line   int
}

// NewBlock begins to read a text, at its first document.
func NewBlock(text string) *Block {
	r := &Block{text: text, settled: -1, scanned: -1, open: -1, indent: -1, line: 1}
	for rest := text; ; {
		i := strings.IndexByte(rest, '\r')
		if i < 0 {
			break
		}
		if rest = rest[i+1:]; rest != "" && rest[0] != '\n' { // a line break to YAML, but to no writer of today
			r.at = len(text) - len(rest)
			r.fail("%w: a lone carriage return", ErrSubset)
			return r
		}
	}
	for r.settle(); r.marker("..."); {
		r.settle()
	}
	r.marker("---")
	return r
}

// Documents calls document for every document of the text. It reads the document's value by one call, or makes
// none to skip it.
func (r *Block) Documents(document func()) {
	for r.err == nil {
		r.settle()
		at := r.at
		document()
		if r.at == at {
			r.Skip()
		}
		if r.Finish() != nil {
			return
		}
		for r.marker("...") {
			r.settle()
		}
		if r.at >= len(r.text) {
			return
		}
		if !r.marker("---") {
			r.fail("%w: text between documents", ErrSubset)
		}
	}
}

// Line is the line, counted from 1, of the key or the dash before the next value. Ask for it before the value is read.
func (r *Block) Line() int {
	if r.mark > r.lineAt {
		r.line += strings.Count(r.text[r.lineAt:r.mark], "\n")
		r.lineAt = r.mark
	}
	return r.line
}

// Err is the first error that was met, with its line, or nil.
func (r *Block) Err() error { return r.err }

// Finish is Err, and an error if anything but a further document follows the value that was read.
func (r *Block) Finish() error {
	if r.settle(); r.err == nil && r.column >= 0 {
		r.fail("unexpected %q", r.text[r.at])
	}
	return r.err
}

func (r *Block) fail(format string, args ...any) {
	if r.err == nil {
		line := 1 + strings.Count(r.text[:min(r.at, len(r.text))], "\n")
		r.err = &LineError{line, fmt.Errorf(format, args...)}
	}
	r.column = -1
}

// Kind tells what the next value is without reading it.
func (r *Block) Kind() Kind {
	r.settle()
	if r.err != nil {
		return End
	}
	if r.missing() {
		return Null
	}
	if r.column < 0 {
		r.fail("unexpected end")
		return End
	}
	c := r.text[r.at]
	switch c {
	case '{':
		return Object
	case '[':
		return Array
	case '|', '>':
		if r.flow == 0 {
			return String
		}
	case '-', '?':
		if r.flow > 0 || !r.blank(r.at+1) {
			break
		}
		if r.open != r.at {
			r.fail("a block collection on the line of its key")
			return End
		}
		if c == '-' {
			return Array
		}
		return Object
	}
	r.scan()
	switch {
	case r.err != nil:
		return End
	case !r.key:
		if c == '~' || c == 'n' || c == 'N' {
			switch r.text[r.from:r.to] {
			case "~", "null", "Null", "NULL":
				return Null
			}
		}
		return String
	case r.flow > 0:
		r.fail("%w: a pair that is no element of a mapping", ErrSubset)
		return End
	case r.open != r.at:
		r.fail("a second colon on the line of a key")
		return End
	}
	return Object
}

// missing tells whether the next value is left out, so that what follows belongs to the collections around it.
func (r *Block) missing() bool {
	if r.flow > 0 {
		return r.column >= 0 && strings.IndexByte(",]}", r.text[r.at]) >= 0
	}
	// A sequence may stand as deep as the mapping whose value it is.
	return r.column < r.indent || r.column == r.indent && !(r.mapping && r.dash())
}

func (r *Block) dash() bool { return r.text[r.at] == '-' && r.blank(r.at+1) }

// blank tells whether a token ends before the offset.
func (r *Block) blank(at int) bool { return at >= len(r.text) || blank(r.text[at]) }

// settle passes over blanks, line breaks and comments, up to the next token.
func (r *Block) settle() {
	if r.settled == r.at || r.err != nil {
		return
	}
	i, fresh := r.at, r.at == r.start
pass:
	for i < len(r.text) {
		switch r.text[i] {
		case ' ', '\t', '\r':
			i++
		case '\n':
			i++
			r.start, fresh = i, true
		case '#':
			if i > r.start && !blank(r.text[i-1]) {
				break pass
			}
			end := strings.IndexByte(r.text[i:], '\n')
			if end < 0 {
				end = len(r.text) - i
			}
			i += end
		default:
			break pass
		}
	}
	r.at, r.settled, r.column = i, i, i-r.start
	if i >= len(r.text) {
		r.column = -1
		return
	}
	if !fresh {
		return
	}
	r.open = i
	if r.column == 0 && (r.marks("---") || r.marks("...")) {
		r.column = -1
	} else if r.column > 0 && strings.IndexByte(r.text[r.start:i], '\t') >= 0 {
		r.fail("%w: a tab as indentation", ErrSubset)
	}
}

func (r *Block) marks(marker string) bool {
	return strings.HasPrefix(r.text[r.at:], marker) && r.blank(r.at+len(marker))
}

// marker passes over a document marker, if it comes next.
func (r *Block) marker(marker string) bool {
	if r.err != nil || r.at != r.start || !r.marks(marker) {
		return false
	}
	r.at += len(marker)
	return true
}

func (r *Block) enter() bool {
	if r.depth++; r.depth > MaxDepth {
		r.fail("%w", ErrDepth)
	}
	return r.err == nil
}

// Object reads a mapping. For each entry it calls field, which reads the value by one call, or makes none
// to skip it. A value of another kind is skipped, and Object returns false.
func (r *Block) Object(field func(key string)) bool {
	if r.Kind() != Object {
		r.Skip()
		return false
	}
	if !r.enter() {
		return false
	}
	if r.text[r.at] == '{' {
		r.flowMapping(field)
	} else {
		r.blockMapping(field)
	}
	r.depth--
	return r.err == nil
}

// Array reads a sequence, calling item for each element as Object does for each entry.
func (r *Block) Array(item func()) bool {
	if r.Kind() != Array {
		r.Skip()
		return false
	}
	if !r.enter() {
		return false
	}
	if r.text[r.at] == '[' {
		r.flowSequence(item)
	} else {
		r.blockSequence(item)
	}
	r.depth--
	return r.err == nil
}

func (r *Block) blockMapping(field func(key string)) {
	indent, mapping, column := r.indent, r.mapping, r.column
	r.indent, r.mapping = column, true
	for r.err == nil && r.column == column {
		key := r.blockKey()
		r.settle()
		if r.err != nil {
			return
		}
		at := r.at
		field(key)
		if r.at == at {
			r.Skip()
		}
		r.settle()
	}
	r.leave(column)
	r.indent, r.mapping = indent, mapping
}

func (r *Block) blockSequence(item func()) {
	indent, mapping, column := r.indent, r.mapping, r.column
	r.indent, r.mapping = column, false
	for r.err == nil && r.column == column && r.dash() {
		r.mark = r.at
		r.at++
		r.settle()
		r.open = r.at
		at := r.at
		item()
		if r.at == at {
			r.Skip()
		}
		r.settle()
	}
	r.leave(column)
	r.indent, r.mapping = indent, mapping
}

// leave checks that what follows a block collection belongs to one around it.
func (r *Block) leave(column int) {
	if r.err == nil && r.column > column {
		r.fail("indented deeper than what it belongs to")
	}
}

// blockKey reads a key up to its value.
func (r *Block) blockKey() string {
	r.mark = r.at
	explicit := r.text[r.at] == '?' && r.blank(r.at+1)
	if explicit {
		r.at++
		if r.settle(); r.column < 0 || r.open == r.at {
			r.fail("%w: an explicit key that is not on the line of its question mark", ErrSubset)
			return ""
		}
	}
	r.scan()
	if r.err != nil {
		return ""
	}
	if r.key == explicit {
		if explicit {
			r.fail("%w: a mapping as key", ErrSubset)
		} else {
			r.fail("no colon after %.40q", r.text[r.from:r.to])
		}
		return ""
	}
	key := r.content()
	r.at = r.past
	if !explicit {
		return key
	}
	if r.settle(); r.err == nil && (r.column != r.indent || r.text[r.at] != ':' || !r.blank(r.at+1)) {
		r.fail("%w: an explicit key without a value", ErrSubset)
		return ""
	}
	r.at++
	r.settle()
	r.open = r.at
	return key
}

func (r *Block) flowMapping(field func(key string)) {
	r.at++
	r.flow++
	for r.more('}') {
		r.mark = r.at
		r.scan()
		if r.err != nil {
			return
		}
		key := r.content()
		colon := r.key
		r.at = r.past
		if r.settle(); !colon && !r.missing() {
			r.fail("no colon after %.40q", key)
			return
		}
		at := r.at
		field(key)
		if r.at == at {
			r.Skip()
		}
		r.separate('}')
	}
	r.flow--
	r.done()
}

func (r *Block) flowSequence(item func()) {
	r.at++
	r.flow++
	for r.more(']') {
		r.mark = r.at
		if r.missing() {
			r.fail("unexpected %q", r.text[r.at])
			return
		}
		at := r.at
		item()
		if r.at == at {
			r.Skip()
		}
		r.separate(']')
	}
	r.flow--
	r.done()
}

// more tells whether a flow collection has a further element, and passes over its end.
func (r *Block) more(end byte) bool {
	r.settle()
	switch {
	case r.err != nil:
		return false
	case r.column < 0:
		r.fail("unexpected end")
		return false
	case r.text[r.at] == end:
		r.at++
		return false
	}
	return true
}

// separate passes over the comma behind an element of a flow collection; only the end may follow without one.
func (r *Block) separate(end byte) {
	r.settle()
	switch {
	case r.err != nil:
	case r.column < 0:
		r.fail("unexpected end")
	case r.text[r.at] == ',':
		r.at++
	case r.text[r.at] != end:
		r.fail("no comma before %q", r.text[r.at])
	}
}

// done checks that a value ends its line.
func (r *Block) done() {
	if r.flow > 0 || r.err != nil {
		return
	}
	if r.settle(); r.column >= 0 && r.open != r.at {
		r.fail("unexpected %q", r.text[r.at])
	}
}

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

// Bool reads true or false. Any other value is skipped and gives false.
func (r *Block) Bool() bool {
	switch r.Text() {
	case "true", "True", "TRUE":
		return true
	}
	return false
}

// Int reads a whole number. Any other value is skipped and gives 0.
func (r *Block) Int() int {
	n, err := strconv.Atoi(r.Text())
	if err != nil {
		return 0
	}
	return n
}

// Texts reads a sequence of scalars; elements of other kinds are left out. A single scalar gives a list of one.
func (r *Block) Texts() []string {
	if r.Kind() == String {
		return []string{r.Text()}
	}
	var list []string
	r.Array(func() {
		if r.Kind() == String {
			list = append(list, r.Text())
		}
	})
	return list
}

// Skip passes over the next value, whatever it is.
func (r *Block) Skip() {
	switch r.Kind() {
	case Object:
		r.Object(func(string) {})
	case Array:
		r.Array(func() {})
	case String:
		r.Text()
	case Null:
		if r.missing() {
			return
		}
		if word := r.to - r.from; len(r.scalar()) > word {
			r.fail("%w: text that continues a null", ErrSubset)
		}
	}
}

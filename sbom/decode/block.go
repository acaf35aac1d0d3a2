package decode

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
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

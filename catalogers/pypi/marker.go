package pypi

import (
	"strings"
)

// truth is what is known of a marker in an environment that is only partly known.
type truth uint8

const (
	never truth = iota
	maybe
	always
)

func known(b bool) truth {
	if b {
		return always
	}
	return never
}

// environment is what is known of the place in which a marker is read. Variables that it does not know, such
// as the platform, leave the marker open.
type environment struct {
	python   string   // major.minor of the interpreter, empty if unknown
	anyExtra bool     // every extra counts as asked for, otherwise none
	groups   []string // the dependency groups asked for
}

// holds evaluates an environment marker,
// https://packaging.python.org/en/latest/specifications/dependency-specifiers/#environment-markers. A marker that
// cannot be read may hold.
func (e environment) holds(marker string) truth {
	if strings.TrimSpace(marker) == "" {
		return always
	}
	r := markerReader{rest: marker, env: e}
	t := r.or(0)
	if r.space(); r.bad || r.rest != "" {
		return maybe
	}
	return t
}

// markerReader evaluates while it reads.
type markerReader struct {
	rest string
	env  environment
	bad  bool
}

// markerDepth bounds the parentheses: real markers stay below ten.
const markerDepth = 100

func (r *markerReader) or(depth int) truth {
	t := r.and(depth)
	for !r.bad && r.word("or") {
		t = max(t, r.and(depth))
	}
	return t
}

func (r *markerReader) and(depth int) truth {
	t := r.term(depth)
	for !r.bad && r.word("and") {
		t = min(t, r.term(depth))
	}
	return t
}

func (r *markerReader) term(depth int) truth {
	r.space()
	if strings.HasPrefix(r.rest, "(") && depth < markerDepth {
		r.rest = r.rest[1:]
		t := r.or(depth + 1)
		if r.space(); !strings.HasPrefix(r.rest, ")") {
			r.bad = true
			return maybe
		}
		r.rest = r.rest[1:]
		return t
	}
	left := r.operand()
	op := r.operator()
	right := r.operand()
	if r.bad {
		return maybe
	}
	return r.env.compare(left, op, right)
}

func (r *markerReader) space() { r.rest = strings.TrimLeft(r.rest, " \t\r\n") }

// word consumes a keyword.
func (r *markerReader) word(keyword string) bool {
	r.space()
	after, ok := strings.CutPrefix(r.rest, keyword)
	if !ok || after != "" && (alphanumeric(after[0]) || after[0] == '_') {
		return false
	}
	r.rest = after
	return true
}

// operand is a quoted text or the name of a variable.
type operand struct {
	text     string
	variable bool
}

func (r *markerReader) operand() operand {
	r.space()
	if r.rest == "" {
		r.bad = true
		return operand{}
	}
	if quote := r.rest[0]; quote == '"' || quote == '\'' {
		end := strings.IndexByte(r.rest[1:], quote)
		if end < 0 {
			r.bad = true
			return operand{}
		}
		text := r.rest[1 : 1+end]
		r.rest = r.rest[end+2:]
		return operand{text: text}
	}
	end := 0
	for end < len(r.rest) && (alphanumeric(r.rest[end]) || r.rest[end] == '_' || r.rest[end] == '.') {
		end++
	}
	r.bad = r.bad || end == 0
	name := r.rest[:end]
	r.rest = r.rest[end:]
	return operand{text: name, variable: true}
}

func (r *markerReader) operator() string {
	if r.word("not") {
		r.bad = r.bad || !r.word("in")
		return "not in"
	}
	if r.word("in") {
		return "in"
	}
	end := 0
	for end < len(r.rest) && strings.IndexByte("=<>!~", r.rest[end]) >= 0 {
		end++
	}
	op := r.rest[:end]
	r.rest = r.rest[end:]
	r.bad = r.bad || op == ""
	return op
}

// compare evaluates one comparison. Membership in extras and dependency_groups is that of pylock.toml.
func (e environment) compare(left operand, op string, right operand) truth {
	switch {
	case left.variable && left.text == "extra", right.variable && right.text == "extra":
		return known(e.anyExtra == (op != "!="))
	case right.variable && right.text == "extras":
		return known(e.anyExtra == (op == "in"))
	case right.variable && right.text == "dependency_groups":
		return known(e.inGroup(left.text) == (op == "in"))
	}
	if right.variable && !left.variable && !strings.Contains(op, "in") {
		left, op, right = right, mirrored(op), left
	}
	switch {
	case !left.variable && !right.variable:
		return known(textually(left.text, op, right.text))
	case e.python == "" || !left.variable || right.variable:
		return maybe
	case left.text == "python_version" && strings.Contains(op, "in"):
		return known((op == "in") == contains(right.text, e.python))
	case left.text == "python_version":
		return known(meets(e.python, op, right.text))
	case left.text == "python_full_version" && !strings.Contains(op, "in"):
		// The patch level is not known: an order is certain if the first and a last one agree on it, equality
		// if it is with another minor version.
		first, last := meets(e.python+".0", op, right.text), meets(e.python+".999", op, right.text)
		exact := strings.TrimRight(op, "=") == "" || op == "!="
		if first == last && !(exact && !strings.HasSuffix(right.text, "*") && hasPrefix(right.text, e.python)) {
			return known(first)
		}
	}
	return maybe
}

func (e environment) inGroup(name string) bool {
	for _, group := range e.groups {
		if normal(group) == normal(name) {
			return true
		}
	}
	return false
}

// contains tells whether a list of versions in one text, separated by commas or blanks, holds one.
func contains(list, v string) bool {
	for item := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if item == v {
			return true
		}
	}
	return false
}

// mirrored is the operator with its sides exchanged.
func mirrored(op string) string {
	switch op {
	case "<", "<=":
		return ">" + op[1:]
	case ">", ">=":
		return "<" + op[1:]
	}
	return op
}

func textually(a, op, b string) bool {
	switch op {
	case "==", "===":
		return a == b
	case "!=":
		return a != b
	case "in":
		return strings.Contains(b, a)
	case "not in":
		return !strings.Contains(b, a)
	case "<":
		return a < b
	case "<=":
		return a <= b
	case ">":
		return a > b
	}
	return a >= b
}

package license

import (
	"fmt"
	"strings"
)

// Limits of an expression. The longest ones in distributions (TeX Live in
// Fedora) stay below 4 KiB and four levels.
const (
	maxLength = 64 << 10 // bytes
	maxDepth  = 128      // parentheses within parentheses
)

// SyntaxError says why a text is not an SPDX expression.
type SyntaxError struct {
	Offset int    // in bytes, where the fault begins
	Word   string // the text at fault, empty at the end of the expression
	Reason string
}

// Error is the byte offset, the word and the reason.
func (e *SyntaxError) Error() string {
	if e.Word == "" {
		return fmt.Sprintf("byte %d: %s", e.Offset, e.Reason)
	}
	return fmt.Sprintf("byte %d: %.80q %s", e.Offset, e.Word, e.Reason)
}

// Parse reads an SPDX expression: identifiers, LicenseRef-, DocumentRef-…: and
// AdditionRef- names, "+", WITH, AND, OR and parentheses, or NONE or
// NOASSERTION alone. Identifiers and operators may come in any letter case.
// Anything else is a *SyntaxError: a licence that the SPDX list does not know,
// "/" or "," as operators, an expression of more than 64 KiB or 128 levels.
func Parse(text string) (Expr, error) {
	expr, problem := parse(text)
	if problem.Reason != "" {
		err := problem // so that only failure allocates
		return Expr{}, &err
	}
	return expr, nil
}

// parse is Parse without an allocation for an error that nobody reads.
func parse(text string) (Expr, SyntaxError) {
	if l, ok := find(text); ok && !l.marked('x') && l.id[len(l.id)-1] != '+' {
		return Expr{Op: Leaf, License: l.id}, SyntaxError{}
	}
	if len(text) > maxLength {
		return Expr{}, SyntaxError{Offset: maxLength, Reason: "expression is longer than 64 KiB"}
	}
	p := parser{text: text}
	p.next()
	for _, alone := range [...]string{none, noAssertion} {
		if strings.EqualFold(p.word, alone) {
			p.next()
			return p.end(Expr{Op: Leaf, License: alone})
		}
	}
	return p.end(p.or())
}

// parser is a recursive descent over words and parentheses.
type parser struct {
	text    string
	rest    int    // where the text behind word begins
	offset  int    // where word begins
	word    string // the current word or parenthesis, empty at the end
	depth   int
	problem SyntaxError
}

func (p *parser) next() {
	for p.rest < len(p.text) && isSpace(p.text[p.rest]) {
		p.rest++
	}
	p.offset = p.rest
	if p.rest < len(p.text) && (p.text[p.rest] == '(' || p.text[p.rest] == ')') {
		p.rest++
	} else {
		for p.rest < len(p.text) && !isSpace(p.text[p.rest]) && p.text[p.rest] != '(' && p.text[p.rest] != ')' {
			p.rest++
		}
	}
	p.word = p.text[p.offset:p.rest]
}

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// fail keeps the first problem.
func (p *parser) fail(reason string) Expr {
	if p.problem.Reason == "" {
		p.problem = SyntaxError{p.offset, p.word, reason}
	}
	return Expr{}
}

func (p *parser) end(e Expr) (Expr, SyntaxError) {
	if p.word != "" {
		p.fail("is not expected here")
	}
	return e, p.problem
}

func (p *parser) or() Expr  { return p.operands(Or, "OR", (*parser).and) }
func (p *parser) and() Expr { return p.operands(And, "AND", (*parser).operand) }

func (p *parser) operands(op Op, operator string, operand func(*parser) Expr) Expr {
	first := operand(p)
	if !strings.EqualFold(p.word, operator) {
		return first
	}
	operands := []Expr{first}
	for p.problem.Reason == "" && strings.EqualFold(p.word, operator) {
		p.next()
		operands = append(operands, operand(p))
	}
	return join(op, operands...)
}

func (p *parser) operand() Expr {
	switch {
	case p.problem.Reason != "":
		return Expr{}
	case p.word == "(":
		return p.group()
	case p.word == "" || p.word == ")" || isOperator(p.word):
		return p.fail("stands where a licence is expected")
	}
	leaf, reason := simple(p.word)
	if reason != "" {
		return p.fail(reason)
	}
	p.next()
	if !strings.EqualFold(p.word, "WITH") {
		return leaf
	}
	p.next()
	exception, ok := addition(p.word)
	if !ok {
		return p.fail("is not an exception of the SPDX list")
	}
	leaf.Exception = exception
	p.next()
	return leaf
}

func (p *parser) group() Expr {
	if p.depth == maxDepth {
		return p.fail("is nested too deep")
	}
	p.depth++
	p.next()
	e := p.or()
	if p.word != ")" {
		return p.fail("stands where a closing parenthesis is expected")
	}
	p.depth--
	p.next()
	return e
}

func isOperator(word string) bool {
	return strings.EqualFold(word, "AND") || strings.EqualFold(word, "OR") || strings.EqualFold(word, "WITH")
}

// simple reads a simple expression; the reason is empty if it is one.
func simple(word string) (leaf Expr, reason string) {
	id, plus := strings.CutSuffix(word, "+")
	if l, ok := find(id); ok {
		if l.marked('x') {
			return Expr{}, "is an exception, not a licence"
		}
		return Expr{Op: Leaf, License: l.id, Plus: plus}, ""
	}
	if name, ok := reference(word, "LicenseRef-"); ok {
		return Expr{Op: Leaf, License: name}, ""
	}
	switch {
	case strings.ContainsAny(word, "/,;|&"):
		return Expr{}, "uses an operator that SPDX expressions do not have"
	case strings.EqualFold(word, none) || strings.EqualFold(word, noAssertion):
		return Expr{}, "must stand alone"
	}
	return Expr{}, "is not a licence of the SPDX list"
}

// addition reads what may follow WITH.
func addition(word string) (id string, ok bool) {
	if l, ok := find(word); ok {
		return l.id, l.marked('x')
	}
	return reference(word, "AdditionRef-")
}

// reference reads [DocumentRef-name:]prefix-name. Prefixes are put into
// canonical case; the names belong to their author.
func reference(word, prefix string) (canonical string, ok bool) {
	document, name, qualified := strings.Cut(word, ":")
	if !qualified {
		document, name = "", word
	} else if document, ok = cutName(document, "DocumentRef-"); !ok {
		return "", false
	} else {
		document = "DocumentRef-" + document + ":"
	}
	if name, ok = cutName(name, prefix); !ok {
		return "", false
	}
	if canonical = word; !strings.HasSuffix(canonical, prefix+name) || !strings.HasPrefix(canonical, document) {
		canonical = document + prefix + name
	}
	return canonical, true
}

// cutName takes the prefix off, in any letter case, and tells whether the rest
// is an idstring of the grammar: letters, digits, "-" and ".".
func cutName(word, prefix string) (name string, ok bool) {
	if len(word) <= len(prefix) || !strings.EqualFold(word[:len(prefix)], prefix) {
		return "", false
	}
	name = word[len(prefix):]
	for i := range len(name) {
		if c := lower(name[i]); !isDigit(c) && (c < 'a' || c > 'z') && c != '-' && c != '.' {
			return "", false
		}
	}
	return name, true
}

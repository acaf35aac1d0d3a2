package rpm

import (
	"slices"
	"strings"
)

// rich is an expression over relations, https://rpm-software-management.github.io/rpm/manual/boolean_dependencies.html.
type rich struct {
	operator string // empty for a relation
	relation relation
	operands []rich // of "if" and "unless": what is asked for, the condition and, where there is one, what is asked for otherwise
}

// parseRich reads "(a >= 1 or (b if c))".
func parseRich(s string) (rich, bool) {
	p := richParser{rest: s}
	e, ok := p.expression(0)
	return e, ok && strings.TrimSpace(p.rest) == ""
}

type richParser struct{ rest string }

const maxRich = 16 // levels

func (p *richParser) expression(depth int) (e rich, ok bool) {
	if p.skip(); !strings.HasPrefix(p.rest, "(") {
		return p.relation()
	}
	if p.rest = p.rest[1:]; depth == maxRich {
		return rich{}, false
	}
	for {
		operand, ok := p.expression(depth + 1)
		if !ok {
			return rich{}, false
		}
		e.operands = append(e.operands, operand)
		if p.skip(); strings.HasPrefix(p.rest, ")") {
			p.rest = p.rest[1:]
			break
		}
		switch word := p.word(); {
		case word == "else" && (e.operator == "if" || e.operator == "unless") && len(e.operands) == 2:
		case e.operator != "" && word != e.operator:
			return rich{}, false
		case word == "and", word == "or", word == "with", word == "without", word == "if", word == "unless":
			e.operator = word
		default:
			return rich{}, false
		}
	}
	if e.operator == "" && len(e.operands) == 1 {
		return e.operands[0], true
	}
	return e, len(e.operands) > 1
}

func (p *richParser) relation() (rich, bool) {
	r := relation{name: p.word()}
	if p.skip(); p.rest != "" && strings.IndexByte("<>=", p.rest[0]) >= 0 {
		for _, c := range p.word() {
			switch c {
			case '<':
				r.flags |= less
			case '>':
				r.flags |= greater
			case '=':
				r.flags |= equal
			}
		}
		p.skip()
		r.version = p.word()
	}
	return rich{relation: r}, r.name != ""
}

func (p *richParser) skip() { p.rest = strings.TrimLeft(p.rest, " \t") }

// word cuts off what comes up to white space or to the parenthesis that ends the expression: names may have pairs of parentheses.
func (p *richParser) word() string {
	p.skip()
	depth, i := 0, 0
	for ; i < len(p.rest); i++ {
		c := p.rest[i]
		if c == '(' {
			depth++
		} else if c == ')' {
			depth--
		}
		if depth < 0 || c == ' ' || c == '\t' {
			break
		}
	}
	word := p.rest[:i]
	p.rest = p.rest[i:]
	return word
}

// packages are those that satisfy an expression which one package must: a relation, "with" or "without".
func (e *rich) packages(x *index) []int32 {
	switch e.operator {
	case "":
		return x.find(&e.relation)
	case "with", "without":
		list := e.operands[0].packages(x)
		for i := range e.operands[1:] {
			other := e.operands[i+1].packages(x)
			list = slices.DeleteFunc(list, func(at int32) bool { return slices.Contains(other, at) != (e.operator == "with") })
		}
		return list
	}
	return nil
}

// holds tells whether the installed packages satisfy the expression.
func (e *rich) holds(x *index) bool {
	switch e.operator {
	case "and":
		return !slices.ContainsFunc(e.operands, func(o rich) bool { return !o.holds(x) })
	case "or":
		return slices.ContainsFunc(e.operands, func(o rich) bool { return o.holds(x) })
	case "if", "unless":
		asked := e.chosen(x)
		return asked == nil || asked.holds(x)
	}
	return len(e.packages(x)) > 0
}

// chosen is what "if" and "unless" ask for as things are, nil for nothing.
func (e *rich) chosen(x *index) *rich {
	if e.operands[1].holds(x) == (e.operator == "if") {
		return &e.operands[0]
	}
	if len(e.operands) > 2 {
		return &e.operands[2]
	}
	return nil
}

// resolve gives the packages that satisfy the expression: of alternatives those of the first that holds.
func (e *rich) resolve(x *index, edge func(*relation, []int32)) {
	switch e.operator {
	case "and":
		for i := range e.operands {
			e.operands[i].resolve(x, edge)
		}
	case "or":
		if i := slices.IndexFunc(e.operands, func(o rich) bool { return o.holds(x) }); i >= 0 {
			e.operands[i].resolve(x, edge)
		}
	case "if", "unless":
		if asked := e.chosen(x); asked != nil {
			asked.resolve(x, edge)
		}
	default:
		r := e
		for r.operator != "" {
			r = &r.operands[0]
		}
		edge(&r.relation, e.packages(x))
	}
}

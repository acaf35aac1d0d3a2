package license

import "strings"

// words reads a text by the phrases in it. Every word must be understood: one
// unknown word, and the text may name anything.
func (d *dictionary) words(text string) reading {
	phrase := scan(text, false)
	pieces, ok := d.pieces(&phrase)
	if !ok {
		return reading{}
	}
	a := assembly{versions: d.versions, pieces: pieces}
	options, ok := a.list(0)
	if !ok || a.next != len(pieces) {
		return reading{}
	}
	return reading{options, a.unsure}
}

// piece is a run of words with its meaning.
type piece struct {
	meaning
	text     string
	level    int
	comma    bool
	numbered bool
	glued    bool
}

// pieces cuts a phrase into the longest runs of words that have a meaning.
func (d *dictionary) pieces(p *phrase) ([]piece, bool) {
	var pieces []piece
	for i := 0; i < len(p.words); {
		first := p.words[i]
		m, end := meaning{part: versionPart}, i
		for j := min(len(p.words), i+d.reach[p.word(i)]); j > i; j-- {
			if known, ok := d.phrases[p.span(i, j)]; ok {
				m, end = known, j
				break
			}
		}
		if end == i {
			if !isDigit(p.text[first.start]) {
				return nil, false
			}
			end++
		}
		level := first.level
		for _, w := range p.words[i:end] {
			level = min(level, w.level)
		}
		pieces = append(pieces, piece{m, p.span(i, end), level, first.comma, first.numbered, first.glued})
		i = end
	}
	return pieces, true
}

// assembly makes expressions of pieces.
type assembly struct {
	versions map[string][]string
	families []string // of the operand before: "GPL v2 or v3" names it once
	pieces   []piece
	next     int
	unsure   bool
	dual     bool
}

// joint is what stands between two operands.
type joint struct {
	part part
	low  bool // a comma stands before "and" or "or", which then joins all before with all after
}

// adjacent tells what joins a licence to another one right before it; a
// fillerPart joins nothing: BSD-3-clause-PADL is one licence, unknown to us.
func adjacent(p piece) joint {
	switch {
	case p.also:
		return joint{part: andPart}
	case p.comma:
		return joint{part: commaPart}
	case p.glued:
		return joint{part: fillerPart}
	}
	return joint{part: plusPart}
}

// list reads operands and what joins them, down to the end of a parenthesis.
func (a *assembly) list(level int) ([]Expr, bool) {
	var operands [][]Expr
	var joints []joint
	var current operand
	finish := func(by joint) bool {
		options := current.resolve(a.versions)
		if len(options) == 0 || len(operands) == maxOperands {
			return false
		}
		operands, joints = append(operands, options), append(joints, by)
		a.families, current = current.inherited(), operand{}
		return true
	}
	for a.next < len(a.pieces) && a.pieces[a.next].level >= level {
		p := a.pieces[a.next]
		if p.level > maxLevel || p.level > level && !a.group(&current, p.level) {
			return nil, false
		} else if p.level > level {
			continue
		}
		a.next++
		by := joint{part: a.joins(p, current.named), low: p.comma}
		switch {
		case by.part == fillerPart:
			if !a.qualify(&current, p) {
				return nil, false
			}
		case by.part != licensePart:
			if current.named && !finish(by) {
				return nil, false
			} else if len(joints) > 0 && by.part != slashPart {
				joints[len(joints)-1] = by // ", and"
			}
		default:
			other := named(p)
			if !p.also && !(p.comma && current.version != "") && current.accepts(other, a.versions) {
				continue
			}
			if by = adjacent(p); by.part == fillerPart || !finish(by) {
				return nil, false
			}
			current = other
		}
	}
	if current.named {
		if !finish(joint{}) {
			return nil, false
		}
	} else if last := len(joints) - 1; last >= 0 && (joints[last].part == andPart || joints[last].part == orPart) {
		a.unsure = true // "MIT or": something follows that was dropped
	}
	if len(operands) == 0 {
		return nil, false
	}
	return a.combine(operands, joints[:len(joints)-1]), true
}

// joins tells what a piece does between licences, once one was named:
// licensePart names the next one, fillerPart qualifies the current one.
func (a *assembly) joins(p piece, named bool) part {
	switch p.part {
	case licensePart, orPart:
		return p.part
	case andPart:
		if named && a.follows(exceptionPart) {
			return fillerPart
		}
		return andPart
	case slashPart:
		if named && (a.follows(licensePart) || a.follows(versionPart)) {
			return orPart
		}
	case plusPart:
		if named && a.follows(licensePart) {
			return plusPart
		}
	}
	return fillerPart
}

// follows tells whether the next piece, fillers aside, is of a kind.
func (a *assembly) follows(kind part) bool {
	for _, p := range a.pieces[a.next:] {
		if p.part != fillerPart {
			return p.part == kind
		}
	}
	return false
}

// qualify adds a piece to the current operand.
func (a *assembly) qualify(o *operand, p piece) bool {
	switch p.part {
	case versionPart:
		if o.version != "" && !sameVersion(o.version, p.text) {
			return false
		}
		if o.version == "" {
			o.version = p.text
			o.short = o.short && p.numbered
		}
		if !o.named && len(a.families) > 0 {
			o.named, o.families = true, a.families
		}
	case laterPart:
		o.later = true
	case plusPart:
		// In "GPLv2+CE" it joins, in "GPLv2+ with exceptions" it does not.
		abbreviated := a.follows(exceptionPart) && !strings.Contains(a.pieces[a.next].text, " ")
		o.later = o.later || !abbreviated
	case onlyPart:
		o.only = true
	case dualPart:
		a.dual = true
	case vaguePart:
		a.unsure = true
	case withPart:
		return a.follows(exceptionPart) || a.follows(dualPart)
	case exceptionPart:
		a.unsure = a.unsure || p.optional
		o.exceptions = append(o.exceptions, p.meaning)
	}
	return true
}

// group reads a parenthesis: an expression where no licence was named yet, else
// another name of the licence before it, or its version.
func (a *assembly) group(current *operand, level int) bool {
	end := a.next
	licenses, joints := false, false
	for end < len(a.pieces) && a.pieces[end].level >= level {
		switch a.pieces[end].part {
		case licensePart:
			licenses = true
		case andPart, orPart, slashPart:
			joints = true
		}
		end++
	}
	if current.named && !(licenses && joints) {
		for i := a.next; i < end; i++ {
			p := a.pieces[i]
			a.next = i + 1
			if p.part != licensePart && !a.qualify(current, p) ||
				p.part == licensePart && !current.accepts(named(p), a.versions) && !current.yields(named(p)) {
				return false
			}
		}
		return true
	}
	if !licenses {
		for a.next < end { // "(dual) MIT"
			a.next++
			if !a.qualify(current, a.pieces[a.next-1]) {
				return false
			}
		}
		return true
	}
	options, ok := a.list(level)
	if !ok {
		return false
	}
	inner := operand{named: true}
	for _, option := range options {
		inner.options = append(inner.options, option.String())
	}
	if !current.named {
		*current = inner
		return true
	}
	return current.accepts(inner, a.versions)
}

// combine joins operands by precedence, once for each choice among their
// options.
func (a *assembly) combine(operands [][]Expr, joints []joint) []Expr {
	explicit := andPart // what stands between the last two decides for commas: "A, B or C"
	for _, by := range joints {
		if by.part == andPart || by.part == orPart {
			explicit = by.part
		}
	}
	unknown := false
	for i := range joints {
		switch by := &joints[i]; {
		case a.dual || alternatives(operands[i], operands[i+1]):
			by.part = orPart
		case by.part == commaPart:
			*by = joint{part: explicit}
		case by.part == plusPart:
			unknown = true
		}
	}
	var results []Expr
	tries := 0
	choice := make([]Expr, len(operands))
	var choose func(i int, plus part)
	choose = func(i int, plus part) {
		if tries >= maxOptions {
			return
		}
		if i == len(operands) {
			tries++
			results = appendNew(results, joinAll(choice, joints, plus))
			return
		}
		for _, option := range operands[i] {
			choice[i] = option
			choose(i+1, plus)
		}
	}
	choose(0, andPart)
	if unknown {
		tries = 0
		choose(0, orPart)
	}
	return results[:min(len(results), maxOptions)]
}

// alternatives tells whether two licences cannot apply together: nobody can
// meet both the CDDL and the GPL.
func alternatives(a, b []Expr) bool {
	first, second := a[0].License, b[0].License
	return strings.HasPrefix(first, "CDDL-") && strings.HasPrefix(second, "GPL-") ||
		strings.HasPrefix(first, "GPL-") && strings.HasPrefix(second, "CDDL-")
}

// joinAll builds the tree: AND binds tighter than OR, and both bind tighter than
// those behind a comma, as in Debian's copyright files.
func joinAll(operands []Expr, joints []joint, plus part) Expr {
	var all Expr // up to the last low joint
	before := Or // what that joint is
	var sums []Expr
	product := []Expr{operands[0]}
	fold := func() {
		all = join(before, all, join(Or, append(sums, join(And, product...))...))
		sums, product = nil, nil
	}
	for i, by := range joints {
		if by.part == plusPart {
			by.part = plus
		}
		op := Or
		if by.part == andPart {
			op = And
		}
		switch {
		case by.low:
			fold()
			before = op
		case op == Or:
			sums, product = append(sums, join(And, product...)), nil
		}
		product = append(product, operands[i+1])
	}
	fold()
	return all.distinct()
}

// distinct drops repeated operands and keeps the order of the others: "MIT/Expat"
// is MIT.
func (e Expr) distinct() Expr {
	if e.Op != And && e.Op != Or {
		return e
	}
	args := make([]Expr, 0, len(e.Args))
	for _, arg := range e.Args {
		args = appendNew(args, arg.distinct())
	}
	return join(e.Op, args...)
}

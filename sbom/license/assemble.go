package license

import (
	"slices"
	"strings"
)

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
}

// pieces cuts a phrase into the longest runs of words that have a meaning.
func (d *dictionary) pieces(p *phrase) ([]piece, bool) {
	var pieces []piece
	for i := 0; i < len(p.words); {
		first := p.words[i]
		m, end := meaning{part: versionPart}, i
		for j := min(len(p.words), i+d.longest); j > i; j-- {
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
		pieces = append(pieces, piece{m, p.span(i, end), level, first.comma, first.numbered})
		i = end
	}
	return pieces, true
}

// assembly makes expressions of pieces.
type assembly struct {
	versions map[string][]string
	pieces   []piece
	next     int
	unsure   bool
	dual     bool
}

// operand is one licence on its way to an expression: the licences that its
// name may mean, and what was said of version and exceptions.
type operand struct {
	named      bool
	families   []string
	options    []string
	version    string
	later      bool
	only       bool
	short      bool // only LGPL was said, and the version after a "v"
	exceptions []meaning
}

// list reads operands and what joins them, down to the end of a parenthesis.
func (a *assembly) list(level int) ([]Expr, bool) {
	var operands [][]Expr
	var joints []part
	var current operand
	finish := func(joint part) bool {
		options := current.resolve(a.versions)
		if len(options) == 0 {
			return false
		}
		operands, joints = append(operands, options), append(joints, joint)
		current = operand{}
		return true
	}
	for a.next < len(a.pieces) && a.pieces[a.next].level >= level {
		p := a.pieces[a.next]
		if p.level > level && !a.group(&current, p.level) {
			return nil, false
		} else if p.level > level {
			continue
		}
		a.next++
		joint := a.joint(p, current.named)
		if joint == licensePart {
			other := named(p)
			if p.also || p.comma && current.version != "" || !current.accepts(other, a.versions) {
				switch joint = plusPart; {
				case p.also:
					joint = andPart
				case p.comma:
					joint = commaPart
				}
				if !finish(joint) {
					return nil, false
				}
				current = other
			}
			continue
		}
		if joint != fillerPart {
			if current.named && !finish(joint) {
				return nil, false
			} else if len(joints) > 0 && joint != slashPart {
				joints[len(joints)-1] = joint // ", and"
			}
			continue
		}
		if !a.qualify(&current, p) {
			return nil, false
		}
	}
	if current.named {
		if !finish(fillerPart) {
			return nil, false
		}
	} else if len(operands) > 0 && (joints[len(joints)-1] == andPart || joints[len(joints)-1] == orPart) {
		a.unsure = true // "MIT or": something follows that was dropped
	}
	if len(operands) == 0 {
		return nil, false
	}
	return a.combine(operands, joints[:len(joints)-1]), true
}

// joint tells what a piece does between licences: licensePart names the next
// one, fillerPart says that the piece qualifies the current one.
func (a *assembly) joint(p piece, named bool) part {
	switch p.part {
	case licensePart, orPart:
		return p.part
	case andPart:
		if named && a.follows(exceptionPart) {
			return fillerPart
		}
		return andPart
	case slashPart:
		if a.follows(licensePart) && named {
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
	case laterPart:
		o.later = true
	case plusPart:
		o.later = !a.follows(exceptionPart) || o.later // GPLv2+CE
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

// named is the operand that a name begins.
func named(p piece) operand {
	short := p.text == "lgpl" || p.text == "gnu lgpl"
	return operand{named: true, families: p.families, options: p.options, short: short}
}

// accepts adds another name: the operand's first, or one more of the same
// licence, of which what both may mean is kept. It reports false, and changes
// nothing, where the name is of another licence.
func (o *operand) accepts(other operand, versions map[string][]string) bool {
	if !o.named {
		other.version, other.later, other.only, other.exceptions = o.version, o.later, o.only, o.exceptions
		*o = other
		return true
	}
	if slices.Equal(o.families, other.families) && slices.Equal(o.options, other.options) {
		o.short = o.short && other.short
		return true
	}
	mine, others := o.wide(versions), other.wide(versions)
	switch {
	case subset(mine, others):
		o.short = o.short && other.short
		return true
	case subset(others, mine):
		o.families, o.options, o.short = other.families, other.options, other.short
		return true
	}
	return false
}

// yields lets a listed licence in parentheses replace a name that the list does
// not have: "Public domain (CC0-1.0)".
func (o *operand) yields(other operand) bool {
	if len(o.families) > 0 || !allReferences(o.options) {
		return len(other.families) == 0 && allReferences(other.options)
	}
	o.families, o.options, o.short = other.families, other.options, other.short
	return true
}

func subset(a, b []string) bool {
	for _, item := range a {
		if !slices.Contains(b, item) {
			return false
		}
	}
	return true
}

func allReferences(options []string) bool {
	for _, option := range options {
		if !strings.HasPrefix(option, "LicenseRef-") {
			return false
		}
	}
	return true
}

// wide lists every licence that the operand's name may mean in the versions
// that it may mean, whatever was said of later ones.
func (o *operand) wide(versions map[string][]string) []string {
	var ids []string
	for _, option := range o.options {
		if _, version, _ := splitVersion(option); o.version == "" || sameVersion(version, o.version) {
			ids = include(ids, option)
		}
	}
	for _, family := range o.families {
		for _, id := range versions[family] {
			_, version, _ := splitVersion(id)
			if o.version == "" || sameVersion(version, o.version) || o.short && o.version == "2" && version == "2.1" {
				ids = include(ids, id)
			}
		}
	}
	return ids
}

// resolve gives the expressions that the operand may mean.
func (o *operand) resolve(versions map[string][]string) []Expr {
	ids := o.wide(versions)
	if o.later && o.version == "" && len(o.families) == 1 && len(ids) > 0 {
		// Fedora's GPL+: any version.
		_, lowest, _ := splitVersion(ids[0])
		ids = slices.DeleteFunc(ids, func(id string) bool {
			_, version, _ := splitVersion(id)
			return version != lowest
		})
	}
	var options []Expr
	for _, id := range ids {
		if strings.HasSuffix(id, "-or-later") && !o.keepsLater(id) {
			continue
		}
		expr, problem := parse(id)
		if problem.Reason != "" {
			continue
		}
		if o.later && expr.Op == Leaf {
			// The licences outside the GNU family allow later versions by
			// their own terms (EPL-2.0 section 7, MPL-2.0 section 10.2).
			if stem, ok := strings.CutSuffix(expr.License, "-only"); ok {
				expr.License = stem + "-or-later"
			}
		}
		options = appendNew(options, expr)
	}
	for _, exception := range o.exceptions {
		options = withException(options, exception)
	}
	return options
}

// keepsLater tells whether "-or-later" is a reading: it was said, the name was
// that of exactly this licence, or no version was said at all.
func (o *operand) keepsLater(id string) bool {
	return o.later || slices.Contains(o.options, id) || o.version == "" && !o.only
}

func appendNew(list []Expr, e Expr) []Expr {
	text := e.String()
	for _, known := range list {
		if known.String() == text {
			return list
		}
	}
	return append(list, e)
}

// withException adds an exception to licences; of an exception's versions, the
// one with the licence's number is meant.
func withException(licenses []Expr, m meaning) []Expr {
	var options []Expr
	for _, licensed := range licenses {
		if licensed.Op != Leaf || licensed.Exception != "" {
			continue
		}
		if m.optional {
			options = append(options, licensed)
		}
		_, version, _ := splitVersion(licensed.License)
		exceptions := slices.DeleteFunc(slices.Clone(m.options), func(id string) bool {
			_, v, _ := splitVersion(id)
			return len(m.options) > 1 && (v == "" || version == "" || v[0] != version[0])
		})
		if len(exceptions) == 0 {
			exceptions = m.options
		}
		for _, id := range exceptions {
			licensed.Exception = id
			options = append(options, licensed)
		}
	}
	return options
}

// combine joins operands by precedence, once for each choice among their
// options.
func (a *assembly) combine(operands [][]Expr, joints []part) []Expr {
	explicit := fillerPart // what stands between the last two decides for commas: "A, B or C"
	for _, joint := range joints {
		if joint == andPart || joint == orPart {
			explicit = joint
		}
	}
	unknown := false
	for i, joint := range joints {
		switch {
		case a.dual || alternatives(operands[i], operands[i+1]):
			joints[i] = orPart
		case joint == commaPart && explicit == orPart:
			joints[i] = orPart
		case joint == commaPart:
			joints[i] = andPart
		case joint == plusPart:
			unknown = true
		}
	}
	var results []Expr
	choice := make([]Expr, len(operands))
	var choose func(i int, plus part)
	choose = func(i int, plus part) {
		if len(results) >= maxOptions {
			return
		}
		if i == len(operands) {
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
		choose(0, orPart)
	}
	return results
}

// alternatives tells whether two licences cannot apply together: nobody can
// meet both the CDDL and the GPL.
func alternatives(a, b []Expr) bool {
	first, second := a[0].License, b[0].License
	return strings.HasPrefix(first, "CDDL-") && strings.HasPrefix(second, "GPL-") ||
		strings.HasPrefix(first, "GPL-") && strings.HasPrefix(second, "CDDL-")
}

// joinAll builds the tree: AND binds tighter than OR.
func joinAll(operands []Expr, joints []part, plus part) Expr {
	var sums []Expr
	product := []Expr{operands[0]}
	for i, joint := range joints {
		if joint == plusPart {
			joint = plus
		}
		if joint != andPart {
			sums = append(sums, join(And, product...))
			product = nil
		}
		product = append(product, operands[i+1])
	}
	return join(Or, append(sums, join(And, product...))...).distinct()
}

// distinct drops repeated operands and keeps the order of the others: "MIT/Expat"
// is MIT.
func (e Expr) distinct() Expr {
	if e.Op != And && e.Op != Or {
		return e
	}
	var args []Expr
	for _, arg := range e.Args {
		args = appendNew(args, arg.distinct())
	}
	return join(e.Op, args...)
}

// sameVersion tells whether two spellings are of one version: 2 and 2.0, and 20
// where there is no version 20 (Nixpkgs' asl20).
func sameVersion(version, said string) bool {
	if compareVersions(version, said) == 0 {
		return true
	}
	return len(said) == 2 && len(version) == 3 && version[1] == '.' && version[0] == said[0] && version[2] == said[1]
}

package license

import (
	"slices"
	"strings"
)

// Expr is an SPDX licence expression (SPDX 2.3 annex D, SPDX 3.0.1 annex B) as
// a tree. The zero Expr states nothing and is written as the empty string.
type Expr struct {
	Op        Op
	License   string // of a Leaf: a listed id, [DocumentRef-…:]LicenseRef-…, NONE or NOASSERTION, in canonical case
	Plus      bool   // of a Leaf: "+" follows the id: this version or any later one
	Exception string // of a Leaf: the listed exception or the AdditionRef- after WITH
	Args      []Expr // of And and Or: two or more operands, none with the same Op
}

// Op is what kind of node an Expr is.
type Op uint8

// The kinds of nodes.
const (
	Empty Op = iota // nothing is stated
	Leaf            // one licence, with or without an exception; NONE or NOASSERTION
	And             // all operands apply
	Or              // one operand may be chosen
)

// What an expression may state instead of licences.
const (
	none        = "NONE"        // there is no licence
	noAssertion = "NOASSERTION" // the author of the document does not say
)

// String writes the expression in canonical form: identifiers in the list's
// letter case, operators in capitals, no parentheses but those that the
// precedence WITH, AND, OR needs. Operands keep their order, for people put
// their favourite first; Normal sorts them.
func (e Expr) String() string {
	if e.Op == Leaf && !e.Plus && e.Exception == "" {
		return e.License
	}
	return string(e.append(nil))
}

func (e Expr) append(text []byte) []byte {
	if e.Op == Leaf {
		text = append(text, e.License...)
		if e.Plus {
			text = append(text, '+')
		}
		if e.Exception != "" {
			text = append(append(text, " WITH "...), e.Exception...)
		}
		return text
	}
	operator := " AND "
	if e.Op == Or {
		operator = " OR "
	}
	for i, arg := range e.Args {
		if i > 0 {
			text = append(text, operator...)
		}
		if e.Op == And && arg.Op == Or {
			text = append(arg.append(append(text, '(')), ')')
		} else {
			text = arg.append(text)
		}
	}
	return text
}

// join makes one node of operands, taking in those of the same operator, so
// that no node has an operand of its own kind.
func join(op Op, operands ...Expr) Expr {
	flat := make([]Expr, 0, len(operands))
	for _, operand := range operands {
		switch operand.Op {
		case op:
			flat = append(flat, operand.Args...)
		case Empty:
		default:
			flat = append(flat, operand)
		}
	}
	switch len(flat) {
	case 0:
		return Expr{}
	case 1:
		return flat[0]
	}
	return Expr{Op: op, Args: flat}
}

// Current gives the expression with every deprecated identifier replaced by
// what the SPDX list recommends: GPL-2.0+ becomes GPL-2.0-or-later,
// GPL-2.0-with-classpath-exception becomes GPL-2.0-only WITH
// Classpath-exception-2.0.
func (e Expr) Current() Expr {
	switch e.Op {
	case Leaf:
		return e.currentLeaf()
	case And, Or:
		args := make([]Expr, len(e.Args))
		for i, arg := range e.Args {
			args[i] = arg.Current()
		}
		return Expr{Op: e.Op, Args: args}
	}
	return e
}

func (e Expr) currentLeaf() Expr {
	if replacement, ok := Deprecated(e.Exception); ok && replacement != "" {
		e.Exception = replacement
	}
	if replacement, ok := Deprecated(e.License); ok && replacement != "" {
		license, exception, with := strings.Cut(replacement, " WITH ")
		if with && e.Exception != "" {
			return e // an exception cannot be added to an exception
		}
		e.License = license
		if with {
			e.Exception = exception
		}
	}
	if !e.Plus {
		return e
	}
	if stem, ok := strings.CutSuffix(e.License, "-only"); ok {
		e.License, e.Plus = stem+"-or-later", false
	} else if strings.HasSuffix(e.License, "-or-later") {
		e.Plus = false
	}
	return e
}

// Normal gives the form in which two expressions that state the same are
// identical: current identifiers, operands sorted, each once. It does not
// distribute AND over OR: "MIT AND (A OR B)" is not "(MIT AND A) OR (MIT AND
// B)", since a choice within a part is not a choice between wholes.
func (e Expr) Normal() Expr {
	normal, _ := e.Current().normal()
	return normal
}

// normal also gives the canonical text of its result, which is the sort key one
// level up.
func (e Expr) normal() (Expr, string) {
	if e.Op != And && e.Op != Or {
		return e, e.String()
	}
	type operand struct {
		expr Expr
		key  string
	}
	operands := make([]operand, 0, len(e.Args))
	for _, arg := range e.Args {
		expr, key := arg.normal()
		if expr.Op == e.Op { // its other operands were duplicates
			for _, inner := range expr.Args {
				operands = append(operands, operand{inner, inner.String()})
			}
			continue
		}
		operands = append(operands, operand{expr, key})
	}
	slices.SortFunc(operands, func(a, b operand) int { return strings.Compare(a.key, b.key) })
	operands = slices.CompactFunc(operands, func(a, b operand) bool { return a.key == b.key })
	args := make([]Expr, len(operands))
	for i, o := range operands {
		args[i] = o.expr
	}
	result := join(e.Op, args...)
	return result, result.String()
}

// Equal tells whether both expressions state the same, whatever the order,
// grouping and repetition of their operands, and whether their identifiers are
// deprecated or current.
func (e Expr) Equal(other Expr) bool {
	return e.Normal().String() == other.Normal().String()
}

// Licenses lists the licences that the expression names, sorted, each once, as
// they are spelled in it: without "+" and exceptions, and without NONE and
// NOASSERTION.
func (e Expr) Licenses() []string {
	ids := e.appendLicenses(nil)
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (e Expr) appendLicenses(ids []string) []string {
	if e.Op == Leaf && e.License != none && e.License != noAssertion {
		return append(ids, e.License)
	}
	for _, arg := range e.Args {
		ids = arg.appendLicenses(ids)
	}
	return ids
}

// Satisfies tells whether one may act under the expression with the licences
// that allowed accepts: all operands of AND, one operand of OR. A licence with
// an exception is asked about as a whole ("GPL-2.0-only WITH
// Classpath-exception-2.0") and then without the exception, which only adds
// permissions. "+" and "-or-later" offer every later version of the list too.
// allowed is asked with each id as it is spelled and in its current form, and
// with NONE or NOASSERTION where the expression is that.
func (e Expr) Satisfies(allowed func(id string) bool) bool {
	switch e.Op {
	case And:
		for _, arg := range e.Args {
			if !arg.Satisfies(allowed) {
				return false
			}
		}
		return len(e.Args) > 0
	case Or:
		for _, arg := range e.Args {
			if arg.Satisfies(allowed) {
				return true
			}
		}
		return false
	case Leaf:
		return e.leafSatisfies(allowed)
	}
	return false
}

func (e Expr) leafSatisfies(allowed func(id string) bool) bool {
	current := e.currentLeaf()
	for _, leaf := range [...]Expr{e, current} {
		if allowed(leaf.String()) {
			return true
		}
		if leaf.Exception != "" {
			leaf.Exception = ""
			if allowed(leaf.String()) {
				return true
			}
		}
	}
	for _, later := range laterVersions(current) {
		if current.Exception != "" && allowed(later+" WITH "+current.Exception) || allowed(later) {
			return true
		}
	}
	return false
}

// laterVersions lists the identifiers that a leaf with "+" or "-or-later" also
// offers: the same licence in the same or a higher version.
func laterVersions(leaf Expr) []string {
	family, version, suffix := splitVersion(leaf.License)
	if version == "" || !leaf.Plus && !strings.HasSuffix(suffix, "-or-later") {
		return nil
	}
	suffix = strings.TrimSuffix(suffix, "or-later")
	var ids []string
	listings(func(l listing) {
		if l.marked('D') || l.marked('x') || !strings.HasPrefix(l.id, family) {
			return
		}
		f, v, s := splitVersion(l.id)
		s = strings.TrimSuffix(strings.TrimSuffix(s, "or-later"), "only")
		if f == family && s == suffix && compareVersions(v, version) >= 0 {
			ids = append(ids, l.id)
		}
	})
	return ids
}

// splitVersion takes an identifier apart: "GFDL-1.2-invariants-or-later" is of
// the family "GFDL", in version "1.2", with the suffix "-invariants-or-later".
// The version is empty where the identifier has none, as in BSD-3-Clause.
func splitVersion(id string) (family, version, suffix string) {
	for start := 1; start < len(id); start++ {
		if id[start-1] != '-' || !isDigit(id[start]) {
			continue
		}
		end := start
		for end < len(id) && (isDigit(id[end]) || id[end] == '.') {
			end++
		}
		if end < len(id) && 'a' <= id[end] && id[end] <= 'z' && (end+1 == len(id) || id[end+1] == '-') {
			end++ // LPPL-1.3c
		}
		suffix = id[end:]
		if suffix == "" || strings.HasSuffix(suffix, "-only") || strings.HasSuffix(suffix, "-or-later") {
			return id[:start-1], id[start:end], suffix
		}
	}
	return id, "", ""
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// compareVersions orders dotted numbers; a letter at the end comes after its
// absence.
func compareVersions(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		x, y = strings.TrimLeft(x, "0"), strings.TrimLeft(y, "0")
		digits := func(s string) int { return len(strings.TrimRight(s, "abcdefghijklmnopqrstuvwxyz")) }
		if order := digits(x) - digits(y); order != 0 {
			return order
		}
		if order := strings.Compare(x, y); order != 0 {
			return order
		}
	}
	return 0
}

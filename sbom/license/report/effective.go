package report

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
	"github.com/sbomgen/sbomgen/sbom/license/text"
)

// words remembers what the texts of claims mean: most packages of a graph have one of a few licences.
type words map[string]meaning

// meaning is what one claim means.
type meaning struct {
	expr    license.Expr
	options []string // the readings of ambiguous words
}

func (m words) read(claim string) meaning {
	known, ok := m[claim]
	if ok {
		return known
	}
	expr, err := license.Parse(claim)
	if err != nil {
		if expr, ok = license.Normalize(claim); !ok {
			known.options = license.Candidates(claim)
		}
	}
	known.expr = expr
	m[claim] = known
	return known
}

// basis is what the claims of one basis say together.
type basis struct {
	meaning
	said  string // an expression, or the words
	place string
}

// together reads the claims of one basis. They hold together: where a package states several licences, whoever keeps to all of them is
// right in any case. One that nobody understands leaves the whole open.
func (m words) together(claims []sbom.License) basis {
	var b basis
	var parts, said []string
	understood := true
	for _, c := range claims {
		one := m.read(c.Text)
		said = append(said, strings.TrimSpace(c.Text))
		if b.place == "" {
			b.place = c.Location.Path
		}
		if one.expr.Op == license.Empty {
			understood = false
			b.options = append(b.options, one.options...)
			continue
		}
		parts = append(parts, one.expr.Current().String())
	}
	if !understood || len(parts) == 0 {
		b.said = strings.Join(said, "; ")
		return b
	}
	slices.Sort(parts)
	expr, err := license.Parse(text.Join(slices.Compact(parts)))
	if err != nil {
		b.said = strings.Join(said, "; ")
		return b
	}
	b.expr, b.options = expr, nil
	b.said = expr.String()
	return b
}

// claims picks those of a basis that state something.
func claims(c *sbom.Component, of sbom.Basis) []sbom.License {
	var list []sbom.License
	for _, l := range c.Licenses {
		if t := strings.TrimSpace(l.Text); l.Basis == of && t != "" && !strings.EqualFold(t, "NOASSERTION") {
			list = append(list, l)
		}
	}
	return list
}

// observed picks the texts at the top of the package's folder: those that lie deeper are of what it carries inside.
func observed(c *sbom.Component) []sbom.License {
	all := claims(c, sbom.ObservedLicense)
	depth := func(l sbom.License) int { return strings.Count(l.Location.Path, "/") }
	if len(all) == 0 {
		return nil
	}
	top := depth(all[0])
	for _, l := range all {
		top = min(top, depth(l))
	}
	return slices.DeleteFunc(all, func(l sbom.License) bool { return depth(l) > top })
}

// entry finds the effective licence of a component: the concluded one before the declared one before the observed one.
func (m words) entry(c *sbom.Component, o Options) Entry {
	concluded, declared, seen := m.together(claims(c, sbom.ConcludedLicense)), m.together(claims(c, sbom.DeclaredLicense)), m.together(observed(c))
	e := Entry{Component: c}
	if o.Policy != nil {
		if expression, reason, ok := o.Policy.Concluded(c); ok {
			concluded = m.together([]sbom.License{{Text: expression}})
			e.Note = "concluded by the policy: " + reason
		}
	}
	e.Stated = Stated{concluded.said, declared.said, seen.said}
	take := func(b basis, from string) {
		e.State, e.License, e.From, e.Place = Known, b.expr, from, b.place
	}
	unread := unrecognized(c)
	switch {
	case concluded.expr.Op != license.Empty:
		take(concluded, "concluded")
	case declared.expr.Op != license.Empty:
		take(declared, "declared")
		if seen.expr.Op != license.Empty && !agree(declared.expr, seen.expr) {
			e.State = Disagreeing
			e.Note = fmt.Sprintf("declares %s, but %s is %s", declared.said, orText(seen.place), seen.said)
			e.Remedy = "read the text, and conclude in the policy which one holds"
		}
	case seen.expr.Op != license.Empty:
		take(seen, "observed")
		switch {
		case len(declared.options) > 0 && slices.Contains(declared.options, seen.said):
			e.Note = fmt.Sprintf("declares %q, which the text settles", declared.said)
		case declared.said != "":
			e.Note = fmt.Sprintf("declares %q", declared.said)
		}
		if len(unread) > 0 {
			e.State = Partly
			e.Note = unread[0] + " holds more than " + seen.said
			e.Remedy = "read the rest of it, and conclude the licence in the policy"
		}
	case concluded.said != "":
		e.unclear("concluded", concluded)
	case declared.said != "":
		e.unclear("declares", declared)
		if len(unread) > 0 {
			e.Remedy = "read " + unread[0] + ", which matches no known licence, and conclude it in the policy"
		}
	case len(unread) > 0:
		e.State = Unrecognized
		e.Note = unread[0] + " matches no known licence"
		e.Remedy = "read it, and conclude the licence in the policy"
	default:
		e.State, e.Note = Missing, "nothing states a licence"
		if o.Hint != nil {
			e.Remedy = o.Hint(c)
		}
	}
	if e.License.License == "NONE" {
		e.Note = "states that there is no licence: nobody may use it"
	}
	return e
}

// unclear is the state of words that are no expression.
func (e *Entry) unclear(verb string, b basis) {
	if len(b.options) > 1 {
		e.State = Ambiguous
		e.Note = fmt.Sprintf("%s %q, which may be %s", verb, b.said, list(b.options))
		e.Remedy = "the text beside the package would tell: scan where it is installed, or conclude it in the policy"
		return
	}
	e.State = Unrecognized
	e.Note = fmt.Sprintf("%s %q", verb, b.said)
	if len(b.options) == 1 {
		e.Note += ", which resembles " + b.options[0]
	}
	e.Remedy = "find out what that is, and conclude it in the policy"
}

// list names some options, and how many there are.
func list(options []string) string {
	const shown = 4
	if len(options) > shown {
		return fmt.Sprintf("%s or %d others", strings.Join(options[:shown], ", "), len(options)-shown)
	}
	return strings.Join(options[:len(options)-1], ", ") + " or " + options[len(options)-1]
}

func orText(place string) string {
	if place == "" {
		return "the text"
	}
	return place
}

// unrecognized lists the licence files of which a good part was not recognised.
func unrecognized(c *sbom.Component) []string {
	var files []string
	for _, p := range c.Properties {
		if p.Name == sbom.PropertyUnrecognized {
			files = append(files, p.Value)
		}
	}
	return files
}

// agree tells whether a text is that of a declared licence: they name a licence in common. A text does not tell whether later versions may be
// chosen, nor does it always hold the exception.
func agree(declared, seen license.Expr) bool {
	stems := func(e license.Expr) []string {
		var list []string
		for _, id := range e.Current().Licenses() {
			list = append(list, strings.TrimSuffix(strings.TrimSuffix(id, "-only"), "-or-later"))
		}
		return list
	}
	other := stems(seen)
	return slices.ContainsFunc(stems(declared), func(id string) bool { return slices.Contains(other, id) })
}

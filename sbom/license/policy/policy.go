// Package policy decides which licences a project accepts, by a file that people write and review.
//
// A verdict is made on the licence as an expression: of OR the best branch counts, of AND the worst part, and a licence
// with an exception is looked up as a whole before it is looked up without.
package policy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bmatcuk/doublestar/v4"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// Decision is what a policy says of a licence.
type Decision uint8

// The decisions, the better first. Undecided is that of a list that does not name the licence.
const (
	Undecided Decision = iota
	Allow
	Review // a person has to look
	Deny
)

// String is the word of policies and reports.
func (d Decision) String() string {
	switch d {
	case Allow:
		return "allow"
	case Review:
		return "review"
	case Deny:
		return "deny"
	}
	return ""
}

// Policy is a policy file.
type Policy struct {
	rules      []rule // the last one is the file's own lists, which holds for all
	exceptions []exception
	concluded  []conclusion
	fallback   Decision // for a licence that nothing names
}

// rule is lists of licences, for some components or for all.
type rule struct {
	name    string // of the rule in verdicts; empty for the file's own lists
	scopes  []string
	purls   []string
	paths   []string
	lists   [Deny + 1][]item // by decision
	unknown Decision         // for a component whose licence nobody knows
}

// exception lets a component pass.
type exception struct {
	purls   []string
	paths   []string
	license string // the expression that it is for; empty for any
	reason  string
	expires time.Time // the first moment at which it no longer holds; zero for never
}

// conclusion is what somebody found a component's licence to be.
type conclusion struct {
	purls   []string
	license string
	reason  string
}

// Verdict is what a policy says of one component.
type Verdict struct {
	Decision Decision
	Rule     string // what decided: "deny: strong-copyleft", "exception 2: bought"
	License  string // the part of the expression on which it was decided; empty where that is the whole
	Note     string // what one should know besides
}

// Concluded gives the licence that the policy states for a component, and why.
func (p *Policy) Concluded(c *sbom.Component) (expression, reason string, ok bool) {
	for _, one := range p.concluded {
		if matchesPURL(one.purls, c) {
			return one.license, one.reason, true
		}
	}
	return "", "", false
}

// Decide judges a component by its licence, which is zero where nobody knows it. Exceptions hold until now is past their last day.
func (p *Policy) Decide(c *sbom.Component, e license.Expr, now time.Time) Verdict {
	note := ""
	for i, x := range p.exceptions {
		if len(x.purls) > 0 && !matchesPURL(x.purls, c) || len(x.paths) > 0 && !matchesPath(x.paths, c) {
			continue
		}
		if x.license != "" {
			if want, err := license.Parse(x.license); err != nil || !want.Equal(e) {
				continue
			}
		}
		if !x.expires.IsZero() && !now.Before(x.expires) {
			note = fmt.Sprintf("exception %d (%s) expired on %s", i+1, x.reason, x.expires.AddDate(0, 0, -1).Format(time.DateOnly))
			continue
		}
		return Verdict{Decision: Allow, Rule: fmt.Sprintf("exception %d: %s", i+1, x.reason)}
	}
	var rules []*rule
	for i := range p.rules {
		if p.rules[i].holds(c) {
			rules = append(rules, &p.rules[i])
		}
	}
	v := p.judge(rules, e)
	if v.License == e.String() {
		v.License = ""
	}
	v.Note = note
	return v
}

func (p *Policy) judge(rules []*rule, e license.Expr) Verdict {
	switch e.Op {
	case license.And, license.Or:
		var v Verdict
		var chosen license.Expr
		for i, arg := range e.Args {
			one := p.judge(rules, arg)
			better := one.Decision < v.Decision || one.Decision == v.Decision && chosen.Category().Asks(arg.Category())
			if i == 0 || e.Op == license.And && one.Decision > v.Decision || e.Op == license.Or && better {
				v, chosen = one, arg
			}
		}
		return v
	case license.Leaf:
		if e.License == "NONE" || e.License == "NOASSERTION" {
			break
		}
		for _, r := range rules {
			if d, item := r.decide(e); d != Undecided {
				return Verdict{Decision: d, Rule: r.says(d, item), License: e.String()}
			}
		}
		return Verdict{Decision: p.fallback, Rule: "default: " + p.fallback.String(), License: e.String()}
	}
	for _, r := range rules {
		if r.unknown != Undecided {
			return Verdict{Decision: r.unknown, Rule: r.says(r.unknown, "unknown")}
		}
	}
	return Verdict{Decision: Review, Rule: "unknown: review"}
}

func (r *rule) says(d Decision, item string) string {
	text := d.String() + ": " + item
	if item == "unknown" {
		text = "unknown: " + d.String()
	}
	if r.name != "" {
		text = r.name + ": " + text
	}
	return text
}

// holds tells whether a rule is for a component.
func (r *rule) holds(c *sbom.Component) bool {
	return (len(r.scopes) == 0 || slices.Contains(r.scopes, c.Scope.String())) &&
		(len(r.purls) == 0 || matchesPURL(r.purls, c)) &&
		(len(r.paths) == 0 || matchesPath(r.paths, c))
}

// item is one entry of a list.
type item struct {
	text string   // as the file has it
	kind kind     // what it names
	ids  []string // of an identifier: the current ones that it stands for
}

type kind uint8

// The kinds of items, the more specific first: an identifier counts more than the category to which it belongs.
const (
	identifier kind = iota
	pattern
	category
	everything
)

// decide looks a licence up in the lists of a rule. Of items that are equally specific the strictest list counts.
func (r *rule) decide(e license.Expr) (Decision, string) {
	bare := e
	bare.Exception = ""
	steps := []func(item) bool{
		func(i item) bool { return i.kind == identifier && i.names(e) },
		func(i item) bool { return i.kind == identifier && i.names(bare) },
		func(i item) bool { return i.kind == pattern && i.like(e) },
		func(i item) bool { return i.kind == category && i.text == e.Category().String() },
		func(i item) bool { return i.kind == everything },
	}
	for n, matches := range steps {
		for d := Deny; d > Undecided; d-- {
			for _, i := range r.lists[d] {
				if matches(i) {
					return d, i.text
				}
			}
		}
		if n == 1 { // a later version may be chosen where the licence says so
			for _, i := range r.lists[Allow] {
				if i.kind == identifier && e.Satisfies(func(id string) bool { return slices.Contains(i.ids, id) }) {
					return Allow, i.text
				}
			}
		}
	}
	return Undecided, ""
}

func (i item) names(e license.Expr) bool { return slices.Contains(i.ids, e.Current().String()) }

func (i item) like(e license.Expr) bool {
	ok, _ := doublestar.Match(strings.ToLower(i.text), strings.ToLower(e.Current().String()))
	return ok
}

// matchesPURL tells whether one of the patterns is like the component's purl. A pattern without a version is for all versions; "@" of npm's
// scopes need not be escaped.
func matchesPURL(patterns []string, c *sbom.Component) bool {
	if c.PURL.IsZero() {
		return false
	}
	text, _, _ := strings.Cut(plain(c.PURL.String()), "?")
	base, _, _ := strings.Cut(plain(c.PURL.Base().String()), "?")
	for _, p := range patterns {
		p = plain(p)
		for _, s := range [...]string{text, base} {
			if ok, _ := doublestar.Match(p, s); ok {
				return true
			}
		}
	}
	return false
}

func plain(purl string) string { return strings.ReplaceAll(purl, "%40", "@") }

// matchesPath tells whether a component was seen in a file like one of the patterns.
func matchesPath(patterns []string, c *sbom.Component) bool {
	for _, p := range patterns {
		for _, e := range c.Evidence {
			if ok, _ := doublestar.Match(p, e.Location.Path); ok {
				return true
			}
		}
		if ok, _ := doublestar.Match(p, c.Path); ok && c.Path != "" {
			return true
		}
	}
	return false
}

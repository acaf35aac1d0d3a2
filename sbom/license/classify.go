package license

import "strings"

// Kind is what a licence claim turns out to be.
type Kind uint8

// The kinds of claims, as documents tell them apart.
const (
	ID          Kind = iota // one licence of the SPDX list: CycloneDX license.id
	Expression              // any other SPDX expression, one LicenseRef- included
	Name                    // anything else: CycloneDX license.name
	None                    // NONE: there is no licence
	NoAssertion             // NOASSERTION: nobody says
)

// Classify tells how a document can carry a claim, and the claim in the form
// that belongs there: the listed id, the canonical expression, or the words
// without space around them. It does not guess: "Apache 2" is a Name, and Normalize
// is what reads it.
func Classify(text string) (canonical string, kind Kind) {
	if l, ok := find(text); ok && !l.marked('x') {
		return l.id, ID
	}
	text = strings.TrimSpace(text)
	expr, problem := parse(text)
	switch {
	case problem.Reason != "":
		return text, Name
	case expr.License == none:
		return none, None
	case expr.License == noAssertion:
		return noAssertion, NoAssertion
	}
	canonical = expr.String()
	if l, ok := find(canonical); ok {
		return l.id, ID
	}
	return canonical, Expression
}

// Spell is Classify for documents, which want SPDX's ids where there are any: words that can only mean one licence, such as
// "Apache License, Version 2.0", come back as its id. What Normalize reads as a reference of ours stays a Name.
func Spell(text string) (canonical string, kind Kind) {
	canonical, kind = Classify(text)
	if kind != Name {
		return canonical, kind
	}
	expr, ok := Normalize(text)
	if !ok {
		return canonical, kind
	}
	if spelled := expr.String(); !strings.Contains(spelled, "LicenseRef-") {
		if as, kind := Classify(spelled); kind <= Expression {
			return as, kind
		}
	}
	return canonical, kind
}

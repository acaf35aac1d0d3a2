package cyclonedx

import (
	"strconv"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// spelling is what a licence text is in CycloneDX's terms: an id of the list of its schemas, which is the one that
// license.Classify knows, an expression, or a name, which NONE and NOASSERTION are too.
type spelling struct {
	text string // as SPDX writes it, where it is an id or an expression
	kind license.Kind
}

// claim is a licence claim of the component at hand.
type claim struct {
	spelling
	words string // as the source has it
	basis sbom.Basis
	place *sbom.Location
}

// property is the name of the property that carries the claim where its array cannot.
func (c *claim) property() string {
	switch c.basis {
	case sbom.ConcludedLicense:
		return propConcluded
	case sbom.ObservedLicense:
		return propObserved
	}
	return propDeclared
}

// sortLicenses divides the claims of a component into those of the component, those that are evidence, and those for which
// the version has no place beside the others.
//
// Before 1.7 an array holds either licences or one expression. Claims are alternatives of belief, not parts of one
// expression, and joining them with AND or OR would claim what nobody did: what stands first stays, and so
// does all of its kind; the others become properties.
func (w *writer) sortLicenses(licenses []sbom.License) {
	w.claims, w.observed, w.beside = w.claims[:0], w.observed[:0], w.beside[:0]
	for i := range licenses {
		l := &licenses[i]
		s, ok := w.known[l.Text]
		if !ok {
			s.text, s.kind = license.Spell(l.Text)
			w.known[l.Text] = s
		}
		c := claim{s, l.Text, l.Basis, &l.Location}
		if c.text == "" {
			continue
		}
		list := &w.claims
		if l.Basis == sbom.ObservedLicense {
			list = &w.observed
		}
		switch {
		case w.minor < 3 && l.Basis == sbom.ObservedLicense: // there is no evidence
			w.lose("licences", 1)
		case w.minor < 7 && len(*list) > 0 && (c.kind == license.Expression || (*list)[0].kind == license.Expression):
			w.beside = append(w.beside, c)
		default:
			*list = append(*list, c)
		}
	}
}

// licenses describes claims.
func (w *writer) licenses(claims []claim) {
	if len(claims) == 0 {
		return
	}
	e := w.e
	e.list("licenses")
	for i := range claims {
		c := &claims[i]
		if c.kind == license.Expression {
			if e.xml {
				e.item("expression")
				w.acknowledge(c)
				e.content(c.text)
			} else {
				e.item("")
				e.text("expression", c.text)
				w.acknowledge(c)
			}
			e.end()
			if *c.place != (sbom.Location{}) {
				w.lose("places of licence claims", 1)
			}
			continue
		}
		if !e.xml {
			e.item("")
			e.object("license")
		} else {
			e.item("license")
		}
		if e.xml {
			w.acknowledge(c)
		}
		if c.kind == license.ID {
			e.text("id", c.text)
		} else {
			e.text("name", c.text)
		}
		if !e.xml {
			w.acknowledge(c)
		}
		switch {
		case *c.place == sbom.Location{}:
		case w.minor >= 5:
			w.property(propPlace, placeText(c.place))
			w.endProperties()
		default:
			w.lose("places of licence claims", 1)
		}
		e.end()
		if !e.xml {
			e.end()
		}
	}
	e.end()
}

// acknowledge tells declared licences from concluded ones.
func (w *writer) acknowledge(c *claim) {
	switch {
	case c.basis == sbom.ObservedLicense:
	case w.minor < 6:
		if c.basis == sbom.ConcludedLicense {
			w.lose("marks of concluded licences", 1)
		}
	case c.basis == sbom.ConcludedLicense:
		w.e.attribute("acknowledgement", "concluded")
	default:
		w.e.attribute("acknowledgement", "declared")
	}
}

// words describes how the sources spell the licences, where that is not as SPDX does.
func (w *writer) words() {
	for _, list := range [...][]claim{w.claims, w.observed} {
		for i := range list {
			if list[i].words != list[i].text {
				w.property(propWords, list[i].words)
			}
		}
	}
}

// placeText is where a claim was read: path and line. parsePlace reads it.
func placeText(l *sbom.Location) string {
	text := locationText(l)
	if l.Line > 0 {
		text += ":" + strconv.Itoa(l.Line)
	}
	return text
}

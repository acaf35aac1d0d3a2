package spdx

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// What fields say where there is nothing to say.
const (
	none        = "NONE"        // there is none
	noAssertion = "NOASSERTION" // nobody says
)

// spelling is what a licence text is in an SPDX document.
type spelling struct {
	text string // an expression: words that are none are called LicenseRef-…
	kind license.Kind
}

// extracted is a licence that is not on SPDX's list: the document has to say what its name stands for.
type extracted struct{ ref, words string }

// spell finds the spellings of all licence texts of the graph. Names that expressions use keep their meaning; words get names
// that are free.
func (w *writer) spell() {
	w.spellings = make(map[string]spelling)
	var words []string
	refs := names{}
	for h := range w.g.Components {
		for _, l := range w.g.Components[h].Licenses {
			if _, known := w.spellings[l.Text]; known {
				continue
			}
			text, kind := license.Spell(l.Text)
			if kind == license.Expression && (strings.Contains(text, "DocumentRef-") || strings.Contains(text, "AdditionRef-")) {
				kind = license.Name // what is defined in another document, or what no SPDX 2 knows
			}
			w.spellings[l.Text] = spelling{text, kind}
			switch {
			case kind == license.Name && text != "":
				words = append(words, l.Text)
			case kind == license.Expression && strings.Contains(text, licensePrefix):
				expr, err := license.Parse(text)
				if err != nil {
					continue
				}
				for _, id := range expr.Licenses() {
					if strings.HasPrefix(id, licensePrefix) && !refs[strings.ToLower(id)] {
						refs[strings.ToLower(id)] = true
						w.extracted = append(w.extracted, extracted{id, ""})
					}
				}
			}
		}
	}
	slices.Sort(words)
	byWords := make(map[string]string) // what differs only in blanks around it has one name
	for _, text := range words {
		s := w.spellings[text]
		ref, known := byWords[s.text]
		if !known {
			ref = refs.give(licensePrefix+slug(s.text), s.text)
			byWords[s.text] = ref
			w.extracted = append(w.extracted, extracted{ref, s.text})
		}
		w.spellings[text] = spelling{ref, license.Name}
	}
	slices.SortFunc(w.extracted, func(a, b extracted) int { return strings.Compare(a.ref, b.ref) })
}

// licensing is what a component's claims say together.
type licensing struct {
	declared, concluded string // expressions, "" if nothing is claimed
	combined            bool   // the first is made of several claims
	exact               bool   // parseLicenses gives the claims back
}

// licensing finds what a component's package declares and what was concluded.
//
// Claims that stand beside each other do not say how they combine. A document has room for one expression: AND, which whoever keeps to
// all of them satisfies in either case. The note of the package holds them apart.
func (w *writer) licensing(c *sbom.Component) licensing {
	declared, concluded := w.parts[0][:0], w.parts[1][:0]
	l := licensing{exact: true}
	for i := range c.Licenses {
		claim := &c.Licenses[i]
		s := w.spellings[claim.Text]
		if s.text == "" {
			continue
		}
		same := claim.Location == sbom.Location{} && s.kind != license.NoAssertion &&
			(s.kind == license.Name || claim.Text == s.text) && line(claim.Text) == claim.Text
		switch claim.Basis {
		case sbom.DeclaredLicense:
			l.exact = l.exact && same && len(declared)+len(concluded) == 0
			declared = append(declared, s.text)
		case sbom.ConcludedLicense:
			l.exact = l.exact && same && len(concluded) == 0
			concluded = append(concluded, s.text)
		default:
			l.exact = false
		}
	}
	w.parts = [2][]string{declared, concluded}
	l.declared, l.combined = conjunction(declared)
	l.concluded, _ = conjunction(concluded)
	return l
}

// conjunction joins expressions by AND, and tells whether there is more than one.
func conjunction(parts []string) (expression string, several bool) {
	switch len(parts) {
	case 0:
		return "", false
	case 1:
		return parts[0], false
	}
	seen := make(map[string]bool, len(parts))
	kept := make([]string, 0, len(parts))
	for _, part := range parts {
		if part != none && part != noAssertion && !seen[part] {
			seen[part] = true
			kept = append(kept, part)
		}
	}
	switch len(kept) {
	case 0:
		return parts[0], false
	case 1:
		return kept[0], false
	}
	for i, part := range kept {
		if strings.Contains(part, " OR ") {
			kept[i] = "(" + part + ")"
		}
	}
	return strings.Join(kept, " AND "), true
}

// combined explains an expression that was made of several claims.
const combined = "The licences were declared one by one; how they combine was not said."

// parseLicenses reads the two fields: an expression, or the words that a name alone stands for.
func parseLicenses(declared, concluded string, words map[string]string) []sbom.License {
	var list []sbom.License
	for basis, text := range [...]string{sbom.DeclaredLicense: declared, sbom.ConcludedLicense: concluded} {
		if text == "" || text == noAssertion {
			continue
		}
		if w := words[strings.ToLower(text)]; w != "" {
			text = w
		}
		list = append(list, sbom.License{Text: text, Basis: sbom.Basis(basis)})
	}
	return list
}

package diff

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// term is a licence as the report needs it. The zero term is unknown.
type term struct {
	expr           license.Expr
	text, category string
}

// terms remembers what the texts of claims mean: most packages of a graph have one of a few licences.
type terms map[string]term

func newTerm(e license.Expr) term { return term{e, e.String(), e.Category().String()} }

// isStated tells whether a licence claim says anything.
func isStated(text string) bool {
	text = strings.TrimSpace(text)
	return text != "" && !strings.EqualFold(text, "NOASSERTION")
}

func stated(c *sbom.Component) bool {
	return slices.ContainsFunc(c.Licenses, func(l sbom.License) bool { return isStated(l.Text) })
}

// read reads one claim. Words that are no expression are read as their ecosystem means them, else they are a licence of that name.
func (m terms) read(text string) term {
	t, ok := m[text]
	if !ok {
		e, err := license.Parse(text)
		if err != nil {
			if e, ok = license.Normalize(text); !ok {
				e = license.Expr{Op: license.Leaf, License: strings.TrimSpace(text)}
			}
		}
		t = newTerm(e)
		m[text] = t
	}
	return t
}

// claim reads the claims of one basis; several hold together. It is zero where there are none.
func (m terms) claim(list []sbom.License, basis sbom.Basis) (t term) {
	var args []license.Expr
	for _, l := range list {
		if l.Basis != basis || !isStated(l.Text) {
			continue
		}
		if t = m.read(l.Text); t.expr.Op == license.And {
			args = append(args, t.expr.Args...)
		} else {
			args = append(args, t.expr)
		}
	}
	if len(args) < 2 || len(args) == len(t.expr.Args) {
		return t // one claim
	}
	return newTerm(license.Expr{Op: license.And, Args: args}.Normal())
}

// bases lists the bases of licence claims, those first that a reader trusts most.
var bases = [...]sbom.Basis{sbom.ConcludedLicense, sbom.DeclaredLicense, sbom.ObservedLicense}

// effective is the licence that counts for a component.
func (m terms) effective(c *sbom.Component) (t term) {
	for i := 0; i < len(bases) && t.text == ""; i++ {
		t = m.claim(c.Licenses, bases[i])
	}
	return t
}

// relicensed compares licences of the same basis, and the effective ones if the sides know none of the same basis. It is nil where
// nothing changed or one side knows none.
func (m terms) relicensed(a, b *sbom.Component) *LicenseChange {
	if slices.EqualFunc(a.Licenses, b.Licenses, func(x, y sbom.License) bool { return x.Text == y.Text && x.Basis == y.Basis }) {
		return nil
	}
	common := false
	for _, basis := range bases {
		x, y := m.claim(a.Licenses, basis), m.claim(b.Licenses, basis)
		if x.text != "" && y.text != "" {
			if common = true; !x.expr.Equal(y.expr) {
				return licenseChange([...]string{"declared", "concluded", "observed"}[basis], x, y)
			}
		}
	}
	x, y := m.effective(a), m.effective(b)
	if common || x.text == "" || y.text == "" || x.expr.Equal(y.expr) {
		return nil
	}
	return licenseChange("mixed", x, y)
}

func licenseChange(basis string, x, y term) *LicenseChange {
	return &LicenseChange{Basis: basis, Old: x.text, New: y.text, OldCategory: x.category, NewCategory: y.category}
}

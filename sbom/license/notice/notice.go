// Package notice makes the attribution document of a product: the licence texts and copyright statements of the
// packages in it, as they lie on disk.
package notice

import (
	"cmp"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license/text"
)

// Document is an attribution document.
type Document struct {
	Root    *sbom.Component
	Texts   []Text    // by licence
	Notices []Notice  // what goes with packages besides, as Apache-2.0 section 4(d) asks
	Without []Without // packages that no licence text lies beside
}

// Text is one licence text, and the packages that come with it.
type Text struct {
	License  string // what was recognised in it; empty if nothing was
	Terms    string // as the first package has it, without the copyright statements listed with the packages
	Packages []Holder
}

// Holder is a package under a text.
type Holder struct {
	Component  *sbom.Component
	Statements []string // of copyright
}

// Notice is a file of attributions, and the packages that come with it.
type Notice struct {
	Text     string
	Packages []*sbom.Component
}

// Without is a package whose licence text is not there.
type Without struct {
	Component *sbom.Component
	Licenses  []string // what it states
	File      string   // a text that was too big to be read
}

// New makes the document of a graph's packages from the licence files that a scan kept. Applications of the tree are no packages.
func New(g *sbom.Graph, facts []*sbom.Facts) *Document {
	files := make(map[string]*sbom.LicenseFile)
	for _, f := range facts {
		list := f.LicenseFiles()
		for i := range list {
			files[list[i].Location().Chain()] = &list[i]
		}
	}
	d := &Document{Root: &g.Components[g.Root]}
	b := builder{Document: d, parts: make(map[string]text.Parts), texts: make(map[string]int), notices: make(map[string]int)}
	for h := range g.Components {
		c := &g.Components[h]
		absent := slices.Contains(c.Properties, sbom.Property{Name: "sbomgen:installed", Value: "false"})
		if !c.IsApplication() && c.Kind != sbom.FileKind && !absent { // what an install left out is not passed on
			b.add(c, files)
		}
	}
	byName := func(a, b *sbom.Component) int {
		return cmp.Or(cmp.Compare(a.Label(), b.Label()), cmp.Compare(a.ID, b.ID))
	}
	for _, t := range d.Texts {
		slices.SortFunc(t.Packages, func(a, b Holder) int { return byName(a.Component, b.Component) })
	}
	slices.SortStableFunc(d.Texts, func(a, b Text) int {
		if (a.License == "") != (b.License == "") { // texts that speak for themselves come last
			return strings.Compare(b.License, a.License)
		}
		return cmp.Or(strings.Compare(a.License, b.License), cmp.Compare(len(b.Packages), len(a.Packages)), byName(a.Packages[0].Component, b.Packages[0].Component))
	})
	for _, n := range d.Notices {
		slices.SortFunc(n.Packages, byName)
	}
	slices.SortStableFunc(d.Notices, func(a, b Notice) int { return byName(a.Packages[0], b.Packages[0]) })
	slices.SortFunc(d.Without, func(a, b Without) int { return byName(a.Component, b.Component) })
	return d
}

// builder collects what packages share.
type builder struct {
	*Document
	parts          map[string]text.Parts // by digest
	texts, notices map[string]int        // by key
}

func (b *builder) add(c *sbom.Component, files map[string]*sbom.LicenseFile) {
	missing := Without{Component: c}
	attributed := false
	for _, p := range c.Properties {
		f := files[p.Value]
		switch {
		case p.Name != sbom.PropertyLicenseFile || f == nil:
		case f.Text == "":
			missing.File = p.Value
		case f.Notice:
			b.notice(c, f)
		default:
			attributed = true
			b.text(c, f)
		}
	}
	if attributed && missing.File == "" {
		return
	}
	for _, l := range c.Licenses {
		if l.Basis != sbom.ObservedLicense && !slices.Contains(missing.Licenses, l.Text) {
			missing.Licenses = append(missing.Licenses, l.Text)
		}
	}
	b.Without = append(b.Without, missing)
}

func (b *builder) text(c *sbom.Component, f *sbom.LicenseFile) {
	parts, ok := b.parts[f.Digest]
	if !ok {
		parts = text.Split(f.Text)
		b.parts[f.Digest] = parts
	}
	at, ok := b.texts[parts.Key]
	if !ok {
		at = len(b.Texts)
		b.texts[parts.Key] = at
		b.Texts = append(b.Texts, Text{License: f.License, Terms: parts.Terms})
	}
	t := &b.Texts[at]
	if n := len(t.Packages); n > 0 && t.Packages[n-1].Component == c {
		h := &t.Packages[n-1]
		known := make(map[string]bool, len(h.Statements))
		for _, s := range h.Statements {
			known[s] = true
		}
		for _, s := range parts.Statements {
			if !known[s] {
				h.Statements = append(slices.Clip(h.Statements), s)
			}
		}
		return
	}
	t.Packages = append(t.Packages, Holder{c, parts.Statements})
}

func (b *builder) notice(c *sbom.Component, f *sbom.LicenseFile) {
	at, ok := b.notices[f.Digest]
	if !ok {
		at = len(b.Notices)
		b.notices[f.Digest] = at
		b.Notices = append(b.Notices, Notice{Text: strings.Trim(f.Text, "\r\n")})
	}
	n := &b.Notices[at]
	if len(n.Packages) == 0 || n.Packages[len(n.Packages)-1] != c {
		n.Packages = append(n.Packages, c)
	}
}

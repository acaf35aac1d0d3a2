package control

import "github.com/sbomgen/sbomgen/sbom"

// Component is what a paragraph of a binary package says, but for its identity.
func Component(p *Paragraph) sbom.Component {
	c := sbom.Component{Description: p.First("Description"), Supplier: p.First("Maintainer")}
	if home, ok := sbom.CleanURL(p.First("Homepage")); ok {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
	}
	return c
}

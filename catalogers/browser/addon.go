package browser

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// addon is an entry of the database.
type addon struct {
	id, version, kind, location, source string
	name, description, author, home     string
}

func readAddon(r *decode.JSONReader) (a addon) {
	r.Object(func(key string) {
		switch key {
		case "id":
			a.id = r.Text()
		case "version":
			a.version = r.Text()
		case "type":
			a.kind = r.Text()
		case "location":
			a.location = r.Text()
		case "sourceURI":
			a.source = r.Text()
		case "defaultLocale":
			r.Object(func(key string) {
				switch key {
				case "name":
					a.name = r.Text()
				case "description":
					a.description = r.Text()
				case "creator":
					a.author = r.Text()
				case "homepageURL":
					a.home = r.Text()
				}
			})
		}
	})
	return a
}

func (a *addon) claim(line int, out *sbom.Facts) {
	if a.id == "" || a.version == "" {
		if a.location != "" || a.kind != "" {
			out.Gap(line, "an add-on has no id or no version")
		}
		return
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, "", a.id, a.version), Author: a.author, Description: a.description}
	c.Link(sbom.Distribution, a.source)
	if len(c.References) > 0 && strings.HasPrefix(c.References[0].URL, "https://addons.mozilla.org/") {
		c.PURL = c.PURL.With("repository_url", "https://addons.mozilla.org")
	}
	c.Link(sbom.Website, a.home)
	c.Property("sbomgen:browser:title", a.name)
	c.Property("sbomgen:browser:type", a.kind)
	if out.Has(a.id + "@" + a.version) {
		return // in two locations
	}
	out.AddAt(line, a.id+"@"+a.version, c)
}

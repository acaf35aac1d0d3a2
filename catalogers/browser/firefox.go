package browser

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Firefox reads the add-ons database of a profile of Firefox or Thunderbird, extensions.json, as XPIDatabase.sys.mjs of
// toolkit/mozapps/extensions writes it. What comes with the program itself is left out.
var Firefox = catalogers.Cataloger{
	Name:  "firefox-addons",
	Doc:   "Extensions, themes and language packs in the profiles of Firefox and Thunderbird.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("extensions.json"),
	Parse: parseFirefox,
}

// addon is an entry of the database.
type addon struct {
	id, version, kind, location, source string
	name, description, author, home     string
}

func parseFirefox(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	schema := false
	r.Object(func(key string) {
		switch key {
		case "schemaVersion":
			schema = true
		case "addons":
			r.Array(func() {
				line := r.Line()
				if a := readAddon(r); a.location != "app-builtin" && !strings.HasPrefix(a.location, "app-system") {
					a.claim(line, out)
				}
			})
		}
	})
	if !schema && out.Len() == 0 {
		return nil // others call their files so too, Visual Studio Code one of recommendations
	}
	return r.Finish()
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
	for _, r := range [...]sbom.Reference{{Type: sbom.Distribution, URL: a.source}, {Type: sbom.Website, URL: a.home}} {
		url, ok := sbom.CleanURL(r.URL)
		if !ok || !strings.Contains(url, "://") {
			continue
		}
		c.References = append(c.References, sbom.Reference{Type: r.Type, URL: url})
		if r.Type == sbom.Distribution && strings.HasPrefix(url, "https://addons.mozilla.org/") {
			c.PURL = c.PURL.With("repository_url", "https://addons.mozilla.org")
		}
	}
	for _, p := range [...]sbom.Property{{Name: "sbomgen:browser:title", Value: a.name}, {Name: "sbomgen:browser:type", Value: a.kind}} {
		if p.Value != "" {
			c.Properties = append(c.Properties, p)
		}
	}
	if out.Has(a.id + "@" + a.version) {
		return // in two locations
	}
	out.AddAt(line, a.id+"@"+a.version, c)
}

package browser

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// parseExtension claims the extension of a manifest.json.
func parseExtension(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	var name, version, description, author, home, update, locale string
	manifest := 0
	r := decode.NewJSONC(text) // browsers allow comments
	r.Object(func(key string) {
		switch key {
		case "manifest_version":
			manifest = r.Int()
		case "name":
			name = r.Text()
		case "version":
			version = r.Text()
		case "description":
			description = r.Text()
		case "author":
			if r.Kind() == decode.String {
				author = r.Text()
			}
		case "homepage_url":
			home = r.Text()
		case "update_url":
			update = r.Text()
		case "default_locale":
			locale = r.Text()
		}
	})
	if manifest == 0 || version == "" {
		if err := r.Finish(); err != nil {
			return err
		}
		out.GapAt(f.Path, "manifest_version or version is missing")
		return nil
	}
	words := messages(f, locale)
	c := sbom.Component{PURL: purl.New(purl.ChromeExtension, "", path.Base(path.Dir(f.Dir())), version), Author: author, Description: words.say(description)}
	c.Property("sbomgen:browser:title", words.say(name))
	if strings.Contains(update, "edge.microsoft.com/") {
		c.PURL = c.PURL.With("repository_url", "https://microsoftedge.microsoft.com/addons")
	}
	c.Link(sbom.Website, home)
	if key := c.PURL.String(); !out.Has(key) { // a version that is installed anew is VERSION_1
		out.AddIn(sbom.Location{Path: f.Path}, key, c)
	}
	return r.Finish()
}

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

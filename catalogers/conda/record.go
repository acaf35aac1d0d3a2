package conda

import (
	"cmp"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// record is what info/index.json of a package says, and what conda adds to it in the record of an installed one.
type record struct {
	artifact
	license string
	depends []string

	address, origin string // of the archive, and its channel
	asked           string // what a user asked for
}

// read tells whether the text is an object at all.
func (p *record) read(text string) (object bool, err error) {
	r := decode.NewJSON(text)
	object = r.Object(func(key string) {
		switch key {
		case "name":
			p.name = r.Text()
		case "version":
			p.version = r.Text()
		case "build":
			p.build = r.Text()
		case "subdir":
			p.subdir = r.Text()
		case "channel":
			p.origin = r.Text()
		case "fn":
			p.extension = extension(r.Text())
		case "url":
			p.address = r.Text()
		case "md5":
			p.md5 = r.Text()
		case "sha256":
			p.sha256 = r.Text()
		case "license":
			p.license = r.Text()
		case "depends":
			p.depends = r.Texts()
		case "requested_spec", "requested_specs": // set where a user asked for it; conda 24.9 began the list
			p.asked = cmp.Or(p.asked, strings.Join(r.Texts(), ", "))
		}
	})
	return object, r.Finish()
}

func licensed(text string) []sbom.License {
	if text == "" {
		return nil
	}
	return []sbom.License{{Text: text}}
}

package conda

import (
	"cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// about adds what info/about.json of a package says,
// https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html.
func about(f *catalogers.File, c *sbom.Component, out *sbom.Facts) {
	other, err := f.Beside("about.json")
	if err != nil {
		return
	}
	text, err := other.Text()
	if err != nil {
		out.GapAt(other.Path, "%v", err)
		return
	}
	var summary, description, license string
	addresses := make(map[string]string)
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "summary":
			summary = r.Text()
		case "description":
			description = r.Text()
		case "license":
			license = r.Text()
		case "home", "dev_url", "doc_url": // a list where there are several
			addresses[key] = first(r)
		}
	})
	if err := r.Finish(); err != nil {
		out.GapAt(other.Path, "%v", err)
	}
	c.Description = cmp.Or(summary, description)
	if len(c.Licenses) == 0 {
		c.Licenses = licensed(license)
	}
	for _, a := range [...][2]string{{"home", sbom.Website}, {"dev_url", sbom.VCS}, {"doc_url", "documentation"}} {
		if url, ok := sbom.CleanURL(addresses[a[0]]); ok {
			c.References = append(c.References, sbom.Reference{Type: a[1], URL: url})
		}
	}
}

// first is a text, or the first of a list.
func first(r *decode.JSONReader) string {
	if list := r.Texts(); len(list) > 0 {
		return list[0]
	}
	return ""
}

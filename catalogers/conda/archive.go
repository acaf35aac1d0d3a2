package conda

import (
	"cmp"
	"errors"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Archive reads the metadata in a package of conda, in either format
// (https://docs.conda.io/projects/conda-build/en/stable/resources/package-spec.html). Which channel the package comes from it does not say.
var Archive = catalogers.Cataloger{
	Name:   "conda-archive",
	Doc:    "Packages of conda that lie in the tree as .conda and .tar.bz2 files.",
	Stage:  sbom.Built,
	Emits:  []purl.Type{purl.Conda},
	Files:  catalogers.Glob("**/*.conda/info/index.json", "**/*.tar.bz2/info/index.json"),
	Beside: []string{"about.json"},
	Parse:  parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	archive := path.Dir(f.Dir())
	out.Own(path.Dir(archive))
	text, err := f.Text()
	if err != nil {
		return err
	}
	var p record
	_, err = p.read(text)
	if p.name == "" || p.version == "" || p.build == "" {
		if err == nil && extension(archive) == "conda" {
			err = errors.New("name, version or build is missing")
		}
		return err // the extension .tar.bz2 is anybody's
	}
	p.extension = extension(archive)
	c := sbom.Component{PURL: p.purl(p.name, p.version, true), Licenses: licensed(p.license)}
	about(f, &c, out)
	out.Add(archive, c)
	return err
}

// about adds what info/about.json says.
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

package conda

import (
	"errors"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
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

package pypi

import (
	"errors"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Wheel reads the metadata of a wheel, https://packaging.python.org/en/latest/specifications/binary-distribution-format/. The name of the
// file tells what it is built for.
var Wheel = catalogers.Cataloger{
	Name:  "wheel-archive",
	Doc:   "Python packages that lie in the tree as wheels.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.PyPI},
	Files: catalogers.Glob("**/*.whl/*.dist-info/METADATA"),
	Parse: parseWheel,
}

func parseWheel(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	archive := path.Dir(f.Dir())
	out.Own(path.Dir(archive))
	m := readMetadata(text)
	if m.name == "" || m.version == "" {
		return errors.New("name or version is missing")
	}
	c := m.component()
	c.PURL = c.PURL.With("file_name", path.Base(archive))
	out.Add(archive, c)
	return nil
}

// Package licensefile reads the licence texts and notices that lie beside packages.
package licensefile

import (
	"errors"
	"io"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/jar"
	"github.com/sbomgen/sbomgen/sbom"
)

// New makes the cataloger of licence files. It claims no component: Resolve gives the files to the packages in whose folders they
// lie. With keep the texts stay in memory, for those who print them.
func New(keep bool) *catalogers.Cataloger {
	r := NewReader(keep)
	return &catalogers.Cataloger{
		Name:  "license-files",
		Doc:   "Licence texts and notices that lie beside packages, and in Java archives.",
		Stage: sbom.Installed,
		Files: slices.Concat(catalogers.Begins("license", "licence", "copying", "copyright", "notice", "unlicense", "third", "mit-license", "apache-license"),
			catalogers.Glob(jar.Patterns()...)),
		Group:      group,
		ParseGroup: r.parse,
	}
}

var errSize = errors.New("is too big")

func (r *Reader) parse(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(".")
	for _, f := range files {
		out.Path = f.Path
		if jar.Extension(f.Path) != "" {
			r.archive(f, out)
			continue
		}
		content, err := read(f)
		if err == errSize {
			out.LicenseFile(sbom.LicenseFile{Path: f.Path, Dir: dir, Partly: true, Digest: f.Path})
			continue
		}
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		if l, ok := r.Read(f.Path, content); ok {
			l.Dir = dir
			out.LicenseFile(l)
		}
	}
	out.Path = dir
	return nil
}

func read(f *catalogers.File) (string, error) {
	blob, err := f.Blob()
	if err != nil {
		return "", err
	}
	defer f.Close()
	if blob.Size() > SizeLimit {
		return "", errSize
	}
	data := make([]byte, blob.Size())
	n, err := blob.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return string(data[:n]), nil
}

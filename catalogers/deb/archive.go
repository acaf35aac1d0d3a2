package deb

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/control"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads the control file of a .deb, https://manpages.debian.org/stable/dpkg-dev/deb-control.5.en.html, which lies in the folder DEBIAN as
// dpkg-deb --raw-extract would put it. Which distribution it was built for the file does not say.
var Archive = catalogers.Cataloger{
	Name:  "deb-archive",
	Doc:   "Packages of Debian and its kin that lie in the tree as .deb files.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Deb},
	Files: catalogers.Glob("**/*.deb/DEBIAN/control", "**/*.udeb/DEBIAN/control"),
	Parse: parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	archive := path.Dir(f.Dir())
	out.Own(path.Dir(archive))
	for p := range control.Paragraphs(text) {
		for _, line := range p.Broken {
			out.Gap(line, "the line is no field")
		}
		name, version := p.Get("Package"), p.Get("Version")
		if name == "" || version == "" || strings.ContainsAny(name+version, " \n") {
			break
		}
		out.Confidence = 70 // in whose package it is
		out.AddAt(p.Line, archive, component(p, "debian", ""))
		return nil
	}
	return errors.New("names no package or no version")
}

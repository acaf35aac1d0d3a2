package opkg

import (
	"errors"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/control"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads the control file of an .ipk, which is laid out as a Debian package's in the folder DEBIAN.
var Archive = catalogers.Cataloger{
	Name:  "opkg-archive",
	Doc:   "Packages of OpenWrt and Yocto that lie in the tree as .ipk files.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("**/*.ipk/DEBIAN/control"),
	Parse: parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
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
		if name == "" || version == "" {
			break
		}
		c := component(p)
		c.PURL = purl.New(purl.Generic, "", name, version).With("arch", p.Get("Architecture"))
		out.AddAt(p.Line, archive, c)
		return nil
	}
	return errors.New("names no package or no version")
}

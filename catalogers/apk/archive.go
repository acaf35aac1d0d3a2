package apk

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads .PKGINFO of a package of apk-tools 2, https://wiki.alpinelinux.org/wiki/Apk_spec#PKGINFO_Format: lines "name = value". Which
// distribution it was built for the file does not say. Packages of Android, which have the same extension, hold no such file.
var Archive = catalogers.Cataloger{
	Name:  "apk-archive",
	Doc:   "Packages of Alpine and its kin that lie in the tree as .apk files.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.APK},
	Files: catalogers.Glob("**/*.apk/.PKGINFO"),
	Parse: parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	archive := f.Dir()
	out.Own(path.Dir(archive))
	var e entry
	number := 0
	for line := range strings.Lines(text) {
		number++
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		name, value, ok := strings.Cut(line, "=")
		if !ok {
			out.Gap(number, "%.80q is no field", line)
		}
		letter := letterOf(strings.TrimSpace(name))
		if e.fields[letter] = strings.TrimSpace(value); letter == 'P' {
			e.line = number
		}
	}
	if e.fields['P'] == "" || e.fields['V'] == "" {
		return errors.New("names no package or no version")
	}
	out.Confidence = 70 // in whose package it is
	out.AddAt(e.line, archive, e.component("alpine", ""))
	return nil
}

// letterOf is what the database calls a field of .PKGINFO, 0 if the field is not wanted.
func letterOf(name string) byte {
	switch name {
	case "pkgname":
		return 'P'
	case "pkgver":
		return 'V'
	case "pkgdesc":
		return 'T'
	case "arch":
		return 'A'
	case "url":
		return 'U'
	case "license":
		return 'L'
	case "origin":
		return 'o'
	case "maintainer":
		return 'm'
	case "commit":
		return 'c'
	}
	return 0
}

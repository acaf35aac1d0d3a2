package deb

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// archives gives packages the digests of the archives that they came in, from a list of those that could be installed: dpkg's available, which dselect
// and debootstrap fill, or an index of a repository, https://wiki.debian.org/DebianRepository/Format#A.22Packages.22_Indices. Name, version and
// architecture have to be the same.
func (d *database) archives(list string) {
	text := read(d.file, list)
	if text == "" {
		return
	}
	if d.names == nil {
		d.names = make(map[string]bool, len(d.installed))
		for i := range d.installed {
			d.names[d.installed[i].Name] = true
		}
	}
	for text != "" {
		var paragraph string
		paragraph, text, _ = strings.Cut(text, "\n\n")
		name, rest, _ := strings.Cut(strings.TrimPrefix(strings.TrimLeft(paragraph, "\n"), "Package: "), "\n")
		if !d.names[name] {
			continue
		}
		c := d.out.Component(name + ":" + line(rest, "\nArchitecture: "))
		if c == nil || len(c.Hashes) > 0 || c.PURL.Version != line(rest, "\nVersion: ") {
			continue
		}
		if h, ok := sbom.NewHash(sbom.SHA256, strings.Clone(line(rest, "\nSHA256: "))); ok {
			c.Hashes = []sbom.Hash{h}
		}
	}
}

// line gives the value of a field of one line that is not the first of its paragraph.
func line(paragraph, field string) string {
	at := strings.Index(paragraph, field)
	if at < 0 {
		if !strings.HasPrefix(paragraph, field[1:]) {
			return ""
		}
		at = -1
	}
	value, _, _ := strings.Cut(paragraph[at+len(field):], "\n")
	return strings.TrimSpace(value)
}

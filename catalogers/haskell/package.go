// Package haskell reads what cabal and stack write.
package haskell

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// splitID splits "name-1.2.3", as Hackage writes a package identifier: the version is what follows the last dash, digits and dots.
func splitID(id string) (name, version string, ok bool) {
	dash := strings.LastIndexByte(id, '-')
	if dash <= 0 || !isVersion(id[dash+1:]) {
		return id, "", plausible(id)
	}
	return id[:dash], id[dash+1:], plausible(id[:dash])
}

func isVersion(s string) bool {
	return s != "" && s[0] != '.' && strings.Trim(s, "0123456789.") == ""
}

// plausible tells whether a text can be the name of a package: letters, digits and dashes,
// https://cabal.readthedocs.io/en/stable/cabal-package-description-file.html#package-names-and-versions.
func plausible(name string) bool {
	for _, c := range name {
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c >= 0x80) {
			return false
		}
	}
	return name != ""
}

// hackage is a package of the community's archive. The spelling of its name is kept where the purl does not have it.
func hackage(name, version string) sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Hackage, "", name, version)}
	if c.PURL.Name != name {
		c.Name = name
	}
	return c
}

// fromArchive says that a package comes as an archive from an address of its own.
func fromArchive(c *sbom.Component, address, sha256 string) {
	if clean, ok := sbom.CleanURL(address); ok {
		c.PURL = c.PURL.With("download_url", clean)
		c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: clean})
	}
	c.Digest(sbom.SHA256, sha256)
}

// addOnce claims a package under its purl, however often the file names it.
func addOnce(out *sbom.Facts, line int, c sbom.Component) {
	if key := c.PURL.String(); !out.Has(key) {
		out.AddAt(line, key, c)
	}
}

package hex

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// vouch adds the digests of a package: outer is that of the archive, inner that of a list of its parts, which older tools know alone.
func vouch(c *sbom.Component, inner, outer string) error {
	if !c.Digest(sbom.SHA256, outer) {
		return errors.New("the checksum is no SHA-256")
	}
	c.Property("sbomgen:hex:inner-checksum", strings.ToLower(inner))
	return nil
}

// checksums reads the sections of one name that rebar.lock ends with: {pkg_hash, [{Name, Checksum}, ...]}.
func checksums(sections []term, name string) map[string]string {
	sums := make(map[string]string)
	for _, s := range sections {
		for _, pair := range s.option(name).items {
			sums[pair.at(0).text] = pair.at(1).text
		}
	}
	return sums
}

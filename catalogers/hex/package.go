package hex

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// pkg is a package of Hex, https://hex.pm. A repository other than the public one is an organisation's, "hexpm:acme", or a
// server's of its own, whose address only the machine knows.
func pkg(name, version, repository string) sbom.Component {
	organisation := ""
	other := repository != "" && repository != "hexpm"
	if _, after, ok := strings.Cut(repository, "hexpm:"); ok {
		organisation, other = after, false
	}
	c := sbom.Component{PURL: purl.New(purl.Hex, organisation, name, version)}
	if other {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:hex:repository", Value: repository})
	}
	return c
}

// vouch adds the digests of a package: outer is that of the archive, inner that of a list of its parts, which older tools know alone.
func vouch(c *sbom.Component, inner, outer string) error {
	if h, ok := sbom.NewHash(sbom.SHA256, outer); ok {
		c.Hashes = []sbom.Hash{h}
	} else if outer != "" {
		return errors.New("the checksum is no SHA-256")
	}
	if inner != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:hex:inner-checksum", Value: strings.ToLower(inner)})
	}
	return nil
}

// fromRepository says that a package is built from a commit. It has no version but the commit.
func fromRepository(name, kind, address, revision, folder string) sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Hex, "", name, "")}
	if revision != "" {
		c.Name, c.Version = name, revision
	}
	home, ok := sbom.CleanURL(strings.TrimSuffix(address, ".git"))
	if !ok || address == "" {
		return c
	}
	at := kind + "+" + home
	if revision != "" {
		at += "@" + revision
	}
	c.PURL = c.PURL.With("vcs_url", at).WithSubpath(folder)
	c.References = []sbom.Reference{{Type: sbom.VCS, URL: home}}
	return c
}

package hex

import (
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
		c.Property("sbomgen:hex:repository", repository)
	}
	return c
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

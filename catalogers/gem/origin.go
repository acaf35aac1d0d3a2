package gem

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// fromGit says that a gem is built from a repository.
func fromGit(c *sbom.Component, remote, revision string) {
	home, ok := sbom.CleanURL(strings.TrimSuffix(remote, ".git"))
	if !ok {
		return
	}
	at := "git+" + home
	if revision != "" {
		at += "@" + revision
	}
	c.PURL = c.PURL.With("vcs_url", at)
	c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: home})
}

// fromRegistry says which registries a gem may come from, unless it is rubygems.org. Of several the files do not tell
// which one it was.
func fromRegistry(c *sbom.Component, remotes []string) {
	var list []string
	for _, r := range remotes {
		if clean, ok := sbom.CleanURL(r); ok && clean != "" {
			list = append(list, strings.TrimSuffix(clean, "/"))
		}
	}
	switch {
	case len(list) > 1:
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:gem:sources", Value: strings.Join(list, ", ")})
	case len(list) == 1 && list[0] != "https://rubygems.org" && list[0] != "http://rubygems.org" && list[0] != "https://index.rubygems.org":
		c.PURL = c.PURL.With("repository_url", list[0])
	}
}

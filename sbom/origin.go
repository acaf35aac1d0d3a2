package sbom

import "strings"

// FromGit says that the component is what a git repository holds at a commit, tag or branch, which may be empty: in the
// purl's qualifier vcs_url and as a Reference. An address that no document may show changes nothing. The spellings "home", "home/" and "home.git" give
// the same, for they reach the same repository.
func (c *Component) FromGit(address, ref string) {
	address = strings.TrimPrefix(strings.TrimSpace(address), "git+")
	home, ok := CleanURL(strings.TrimSuffix(strings.TrimRight(address, "/"), ".git"))
	if !ok || !strings.Contains(home, "://") {
		return
	}
	at := "git+" + home
	if ref != "" {
		at += "@" + ref
	}
	c.PURL = c.PURL.With("vcs_url", at)
	c.References = append(c.References, Reference{Type: VCS, URL: home})
}

package zig

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// pinned gives a package's name and version: from a hash such as "zf-0.10.2-OIRy8aiIAACLrBkNJk6aX6jzDmFhSwpSAEYrPmn_nVM1", else the version is the
// commit, tag or name of the archive.
func pinned(name, url, hash string) (string, string) {
	if n, rest, ok := strings.Cut(hash, "-"); ok && n != "N" { // "N-V-...": the package says neither
		if i := len(rest) - 45; i > 0 && rest[i] == '-' { // 33 bytes in base64
			return n, rest[:i]
		}
	}
	if _, ref, ok := strings.Cut(url, "#"); ok {
		return name, ref
	}
	url, _, _ = strings.Cut(url, "?")
	base := path.Base(url)
	for _, ext := range [...]string{".tar.gz", ".tar.xz", ".tar.zst", ".tgz", ".tar", ".zip"} {
		base = strings.TrimSuffix(base, ext)
	}
	return name, strings.TrimPrefix(base, name+"-")
}

// locate says where a package comes from: a repository, "git+https://host/path?ref=tag#commit", or an archive.
func locate(c *sbom.Component, url string) {
	if strings.HasPrefix(url, "git+") {
		home, commit, _ := strings.Cut(url, "#")
		home, ref, _ := strings.Cut(home, "?ref=")
		if commit == "" {
			commit = ref
		}
		c.FromGit(home, commit)
		return
	}
	if clean, ok := sbom.CleanURL(url); ok {
		c.PURL = c.PURL.With("download_url", clean)
		c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: clean})
	}
}

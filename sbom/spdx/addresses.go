package spdx

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// addresses are where a component can be found.
type addresses struct {
	download, homepage string           // "" if nothing is known
	others             []sbom.Reference // what has no field of its own, or would not come back from it
}

// addresses divides a component's references. What stands first, a distribution and then a website, comes back from its field;
// whatever else is a reference, also where a field repeats it.
func (w *writer) addresses(c *sbom.Component) addresses {
	a := addresses{others: w.references[:0]}
	repository := ""
	for i := range c.References {
		r := c.References[i]
		url, ok := sbom.CleanURL(r.URL)
		if !ok {
			w.lost[lostAddresses]++
			continue
		}
		r.URL = url
		switch r.Type {
		case sbom.Distribution:
			if a.download == "" && webAddress(url) {
				a.download = url
				if len(a.others) == 0 && a.homepage == "" && len(r.Hashes) == 0 {
					continue
				}
			}
		case sbom.Website:
			if a.homepage == "" && webAddress(url) {
				a.homepage = url
				if len(a.others) == 0 && len(r.Hashes) == 0 {
					continue
				}
			}
		case sbom.VCS:
			if repository == "" {
				repository = url
			}
		}
		a.others = append(a.others, r)
	}
	w.references = a.others
	if a.download == "" {
		if url, ok := sbom.CleanURL(c.PURL.Qualifier("vcs_url")); ok && versionControl(url) {
			a.download = url
		}
	}
	if a.download == "" {
		a.download = locator(repository, c)
	}
	return a
}

// parseAddresses gives back what addresses divided; of a document of others it makes a repository of what is one.
func parseAddresses(download, homepage string, others []sbom.Reference, ours bool) []sbom.Reference {
	var list []sbom.Reference
	add := func(kind, url string) {
		for i := range others {
			if others[i].URL == url && (others[i].Type == kind || !ours) {
				return
			}
		}
		list = append(list, sbom.Reference{Type: kind, URL: url})
	}
	switch {
	case webAddress(download):
		add(sbom.Distribution, download)
	case !ours && versionControl(download):
		add(sbom.VCS, download)
	}
	if webAddress(homepage) {
		add(sbom.Website, homepage)
	}
	return append(list, others...)
}

func webAddress(url string) bool {
	return strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://") || strings.HasPrefix(url, "ftp://")
}

// versionControl tells whether an address is a version control location as SPDX 2.3, clause 7.7, writes them: git+https://…
func versionControl(url string) bool {
	tool, rest, ok := strings.Cut(url, "+")
	switch tool {
	case "git", "hg", "svn", "bzr":
		return ok && strings.Contains(rest, "://")
	}
	return false
}

// locator is the version control location of a component's repository, "" if the tool is not known. The revision is told where it is
// certain: where the version of a purl that names repositories is one, or the tree was checked out from it.
func locator(url string, c *sbom.Component) string {
	if url == "" {
		return ""
	}
	if !versionControl(url) {
		host, _, _ := strings.Cut(strings.TrimPrefix(url[strings.Index(url, ":")+1:], "//"), "/")
		switch {
		case strings.HasPrefix(url, "git://"), strings.HasSuffix(url, ".git"):
		case host == "github.com", host == "gitlab.com", host == "codeberg.org", host == "bitbucket.org":
		default:
			return ""
		}
		if !webAddress(url) && !strings.HasPrefix(url, "ssh://") && !strings.HasPrefix(url, "git://") {
			return ""
		}
		url = "git+" + url
	}
	revision := ""
	switch c.PURL.Type {
	case purl.GitHub, purl.Bitbucket, purl.Git:
		revision = c.PURL.Version
	}
	for _, p := range c.Properties {
		if p.Name == "sbomgen:git:commit" {
			revision = p.Value
		}
	}
	if isCommit(revision) && !strings.ContainsAny(url[strings.Index(url, "://")+3:], "@#?") {
		url += "@" + revision
	}
	return url
}

func isCommit(s string) bool {
	for i := range len(s) {
		if !isHex(s[i]) {
			return false
		}
	}
	return len(s) == 40 || len(s) == 64
}

// fileName is the name of the file that a component is distributed as, where its purl or address tells it.
func fileName(c *sbom.Component, download string) string {
	if name := path.Base(c.PURL.Qualifier("file_name")); name != "." && name != "/" {
		return name
	}
	if !webAddress(download) {
		return ""
	}
	download, _, _ = strings.Cut(download, "#")
	download, _, _ = strings.Cut(download, "?")
	name := path.Base(download)
	for _, ending := range [...]string{".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".zip", ".whl", ".crate", ".gem", ".jar", ".war", ".nupkg", ".deb", ".rpm", ".apk",
		".phar", ".conda", ".tar", ".hex"} {
		if strings.HasSuffix(name, ending) && len(name) > len(ending) {
			return name
		}
	}
	return ""
}

// referenceComment says of a reference what has no field: its type, where the field cannot hold it, and the hashes. parseReferenceComment
// reads it.
func (w *writer) referenceComment(kind string, hashes []sbom.Hash) string {
	b := append(w.scratch[:0], kind...)
	for _, h := range hashes {
		if !h.Valid() {
			w.lost[lostHashes]++
			continue
		}
		if len(b) > 0 {
			b = append(b, ' ')
		}
		b = append(append(append(b, h.Algorithm...), ':'), strings.ToLower(h.Hex)...)
	}
	w.scratch = b
	return string(b)
}

func parseReferenceComment(text string) (kind string, hashes []sbom.Hash) {
	for word := range strings.FieldsSeq(text) {
		algorithm, digits, ok := strings.Cut(word, ":")
		h := sbom.Hash{Algorithm: sbom.Algorithm(algorithm), Hex: digits}
		switch {
		case ok && h.Valid():
			hashes = append(hashes, h)
		case kind == "" && hashes == nil && !ok:
			kind = word
		}
	}
	return kind, hashes
}

package pypi

import (
	"net/url"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// component is a package of the index. The spelling of its name is kept where the purl does not have it.
func component(name, version string) sbom.Component {
	name = strings.ToValidUTF8(name, "\uFFFD")
	c := sbom.Component{PURL: purl.New(purl.PyPI, "", name, version)}
	if c.PURL.Name != name {
		c.Name = name
	}
	return c
}

// keyOf names a component within one file: by its purl, which holds no credentials, so that a Gap may show it.
func keyOf(c *sbom.Component) string {
	if c.PURL.IsZero() {
		return c.Name + " " + c.Version
	}
	return c.PURL.String()
}

// fromIndex notes an index other than PyPI in the purl. An address that is none, such as a folder of
// wheels, is left out.
func fromIndex(c *sbom.Component, index string) {
	index = indexURL(index)
	if index != "" {
		c.PURL = c.PURL.With("repository_url", index)
	}
}

// indexURL is the address of an index as purls hold it, "" for PyPI and for places of the machine.
func indexURL(index string) string {
	if index == "" {
		return ""
	}
	clean, ok := sbom.CleanURL(index)
	_, rest, remote := strings.Cut(clean, "://")
	if !ok || !remote {
		return ""
	}
	switch host, _, _ := strings.Cut(rest, "/"); strings.ToLower(host) {
	case "pypi.org", "pypi.python.org", "files.pythonhosted.org":
		return ""
	}
	return strings.TrimRight(clean, "/")
}

// checkout is a place in a version control system.
type checkout struct {
	kind         string // git, hg, svn, bzr
	url          string
	ref          string
	subdirectory string
}

// parseCheckout reads pip's VCS URLs, git+https://host/o/r.git@ref#egg=name&subdirectory=dir,
// https://pip.pypa.io/en/stable/topics/vcs-support/. egg is the name that the fragment gives.
func parseCheckout(raw string) (at checkout, egg string, ok bool) {
	kind, rest, ok := strings.Cut(raw, "+")
	if !ok || !vcs(kind) {
		return checkout{}, "", false
	}
	rest, fragment, _ := strings.Cut(rest, "#")
	at = checkout{kind: kind, url: rest}
	if ref := strings.LastIndexByte(rest, '@'); ref > hostEnd(rest) {
		at.url, at.ref = rest[:ref], rest[ref+1:]
	}
	for pair := range strings.SplitSeq(fragment, "&") {
		switch key, value, _ := strings.Cut(pair, "="); key {
		case "egg":
			egg = unescaped(value)
		case "subdirectory":
			at.subdirectory = unescaped(value)
		}
	}
	return at, egg, true
}

// hostEnd is where the user and host of an address end, also in the form of scp, git@host:o/r.git.
func hostEnd(address string) int {
	if scheme := strings.Index(address, "://"); scheme >= 0 {
		if slash := strings.IndexByte(address[scheme+3:], '/'); slash >= 0 {
			return scheme + 3 + slash
		}
		return len(address)
	}
	return max(0, strings.IndexByte(address, ':'))
}

func vcs(kind string) bool {
	return kind == "git" || kind == "hg" || kind == "svn" || kind == "bzr"
}

func unescaped(text string) string {
	if plain, err := url.PathUnescape(text); err == nil {
		return plain
	}
	return text
}

// fromCheckout notes a checkout as the purl's vcs_url, in the notation of SPDX download locations, and as a reference. A
// repository on the machine is left out.
func fromCheckout(c *sbom.Component, at checkout) {
	home := at.home()
	if home == "" {
		return
	}
	c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: home})
	location := at.kind + "+" + home
	if at.ref != "" {
		location += "@" + at.ref
	}
	if dir := path.Clean(at.subdirectory); at.subdirectory != "" && dir != "." && !strings.HasPrefix(dir, "..") {
		location += "#" + strings.Trim(dir, "/")
	}
	c.PURL = c.PURL.With("vcs_url", location)
}

// home is the address of the repository, one spelling for the ways to reach it: without user, query and ".git", and
// with https at the hosts that have it.
func (at checkout) home() string {
	raw, _, _ := strings.Cut(at.url, "?")
	raw, _, _ = strings.Cut(raw, "#")
	clean, ok := sbom.CleanURL(strings.TrimPrefix(raw, at.kind+"+"))
	scheme, rest, remote := strings.Cut(clean, "://")
	if !ok || !remote {
		return ""
	}
	host, repository, _ := strings.Cut(rest, "/")
	switch host = strings.ToLower(host); host {
	case "github.com", "gitlab.com", "bitbucket.org", "codeberg.org":
		scheme = "https"
	}
	return scheme + "://" + host + "/" + strings.TrimSuffix(strings.Trim(repository, "/"), ".git")
}

// fromURL notes the address of an archive that no index offers, with the digest that its fragment may carry.
func fromURL(c *sbom.Component, address string) {
	address, fragment, _ := strings.Cut(address, "#")
	for pair := range strings.SplitSeq(fragment, "&") {
		if algorithm, value, ok := strings.Cut(pair, "="); ok {
			if hash, err := digest(algorithm + ":" + value); err == nil {
				c.Hashes = append(c.Hashes, hash)
			}
		}
	}
	clean, ok := sbom.CleanURL(address)
	if !ok || !strings.Contains(clean, "://") {
		return
	}
	c.PURL = c.PURL.With("download_url", clean)
	c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: clean, Hashes: c.Hashes})
}

// inside gives the folder in the tree that a relative path of a file in dir means, ok=false if it lies outside
// the tree or is not relative.
func inside(dir, relative string) (folder string, ok bool) {
	relative = strings.ReplaceAll(relative, `\`, "/")
	if strings.HasPrefix(relative, "/") || strings.Contains(relative, ":") {
		return "", false
	}
	folder = path.Join(dir, relative)
	return folder, folder != ".." && !strings.HasPrefix(folder, "../")
}

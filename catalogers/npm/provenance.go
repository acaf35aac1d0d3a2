package npm

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// resolved is locate for a resolved address, of which a local one may have a digest behind it.
func resolved(address string) source {
	s := locate(address)
	if s.origin == local {
		s.path, _, _ = strings.Cut(s.path, "#")
	}
	return s
}

// pinned completes a component with where a lockfile says that it comes from: the purl's qualifiers and the references, the
// address of the tarball where the registry is not the public one, the path of an archive that lies in the tree. dir is the folder of
// the lockfile.
func (s source) pinned(c *sbom.Component, dir, address string) {
	s.mark(c)
	switch {
	case s.origin == registry && s.url != "" && strings.Contains(address, "://"):
		address, _, _ = strings.Cut(address, "#")
		c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: stripped(address)})
	case s.origin == local:
		if at, inside := within(dir, s.path); inside {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:file", Value: at})
		}
	case s.origin == git && c.VersionText() == "":
		c.Version = s.ref // the lockfile knows the package only by its commit
	}
}

// vouch adds an integrity value to a component: the digests of what is distributed. What is packed from a commit has none, for
// everyone packs it anew.
func (s source) vouch(c *sbom.Component, integrity string) (err error) {
	switch {
	case integrity == "":
	case s.origin == git:
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:integrity", Value: integrity})
	default:
		c.Hashes, err = digests(integrity)
	}
	return err
}

// shown is a specifier or a key of a lockfile as it may be shown: the addresses in it have neither user info nor what looks like
// a token. Equal texts stay equal.
func shown(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	var b strings.Builder
	for {
		at := strings.Index(text, "://")
		if at < 0 {
			break
		}
		b.WriteString(text[:at+3])
		text = text[at+3:]
		host, path := before(text, "/?#(), ")
		b.WriteString(host[strings.LastIndexByte(host, '@')+1:])
		address, rest := before(path, "#(), ")
		path, query, _ := strings.Cut(address, "?")
		b.WriteString(path)
		separator := "?"
		for pair := range strings.SplitSeq(query, "&") {
			if key, _, _ := strings.Cut(strings.ToLower(pair), "="); pair != "" && !secret(key) {
				b.WriteString(separator + pair)
				separator = "&"
			}
		}
		text = rest
	}
	b.WriteString(text)
	return b.String()
}

// before cuts a text in front of the first of the characters.
func before(text, characters string) (first, rest string) {
	if i := strings.IndexAny(text, characters); i >= 0 {
		return text[:i], text[i:]
	}
	return text, ""
}

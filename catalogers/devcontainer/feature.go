package devcontainer

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// feature reads how a feature is named, https://containers.dev/implementors/features/#referencing-a-feature: in a registry, by the address of
// an archive, or, before there were registries, by a bare name. Its tag may be a range.
func feature(name string) (c sbom.Component, asked string, ok bool) {
	if strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://") {
		clean, ok := sbom.CleanURL(name)
		base := strings.TrimSuffix(path.Base(clean), ".tgz")
		c = sbom.Component{PURL: purl.New(purl.Generic, "", base, "").With("download_url", clean)}
		c.Link(sbom.Distribution, clean)
		return c, "", ok && !c.PURL.IsZero()
	}
	if !strings.Contains(name, "/") {
		bare, version, _ := strings.Cut(name, "@")
		name = "ghcr.io/devcontainers/features/" + bare + ":" + version // where the first ones are now
		name = strings.TrimSuffix(name, ":")
	}
	is, ok := image.Component(name)
	if !ok {
		return c, "", false
	}
	if strings.HasPrefix(is.PURL.Version, "sha256:") {
		return artifact(is.PURL, is.PURL.Version), "", true
	}
	return artifact(is.PURL, ""), is.PURL.Version, true
}

// artifact is a feature as an artifact of OCI. Its version is the digest, if that is known.
func artifact(from purl.PURL, digest string) sbom.Component {
	host := from.Qualifier("repository_url")
	if host == "" {
		host = "docker.io"
	}
	at := host + "/" + strings.TrimPrefix(from.Namespace+"/"+from.Name, "/")
	return sbom.Component{PURL: purl.New(purl.OCI, "", from.Name, digest).With("repository_url", at)}
}

// Package image reads references of container images, which CI systems, orchestrators and editors share:
// [host[:port]/]path[:tag][@digest], https://github.com/distribution/reference/blob/main/reference.go.
package image

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Component is the image that a reference names. It returns false for what is no reference: the empty image
// scratch, variables and templates, names with spaces.
//
// Of a reference with a digest the digest is the version and the tag a property, since tags move. Without both the version is unknown:
// the tool takes what is called "latest" when it runs.
func Component(reference string) (sbom.Component, bool) {
	reference = strings.TrimPrefix(strings.TrimSpace(reference), "docker://")
	if reference == "" || reference == "scratch" || len(reference) > 512 || !plain(reference) {
		return sbom.Component{}, false
	}
	rest, digest, pinned := strings.Cut(reference, "@")
	name, tag := rest, ""
	if colon := strings.LastIndexByte(rest, ':'); colon > strings.LastIndexByte(rest, '/') {
		name, tag = rest[:colon], rest[colon+1:]
		if tag == "" {
			return sbom.Component{}, false
		}
	}
	host, path, ok := strings.Cut(name, "/")
	if !ok || !strings.ContainsAny(host, ".:") && host != "localhost" && strings.ToLower(host) == host {
		host, path = "", name
	}
	switch host {
	case "docker.io", "index.docker.io", "registry-1.docker.io", "registry.hub.docker.com":
		host = ""
	}
	if host == "" { // https://docs.docker.com/docker-hub/repos/manage/trusted-content/official-images/
		path = strings.TrimPrefix(path, "library/")
	}
	if path == "" || path != strings.ToLower(path) || strings.Contains("/"+path+"/", "//") || strings.Contains(path, ":") {
		return sbom.Component{}, false
	}
	c := sbom.Component{Kind: sbom.Container, PURL: purl.New(purl.Docker, "", path, tag)}
	if pinned {
		if algorithm, sum, ok := strings.Cut(digest, ":"); !ok || algorithm == "sha256" && !isDigest(sum) {
			return sbom.Component{}, false
		}
		c.PURL = purl.New(purl.Docker, "", path, digest)
		if tag != "" {
			c.Properties = []sbom.Property{{Name: "sbomgen:docker:tag", Value: tag}}
		}
	}
	if host != "" {
		c.PURL = c.PURL.With("repository_url", host)
	}
	return c, !c.PURL.IsZero()
}

func isDigest(sum string) bool {
	_, ok := sbom.NewHash(sbom.SHA256, sum)
	return ok
}

// plain tells whether a text has only the characters of references.
func plain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("._-/:@+", c) >= 0) {
			return false
		}
	}
	return s[0] != '.' && s[0] != '/' && s[0] != '-' && s[0] != '@'
}

// Variable tells whether a reference cannot be read because the tool that uses it fills it in when it runs.
func Variable(reference string) bool { return strings.ContainsAny(reference, "${}<>%") }

package kubernetes

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// remote reads the address of a resource: a file of the web, or a folder of a repository behind "//" with its ref in the query,
// https://github.com/kubernetes-sigs/kustomize/blob/master/examples/remoteBuild.md. The host may stand without a scheme.
func remote(address string) (sbom.Component, bool) {
	address = strings.TrimPrefix(address, "git::")
	place, query, _ := strings.Cut(address, "?")
	scheme, rest, ok := strings.Cut(place, "://")
	if !ok {
		host, _, _ := strings.Cut(place, "/")
		if !slices.Contains([]string{"github.com", "bitbucket.org", "gitlab.com"}, host) && !strings.HasPrefix(place, "git@") {
			return sbom.Component{}, false // a path of the tree
		}
		scheme, rest = "https", place
	}
	ref := ""
	for pair := range strings.SplitSeq(query, "&") {
		if value, ok := strings.CutPrefix(pair, "ref="); ok {
			ref = value
		} else if value, ok := strings.CutPrefix(pair, "version="); ok {
			ref = value
		}
	}
	home, folder, _ := strings.Cut(rest, "//")
	if parts := strings.Split(home, "/"); folder == "" && len(parts) > 3 && parts[0] == "github.com" {
		home, folder = strings.Join(parts[:3], "/"), strings.Join(parts[3:], "/")
	}
	if strings.HasSuffix(rest, ".yaml") || strings.HasSuffix(rest, ".yml") {
		clean, ok := sbom.CleanURL(address)
		return sbom.Component{Kind: sbom.FileKind, PURL: purl.New(purl.Generic, "", rest[strings.LastIndexByte(rest, '/')+1:], "").With("download_url", clean),
			References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}, ok
	}
	if strings.HasPrefix(home, "git@") {
		return repository.Component(home, ref, folder)
	}
	return repository.Component(scheme+"://"+home, ref, folder)
}

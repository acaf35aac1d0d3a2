package cran

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// locate says where a package comes from, unless it is CRAN or a mirror of it.
func (r *record) locate(c *sbom.Component, repositories map[string]string) {
	host := ""
	switch kind := strings.ToLower(r.get("RemoteType", "Source")); kind {
	case "github":
		host = "github.com"
	case "gitlab":
		host = "gitlab.com"
	case "bitbucket":
		host = "bitbucket.org"
	case "git", "git2r", "xgit":
		c.FromGit(r.get("RemoteUrl", "git_url"), r.get("RemoteSha"))
		return
	case "url":
		if clean, ok := sbom.CleanURL(r.get("RemoteUrl")); ok {
			c.PURL = c.PURL.With("download_url", clean)
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: clean})
		}
		return
	case "bioconductor", "bioc", "bioc_git2r":
		c.PURL = c.PURL.With("repository_url", "https://bioconductor.org")
		return
	case "local":
		return
	}
	if host == "" {
		r.repository(c, repositories)
		return
	}
	if h := r.get("RemoteHost"); strings.Contains(h, ".") && h != "api.github.com" {
		host, _, _ = strings.Cut(strings.TrimPrefix(strings.TrimPrefix(h, "https://"), "http://"), "/")
	}
	owner, name := r.get("RemoteUsername", "GithubUsername", "GithubUserName"), r.get("RemoteRepo", "GithubRepo")
	if owner != "" && name != "" {
		c.FromGit("https://"+host+"/"+owner+"/"+name, r.get("RemoteSha", "GithubSha1", "GithubSHA1"))
	}
	if dir := r.get("RemoteSubdir", "GithubSubdir"); dir != "" {
		c.PURL = c.PURL.WithSubpath(dir)
	}
}

func (r *record) repository(c *sbom.Component, repositories map[string]string) {
	name := r.get("Repository")
	switch {
	case slices.Contains([]string{"", "CRAN", "RSPM", "P3M", "PPM"}, name): // the latter are Posit's mirror of it
		if name == "" && r.get("biocViews") != "" {
			c.PURL = c.PURL.With("repository_url", "https://bioconductor.org")
		}
		return
	case strings.HasPrefix(name, "Bioconductor") || strings.HasPrefix(name, "BioC"):
		c.PURL = c.PURL.With("repository_url", "https://bioconductor.org")
		return
	case repositories[name] != "":
		name = repositories[name]
	}
	if clean, ok := sbom.CleanURL(strings.TrimRight(name, "/")); ok && strings.Contains(clean, "://") {
		c.PURL = c.PURL.With("repository_url", clean)
	}
}

// readRepository reads an element of "Repositories" in renv.lock: an address by its name.
func readRepository(r *decode.JSONReader, repositories map[string]string) {
	var name, url string
	r.Object(func(key string) {
		switch key {
		case "Name":
			name = r.Text()
		case "URL":
			url = r.Text()
		}
	})
	repositories[name] = url
}

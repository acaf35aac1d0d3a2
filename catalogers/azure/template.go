package azure

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// template reads a repository resource, which templates and scripts come from.
func template(r decode.Node, out *sbom.Facts) {
	name, ref := r.Get("name"), r.Get("ref").Text()
	if name.Text() == "" || image.Variable(name.Text()) || image.Variable(ref) {
		return
	}
	version := ref
	for _, prefix := range [...]string{"refs/tags/", "refs/heads/"} {
		version = strings.TrimPrefix(version, prefix)
	}
	var c sbom.Component
	switch kind := strings.ToLower(r.Get("type").Text()); {
	case kind != "github" && kind != "bitbucket": // git, githubenterprise
		project, repo := path.Split(name.Text())
		c.PURL = purl.New(purl.Generic, strings.Trim(project, "/"), repo, version)
	case strings.Count(name.Text(), "/") != 1:
	case kind == "github":
		c, _ = repository.Component("https://github.com/"+name.Text(), version, "")
	default:
		c, _ = repository.Component("https://bitbucket.org/"+name.Text(), version, "")
	}
	if c.PURL.IsZero() {
		out.Gap(name.Line(), "%.80q names no repository", name.Text())
		return
	}
	out.Ask(c, sbom.Relation{Range: ref, Scope: sbom.Build, Line: name.Line()})
}

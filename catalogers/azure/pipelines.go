// Package azure reads the pipelines of Azure DevOps.
package azure

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Pipelines reads azure-pipelines.yml, https://learn.microsoft.com/en-us/azure/devops/pipelines/yaml-schema/: the repositories that templates
// come from, and the images of containers. Repositories of Azure itself lie in an organisation that the file does not name.
var Pipelines = catalogers.Cataloger{
	Name:  "azure-pipelines",
	Doc:   "Repositories of templates and container images that Azure pipelines use.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.GitHub, purl.Bitbucket, purl.Generic, purl.Docker},
	Files: append(catalogers.Named(".azure-pipelines.yml", ".azure-pipelines.yaml"),
		catalogers.Glob("azure-pipelines*.yml", "azure-pipelines*.yaml", "**/.azure-pipelines/**/*.yml", "**/.azuredevops/**/*.yml", "**/.azure/pipelines/**/*.yml")...),
	Parse: parsePipelines,
}

func parsePipelines(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if dir := f.Dir(); strings.Contains("/"+dir+"/", "/.azure") {
		out.Own(path.Join("./", strings.TrimSuffix(dir[:strings.Index("/"+dir+"/", "/.azure")], "/")))
	}
	if !strings.Contains(text, "container") && !strings.Contains(text, "repositories") {
		return nil
	}
	docs, err := decode.Nodes(text)
	for _, doc := range docs {
		aliases := make(map[string]bool)
		for r := range doc.Get("resources", "repositories").Items() {
			template(r, out)
		}
		for c := range doc.Get("resources", "containers").Items() {
			aliases[c.Get("container").Text()] = true
			container(c.Get("image"), nil, out)
		}
		job(doc, aliases, out)
		jobs(doc.Get("jobs"), aliases, out)
		for stage := range doc.Get("stages").Items() {
			jobs(stage.Get("jobs"), aliases, out)
		}
		if err == nil {
			err = doc.Err()
		}
	}
	return err
}

func jobs(list decode.Node, aliases map[string]bool, out *sbom.Facts) {
	for j := range list.Items() {
		job(j, aliases, out)
	}
}

func job(n decode.Node, aliases map[string]bool, out *sbom.Facts) {
	container(n.Get("container"), aliases, out)
	for _, service := range n.Get("services").Entries() {
		container(service, aliases, out)
	}
}

// container reads an image, the alias of a container resource, or a mapping with an image.
func container(n decode.Node, aliases map[string]bool, out *sbom.Facts) {
	if n.Kind() == decode.Object {
		n = n.Get("image")
	}
	if text := n.Text(); text != "" && !aliases[text] {
		if _, ok := image.Claim(out, text, sbom.Relation{Scope: sbom.Build, Line: n.Line()}); !ok && !image.Variable(text) {
			out.Gap(n.Line(), "%.80q names no image", text)
		}
	}
}

// template reads a repository resource.
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
	ok := false
	if kind := strings.ToLower(r.Get("type").Text()); (kind == "github" || kind == "bitbucket") && strings.Count(name.Text(), "/") != 1 {
		out.Gap(name.Line(), "%.80q names no repository", name.Text())
		return
	}
	switch strings.ToLower(r.Get("type").Text()) {
	case "github":
		c, ok = repository.Component("https://github.com/"+name.Text(), version, "")
	case "bitbucket":
		c, ok = repository.Component("https://bitbucket.org/"+name.Text(), version, "")
	default: // git, githubenterprise
		project, repo := path.Split(name.Text())
		c, ok = sbom.Component{PURL: purl.New(purl.Generic, strings.Trim(project, "/"), repo, version)}, true
	}
	if !ok || c.PURL.IsZero() {
		out.Gap(name.Line(), "%.80q names no repository", name.Text())
		return
	}
	key := c.PURL.String()
	if !out.Has(key) {
		out.AddAt(name.Line(), key, c)
	}
	out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: ref, Scope: sbom.Build, Line: name.Line()})
}

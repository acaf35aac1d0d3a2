// Package azure reads the pipelines of Azure DevOps.
package azure

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
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
	if above, _, below := strings.Cut("/"+f.Dir()+"/", "/.azure"); below {
		out.Own(path.Join(".", above))
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
		err = cmp.Or(err, doc.Err())
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
	if text := n.Text(); !aliases[text] {
		image.Expect(out, text, sbom.Relation{Scope: sbom.Build, Line: n.Line()})
	}
}

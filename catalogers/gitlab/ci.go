// Package gitlab reads the pipelines of GitLab.
package gitlab

import (
	"cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// CI reads .gitlab-ci.yml and templates for it, https://docs.gitlab.com/ci/yaml/: the images of jobs and services, and what is included
// from other projects, components and addresses. The instance that projects lie on is that of the project itself, which the file does not
// name.
var CI = catalogers.Cataloger{
	Name:  "gitlab-ci",
	Doc:   "Container images that GitLab CI jobs and services use, and the components, projects and remote files that pipelines include.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker, purl.Generic, purl.GitHub, purl.Bitbucket},
	Files: append(catalogers.Named(".gitlab-ci.yml", ".gitlab-ci.yaml"), catalogers.Glob("*.gitlab-ci.yml")...),
	Parse: parseCI,
}

func parseCI(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	docs, err := decode.Nodes(text)
	for _, doc := range docs {
		global := variables(doc.Get("variables"), nil)
		include(doc.Get("include"), out)
		for name, n := range doc.Entries() {
			switch name {
			case "image":
				container(n, global, out)
			case "services":
				services(n, global, out)
			case "include", "variables", "stages", "workflow", "spec", "cache", "before_script", "after_script":
			default: // a job, a hidden one, or "default"
				local := variables(n.Get("variables"), global)
				container(n.Get("image"), local, out)
				services(n.Get("services"), local, out)
				include(n.Get("trigger", "include"), out)
			}
		}
		err = cmp.Or(err, doc.Err())
	}
	return err
}

func services(n decode.Node, values scope, out *sbom.Facts) {
	for s := range n.Items() {
		container(s, values, out)
	}
}

// container reads an image by itself or in a mapping. Variables that the file does not set are the project's.
func container(n decode.Node, values scope, out *sbom.Facts) {
	if n.Kind() == decode.Object {
		n = n.Get("name")
	}
	text := n.Text()
	for range 3 { // variables may hold variables
		text = substitute(text, values)
	}
	image.Expect(out, text, sbom.Relation{Scope: sbom.Build, Line: n.Line()})
}

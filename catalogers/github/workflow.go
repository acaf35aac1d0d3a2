// Package github reads the workflows and actions of GitHub.
package github

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Workflow reads what workflows use: actions and reusable workflows of other repositories, and images,
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax. Where an action is pinned to a commit, people and
// Dependabot write its tag into the comment behind.
var Workflow = catalogers.Cataloger{
	Name:  "github-workflow",
	Doc:   "Actions, reusable workflows and container images that GitHub Actions workflows use, with their pins and the tags in comments.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.GitHub, purl.Docker},
	Files: catalogers.Glob("**/.github/workflows/*.yml", "**/.github/workflows/*.yaml"),
	Parse: parseWorkflow,
}

func parseWorkflow(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Own(path.Dir(path.Dir(f.Dir())))
	if !strings.Contains(text, "uses") && !strings.Contains(text, "container") && !strings.Contains(text, "image") {
		return nil // nothing of others; the format has much else that may be odd
	}
	docs, err := decode.Nodes(text)
	for _, doc := range docs {
		for _, job := range doc.Get("jobs").Entries() {
			use(job.Get("uses"), out)
			container(job.Get("container"), out)
			for _, service := range job.Get("services").Entries() {
				container(service, out)
			}
			steps(job.Get("steps"), out)
		}
		err = cmp.Or(err, doc.Err())
	}
	return err
}

func steps(list decode.Node, out *sbom.Facts) {
	for step := range list.Items() {
		use(step.Get("uses"), out)
	}
}

// Package github reads the workflows and actions of GitHub.
package github

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
		if err == nil {
			err = doc.Err()
		}
	}
	return err
}

func steps(list decode.Node, out *sbom.Facts) {
	for step := range list.Items() {
		use(step.Get("uses"), out)
	}
}

// container reads an image by itself or in a mapping.
func container(n decode.Node, out *sbom.Facts) {
	if n.Kind() == decode.Object {
		n = n.Get("image")
	}
	reference := n.Text()
	if _, ok := image.Claim(out, reference, sbom.Relation{Scope: sbom.Build, Line: n.Line()}); !ok && reference != "" && !image.Variable(reference) {
		out.Gap(n.Line(), "%.80q names no image", reference)
	}
}

// use reads what "uses" names: "owner/repository/path@ref", "docker://image", or a folder of the same repository.
func use(n decode.Node, out *sbom.Facts) {
	text := strings.TrimSpace(n.Text())
	switch {
	case text == "", strings.HasPrefix(text, "./"), strings.HasPrefix(text, "../"), strings.HasPrefix(text, "$/"):
		return
	case strings.HasPrefix(text, "docker://"):
		container(n, out)
		return
	}
	place, ref, pinned := strings.Cut(text, "@")
	owner, rest, ok := strings.Cut(place, "/")
	name, folder, _ := strings.Cut(rest, "/")
	if !ok || !pinned || ref == "" || owner == "" || name == "" || strings.ContainsAny(text, " ${}") {
		out.Gap(n.Line(), "%.80q is neither an action with a ref nor an image", text)
		return
	}
	c, ok := repository.Component("https://github.com/"+owner+"/"+name, ref, folder)
	if !ok {
		out.Gap(n.Line(), "%.80q names no repository", text)
		return
	}
	if tag := tagOf(n.Comment()); tag != "" && repository.Commit(ref) {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:github:tag", Value: tag})
	}
	key := c.PURL.String()
	if known := out.Component(key); known == nil {
		out.AddAt(n.Line(), key, c)
	} else if len(known.Properties) == 0 {
		known.Properties = c.Properties
	}
	out.Relate(sbom.Relation{From: out.Owner(), To: key, Scope: sbom.Build, Line: n.Line()})
}

// tagOf finds the version in the comment behind a pin, as Dependabot, Renovate, ratchet and pin-github-action write it: "v4.1.1", "tag=v4",
// "ratchet:actions/checkout@v4", "pin@v4".
func tagOf(comment string) string {
	for word := range strings.FieldsSeq(comment) {
		word = word[strings.LastIndexAny(word, "@=:")+1:]
		if number := strings.TrimPrefix(word, "v"); number != "" && number[0] >= '0' && number[0] <= '9' {
			return strings.TrimRight(word, ",;.")
		}
	}
	return ""
}

package kubernetes

import (
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// resource reads the images of what a manifest describes: a workload, or a task or workflow of Tekton and Argo.
func resource(n decode.Node, out *sbom.Facts) {
	if n.Get("apiVersion").Text() == "" || n.Get("kind").Text() == "" {
		return
	}
	spec := n.Get("spec")
	for _, at := range [...]decode.Node{spec, spec.Get("template", "spec"), spec.Get("jobTemplate", "spec", "template", "spec"), n.Get("template", "spec")} {
		pod(at, out)
	}
	for _, at := range [...]decode.Node{spec, spec.Get("taskSpec")} { // https://tekton.dev/docs/pipelines/tasks/
		containers(at.Get("steps"), out)
		containers(at.Get("sidecars"), out)
	}
	for step := range spec.Get("templates").Items() { // https://argo-workflows.readthedocs.io/en/latest/fields/#template
		claim(step.Get("container", "image"), out)
		claim(step.Get("script", "image"), out)
		containers(step.Get("sidecars"), out)
		containers(step.Get("initContainers"), out)
	}
}

func pod(spec decode.Node, out *sbom.Facts) {
	for _, list := range [...]string{"containers", "initContainers", "ephemeralContainers"} {
		containers(spec.Get(list), out)
	}
	for volume := range spec.Get("volumes").Items() {
		claim(volume.Get("image", "reference"), out)
	}
}

func containers(list decode.Node, out *sbom.Facts) {
	for c := range list.Items() {
		claim(c.Get("image"), out)
	}
}

func claim(n decode.Node, out *sbom.Facts) {
	image.Expect(out, n.Text(), sbom.Relation{Line: n.Line()})
}

// Package kubernetes reads what clusters of Kubernetes are told to run.
package kubernetes

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads the images of pods in manifests, https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/, in files
// that are named for a workload or lie in a folder where manifests usually lie. YAML that is no manifest is left alone. Of a Helm template only the images that
// are written out are known.
var Manifest = catalogers.Cataloger{
	Name:  "kubernetes-manifest",
	Doc:   "Container images of the workloads in Kubernetes manifests and of tasks of Tekton and Argo, in files and folders with the usual names.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker},
	Files: catalogers.Glob("*deployment*.yaml", "*deployment*.yml", "*statefulset*.yaml", "*statefulset*.yml", "*daemonset*.yaml", "*daemonset*.yml",
		"*cronjob*.yaml", "*cronjob*.yml", "pod.yaml", "pod.yml",
		"**/{k8s,kubernetes,manifests,kustomize,overlays,templates}/**/*.yaml", "**/{k8s,kubernetes,manifests,kustomize,overlays,templates}/**/*.yml"),
	Parse: parseManifest,
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "image:") || !strings.Contains(text, "apiVersion:") || !strings.Contains(text, "kind:") {
		return nil
	}
	if strings.Contains(text, "{{") {
		out.Own(chart(f.Dir()))
		template(text, out)
		return nil
	}
	docs, err := decode.Nodes(text)
	for _, doc := range docs {
		resource(doc, out)
		for item := range doc.Get("items").Items() { // kind: List
			resource(item, out)
		}
		if err == nil {
			err = doc.Err()
		}
	}
	return err
}

// chart is the folder of the chart that a template belongs to.
func chart(dir string) string {
	for at := dir; at != "."; at = path.Dir(at) {
		if path.Base(at) == "templates" {
			return path.Dir(at)
		}
	}
	return dir
}

// template reads the lines of a Helm template that write an image out.
func template(text string, out *sbom.Facts) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		reference, ok := strings.CutPrefix(strings.TrimLeft(line, " -\t"), "image:")
		if reference, _, _ = strings.Cut(reference, " #"); !ok || image.Variable(reference) {
			continue
		}
		image.Claim(out, strings.Trim(strings.TrimSpace(reference), `"'`), sbom.Relation{Line: n}) // what is none is part of the template
	}
}

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
	text := n.Text()
	if _, ok := image.Claim(out, text, sbom.Relation{Line: n.Line()}); !ok && text != "" && !image.Variable(text) {
		out.Gap(n.Line(), "%.80q names no image", text)
	}
}

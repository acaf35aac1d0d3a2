// Package kubernetes reads what clusters of Kubernetes are told to run.
package kubernetes

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
		err = cmp.Or(err, doc.Err())
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

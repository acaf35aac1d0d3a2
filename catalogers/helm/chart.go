// Package helm reads the charts of Helm.
package helm

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Chart reads Chart.yaml, https://helm.sh/docs/topics/charts/#the-chartyaml-file, with the requirements.yaml of the first version of the
// format, and the images in the values.yaml beside. Helm has no purl type; a chart in an OCI registry is named like others, since of
// charts the files know versions and not the digests that the type oci asks for.
var Chart = catalogers.Cataloger{
	Name:   "helm-chart",
	Doc:    "Charts that Chart.yaml or requirements.yaml asks for, and container images in the values.yaml beside.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Generic, purl.Docker},
	Files:  catalogers.Named("Chart.yaml"),
	Beside: []string{"requirements.yaml", "values.yaml"},
	Parse:  parseChart,
}

func parseChart(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	docs, err := decode.Nodes(text)
	if len(docs) == 0 {
		return err
	}
	doc := docs[0]
	name, version := doc.Get("name").Text(), doc.Get("version").Text()
	if name == "" || doc.Get("apiVersion").Text() == "" {
		if err == nil && doc.Get("dependencies").Kind() != decode.End {
			out.Gap(0, "has no name or no apiVersion")
		}
		return err
	}
	if !image.Variable(name + version) {
		out.Application(f.Dir(), sbom.Component{Name: name, Version: version, PURL: purl.New(purl.Generic, "", name, version), Description: doc.Get("description").Text()})
	}
	for d := range doc.Get("dependencies").Items() {
		dependency(d, f.Path, f.Dir(), out)
	}
	for d := range beside(f, "requirements.yaml").Get("dependencies").Items() {
		dependency(d, path.Join(f.Dir(), "requirements.yaml"), f.Dir(), out)
	}
	v := imageFinder{out: out, path: path.Join(f.Dir(), "values.yaml"), version: doc.Get("appVersion").Text()}
	v.walk(beside(f, "values.yaml"), 0)
	return err
}

// beside reads the YAML of another file. What cannot be read there says nothing of this one.
func beside(f *catalogers.File, name string) decode.Node {
	text, err := f.TextBeside(name)
	if err != nil {
		return decode.Node{}
	}
	docs, _ := decode.Nodes(text)
	if len(docs) == 0 {
		return decode.Node{}
	}
	return docs[0]
}

// Package helm reads the charts of Helm.
package helm

import (
	"path"
	"strings"

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
	if old, err := besideNode(f, "requirements.yaml"); err == nil {
		for d := range old.Get("dependencies").Items() {
			dependency(d, path.Join(f.Dir(), "requirements.yaml"), f.Dir(), out)
		}
	}
	if values, err := besideNode(f, "values.yaml"); err == nil {
		v := imageFinder{out: out, path: path.Join(f.Dir(), "values.yaml"), version: doc.Get("appVersion").Text()}
		v.walk(values, 0)
	}
	return err
}

// besideNode reads the YAML beside. What cannot be read there says nothing of this file.
func besideNode(f *catalogers.File, name string) (decode.Node, error) {
	other, err := f.Beside(name)
	if err != nil {
		return decode.Node{}, err
	}
	text, err := other.Text()
	if err != nil {
		return decode.Node{}, err
	}
	docs, err := decode.Nodes(text)
	if len(docs) == 0 {
		return decode.Node{}, err
	}
	return docs[0], nil
}

// dependency reads a chart that another asks for. A chart in a folder of the tree is an application of its own.
func dependency(d decode.Node, file, dir string, out *sbom.Facts) {
	name, asked, from := d.Get("name").Text(), d.Get("version").Text(), d.Get("repository").Text()
	if name == "" {
		out.GapAt(file, "line %d: a dependency has no name", d.Line())
		return
	}
	r := sbom.Relation{From: out.Owner(), Range: asked, Line: d.Line()}
	if d.Get("condition").Text() != "" || d.Get("tags").Kind() == decode.Array {
		r.Scope = sbom.Optional
	}
	if folder, local := strings.CutPrefix(from, "file://"); local {
		if at := path.Join(dir, folder); !path.IsAbs(folder) && at != ".." && !strings.HasPrefix(at, "../") {
			r.To = out.Application(at, sbom.Component{})
			out.Relate(r)
			return
		}
	}
	version := asked
	if strings.ContainsAny(version, "^~*xX<>= |,") {
		version = ""
	}
	c := component(name, version, from)
	if r.To = c.PURL.String(); !out.Has(r.To) { // with an alias one chart may be asked for twice
		out.AddIn(sbom.Location{Path: file, Line: d.Line()}, r.To, c)
	}
	out.Relate(r)
}

// component is a chart of a repository, of which a name with "@" or "alias:" is only known to the machine.
func component(name, version, from string) sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Generic, "", name, version)}
	if clean, ok := sbom.CleanURL(from); ok && strings.Contains(clean, "://") {
		c.PURL = c.PURL.With("repository_url", strings.TrimRight(clean, "/"))
	}
	return c
}

package kubernetes

import (
	"cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Kustomization reads kustomization.yaml, https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/: the images that it puts into
// manifests, the repositories that it takes resources from, and the charts that it inflates.
var Kustomization = catalogers.Cataloger{
	Name:  "kustomization",
	Doc:   "Images, remote resources and Helm charts that a kustomization.yaml names.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker, purl.GitHub, purl.Bitbucket, purl.Generic},
	Files: catalogers.Named("kustomization.yaml", "kustomization.yml", "Kustomization"),
	Parse: parseKustomization,
}

func parseKustomization(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	docs, err := decode.Nodes(text)
	if len(docs) == 0 {
		return err
	}
	doc := docs[0]
	for i := range doc.Get("images").Items() {
		name := i.Get("newName").Text()
		if name == "" {
			name = i.Get("name").Text()
		}
		if tag := i.Get("newTag").Text(); tag != "" {
			name += ":" + tag
		}
		if digest := i.Get("digest").Text(); digest != "" {
			name += "@" + digest
		}
		image.Expect(out, name, sbom.Relation{Line: i.Line()})
	}
	for _, list := range [...]string{"resources", "bases", "components"} {
		for r := range doc.Get(list).Items() {
			if c, ok := remote(r.Text()); ok {
				out.Ask(c, sbom.Relation{Line: r.Line()})
			}
		}
	}
	for h := range doc.Get("helmCharts").Items() {
		c := sbom.Component{PURL: purl.New(purl.Generic, "", h.Get("name").Text(), h.Get("version").Text())}
		if clean, ok := sbom.CleanURL(h.Get("repo").Text()); ok {
			c.PURL = c.PURL.With("repository_url", clean)
		}
		out.Ask(c, sbom.Relation{Line: h.Line()})
	}
	return cmp.Or(err, doc.Err())
}

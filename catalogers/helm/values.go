package helm

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// imageFinder finds images in the values of a chart, by the conventions of https://helm.sh/docs/chart_best_practices/pods/#images: a mapping with repository and tag,
// often with registry and digest, or a text below a key that ends in "image".
type imageFinder struct {
	out     *sbom.Facts
	path    string
	version string // of the application in the chart, which the chart's own image has as its tag by default
}

const maxValuesDepth = 30

func (v *imageFinder) walk(n decode.Node, depth int) {
	if depth > maxValuesDepth {
		return
	}
	for item := range n.Items() {
		v.walk(item, depth+1)
	}
	for key, value := range n.Entries() {
		switch {
		case value.Kind() == decode.Object && value.Get("repository").Text() != "":
			v.claim(value.Line(), v.reference(value, depth == 0 && key == "image"))
		case value.Kind() == decode.String && strings.HasSuffix(strings.ToLower(key), "image") && strings.ContainsAny(value.Text(), ":/"):
			v.claim(value.Line(), value.Text())
		default:
			v.walk(value, depth+1)
		}
	}
}

func (v *imageFinder) reference(n decode.Node, own bool) string {
	reference, tag := n.Get("repository").Text(), n.Get("tag").Text()
	if registry := n.Get("registry").Text(); registry != "" {
		reference = registry + "/" + reference
	}
	digest := n.Get("digest").Text()
	if digest == "" {
		digest = n.Get("sha").Text()
	}
	switch {
	case tag == "" && digest == "" && own:
		tag = v.version
	case len(digest) == 64:
		digest = "sha256:" + digest
	}
	if tag, inline, ok := strings.Cut(tag, "@"); ok { // "1.2@sha256:..."
		return reference + ":" + tag + "@" + inline
	}
	if tag != "" {
		reference += ":" + tag
	}
	if digest != "" {
		reference += "@" + digest
	}
	return reference
}

// claim claims an image of the values. What is none is some other setting.
func (v *imageFinder) claim(line int, reference string) {
	c, ok := image.Component(reference)
	if !ok {
		return
	}
	key := c.PURL.String()
	if !v.out.Has(key) {
		v.out.AddIn(sbom.Location{Path: v.path, Line: line}, key, c)
	}
	v.out.Relate(sbom.Relation{From: v.out.Owner(), To: key, Line: line})
}

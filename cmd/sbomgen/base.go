package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// base is what is known of the image that an image was built from: its layers, or what an SBOM of it lists.
type base struct {
	image  *source.Image
	listed map[sbom.ID]bool
	is     sbom.Component // the container itself; without a purl where nobody says what it is called
}

// openBase opens what --base names: an image, whose layers are not read, or an SBOM.
func openBase(ctx context.Context, h host, target string, o source.Options) (*base, error) {
	if target == "" {
		return nil, nil
	}
	if file, ok := openFile(target); ok {
		defer file.Close()
		if is, err := isSBOM(file); err == nil && is {
			d, err := read(file, target)
			if err != nil {
				return nil, err
			}
			b := &base{listed: make(map[sbom.ID]bool, len(d.Graph.Components))}
			for i := range d.Graph.Components {
				b.listed[d.Graph.Components[i].ID] = true
			}
			if root := &d.Graph.Components[d.Graph.Root]; root.PURL.Type == purl.OCI {
				b.is = sbom.Component{Kind: sbom.Container, PURL: root.PURL}
			}
			return b, nil
		}
	}
	o.Stdin = nil
	tree, err := source.Open(ctx, target, o)
	if err != nil {
		return nil, cannotOpen(target, err)
	}
	defer tree.Close()
	about := tree.About()
	images := about.Images
	if len(images) != 1 {
		return nil, usage("name an image in an archive or a layout, or an SBOM", "--base %s: is no image, or several", target)
	}
	return &base{image: &images[0], is: sbom.Component{Kind: sbom.Container, PURL: imagePURL(&images[0], about.Name)}}, nil
}

// mark says which layers come from the base. It is an error if the image does not begin with the base's layers.
func (b *base) mark(images []source.Image, layers []sbom.Layer) error {
	if b == nil || b.image == nil {
		return nil
	}
	if len(images) != 1 {
		return errors.New("is the base of one image, and the target is none, or several")
	}
	for i, l := range b.image.Layers {
		if i >= len(images[0].Layers) || l.DiffID == "" || images[0].Layers[i].DiffID != l.DiffID {
			return fmt.Errorf("is not the base of the image: its layer %d is another", i+1)
		}
		layers[i].Base = true
	}
	return nil
}

// known marks what the SBOM of the base lists.
func (b *base) known(g *sbom.Graph) *sbom.Graph {
	if b == nil || b.listed == nil {
		return g
	}
	for i := range g.Components {
		if c := &g.Components[i]; !c.IsApplication() && b.listed[c.ID] && !fromBase(c) {
			c.Properties = append(slices.Clip(c.Properties), sbom.Property{Name: sbom.PropertyBase, Value: "true"})
		}
	}
	return g
}

// without leaves out what comes from the base. What depends on it has dependencies that are not listed any more.
func (b *base) without(g *sbom.Graph) *sbom.Graph {
	for _, e := range g.Edges {
		if c := &g.Components[e.From]; e.Kind == sbom.DependsOn && !fromBase(c) && fromBase(&g.Components[e.To]) {
			c.Completeness = sbom.Incomplete
		}
	}
	return sbom.Filter(g, func(c *sbom.Component) bool { return !fromBase(c) })
}

// fromBase tells whether a component comes from the base image.
func fromBase(c *sbom.Component) bool {
	return slices.Contains(c.Properties, sbom.Property{Name: sbom.PropertyBase, Value: "true"})
}

// imageFacts claims what is known of images besides their files: the base that one was built from, and each of several platforms.
func imageFacts(a source.About, b *base) (list []*sbom.Facts) {
	for i := range a.Images {
		m := &a.Images[i]
		out := sbom.NewFacts("image", sbom.Built, m.Folder)
		app := out.Own(m.Folder)
		if len(a.Images) > 1 {
			app = out.Application(m.Folder, imageComponent(m, a.Name))
		}
		var from sbom.Component
		if m.Base.Name != "" {
			is := source.Image{Digest: m.Base.Digest}
			is.Name, is.Tag = splitReference(m.Base.Name, "")
			from = sbom.Component{Kind: sbom.Container, PURL: imagePURL(&is, "")}
		}
		if b != nil && !b.is.PURL.IsZero() {
			from = b.is
		}
		if !from.PURL.IsZero() {
			out.Add("base", from)
			out.Relate(sbom.Relation{From: app, To: "base", Kind: sbom.BuiltFrom})
		}
		if out.Len() > 0 {
			list = append(list, out)
		}
	}
	return list
}

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/sbom"
)

// base is what is known of the image that an image was built from: its layers, or what an SBOM of it lists.
type base struct {
	image  *source.Image
	listed map[sbom.ID]bool
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
			return b, nil
		}
	}
	o.Stdin = nil
	tree, err := source.Open(ctx, target, o)
	if err != nil {
		return nil, cannotOpen(target, err)
	}
	defer tree.Close()
	images := tree.About().Images
	if len(images) != 1 {
		return nil, usage("name an image in an archive or a layout, or an SBOM", "--base %s: is no image, or several", target)
	}
	return &base{image: &images[0]}, nil
}

// mark says which layers come from the base. It is an error if the image does not begin with the base's layers.
func (b *base) mark(images []source.Image, layers []sbom.Layer) error {
	if b == nil || b.image == nil {
		return nil
	}
	if len(images) != 1 {
		return errors.New("--base is for one image")
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
		from := source.Image{Name: m.Base.Name, Digest: m.Base.Digest}
		if b != nil && b.image != nil {
			from = *b.image
		}
		if from.Name != "" {
			from.Name, from.Tag = splitReference(from.Name, from.Tag)
			c := sbom.Component{Kind: sbom.Container, PURL: imagePURL(&from, "")}
			out.Add("base", c)
			out.Relate(sbom.Relation{From: app, To: "base", Kind: sbom.BuiltFrom})
		}
		if out.Len() > 0 {
			list = append(list, out)
		}
	}
	return list
}

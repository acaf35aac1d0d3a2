package sbom

import (
	"cmp"
	"slices"
	"strconv"
)

// Layer is one layer of an image.
type Layer struct {
	Key         string // what Facts.Layers calls it
	Digest      string // of its tar where known, otherwise as it is stored
	Index       int    // in the image, from 0
	Instruction string // of the build file that made it; empty if nobody says
	Base        bool   // belongs to the base image
}

// The properties that tell by which layer of an image a component came.
const (
	PropertyLayer       = "sbomgen:layer"             // digest of the first layer in which it was
	PropertyLayerIndex  = "sbomgen:layer:index"       // place of that layer in the image, from 0
	PropertyInstruction = "sbomgen:layer:instruction" // of the build file that made that layer
	PropertyLastLayer   = "sbomgen:layer:last"        // digest of the last layer in which it was seen, where it is another
	PropertyBase        = "sbomgen:layer:base"        // "true" for what the base image holds
)

// layers tells by which layer of an image each component came: the first in which anything shows it, be it a version of a package
// database that later layers replaced. Evidence names the layer of the file that was read.
func (r *resolver) layers() {
	if len(r.options.Layers) == 0 {
		return
	}
	places := make(map[string]int, len(r.options.Layers))
	for i := range r.options.Layers {
		if _, known := places[r.options.Layers[i].Key]; !known {
			places[r.options.Layers[i].Key] = i
		}
	}
	first := make(map[Handle]int)
	for _, f := range r.past {
		for i := range f.claims {
			c := &f.claims[i]
			h, ok := r.known[identify(f, c)]
			at, placed := places[f.Layers[cmp.Or(c.path, f.Path)]]
			if !ok || !placed {
				continue
			}
			if was, told := first[h]; !told || at < was {
				first[h] = at
			}
		}
	}
	for h := range r.components {
		c := &r.components[h]
		low, told := first[Handle(h)]
		var seen []int
		for i := range c.Evidence {
			l := &c.Evidence[i].Location
			at, placed := places[l.Layer]
			if !placed {
				continue
			}
			l.Layer = r.options.Layers[at].Digest
			seen = append(seen, at)
			if !told || at < low {
				low, told = at, true
			}
		}
		if !told || Handle(h) == r.root {
			continue
		}
		layer := &r.options.Layers[low]
		c.note(PropertyLayer, layer.Digest)
		c.note(PropertyLayerIndex, strconv.Itoa(layer.Index))
		if layer.Instruction != "" {
			c.note(PropertyInstruction, withoutUserInfo(layer.Instruction))
		}
		last := low
		for _, at := range seen {
			if at-r.options.Layers[at].Index == low-layer.Index { // of the same image
				last = max(last, at)
			}
		}
		if last > low {
			c.note(PropertyLastLayer, r.options.Layers[last].Digest)
		}
		if layer.Base {
			c.note(PropertyBase, "true")
		}
	}
}

// note adds a property.
func (c *Component) note(name, value string) {
	c.Properties = append(slices.Clip(c.Properties), Property{name, value})
}

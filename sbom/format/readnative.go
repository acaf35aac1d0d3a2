package format

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// readNative reads what writeJSON writes.
func readNative(text string) (*sbom.Document, error) {
	if err := nativeLimits(text); err != nil {
		return nil, err
	}
	var n nativeDocument
	if err := decode.JSON(text, &n); err != nil {
		return nil, err
	}
	var b sbom.Builder
	leftOut := make(sbom.Tally)
	for i := range n.Components {
		c, err := n.Components[i].component(leftOut)
		if err == nil {
			err = b.Component(c)
		}
		if err != nil {
			return nil, fmt.Errorf("component %d: %w", i+1, err)
		}
		if owner := n.Components[i].Resolution; owner != "" {
			b.Context(c.ID, owner)
		}
	}
	for i, e := range n.Edges {
		kind, ok := edgeKind(e.Kind)
		if !ok {
			return nil, fmt.Errorf("edge %d: no edge is of the kind %.40q", i+1, e.Kind)
		}
		b.Edge(e.From, e.To, sbom.Edge{Kind: kind, Scope: sbom.ParseScope(e.Scope), Range: e.Range, Rule: e.Rule, Path: e.Path, Line: e.Line}, e.In...)
	}
	for _, gap := range n.Gaps {
		b.Gap(sbom.Gap(gap))
	}
	g, err := b.Graph(n.Root)
	if err != nil {
		return nil, err
	}
	for _, s := range n.Skipped {
		g.Skipped = append(g.Skipped, sbom.Skip(s))
	}
	slices.SortFunc(g.Skipped, func(a, b sbom.Skip) int { return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Rule, b.Rule)) })
	d := &sbom.Document{Graph: g, Tool: sbom.Tool(n.Tool)}
	d.Created, _ = time.Parse(time.RFC3339, n.Created)
	if a := n.About; a != nil {
		d.Serial, d.Version, d.Lifecycle = a.Serial, a.Version, a.Lifecycle
		d.Supplier, d.Manufacturer = sbom.Party(a.Supplier), sbom.Party(a.Manufacturer)
		for _, p := range a.Authors {
			d.Authors = append(d.Authors, sbom.Party(p))
		}
		for _, p := range a.Properties {
			d.Properties = append(d.Properties, sbom.Property(p))
		}
	}
	leftOut.Tell(d)
	return d, nil
}

// How much of the own format is read: decoding takes up to two hundred times the memory of the text.
const (
	maxNative  = 1 << 20 // components
	maxObjects = 8 << 20
)

// nativeLimits tells of a text that holds more than is read.
func nativeLimits(text string) error {
	r := decode.NewJSON(text)
	var err error
	r.Object(func(key string) {
		limit, n := maxObjects, 0
		switch key {
		case "components":
			limit = maxNative
		case "edges":
			limit = maxEdges
		}
		if r.Kind() == decode.Array {
			r.Array(func() { n++ })
		}
		if n > limit && err == nil {
			err = fmt.Errorf("more than %d %s", limit, key)
		}
	})
	if err == nil && strings.Count(text, "{") > maxObjects {
		err = fmt.Errorf("more than %d objects", maxObjects)
	}
	return err
}

func edgeKind(word string) (sbom.EdgeKind, bool) {
	for k := sbom.DependsOn; k <= sbom.Patches; k++ {
		if k.String() == word {
			return k, true
		}
	}
	return 0, false
}

var errStage = errors.New("no stage is called so")

func stage(word string) (sbom.Stage, error) {
	for _, s := range sbom.Stages {
		if s.String() == word {
			return s, nil
		}
	}
	return 0, fmt.Errorf("%.40q: %w", word, errStage)
}

func (n *nativeComponent) component(leftOut sbom.Tally) (sbom.Component, error) {
	c := sbom.Component{
		ID: n.ID, Kind: n.Kind, Group: n.Group, Name: n.Name, Version: n.Version, Path: n.Path, Description: n.Description, Author: n.Author,
		Supplier: n.Supplier, Copyright: n.Copyright, Scope: sbom.ParseScope(n.Scope), Direct: n.Direct, Hashes: hashes(n.Hashes),
	}
	var err error
	if n.PURL != "" {
		if c.PURL, err = purl.Parse(n.PURL); err != nil {
			leftOut.Add("malformed purls", 1)
		}
		if c.Group == c.PURL.Namespace && c.Name == c.PURL.Name {
			c.Group, c.Name = "", ""
		}
		if c.Version == c.PURL.Version {
			c.Version = ""
		}
	}
	for _, name := range n.CPEs {
		if !c.CPE(name, "") {
			leftOut.Add("malformed CPE names", 1)
		}
	}
	if c.Stage, err = stage(n.Stage); err != nil {
		return c, err
	}
	for d := sbom.Unknown; d <= sbom.Complete; d++ {
		if d.String() == n.Dependencies {
			c.Completeness = d
		}
	}
	for _, l := range n.Licenses {
		basis := sbom.DeclaredLicense
		switch l.Basis {
		case "concluded":
			basis = sbom.ConcludedLicense
		case "observed":
			basis = sbom.ObservedLicense
		}
		c.Licenses = append(c.Licenses, sbom.License{Text: l.Text, Basis: basis,
			Location: sbom.Location{Path: l.Path, Archive: l.Archive, Layer: l.Layer, Line: l.Line, Offset: l.Offset}})
	}
	for _, r := range n.References {
		c.References = append(c.References, sbom.Reference{Type: r.Type, URL: r.URL, Hashes: hashes(r.Hashes)})
	}
	for _, p := range n.Properties {
		c.Properties = append(c.Properties, sbom.Property(p))
	}
	for _, e := range n.Evidence {
		seen := sbom.Evidence{Cataloger: e.Cataloger, Technique: e.Technique, Confidence: e.Confidence, Rule: e.Rule,
			Location: sbom.Location{Path: e.Path, Archive: e.Archive, Layer: e.Layer, Line: e.Line, Offset: e.Offset}}
		if seen.Stage, err = stage(e.Stage); err != nil {
			return c, err
		}
		c.Evidence = append(c.Evidence, seen)
	}
	return c, nil
}

func hashes(list []nativeHash) []sbom.Hash {
	var out []sbom.Hash
	for _, h := range list {
		out = append(out, sbom.Hash(h))
	}
	return out
}

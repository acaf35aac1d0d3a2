package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// runExplain tells how each component that answers to the purl came to be: files, rules and edges.
func runExplain(w io.Writer, g *sbom.Graph, spec string) error {
	found := false
	for h := range g.Components {
		c := &g.Components[h]
		if !answers(c, spec) {
			continue
		}
		found = true
		explain(w, g, sbom.Handle(h))
	}
	if !found {
		return &exitError{exitNo, fmt.Errorf("no component is %s", spec), "sbomgen scan TARGET -o purls lists them"}
	}
	return nil
}

// answers tells whether a component is meant by a purl, with or without version and qualifiers, or by an id. A package that a distribution's owns is
// that one.
func answers(c *sbom.Component, spec string) bool {
	if string(c.ID) == spec {
		return true
	}
	if c.PURL.IsZero() {
		return false
	}
	full := c.PURL.String()
	bare, _, _ := strings.Cut(full, "?")
	return full == spec || bare == spec || c.PURL.Base().String() == spec || slices.ContainsFunc(c.Properties, func(p sbom.Property) bool {
		return p.Name == sbom.PropertyOwned && (p.Value == spec || strings.HasPrefix(p.Value, spec+"@"))
	})
}

func explain(w io.Writer, g *sbom.Graph, h sbom.Handle) {
	c := &g.Components[h]
	fmt.Fprintf(w, "%s\n", printable(string(c.ID)))
	kind := "transitive"
	if c.Direct {
		kind = "direct"
	}
	fmt.Fprintf(w, "  %s, %s, %s; its dependencies are %s\n", c.Stage, c.Scope, kind, known(c.Completeness))
	for _, e := range c.Evidence {
		place := e.Location.Chain()
		if e.Location.Line > 0 {
			place = fmt.Sprintf("%s:%d", place, e.Location.Line)
		}
		if e.Location.Layer != "" {
			place += "  in layer " + brief(e.Location.Layer)
		}
		fmt.Fprintf(w, "  seen in  %s  %s, %s, confidence %d%%, rule %s\n", printable(place), e.Cataloger, e.Stage, e.Confidence, e.Rule)
	}
	came(w, c)
	for _, e := range g.Edges {
		if e.To == h {
			edge(w, g, "needed by", "contained by", e, e.From)
		}
	}
	for _, e := range g.Out(h) {
		edge(w, g, "needs", "contains", e, e.To)
	}
}

// came tells by which layer of an image a component came, and what belongs to it.
func came(w io.Writer, c *sbom.Component) {
	var layer, instruction string
	for _, p := range c.Properties {
		switch p.Name {
		case sbom.PropertyLayer:
			layer = brief(p.Value)
		case sbom.PropertyInstruction:
			instruction = ", " + p.Value
		case sbom.PropertyOwned:
			fmt.Fprintf(w, "  is also  %s  lies in its files, rule owned\n", printable(p.Value))
		case sbom.PropertyModified:
			fmt.Fprintf(w, "  modified  %s  is not what was installed, rule files\n", printable(p.Value))
		}
	}
	if layer != "" {
		fmt.Fprintf(w, "  came by  layer %s%s\n", layer, printable(instruction))
	}
}

// brief is a digest as people read it.
func brief(digest string) string {
	const most = len("sha256:") + 12
	return digest[:min(len(digest), most)]
}

func edge(w io.Writer, g *sbom.Graph, needs, contains string, e sbom.Edge, other sbom.Handle) {
	verb := needs
	switch e.Kind {
	case sbom.DependsOn:
	case sbom.Contains:
		verb = contains
	default:
		verb = e.Kind.String()
	}
	var facts []string
	if e.Range != "" {
		facts = append(facts, "asked for "+e.Range)
	}
	if e.Scope != sbom.Runtime {
		facts = append(facts, e.Scope.String())
	}
	facts = append(facts, "rule "+e.Rule)
	if e.Path != "" {
		place := e.Path
		if e.Line > 0 {
			place = fmt.Sprintf("%s:%d", place, e.Line)
		}
		facts = append(facts, place)
	}
	for _, app := range e.In {
		facts = append(facts, "in "+string(g.Components[app].ID))
	}
	name := string(g.Components[other].ID)
	if c := &g.Components[other]; c.Kind == sbom.FileKind {
		name = c.Name // of which the id is a digest
	}
	fmt.Fprintf(w, "  %s  %s  %s\n", verb, printable(name), printable(strings.Join(facts, ", ")))
}

func known(c sbom.Completeness) string {
	switch c {
	case sbom.Complete:
		return "all known"
	case sbom.Incomplete:
		return "partly known"
	}
	return "unknown"
}

package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/query"
)

type whyFlags struct {
	asking
	word string
	all  bool
	json bool
}

// shownPaths is how many paths to each version are shown unless all are asked for.
const shownPaths = 5

func newWhy(h host) *cobra.Command {
	var f whyFlags
	c := &cobra.Command{
		Use:   "why PACKAGE [TARGET]",
		Short: "Tell through whom a package comes in, and what to change",
		Long: `why shows for every version of PACKAGE in TARGET the shortest path for each dependency that an application
asks for itself and that brings it in: those are the ones to change. No path crosses lockfiles.

PACKAGE is a name, NAME@VERSION, or a package URL with or without version. TARGET is a folder (default: here), a
file, git:REV, an SBOM of any format, or - for an SBOM on standard input. Exit code 1: no such package.`,
		Example: `  sbomgen why lodash
  sbomgen why pkg:npm/lodash@3.10.1 bom.json
  sbomgen why lodash@4.17.21 --all - < bom.spdx.json`,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("sbomgen why lodash", "why takes the name of a package")
			}
			f.word = args[0]
			return f.one(cmd, args[1:])
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return runWhy(cmd.Context(), h, f) },
	}
	c.Flags().BoolVar(&f.all, "all", false, fmt.Sprintf("show all paths, not only %d for each version", shownPaths))
	c.Flags().BoolVar(&f.json, "json", false, "as JSON, always with all paths")
	f.register(c)
	return c
}

func runWhy(ctx context.Context, h host, f whyFlags) error {
	g, err := f.graph(ctx, h)
	if err != nil {
		return err
	}
	found := query.Find(g, f.word)
	if len(found) == 0 {
		hint := "sbomgen list " + f.target + " lists all"
		if similar := query.Similar(g, f.word, 5); len(similar) > 0 {
			hint = "there are " + strings.Join(similar, ", ")
		}
		return &exitError{exitNo, fmt.Errorf("no package is called %q", f.word), hint}
	}
	var answers []answer
	for _, c := range found {
		answers = append(answers, answer{c, query.Paths(g, c, 0)})
	}
	w := bufio.NewWriterSize(h.stdout, 1<<16)
	if f.json {
		err = writeWhyJSON(w, g, answers)
	} else {
		err = writeWhy(w, g, answers, f.all)
	}
	if err = cmp.Or(err, w.Flush()); err != nil {
		return err
	}
	return f.end(h, g)
}

// answer is the ways in which one component comes in.
type answer struct {
	component sbom.Handle
	paths     []query.Path
}

func writeWhy(w io.Writer, g *sbom.Graph, answers []answer, all bool) error {
	for i, a := range answers {
		if i > 0 {
			fmt.Fprintln(w)
		}
		c := &g.Components[a.component]
		fmt.Fprintf(w, "%s  %s\n", labelled(c), printable(strings.Join(facts(c), ", ")))
		switch {
		case a.component == g.Root:
			fmt.Fprintln(w, "  is the root itself")
			continue
		case len(a.paths) == 0:
			fmt.Fprintln(w, "  nothing says what needs it")
			continue
		}
		shown := a.paths
		if !all {
			shown = shown[:min(len(shown), shownPaths)]
		}
		for i := range shown {
			fmt.Fprintf(w, "  %s\n", way(g, &shown[i]))
		}
		if more := len(a.paths) - len(shown); more > 0 {
			fmt.Fprintf(w, "  and %d more (--all shows them)\n", more)
		}
		for _, c := range changes(g, a) {
			fmt.Fprintf(w, "  to change: %s\n", c.text(g))
		}
	}
	return nil
}

// facts are what is short to say of a component: its purl, whether it is direct, its scope.
func facts(c *sbom.Component) []string {
	var list []string
	if !c.PURL.IsZero() {
		list = append(list, c.PURL.String())
	} else if labelled(c) != string(c.ID) {
		list = append(list, string(c.ID))
	}
	if !c.IsApplication() {
		if c.Direct {
			list = append(list, "direct")
		} else {
			list = append(list, "transitive")
		}
		if c.Scope != sbom.ScopeUnset {
			list = append(list, c.Scope.String())
		}
	}
	return list
}

// way is a path in one line. What only contains the next says so.
func way(g *sbom.Graph, p *query.Path) string {
	var b strings.Builder
	for i, h := range p.Steps {
		c := &g.Components[h]
		if i > 0 {
			arrow := " > "
			if p.Edges[i-1].Kind == sbom.Contains && !c.IsApplication() {
				arrow = " contains "
			}
			b.WriteString(arrow)
		}
		b.WriteString(labelled(c))
	}
	return b.String()
}

// change is a dependency that an application asks for itself, and that brings a component in.
type change struct {
	app, head sbom.Handle
	edge      sbom.Edge
	self      bool // it is the component itself
}

// changes lists what to change so that a component no longer comes in, in the order of the paths.
func changes(g *sbom.Graph, a answer) []change {
	var list []change
	for i := range a.paths {
		p := &a.paths[i]
		head, ok := p.Head()
		if !ok {
			continue
		}
		c := change{p.Application(), head, p.Edges[p.App], head == a.component}
		if !slices.ContainsFunc(list, func(o change) bool { return o.app == c.app && o.head == c.head }) {
			list = append(list, c)
		}
	}
	return list
}

func (c change) text(g *sbom.Graph) string {
	app, head := &g.Components[c.app], &g.Components[c.head]
	place := app.Label()
	if app.Path != "" && app.Path != "." && app.Path != place {
		place += " (" + app.Path + ")"
	}
	if c.edge.Kind == sbom.Contains {
		return printable(fmt.Sprintf("%s is part of %s; no file says who asks for it", labelled(head), place))
	}
	text := fmt.Sprintf("%s in %s", labelled(head), place)
	if c.edge.Range != "" {
		text += ", which asks for " + c.edge.Range
	}
	if c.edge.Path != "" {
		text += " at " + c.edge.Path
		if c.edge.Line > 0 {
			text += fmt.Sprintf(":%d", c.edge.Line)
		}
	}
	return printable(text)
}

// The answer as JSON, schema version 1. Fields are only ever added.
type whyJSON struct {
	Schema     string         `json:"schema"`
	Components []whyComponent `json:"components"`
}

type whyComponent struct {
	ID      sbom.ID     `json:"id"`
	Name    string      `json:"name"`
	Version string      `json:"version,omitempty"`
	PURL    string      `json:"purl,omitempty"`
	Scope   string      `json:"scope,omitempty"`
	Direct  bool        `json:"direct"`
	Paths   []whyPath   `json:"paths"`
	Change  []whyChange `json:"change"`
}

type whyPath struct {
	Application sbom.ID   `json:"application"`
	Steps       []sbom.ID `json:"steps"`
	Relations   []string  `json:"relations"`
}

type whyChange struct {
	Application sbom.ID `json:"application"`
	Dependency  sbom.ID `json:"dependency"`
	Relation    string  `json:"relation"`
	Range       string  `json:"range,omitempty"`
	Path        string  `json:"path,omitempty"`
	Line        int     `json:"line,omitzero"`
}

func writeWhyJSON(w io.Writer, g *sbom.Graph, answers []answer) error {
	id := func(h sbom.Handle) sbom.ID { return g.Components[h].ID }
	out := whyJSON{Schema: "https://sbomgen.dev/schema/why-1", Components: []whyComponent{}}
	for _, a := range answers {
		c := &g.Components[a.component]
		one := whyComponent{ID: c.ID, Name: c.Label(), Version: c.VersionText(), Scope: c.Scope.String(), Direct: c.Direct, Paths: []whyPath{}, Change: []whyChange{}}
		if !c.PURL.IsZero() {
			one.PURL = c.PURL.String()
		}
		for i := range a.paths {
			p := &a.paths[i]
			path := whyPath{Application: id(p.Application()), Relations: []string{}}
			for _, h := range p.Steps {
				path.Steps = append(path.Steps, id(h))
			}
			for _, e := range p.Edges {
				path.Relations = append(path.Relations, e.Kind.String())
			}
			one.Paths = append(one.Paths, path)
		}
		for _, c := range changes(g, a) {
			one.Change = append(one.Change, whyChange{id(c.app), id(c.head), c.edge.Kind.String(), c.edge.Range, c.edge.Path, c.edge.Line})
		}
		out.Components = append(out.Components, one)
	}
	return json.MarshalWrite(w, out, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
}

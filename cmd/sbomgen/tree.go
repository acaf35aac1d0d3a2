package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/query"
)

type treeFlags struct {
	asking
	depth  int
	scopes []string
	json   bool
}

func newTree(h host) *cobra.Command {
	var f treeFlags
	c := &cobra.Command{
		Use:   "tree [TARGET]",
		Short: "Show what depends on what, from the root down",
		Long: `tree shows the dependencies of TARGET, a folder (default: here), a file, git:REV, an SBOM of any format, or
- for an SBOM on standard input. Each application of the tree shows what its own lockfile resolves.

What a package brings in is told once in each application: (*) says that it was told above, … that it lies
deeper than --depth. [contains] marks what an application holds without a file that says who asks for it.`,
		Example: `  sbomgen tree
  sbomgen tree bom.json --depth 1
  sbomgen tree --scope runtime,optional --json - < bom.spdx`,
		Args: f.one,
		RunE: func(cmd *cobra.Command, _ []string) error { return runTree(cmd.Context(), h, f) },
	}
	c.Flags().IntVar(&f.depth, "depth", 0, "`levels` below the root, 0 for all")
	c.Flags().StringSliceVar(&f.scopes, "scope", nil, "only these `scopes`: runtime, peer, optional, build, test, development")
	c.Flags().BoolVar(&f.json, "json", false, "as JSON, one object for each place, with its depth")
	f.register(c)
	return c
}

func runTree(ctx context.Context, h host, f treeFlags) error {
	scopes, err := parseScopes(f.scopes)
	if err != nil {
		return err
	}
	if f.depth < 0 {
		return usage("0 shows all levels", "--depth: %d levels cannot be shown", f.depth)
	}
	g, err := f.graph(ctx, h)
	if err != nil {
		return err
	}
	o := query.TreeOptions{Depth: f.depth}
	if len(scopes) > 0 {
		o.Keep = func(c *sbom.Component) bool { return c.IsApplication() || slices.Contains(scopes, c.Scope) }
	}
	w := bufio.NewWriterSize(h.stdout, 1<<16)
	if f.json {
		err = writeTreeJSON(w, g, o)
	} else {
		err = writeTree(w, g, o)
	}
	if err = cmp.Or(err, w.Flush()); err != nil {
		return err
	}
	return f.end(h, g)
}

func parseScopes(words []string) ([]sbom.Scope, error) {
	var list []sbom.Scope
	for _, w := range words {
		s := sbom.ParseScope(w)
		if s == sbom.ScopeUnset {
			return nil, usage("the scopes are runtime, peer, optional, build, test and development", "no scope is called %q", w)
		}
		list = append(list, s)
	}
	return list, nil
}

// labelled is a component as people call it: its name and version.
func labelled(c *sbom.Component) string {
	if v := c.VersionText(); v != "" {
		return printable(c.Label() + " " + v)
	}
	return printable(c.Label())
}

// printable is a text from a file as a terminal may show it: without the characters that would move its cursor.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func writeTree(w io.Writer, g *sbom.Graph, o query.TreeOptions) error {
	var trunk []string // for each level, what goes before those below
	for n := range query.Tree(g, o) {
		c := &g.Components[n.Component]
		line := ""
		if n.Depth > 0 {
			trunk = trunk[:n.Depth-1]
			branch, below := "├── ", "│   "
			if n.Last {
				branch, below = "└── ", "    "
			}
			line = strings.Join(trunk, "") + branch
			trunk = append(trunk, below)
		}
		line += labelled(c)
		if c.IsApplication() && n.Depth > 0 && c.Path != "" && c.Path != c.Label() {
			line += " (" + printable(c.Path) + ")"
		}
		var marks []string
		if !c.IsApplication() && c.Scope != sbom.Runtime && c.Scope != sbom.ScopeUnset {
			marks = append(marks, c.Scope.String())
		}
		if n.Depth > 0 && n.Edge.Kind == sbom.Contains && !c.IsApplication() {
			marks = append(marks, "contains")
		}
		if len(marks) > 0 {
			line += " [" + strings.Join(marks, ", ") + "]"
		}
		switch {
		case n.Repeat:
			line += " (*)"
		case n.Cut:
			line += " …"
		}
		if _, err := fmt.Fprintln(w, line); err != nil {
			return err
		}
	}
	return nil
}

// writeTreeJSON writes an array of places in the order of the tree: it stays flat however deep the tree is.
func writeTreeJSON(w io.Writer, g *sbom.Graph, o query.TreeOptions) error {
	e := jsontext.NewEncoder(w, jsontext.Multiline(false), jsontext.AllowInvalidUTF8(true))
	j := tokens{e: e}
	j.token(jsontext.BeginArray)
	for n := range query.Tree(g, o) {
		c := &g.Components[n.Component]
		j.token(jsontext.BeginObject)
		j.member("depth", jsontext.Int(int64(n.Depth)))
		j.member("id", jsontext.String(string(c.ID)))
		j.member("name", jsontext.String(c.Label()))
		j.text("version", c.VersionText())
		j.text("scope", c.Scope.String())
		if n.Depth > 0 {
			j.member("relation", jsontext.String(n.Edge.Kind.String()))
			j.text("range", n.Edge.Range)
		}
		if n.Repeat {
			j.member("repeated", jsontext.True)
		}
		if n.Cut {
			j.member("cut", jsontext.True)
		}
		j.token(jsontext.EndObject)
	}
	j.token(jsontext.EndArray)
	return j.err
}

// tokens writes JSON and remembers the first error.
type tokens struct {
	e   *jsontext.Encoder
	err error
}

func (t *tokens) token(token jsontext.Token) {
	if t.err == nil {
		t.err = t.e.WriteToken(token)
	}
}

func (t *tokens) member(name string, value jsontext.Token) {
	t.token(jsontext.String(name))
	t.token(value)
}

// text writes a member, nothing for "".
func (t *tokens) text(name, value string) {
	if value != "" {
		t.member(name, jsontext.String(value))
	}
}

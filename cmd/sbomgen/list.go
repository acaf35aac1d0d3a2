package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/query"
)

type listFlags struct {
	asking
	columns    []string
	output     string
	names      []string
	types      []string
	kinds      []string
	scopes     []string
	stages     []string
	licenses   []string
	direct     bool
	transitive bool
	apps       []string
	members    bool
}

func newList(h host) *cobra.Command {
	var f listFlags
	c := &cobra.Command{
		Use:   "list [TARGET]",
		Short: "List components, by filter, with the columns you choose",
		Long: `list lists the packages of TARGET, a folder (default: here), a file, git:REV, an SBOM of any format, or - for
an SBOM on standard input. Of several values for one filter any will do; all filters must pass. In
patterns * stands for anything.

Columns: ` + strings.Join(columnNames(), ", ") + `.`,
		Example: `  sbomgen list --direct --scope runtime
  sbomgen list bom.json --license 'GPL-*' --license none --columns name,version,license
  sbomgen list --name '@types/*' -o jsonl - < bom.spdx`,
		Args: f.one,
		RunE: func(cmd *cobra.Command, _ []string) error { return runList(cmd.Context(), h, f) },
	}
	flags := c.Flags()
	flags.StringSliceVar(&f.columns, "columns", []string{"name", "version", "type", "scope", "direct", "license"}, "which `columns`, in which order")
	flags.StringVarP(&f.output, "output", "o", "table", "`table`, csv, json or jsonl")
	flags.StringSliceVar(&f.names, "name", nil, "only with a name like this `pattern`")
	flags.StringSliceVar(&f.types, "type", nil, "only of these package `types`, or none")
	flags.StringSliceVar(&f.kinds, "kind", nil, "only of these `kinds`: library, framework, file ...")
	flags.StringSliceVar(&f.scopes, "scope", nil, "only these `scopes`: runtime, peer, optional, build, test, development")
	flags.StringSliceVar(&f.stages, "stage", nil, "only these `stages`: declared, locked, installed, built")
	flags.StringSliceVar(&f.licenses, "license", nil, "only under a licence like this `pattern`, or none")
	flags.BoolVar(&f.direct, "direct", false, "only what an application asks for itself")
	flags.BoolVar(&f.transitive, "transitive", false, "only what is not")
	flags.StringSliceVar(&f.apps, "app", nil, "only what occurs in the `application` of this name or folder")
	flags.BoolVar(&f.members, "applications", false, "also the applications of the tree")
	f.register(c)
	return c
}

// column is a field of a component that list shows.
type column struct {
	name string
	text func(l *listing, c *sbom.Component) string
}

// listing is what columns are filled from.
type listing struct {
	g          *sbom.Graph
	dependents []int32
}

func columns() []column {
	return []column{
		{"id", func(_ *listing, c *sbom.Component) string { return string(c.ID) }},
		{"name", func(_ *listing, c *sbom.Component) string { return c.Label() }},
		{"version", func(_ *listing, c *sbom.Component) string { return c.VersionText() }},
		{"type", func(_ *listing, c *sbom.Component) string { return string(c.PURL.Type) }},
		{"kind", func(_ *listing, c *sbom.Component) string { return string(c.Kind) }},
		{"purl", func(_ *listing, c *sbom.Component) string {
			if c.PURL.IsZero() {
				return ""
			}
			return c.PURL.String()
		}},
		{"scope", func(_ *listing, c *sbom.Component) string { return c.Scope.String() }},
		{"direct", func(_ *listing, c *sbom.Component) string {
			if c.Direct {
				return "direct"
			}
			return ""
		}},
		{"stage", func(_ *listing, c *sbom.Component) string { return c.Stage.String() }},
		{"license", func(_ *listing, c *sbom.Component) string {
			var list []string
			for _, l := range c.Licenses {
				if !slices.Contains(list, l.Text) {
					list = append(list, l.Text)
				}
			}
			return strings.Join(list, "; ")
		}},
		{"supplier", func(_ *listing, c *sbom.Component) string { return cmp.Or(c.Supplier, c.Author) }},
		{"hash", func(_ *listing, c *sbom.Component) string {
			if len(c.Hashes) == 0 {
				return ""
			}
			return string(c.Hashes[0].Algorithm) + ":" + c.Hashes[0].Hex
		}},
		{"download", func(_ *listing, c *sbom.Component) string {
			for _, r := range c.References {
				if r.Type == sbom.Distribution {
					return r.URL
				}
			}
			return ""
		}},
		{"place", func(_ *listing, c *sbom.Component) string {
			if len(c.Evidence) == 0 {
				return ""
			}
			l := c.Evidence[0].Location
			place := l.Chain()
			if l.Line > 0 {
				place += ":" + strconv.Itoa(l.Line)
			}
			return place
		}},
		{"layer", func(_ *listing, c *sbom.Component) string { return c.Value(sbom.PropertyLayerIndex) }},
		{"instruction", func(_ *listing, c *sbom.Component) string { return c.Value(sbom.PropertyInstruction) }},
		{"dependencies", func(l *listing, c *sbom.Component) string {
			h, _ := l.g.Find(c.ID)
			return strconv.Itoa(len(l.g.Out(h)))
		}},
		{"dependents", func(l *listing, c *sbom.Component) string {
			h, _ := l.g.Find(c.ID)
			return strconv.Itoa(int(l.dependents[h]))
		}},
	}
}

func columnNames() []string {
	var list []string
	for _, c := range columns() {
		list = append(list, c.name)
	}
	return list
}

func (f *listFlags) picked() ([]column, error) {
	var list []column
	for _, name := range f.columns {
		i := slices.IndexFunc(columns(), func(c column) bool { return c.name == name })
		if i < 0 {
			return nil, usage("the columns are "+strings.Join(columnNames(), ", "), "no column is called %q", name)
		}
		list = append(list, columns()[i])
	}
	if len(list) == 0 {
		return nil, usage("the columns are "+strings.Join(columnNames(), ", "), "no column is asked for")
	}
	return list, nil
}

func (f *listFlags) filter() (query.Filter, error) {
	scopes, err := parseScopes(f.scopes)
	if err != nil {
		return query.Filter{}, err
	}
	stages, err := parseStages(f.stages)
	if err != nil {
		return query.Filter{}, err
	}
	q := query.Filter{Names: f.names, Types: f.types, Scopes: scopes, Stages: stages, Licenses: f.licenses, Apps: f.apps, Members: f.members}
	for _, k := range f.kinds {
		q.Kinds = append(q.Kinds, sbom.Kind(k))
	}
	switch {
	case f.direct && f.transitive:
		return q, usage("", "nothing is both direct and transitive")
	case f.direct:
		q.Direct = query.Only
	case f.transitive:
		q.Direct = query.Never
	}
	return q, nil
}

func runList(ctx context.Context, h host, f listFlags) error {
	picked, err := f.picked()
	if err != nil {
		return err
	}
	filter, err := f.filter()
	if err != nil {
		return err
	}
	if !slices.Contains([]string{"table", "csv", "json", "jsonl"}, f.output) {
		return usage("list writes table, csv, json and jsonl; sbomgen convert writes SBOMs", "list does not write %q", f.output)
	}
	g, err := f.graph(ctx, h)
	if err != nil {
		return err
	}
	found, err := query.List(g, filter)
	if err != nil {
		return usage("sbomgen list "+f.target+" --applications --kind application lists them", "%v", err)
	}
	l := &listing{g: g, dependents: make([]int32, len(g.Components))}
	for i := range g.Edges {
		l.dependents[g.Edges[i].To]++
	}
	w := bufio.NewWriterSize(h.stdout, 1<<16)
	if err := cmp.Or(l.write(w, f.output, picked, found), w.Flush()); err != nil {
		return err
	}
	return f.end(h, g)
}

func (l *listing) write(w io.Writer, output string, picked []column, found []sbom.Handle) error {
	row := func(h sbom.Handle) []string {
		cells := make([]string, len(picked))
		for i, c := range picked {
			cells[i] = c.text(l, &l.g.Components[h])
		}
		return cells
	}
	header := make([]string, len(picked))
	for i, c := range picked {
		header[i] = c.name
	}
	switch output {
	case "csv":
		c := csv.NewWriter(w)
		c.Write(header)
		for _, h := range found {
			c.Write(row(h))
		}
		c.Flush()
		return c.Error()
	case "json", "jsonl":
		return l.writeJSON(w, header, found, row, output == "json")
	}
	if len(found) == 0 {
		_, err := fmt.Fprintln(w, "no packages")
		return err
	}
	t := plainTable()
	t.AppendHeader(cells(header))
	for _, h := range found {
		t.AppendRow(cells(row(h)))
	}
	for line := range strings.Lines(t.Render()) {
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " \n")); err != nil {
			return err
		}
	}
	return nil
}

// writeJSON writes an object for each component: an array of them, or one on each line. Columns that are empty are left out.
func (l *listing) writeJSON(w io.Writer, header []string, found []sbom.Handle, row func(sbom.Handle) []string, array bool) error {
	j := tokens{e: jsontext.NewEncoder(w, jsontext.AllowInvalidUTF8(true), jsontext.AllowDuplicateNames(true))}
	if array {
		j.token(jsontext.BeginArray)
	}
	for _, h := range found {
		j.token(jsontext.BeginObject)
		for i, cell := range row(h) {
			switch header[i] {
			case "direct":
				j.member("direct", jsontext.Bool(l.g.Components[h].Direct))
			case "dependencies", "dependents":
				n, _ := strconv.Atoi(cell)
				j.member(header[i], jsontext.Int(int64(n)))
			default:
				j.text(header[i], cell)
			}
		}
		j.token(jsontext.EndObject)
	}
	if array {
		j.token(jsontext.EndArray)
	}
	return j.err
}

// plainTable is a table without lines.
func plainTable() table.Writer {
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	return t
}

func cells(words []string) table.Row {
	row := make(table.Row, len(words))
	for i, w := range words {
		row[i] = printable(w)
	}
	return row
}

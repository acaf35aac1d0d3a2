package format

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"github.com/sbomgen/sbomgen/sbom"
)

// writeTable writes one row per package for people to read.
func writeTable(w io.Writer, d *sbom.Document, _ string) ([]sbom.Loss, error) {
	type row struct{ name, version, kind, scope, direct, stage, place string }
	var rows []row
	for i := range d.Graph.Components {
		c := &d.Graph.Components[i]
		if c.IsApplication() {
			continue
		}
		direct := ""
		if c.Direct {
			direct = "direct"
		}
		rows = append(rows, row{c.Label(), c.VersionText(), cmp.Or(string(c.PURL.Type), string(c.Kind)), c.Scope.String(), direct, c.Stage.String(), place(c)})
	}
	slices.SortFunc(rows, func(a, b row) int {
		return cmp.Or(cmp.Compare(a.kind, b.kind), cmp.Compare(a.name, b.name), cmp.Compare(a.version, b.version))
	})
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "no packages")
		return nil, err
	}
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft = ""
	style.Box.PaddingRight = "  "
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	t.AppendHeader(table.Row{"name", "version", "type", "scope", "direct", "stage", "seen in"})
	for _, r := range rows {
		t.AppendRow(table.Row{r.name, r.version, r.kind, r.scope, r.direct, r.stage, r.place})
	}
	_, err := fmt.Fprintln(w, t.Render())
	return nil, err
}

// place is the first file that a component was seen in, and how many more there are.
func place(c *sbom.Component) string {
	if len(c.Evidence) == 0 {
		return ""
	}
	paths := make(map[string]bool)
	for _, e := range c.Evidence {
		paths[e.Location.Path] = true
	}
	l := c.Evidence[0].Location
	at := l.Path
	if l.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, l.Line)
	}
	if len(paths) > 1 {
		at = fmt.Sprintf("%s +%d", at, len(paths)-1)
	}
	return at
}

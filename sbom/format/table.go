package format

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/sbomgen/sbomgen/sbom"
)

// writeTable writes one row per package for people to read.
func writeTable(w io.Writer, d *sbom.Document, _ string) ([]sbom.Loss, error) {
	var rows [][]string
	for i := range d.Graph.Components {
		c := &d.Graph.Components[i]
		if c.IsApplication() {
			continue
		}
		direct := ""
		if c.Direct {
			direct = "direct"
		}
		rows = append(rows, []string{c.Label(), c.VersionText(), cmp.Or(string(c.PURL.Type), string(c.Kind)), c.Scope.String(), direct, c.Stage.String(), place(c)})
	}
	if len(rows) == 0 {
		_, err := fmt.Fprintln(w, "no packages")
		return nil, err
	}
	slices.SortFunc(rows, func(a, b []string) int { // by type, name, version
		return cmp.Or(cmp.Compare(a[2], b[2]), cmp.Compare(a[0], b[0]), cmp.Compare(a[1], b[1]))
	})
	return nil, Columns(w, []string{"name", "version", "type", "scope", "direct", "stage", "seen in"}, rows)
}

// place is the first file that a component was seen in, and how many more there are.
func place(c *sbom.Component) string {
	if len(c.Evidence) == 0 {
		return ""
	}
	paths := make(map[string]bool)
	for _, e := range c.Evidence {
		paths[e.Location.Chain()] = true
	}
	l := c.Evidence[0].Location
	at := l.Chain()
	if l.Line > 0 {
		at = fmt.Sprintf("%s:%d", at, l.Line)
	}
	if len(paths) > 1 {
		at = fmt.Sprintf("%s +%d", at, len(paths)-1)
	}
	return at
}

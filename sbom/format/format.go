// Package format is the list of document formats: what they are called on the command line, which
// versions they have, and who writes them.
package format

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/cyclonedx"
	"github.com/sbomgen/sbomgen/sbom/spdx"
)

// Format is one way to write a document.
type Format struct {
	Name     string
	Doc      string
	Versions []string // oldest first; none where the format has no versions
	Default  string   // the version written if none is asked for
	Write    func(w io.Writer, d *sbom.Document, version string) ([]sbom.Loss, error)
}

// Formats lists the formats in the order of the manual.
var Formats = []Format{
	{
		Name: "cyclonedx-json", Doc: "CycloneDX as JSON", Versions: []string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}, Default: "1.6",
		Write: func(w io.Writer, d *sbom.Document, version string) ([]sbom.Loss, error) {
			return cyclonedx.Write(w, d, cyclonedx.Options{Version: version})
		},
	},
	{
		Name: "cyclonedx-xml", Doc: "CycloneDX as XML", Versions: []string{"1.2", "1.3", "1.4", "1.5", "1.6", "1.7"}, Default: "1.6",
		Write: func(w io.Writer, d *sbom.Document, version string) ([]sbom.Loss, error) {
			return cyclonedx.Write(w, d, cyclonedx.Options{Version: version, XML: true})
		},
	},
	{
		Name: "spdx-json", Doc: "SPDX as JSON; 3.0 is JSON-LD", Versions: []string{"2.2", "2.3", "3.0"}, Default: "2.3",
		Write: func(w io.Writer, d *sbom.Document, version string) ([]sbom.Loss, error) {
			return spdx.Write(w, d, spdx.Options{Version: version})
		},
	},
	{
		Name: "spdx-tag-value", Doc: "SPDX as tag-value text", Versions: []string{"2.2", "2.3"}, Default: "2.3",
		Write: func(w io.Writer, d *sbom.Document, version string) ([]sbom.Loss, error) {
			return spdx.Write(w, d, spdx.Options{Version: version, TagValue: true})
		},
	},
	{Name: "json", Doc: "sbomgen's own, complete", Versions: []string{"1"}, Default: "1", Write: writeJSON},
	{Name: "table", Doc: "a table for people", Write: writeTable},
	{Name: "purls", Doc: "the package URLs, one per line", Write: writePURLs},
}

// Find resolves NAME or NAME@VERSION. The version returned is the one to write.
func Find(spec string) (Format, string, error) {
	name, version, _ := strings.Cut(spec, "@")
	for _, f := range Formats {
		if f.Name != name {
			continue
		}
		if version == "" {
			return f, f.Default, nil
		}
		if version == "3.0.1" {
			version = "3.0"
		}
		if !slices.Contains(f.Versions, version) {
			if len(f.Versions) == 0 {
				return f, "", fmt.Errorf("the format %s has no versions", name)
			}
			return f, "", fmt.Errorf("the format %s has no version %q; it has %s", name, version, strings.Join(f.Versions, ", "))
		}
		return f, version, nil
	}
	names := make([]string, len(Formats))
	for i, f := range Formats {
		names[i] = f.Name
	}
	return Format{}, "", fmt.Errorf("no format is called %q; there are %s", name, strings.Join(names, ", "))
}

// writePURLs writes the package URLs of all packages, sorted, each once.
func writePURLs(w io.Writer, d *sbom.Document, _ string) ([]sbom.Loss, error) {
	var lines []string
	for i := range d.Graph.Components {
		if c := &d.Graph.Components[i]; !c.PURL.IsZero() && !c.IsApplication() {
			lines = append(lines, c.PURL.String())
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	if len(lines) == 0 {
		return nil, nil
	}
	_, err := io.WriteString(w, strings.Join(lines, "\n")+"\n")
	return nil, err
}

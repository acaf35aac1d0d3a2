package helm

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads Chart.lock and, of the first version of the format, requirements.lock: the versions that were chosen for what the chart asks for,
// https://helm.sh/docs/helm/helm_dependency_build/. Its digest is that of the list, not of a chart.
var Lock = catalogers.Cataloger{
	Name:  "helm-lock",
	Doc:   "Charts pinned in Chart.lock and requirements.lock, with their repositories.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("Chart.lock", "requirements.lock"),
	// It says better what for, and is asked only whether it is there.
	Beside: []string{"Chart.yaml"},
	Parse:  parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	if f.Base() == "requirements.lock" && !strings.Contains(text, "dependencies:") { // of another tool: rye writes one
		return nil
	}
	_, alone := f.Beside("Chart.yaml")
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		if key != "dependencies" {
			return
		}
		r.Array(func() {
			line := r.Line()
			var name, version, from string
			r.Object(func(key string) {
				switch key {
				case "name":
					name = r.Text()
				case "version":
					version = r.Text()
				case "repository":
					from = r.Text()
				}
			})
			switch c := component(name, version, from); {
			case strings.HasPrefix(from, "file://"), r.Err() != nil && version == "":
			case name == "" || version == "":
				out.Gap(line, "a dependency has no name or no version")
			default:
				if key := c.PURL.String(); !out.Has(key) {
					out.AddAt(line, key, c)
					if alone != nil {
						out.Relate(sbom.Relation{From: out.Owner(), To: key, Line: line})
					}
				}
			}
		})
	})
	return r.Finish()
}

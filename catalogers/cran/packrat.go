package cran

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Packrat reads packrat.lock, https://rstudio.github.io/packrat/: a first record about the project, then one for each package with
// Requires, Source and Hash.
var Packrat = catalogers.Cataloger{
	Name:  "packrat-lock",
	Doc:   "R packages pinned in packrat.lock, with edges, repositories and commits.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.CRAN},
	Files: catalogers.Named("packrat.lock"),
	Parse: parsePackrat,
}

func parsePackrat(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if path.Base(f.Dir()) == "packrat" {
		out.Own(path.Dir(f.Dir()))
	}
	repositories := make(map[string]string)
	known := false
	paragraphs(text, func(p record) {
		if v := p.get("PackratFormat"); v != "" {
			known = true
			for item := range strings.SplitSeq(p.get("Repos"), ",") {
				name, url, _ := strings.Cut(strings.TrimSpace(item), "=")
				repositories[name] = url
			}
			return
		}
		if s := p.get("Source"); repositories[s] != "" {
			p.fields["Repository"] = s
		}
		p.ask(p.get("Requires"), sbom.Runtime)
		p.claim(out, sbom.Location{Path: f.Path, Line: p.line}, repositories)
	}, func(line int, l string) { out.Gap(line, "%.80q is no field", l) })
	if !known {
		return errors.New("is no lockfile of packrat: it has no PackratFormat")
	}
	out.Edges(sbom.Complete)
	return nil
}

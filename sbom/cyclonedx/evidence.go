package cyclonedx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// evidence describes where a component was seen and what licence texts lay beside it. Sightings are methods of the identity and
// occurrences, in the same order; a method that says the same as the one before is not said again.
func (w *writer) evidence(c *sbom.Component) {
	sightings := c.Evidence
	if w.minor < 5 {
		w.lose("evidence", len(sightings))
		sightings = nil
	}
	licensed := len(w.observed) > 0 && w.minor >= 3
	if len(sightings) == 0 && !licensed {
		return
	}
	e := w.e
	e.object("evidence")
	if len(sightings) > 0 {
		w.identity(c)
		w.occurrences(c)
	}
	if licensed {
		w.licenses(w.observed)
	}
	e.end()
}

func (w *writer) identity(c *sbom.Component) {
	e := w.e
	if w.minor >= 6 {
		e.array("identity")
		e.item("identity")
	} else {
		e.object("identity")
	}
	field := "purl"
	if c.PURL.IsZero() {
		field = "name"
	}
	e.text("field", field)
	var surest uint8
	for i := range c.Evidence {
		surest = max(surest, c.Evidence[i].Confidence)
	}
	e.percent("confidence", surest)
	e.list("methods")
	for i := range c.Evidence {
		s := &c.Evidence[i]
		if i > 0 && sameMethod(s, &c.Evidence[i-1]) {
			continue
		}
		e.item("method")
		e.text("technique", technique(s.Technique))
		e.percent("confidence", s.Confidence)
		if place := locationText(&s.Location); place != "" {
			e.text("value", place)
		}
		e.end()
	}
	e.end()
	e.end()
	if w.minor >= 6 {
		e.end()
	}
}

func sameMethod(a, b *sbom.Evidence) bool {
	return a.Technique == b.Technique && a.Confidence == b.Confidence && a.Location.Path == b.Location.Path && a.Location.Archive == b.Location.Archive
}

func (w *writer) occurrences(c *sbom.Component) {
	e, open := w.e, false
	for i := range c.Evidence {
		s := &c.Evidence[i]
		place := locationText(&s.Location)
		if place == "" {
			continue
		}
		if !open {
			open = true
			e.list("occurrences")
		}
		e.item("occurrence")
		e.text("location", place)
		if w.minor >= 6 {
			if s.Location.Line > 0 {
				e.integer("line", int64(s.Location.Line))
			}
			if s.Location.Offset > 0 {
				e.integer("offset", s.Location.Offset)
			}
			if context := w.sightingContext(s, c.Stage); context != "" {
				e.text("additionalContext", context)
			}
		} else {
			w.lose("lines and catalogers of evidence", 1)
		}
		e.end()
	}
	if open {
		e.end()
	}
}

// locationText is a place in words: the path, behind the archives that it lies in. parseLocation reads it.
func locationText(l *sbom.Location) string {
	if l.Archive == "" {
		return l.Path
	}
	return l.Archive + archiveArrow + l.Path
}

// archiveArrow stands between an archive and what lies in it.
const archiveArrow = " > "

// sightingContext says of a sighting what has no field: "cataloger=cargo-lock", the image layer, and the stage where it is not the
// component's.
func (w *writer) sightingContext(s *sbom.Evidence, stage sbom.Stage) string {
	if s.Cataloger == "" && s.Stage == stage && s.Location.Layer == "" {
		return ""
	}
	if s.Stage == stage && s.Location.Layer == "" {
		if s.Cataloger != w.cataloger {
			w.cataloger, w.catalogerContext = s.Cataloger, "cataloger="+contextWord(s.Cataloger)
		}
		return w.catalogerContext
	}
	var words []string
	if s.Cataloger != "" {
		words = append(words, "cataloger="+contextWord(s.Cataloger))
	}
	if s.Stage != stage {
		words = append(words, "stage="+s.Stage.String())
	}
	if s.Location.Layer != "" {
		words = append(words, "layer="+contextWord(s.Location.Layer))
	}
	return strings.Join(words, " ")
}

// contextWord is a value without what separates values.
func contextWord(s string) string { return strings.ReplaceAll(s, " ", "-") }

// technique is the schema's word; "other" for what it does not know.
func technique(t sbom.Technique) string {
	switch t {
	case "source-code-analysis", sbom.BinaryAnalysis, sbom.ManifestAnalysis, "ast-fingerprint", sbom.HashComparison, "instrumentation",
		"dynamic-analysis", sbom.FileName, sbom.Attestation:
		return string(t)
	}
	return "other"
}

package spdx

import (
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

const (
	maxSightings   = 3 // in the source information of a package
	sightingsMark  = "seen in "
	sightingsBreak = "; "
)

// sightings is the source information of a package: where it was seen, and by what. It tells whether parseSightings gives the evidence back.
func (w *writer) sightings(c *sbom.Component) (text string, exact bool) {
	if len(c.Evidence) == 0 {
		return "", true
	}
	b := append(w.scratch[:0], sightingsMark...)
	exact, shown := true, 0
	for i := range c.Evidence {
		s := &c.Evidence[i]
		exact = exact && isPlain(s, c.Stage)
		if s.Location.Path == "" && s.Location.Archive == "" {
			continue
		}
		if shown++; shown > maxSightings {
			continue
		}
		if shown > 1 {
			b = append(b, sightingsBreak...)
		}
		b = appendSighting(b, s)
	}
	if shown > maxSightings {
		b = append(b, " and "...)
		b = strconv.AppendInt(b, int64(shown-maxSightings), 10)
		b = append(b, " more"...)
		exact = false
	}
	w.scratch = b
	if shown == 0 {
		return "", false
	}
	return string(b), exact
}

// appendSighting writes "package-lock.json:12 (npm-lock)". parseSighting reads it.
func appendSighting(b []byte, s *sbom.Evidence) []byte {
	l := &s.Location
	if l.Archive != "" {
		b = append(append(b, l.Archive...), " > "...)
	}
	b = append(b, l.Path...)
	if l.Line > 0 {
		b = strconv.AppendInt(append(b, ':'), int64(l.Line), 10)
	}
	if s.Cataloger != "" {
		b = append(append(append(b, " ("...), s.Cataloger...), ')')
	}
	return b
}

// isPlain tells whether a sighting is what nearly all are, so that its place and cataloger say everything.
func isPlain(s *sbom.Evidence, stage sbom.Stage) bool {
	l := &s.Location
	if s.Stage != stage || s.Technique != sbom.ManifestAnalysis || s.Confidence != 100 || s.Cataloger == "" ||
		l.Path == "" || l.Archive != "" || l.Layer != "" || l.Offset != 0 || l.Line < 0 {
		return false
	}
	if !plain(l.Path) || !plain(s.Cataloger) || strings.ContainsAny(s.Cataloger, "(); ") || strings.Contains(l.Path, sightingsBreak) ||
		strings.Contains(l.Path, " (") || strings.TrimSpace(l.Path) != l.Path {
		return false
	}
	_, number := cutLine(l.Path)
	return number == 0 || l.Line > 0
}

// parseSightings reads what writer.sightings writes.
func parseSightings(text string, stage sbom.Stage) []sbom.Evidence {
	text, ok := strings.CutPrefix(text, sightingsMark)
	if !ok {
		return nil
	}
	var list []sbom.Evidence
	for text != "" {
		var one string
		one, text, _ = strings.Cut(text, sightingsBreak)
		list = append(list, parseSighting(one, stage))
	}
	return list
}

// parseSighting reads what appendSighting writes of a plain sighting.
func parseSighting(text string, stage sbom.Stage) sbom.Evidence {
	e := sbom.Evidence{Stage: stage, Technique: sbom.ManifestAnalysis, Confidence: 100}
	if i := strings.LastIndex(text, " ("); i >= 0 && strings.HasSuffix(text, ")") {
		e.Cataloger = text[i+2 : len(text)-1]
		text = text[:i]
	}
	e.Location.Path, e.Location.Line = cutLine(text)
	return e
}

// cutLine takes the line off "path:line".
func cutLine(text string) (string, int) {
	i := strings.LastIndexByte(text, ':')
	if i < 0 || i+1 == len(text) || !isDigit(text[i+1]) {
		return text, 0
	}
	if number, err := strconv.Atoi(text[i+1:]); err == nil && number > 0 {
		return text[:i], number
	}
	return text, 0
}

package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// noted is what a note says that is no field of a component.
type noted struct {
	edges          []string
	resolution     string
	licensed, seen bool // it holds the licences, the evidence
}

// readNote reads our note on a package into a component that holds what the fields say; nil if there is none. A broken one tells what stands
// before the break.
func readNote(text string, c *sbom.Component) *noted {
	if text == "" {
		return nil
	}
	n := new(noted)
	r := decode.NewJSON(text)
	group, named := "", false
	r.Object(func(key string) {
		switch key {
		case noteID:
			c.ID = sbom.ID(r.Text())
		case noteKind:
			c.Kind = sbom.Kind(r.Text())
		case noteGroup:
			group = r.Text()
		case noteName:
			c.Name, named = r.Text(), true
		case noteDirect:
			c.Direct = r.Bool()
		case noteScope:
			c.Scope = sbom.ParseScope(r.Text())
		case noteStage:
			c.Stage, _ = parseStage(r.Text())
		case notePath:
			c.Path = r.Text()
		case noteCompleteness:
			c.Completeness = parseCompleteness(r.Text())
		case noteAuthor:
			c.Author = r.Text()
		case noteSupplier:
			c.Supplier = r.Text()
		case noteLicenses:
			n.licensed = true
			r.Array(func() {
				if l := readClaim(r); l.Text != "" {
					c.Licenses = append(c.Licenses, l)
				}
			})
		case noteHashes:
			for _, word := range r.Texts() {
				if algorithm, digits, ok := strings.Cut(word, ":"); ok {
					c.Hashes = append(c.Hashes, sbom.Hash{Algorithm: sbom.Algorithm(algorithm), Hex: digits})
				}
			}
		case noteEvidence:
			n.seen = true
			r.Array(func() { c.Evidence = append(c.Evidence, readSighting(r, c.Stage)) })
		case noteResolution:
			n.resolution = r.Text()
		case noteEdge:
			n.edges = r.Texts()
		case noteProperties:
			c.Properties = readProperties(r)
		}
	})
	if named {
		c.Group = group
	}
	return n
}

func readClaim(r *decode.JSONReader) sbom.License {
	var l sbom.License
	r.Object(func(key string) {
		switch key {
		case "declared":
			l.Text = r.Text()
		case "concluded":
			l.Text, l.Basis = r.Text(), sbom.ConcludedLicense
		case "observed":
			l.Text, l.Basis = r.Text(), sbom.ObservedLicense
		default:
			readLocation(r, key, &l.Location)
		}
	})
	return l
}

// readSighting reads a sighting: a text where it is plain, otherwise an object.
func readSighting(r *decode.JSONReader, stage sbom.Stage) sbom.Evidence {
	if r.Kind() == decode.String {
		return parseSighting(r.Text(), stage)
	}
	e := sbom.Evidence{Stage: stage}
	r.Object(func(key string) {
		switch key {
		case "cataloger":
			e.Cataloger = r.Text()
		case "stage":
			if s, ok := parseStage(r.Text()); ok {
				e.Stage = s
			}
		case "technique":
			e.Technique = sbom.Technique(r.Text())
		case "confidence":
			e.Confidence = uint8(min(max(r.Int(), 0), 255))
		default:
			readLocation(r, key, &e.Location)
		}
	})
	return e
}

// readLocation reads a member of a place.
func readLocation(r *decode.JSONReader, key string, l *sbom.Location) {
	switch key {
	case "path":
		l.Path = r.Text()
	case "archive":
		l.Archive = r.Text()
	case "layer":
		l.Layer = r.Text()
	case "line":
		l.Line = max(r.Int(), 0)
	case "offset":
		l.Offset = int64(max(r.Int(), 0))
	}
}

func readProperties(r *decode.JSONReader) []sbom.Property {
	var list []sbom.Property
	r.Array(func() {
		var p sbom.Property
		r.Object(func(key string) {
			switch key {
			case "name":
				p.Name = r.Text()
			case "value":
				p.Value = r.Text()
			}
		})
		list = append(list, p)
	})
	return list
}

func parseStage(word string) (sbom.Stage, bool) {
	for _, s := range sbom.Stages {
		if s.String() == word {
			return s, true
		}
	}
	return sbom.Declared, false
}

func parseCompleteness(word string) sbom.Completeness {
	for c := sbom.Unknown; c <= sbom.Complete; c++ {
		if c.String() == word {
			return c
		}
	}
	return sbom.Unknown
}

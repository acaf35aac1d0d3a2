package spdx

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// parser2 reads the JSON of SPDX 2.1 to 2.3, in which nearly every field is a string. What the graph has no place for is passed over.
type parser2 struct {
	*decode.JSONReader
	s *statement
}

// parseJSON reads a document of SPDX 2 or 3.
func parseJSON(text string) (*statement, error) {
	p := &parser2{decode.NewJSON(text), &statement{passed: make(map[string]bool), words: make(map[string]string)}}
	version, jsonLD := "", false
	var graph []node
	p.Object(func(key string) {
		switch key {
		case "spdxVersion":
			version = p.Text()
		case "name":
			p.s.name = p.Text()
		case "documentNamespace":
			p.s.namespace = p.Text()
		case "creationInfo":
			p.Object(p.creation)
		case "documentDescribes":
			p.s.described = append(p.s.described, p.Texts()...)
		case "packages":
			p.Array(p.element)
		case "files", "snippets":
			p.Array(p.pass)
		case "hasExtractedLicensingInfos":
			p.Array(p.extracted)
		case "relationships":
			p.Array(p.relationship)
		case "annotations":
			p.Array(func() { p.annotation(nil) })
		case "@context":
			jsonLD = true
			p.Skip()
		case "@graph":
			graph = parseGraph(p.JSONReader)
		}
	})
	switch err := p.Finish(); {
	case err != nil:
		return nil, err
	case jsonLD && graph != nil:
		return stateGraph(graph)
	case !strings.HasPrefix(version, "SPDX-"):
		return nil, errNone
	case !strings.HasPrefix(version, "SPDX-2."):
		return nil, fmt.Errorf("%s cannot be read", version)
	}
	return p.s, nil
}

var errNone = errors.New("not an SPDX document")

func (p *parser2) creation(key string) {
	switch key {
	case "created":
		p.s.Created = parseTime(p.Text())
	case "creators":
		for _, text := range p.Texts() {
			p.s.creator(text)
		}
	case "comment":
		p.s.creatorComment(p.Text())
	}
}

// parseTime reads a time; what stands where the document has none is none.
func parseTime(text string) time.Time {
	if text == noTime {
		return time.Time{}
	}
	t, _ := time.Parse(time.RFC3339, text)
	return t
}

func (p *parser2) element() {
	var e element
	isObject := p.Object(func(key string) {
		switch key {
		case "checksums":
			p.Array(func() {
				var h sbom.Hash
				p.Object(func(key string) {
					switch key {
					case "algorithm":
						h.Algorithm = algorithmOf(p.Text())
					case "checksumValue":
						h.Hex = strings.ToLower(p.Text())
					}
				})
				if h.Hex != "" {
					e.Hashes = append(e.Hashes, h)
				}
			})
		case "externalRefs":
			p.Array(func() {
				var category, kind, locator, comment string
				p.Object(func(key string) {
					switch key {
					case "referenceCategory":
						category = p.Text()
					case "referenceType":
						kind = p.Text()
					case "referenceLocator":
						locator = p.Text()
					case "comment":
						comment = p.Text()
					}
				})
				e.refer(category, kind, locator, comment)
			})
		case "annotations":
			p.Array(func() { p.annotation(&e) })
		default:
			if p.Kind() == decode.String {
				e.set(key, p.Text())
			}
		}
	})
	if isObject && (e.ref != "" || e.label != "") {
		p.s.packages = append(p.s.packages, e)
	}
}

func (e *element) identify(locator string) {
	if e.PURL.IsZero() {
		e.PURL, _ = purl.Parse(locator)
	}
}

// pass notes the id of what is no package.
func (p *parser2) pass() {
	p.Object(func(key string) {
		if key == "SPDXID" {
			p.s.passed[p.Text()] = true
		}
	})
}

func (p *parser2) extracted() {
	id, text, name := "", "", ""
	p.Object(func(key string) {
		switch key {
		case "licenseId":
			id = p.Text()
		case "extractedText":
			text = p.Text()
		case "name":
			name = p.Text()
		}
	})
	p.s.extract(id, text, name)
}

// extract notes what the name of a licence stands for. A whole licence text is called by its name, if it has one.
func (s *statement) extract(id, text, name string) {
	if strings.Contains(text, "\n") && name != "" {
		text = name
	}
	if id != "" && text != noAssertion {
		s.words[strings.ToLower(id)] = text
	}
}

func (p *parser2) relationship() {
	var r relationship
	p.Object(func(key string) {
		switch key {
		case "spdxElementId":
			r.from = p.Text()
		case "relationshipType":
			r.kind = p.Text()
		case "relatedSpdxElement":
			r.to = p.Text()
		case "comment":
			r.comment = p.Text()
		}
	})
	p.s.relationships = append(p.s.relationships, r)
}

func (p *parser2) annotation(of *element) {
	annotator, text := "", ""
	p.Object(func(key string) {
		switch key {
		case "annotator":
			annotator = p.Text()
		case "comment":
			text = p.Text()
		}
	})
	p.s.annotate(annotator, text, of)
}

package spdx

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// parser2 reads the JSON of SPDX 2.1 to 2.3, in which nearly every field is a string. What the graph has no place for is counted.
type parser2 struct {
	*decode.JSONReader
	s *statement
}

// parseJSON reads a document of SPDX 2 or 3.
func parseJSON(text string) (*statement, error) {
	p := &parser2{decode.NewJSON(text), newStatement()}
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
			p.Array(func() {
				p.pass()
				p.s.leftOut.Add(key, 1)
			})
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
		case "SPDXID", "dataLicense":
		default:
			p.s.leftOut.Add("document "+key, p.members())
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
		return nil, fmt.Errorf("%.20q cannot be read", version)
	}
	return p.s, nil
}

var errNone = errors.New("not an SPDX document")

// members passes over the next value and tells how many things it says: an array as many as it holds; nothing what stands for nothing.
func (p *parser2) members() int {
	switch p.Kind() {
	case decode.Array:
		n := 0
		p.Array(func() { n += p.members() })
		return n
	case decode.Null:
		return 0
	case decode.Bool:
		if !p.Bool() {
			return 0
		}
		return 1
	case decode.String:
		if text := p.Text(); text == "" || text == none || text == noAssertion {
			return 0
		}
		return 1
	}
	p.Skip()
	return 1
}

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
				p.s.refer(&e, category, kind, locator, comment)
			})
		case "annotations":
			p.Array(func() { p.annotation(&e) })
		case "filesAnalyzed":
		default:
			if p.Kind() != decode.String {
				p.s.leftOut.Add("package "+key, min(p.members(), 1))
			} else if !e.set(key, p.Text()) {
				p.s.leftOut.Add("package "+key, 1)
			}
		}
	})
	if isObject && (e.ref != "" || e.label != "") {
		p.s.add(e)
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
		s.leftOut.Add("license text", 1)
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
	p.s.relateTo(r)
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

package spdx

import (
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// parserTags reads the tag-value notation: lines of "Tag: value", whose value may be enclosed in <text> and then spans lines. A tag begins the
// next package, file or licence; what belongs to it follows.
type parserTags struct {
	s       *statement
	e       *element // the package at hand
	in      section
	at      map[string]int // of each package, its place
	license [3]string      // id, text and name of the licence at hand
	note    [3]string      // annotator, element and text of the annotation at hand
	ref     *[4]string     // the external reference at hand
}

// section is what the lines at hand describe.
type section uint8

const (
	inDocument section = iota
	inPackage
	inOther // a file or a snippet
	inLicense
)

func parseTagValue(text string) (*statement, error) {
	p := &parserTags{s: newStatement(), at: make(map[string]int)}
	version := ""
	text = strings.ReplaceAll(text, "\r\n", "\n")
	for number := 1; text != ""; number++ {
		var l string
		l, text, _ = strings.Cut(text, "\n")
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '#' {
			continue
		}
		tag, value, ok := strings.Cut(l, ":")
		if !ok {
			if version == "" {
				return nil, errNone
			}
			return nil, fmt.Errorf("line %d: no tag", number)
		}
		value = strings.TrimSpace(value)
		if begun, ok := strings.CutPrefix(value, "<text>"); ok {
			closed := false
			if value, _, closed = strings.Cut(begun, "</text>"); !closed {
				var more string
				if more, text, closed = strings.Cut(text, "</text>"); !closed {
					return nil, fmt.Errorf("line %d: <text> does not end", number)
				}
				_, text, _ = strings.Cut(text, "\n")
				value = begun + "\n" + more
				number += strings.Count(more, "\n") + 1
			}
		}
		switch tag = strings.TrimSpace(tag); {
		case tag == "SPDXVersion":
			version = value
		case version == "" && tag != "DataLicense" && tag != "SPDXID" && !strings.HasPrefix(tag, "Document") && !strings.HasPrefix(tag, "Creat"):
			return nil, errNone
		default:
			p.tag(tag, value)
		}
	}
	p.finish()
	switch {
	case version == "":
		return nil, errNone
	case !strings.HasPrefix(version, "SPDX-2."):
		return nil, fmt.Errorf("%.20q cannot be read", version)
	}
	return p.s, nil
}

func (p *parserTags) tag(tag, value string) {
	if tag != "ExternalRefComment" {
		p.endReference()
	}
	switch tag {
	case "DocumentName":
		p.s.name = value
	case "DocumentNamespace":
		p.s.namespace = value
	case "Creator":
		p.s.creator(value)
	case "Created":
		p.s.Created = parseTime(value)
	case "CreatorComment":
		p.s.creatorComment(value)
	case "PackageName":
		p.s.add(element{label: value})
		p.in, p.e = inPackage, &p.s.packages[len(p.s.packages)-1]
	case "FileName":
		p.in = inOther
		p.s.leftOut.Add("files", 1)
	case "SnippetSPDXID":
		p.in = inOther
		p.s.passed[value] = true
		p.s.leftOut.Add("snippets", 1)
	case "ExternalDocumentRef", "DocumentComment":
		p.s.leftOut.Add("document "+strings.ToLower(tag[:1])+tag[1:], 1)
	case "LicenseID":
		p.endLicense()
		p.in, p.license[0] = inLicense, value
	case "ExtractedText":
		p.license[1] = value
	case "LicenseName":
		p.license[2] = value
	case "SPDXID":
		switch p.in {
		case inPackage:
			p.e.ref = value
			p.at[value] = len(p.s.packages) - 1
		case inOther:
			p.s.passed[value] = true
		}
	case "Relationship":
		if f := strings.Fields(value); len(f) == 3 {
			p.s.relateTo(relationship{from: f[0], kind: f[1], to: f[2]})
		}
	case "RelationshipComment":
		if n := len(p.s.relationships); n > 0 {
			p.s.relationships[n-1].comment = value
		}
	case "Annotator":
		p.endAnnotation()
		p.note[0] = value
	case "SPDXREF":
		p.note[1] = value
	case "AnnotationComment":
		p.note[2] = value
	default:
		if p.in == inPackage {
			p.field(tag, value)
		}
	}
}

// field reads a tag of a package.
func (p *parserTags) field(tag, value string) {
	switch tag {
	case "PackageChecksum":
		if algorithm, digest, ok := strings.Cut(value, ":"); ok {
			p.e.Hashes = append(p.e.Hashes, sbom.Hash{Algorithm: algorithmOf(algorithm), Hex: strings.ToLower(strings.TrimSpace(digest))})
		}
	case "ExternalRef":
		if f := strings.Fields(value); len(f) == 3 {
			p.ref = &[4]string{f[0], f[1], f[2]}
		}
	case "ExternalRefComment":
		if p.ref != nil {
			p.ref[3] = value
		}
	case "PackageVersion":
		p.e.set("versionInfo", value)
	case "PackageHomePage":
		p.e.set("homepage", value)
	case "PrimaryPackagePurpose":
		p.e.set("primaryPackagePurpose", value)
	default:
		if name, ok := strings.CutPrefix(tag, "Package"); ok && name != "" {
			if name = fieldOf(name); !p.e.set(name, value) {
				p.s.leftOut.Add("package "+name, 1)
			}
		}
	}
}

// fieldOf is the name in JSON of what follows "Package" in a tag.
func fieldOf(name string) string {
	switch name {
	case "FileName", "VerificationCode":
		return "package" + name
	}
	return strings.ToLower(name[:1]) + name[1:]
}

func (p *parserTags) endReference() {
	if r := p.ref; r != nil {
		p.s.refer(p.e, r[0], r[1], r[2], r[3])
		p.ref = nil
	}
}

func (p *parserTags) endLicense() {
	p.s.extract(p.license[0], p.license[1], p.license[2])
	p.license = [3]string{}
}

func (p *parserTags) endAnnotation() {
	annotator, of, text := p.note[0], p.note[1], p.note[2]
	p.note = [3]string{}
	if of == documentRef {
		p.s.annotate(annotator, text, nil)
	} else if i, ok := p.at[of]; ok {
		p.s.annotate(annotator, text, &p.s.packages[i])
	}
}

func (p *parserTags) finish() {
	p.endReference()
	p.endLicense()
	p.endAnnotation()
}

package spdx

import (
	"fmt"
	"io"
	"strings"

	"github.com/google/uuid"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// How large a document may be: several times what a scan of 100,000 packages writes.
const (
	maxDocument = 512 << 20 // bytes
	maxPackages = 512 << 10
	maxRelated  = 4 << 20 // relationships, each with one package
	maxNodes    = 8 << 20 // objects of SPDX 3
)

// Read reads a document: SPDX 2 as JSON, YAML or tag-value, SPDX 3.0 as JSON-LD. It errs where the text is none of these;
// relationships that lead nowhere and packages that stand twice become Gaps of the graph. What the graph has no place for, such as
// files and snippets, is counted in properties of the document (sbom.LeftOut).
//
// A document that we wrote gives the graph that was written. In others components are called after their purls, so that
// two documents can be compared; what the document describes is the application at the top, and what that depends on is direct.
func Read(r io.Reader) (*sbom.Document, error) {
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if n > maxDocument {
		return nil, fmt.Errorf("larger than %d bytes", maxDocument)
	}
	return ReadText(b.String())
}

// ReadText is Read of a text in memory. The document refers to the text.
func ReadText(text string) (*sbom.Document, error) {
	text = strings.TrimPrefix(text, "\uFEFF")
	var s *statement
	var err error
	switch {
	case strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "{"):
		s, err = parseJSON(text)
	case isYAML(text):
		s, err = parseYAML(text)
	default:
		s, err = parseTagValue(text)
	}
	if err != nil {
		return nil, err
	}
	if s.overflow != nil {
		return nil, s.overflow
	}
	return s.document()
}

// statement is what a document says, before its references are followed. Relationships are in SPDX 2's words, also those of SPDX 3.
type statement struct {
	sbom.Document
	name, namespace string
	packages        []element
	passed          map[string]bool // ids of elements that are no packages
	relationships   []relationship
	described       []string          // ids of what the document describes
	words           map[string]string // what names of licences stand for, by the name in lower case
	notes           []string          // annotations of ours on the document
	leftOut         sbom.Tally
	overflow        error // more of something than is read
}

func newStatement() *statement {
	return &statement{passed: make(map[string]bool), words: make(map[string]string), leftOut: make(sbom.Tally)}
}

// add adds a package, and relateTo a relationship, up to their limits.
func (s *statement) add(e element) {
	if len(s.packages) == maxPackages {
		s.overflow = fmt.Errorf("more than %d packages", maxPackages)
		return
	}
	s.packages = append(s.packages, e)
}

func (s *statement) relateTo(r relationship) {
	if len(s.relationships) == maxRelated {
		s.overflow = fmt.Errorf("more than %d relationships", maxRelated)
		return
	}
	s.relationships = append(s.relationships, r)
}

// element is a package, with those of its fields that are not read as they are.
type element struct {
	sbom.Component // without ID
	ref, label     string
	supplier       agent
	originator     agent
	download       string
	homepage       string
	declared       string
	concluded      string
	sourceInfo     string
	summary        string
	note           string // our annotation
	edges          []string
	resolution     string
}

type relationship struct {
	from, kind, to, comment string
	scope                   string            // SPDX 3
	completeness            sbom.Completeness // SPDX 3
}

// creator reads one of the creators of SPDX 2.
func (s *statement) creator(text string) {
	if tool, ok := strings.CutPrefix(text, "Tool:"); ok {
		if s.Tool.Name == "" {
			s.Tool = parseTool(strings.TrimSpace(tool))
		} else {
			s.leftOut.Add("further tools", 1)
		}
		return
	}
	if a := parseAgent(text); a.name != "" {
		s.Authors = append(s.Authors, a.party())
	}
}

// creatorComment looks for CISA's word for the phase of the product's life.
func (s *statement) creatorComment(text string) {
	if _, word, ok := strings.Cut(text, sbomTypeMark); ok {
		word, _, _ = strings.Cut(strings.TrimSpace(word), " ")
		s.Lifecycle = lifecycleOf(strings.Trim(word, ".,;"))
		return
	}
	for word := range strings.FieldsSeq(text) {
		if word = strings.Trim(word, `.,;:"'`); lifecycleOf(word) != "" && word == sbomType(lifecycleOf(word)) {
			s.Lifecycle = lifecycleOf(word)
			return
		}
	}
}

// annotate takes an annotation of an element; the document's id is documentRef or "". Those of others say nothing of the graph.
func (s *statement) annotate(annotator, text string, e *element) {
	if tool, ok := strings.CutPrefix(annotator, "Tool:"); !ok || parseTool(strings.TrimSpace(tool)).Name != "sbomgen" && !strings.Contains(text, "sbomgen:") {
		s.leftOut.Add("annotations", 1)
		return
	}
	switch {
	case e == nil:
		s.notes = append(s.notes, text)
	case strings.HasPrefix(text, "{"):
		e.note = text
	}
}

// set reads a field of a package by its name in SPDX 2's JSON. It tells whether the graph has a place for it.
func (e *element) set(field, value string) bool {
	switch field {
	case "SPDXID":
		e.ref = value
	case "name":
		e.label = value
	case "versionInfo":
		if value != none && value != noAssertion {
			e.Version = value
		}
	case "supplier":
		e.supplier = parseAgent(value)
	case "originator":
		e.originator = parseAgent(value)
	case "downloadLocation":
		e.download = value
	case "homepage":
		e.homepage = value
	case "sourceInfo":
		e.sourceInfo = value
	case "licenseDeclared":
		e.declared = value
	case "licenseConcluded":
		e.concluded = value
	case "copyrightText":
		if value != none && value != noAssertion {
			e.Copyright = value
		}
	case "description":
		e.Description = value
	case "summary":
		e.summary = value
	case "primaryPackagePurpose":
		e.Kind = kindOf(value)
	default:
		return value == "" || value == none || value == noAssertion || field == "licenseComments" && value == combined
	}
	return true
}

// kindOf reads the purposes of SPDX 2 and 3; "" is none.
func kindOf(purpose string) sbom.Kind {
	switch p := strings.ToLower(strings.ReplaceAll(purpose, "_", "-")); p {
	case "":
		return ""
	case "application", "framework", "container", "platform", "device", "firmware", "file", "data":
		return sbom.Kind(p)
	case "operating-system", "operatingsystem":
		return sbom.OperatingSystem
	case "devicedriver":
		return sbom.DeviceDriver
	case "model":
		return sbom.Model
	}
	return sbom.Library
}

// refer reads a reference of SPDX 2. Its type may be an address, as RDF has it.
func (s *statement) refer(e *element, category, kind, locator, comment string) {
	if at, ok := strings.CutPrefix(kind, "http://spdx.org/rdf/references/"); ok && category == "SECURITY" {
		kind = at
	}
	switch {
	case strings.HasPrefix(category, "PACKAGE") && kind == "purl":
		s.identify(e, locator)
	case kind == "cpe23Type", kind == "cpe22Type":
		s.enumerate(e, locator)
	case category == "OTHER" && locator != "":
		_, hashes := parseReferenceComment(comment)
		e.References = append(e.References, sbom.Reference{Type: kind, URL: locator, Hashes: hashes})
	case locator != "":
		s.leftOut.Add("package reference "+kind, 1)
	}
}

// identify reads a purl of a package, of which the first counts.
func (s *statement) identify(e *element, locator string) {
	p, err := purl.Parse(locator)
	switch {
	case locator == "":
	case err != nil:
		s.leftOut.Add("malformed purls", 1)
	case e.PURL.IsZero():
		e.PURL = p
	case p != e.PURL:
		s.leftOut.Add("further purls", 1)
	}
}

// enumerate reads a CPE name of a package, in either binding.
func (s *statement) enumerate(e *element, name string) {
	if name != "" && !e.CPE(name, "") {
		s.leftOut.Add("malformed CPE names", 1)
	}
}

// serialOf is the id that the namespace of a document holds, or one derived from it.
func serialOf(ns string) string {
	if ns == "" {
		return ""
	}
	id := strings.TrimSuffix(ns, "#")
	if i := strings.LastIndex(id, versionMark); i >= 0 && i < len(id)-len(versionMark) && strings.Trim(id[i+len(versionMark):], "0123456789") == "" {
		id = id[:i]
	}
	if id = strings.ToLower(id[max(len(id)-36, 0):]); validUUID(id) {
		return "urn:uuid:" + id
	}
	return "urn:uuid:" + uuid.NewSHA1(uuid.NameSpaceURL, []byte(ns)).String()
}

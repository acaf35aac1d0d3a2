package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// document2 describes the document in SPDX 2. The order is that of the tag-value notation, which knows by a tag where the
// next thing begins.
func (w *writer) document2() {
	e := w.e
	e.item()
	e.line("spdxVersion", "SPDXVersion", [...]string{v22: "SPDX-2.2", v23: "SPDX-2.3"}[w.v])
	e.line("dataLicense", "DataLicense", "CC0-1.0")
	e.line("SPDXID", "SPDXID", documentRef)
	e.line("name", "DocumentName", w.name)
	e.line("documentNamespace", "DocumentNamespace", w.ns)
	w.creation()
	if !e.tags {
		e.list("documentDescribes")
		e.word(w.refs[w.g.Root])
		e.end()
	}
	e.list("packages")
	for h := range w.g.Components {
		e.blank()
		e.item()
		w.package2(sbom.Handle(h))
		e.end()
	}
	e.end()
	if len(w.extracted) > 0 {
		e.list("hasExtractedLicensingInfos")
		for _, l := range w.extracted {
			e.blank()
			e.item()
			e.line("licenseId", "LicenseID", l.ref)
			e.prose("extractedText", "ExtractedText", l.text())
			e.line("name", "LicenseName", l.name())
			e.end()
		}
		e.end()
	}
	e.list("relationships")
	e.blank()
	w.relationship(documentRef, "DESCRIBES", w.refs[w.g.Root], "")
	for h := range w.g.Components {
		w.relationships(sbom.Handle(h))
	}
	e.end()
	if note := w.documentNote(); note != "" || len(w.g.Gaps) > 0 {
		e.list("annotations")
		if note != "" {
			w.annotation(documentRef, note)
		}
		for i := range w.g.Gaps {
			w.annotation(documentRef, w.gapText(&w.g.Gaps[i]))
		}
		e.end()
	}
	e.end()
	if !e.tags {
		e.buf = append(e.buf, '\n')
	}
}

// text is the licence text of the claim: its words, for nothing else was seen.
func (l *extracted) text() string {
	if l.words == "" {
		return noAssertion
	}
	return l.words
}

func (l *extracted) name() string {
	if name := line(l.words); name != "" && len(name) <= maxSlug {
		return name
	}
	return strings.TrimPrefix(l.ref, licensePrefix)
}

// creation says when, by whom and at which phase of the product's life the document was made.
func (w *writer) creation() {
	e := w.e
	e.object("creationInfo")
	e.list("creators")
	creator := func(text string) {
		if e.tags {
			e.line("", "Creator", text)
		} else {
			e.word(line(text))
		}
	}
	creator("Tool: " + w.tool)
	for _, p := range w.d.Authors {
		if a := partyOf(p, authorKind(p)); a.name != "" {
			creator(a.String())
		}
	}
	e.end()
	e.line("created", "Created", w.created)
	if word := sbomType(w.d.Lifecycle); word != "" {
		e.prose("comment", "CreatorComment", sbomTypeMark+word)
	}
	e.end()
}

// sbomTypeMark is how documents introduce CISA's word.
const sbomTypeMark = "SBOM Type: "

// annotation says something of an element, in our name.
func (w *writer) annotation(of, text string) {
	e := w.e
	if e.tags && of == documentRef {
		e.blank()
	}
	e.item()
	e.line("annotator", "Annotator", "Tool: "+w.tool)
	e.line("annotationDate", "AnnotationDate", w.created)
	e.line("annotationType", "AnnotationType", "OTHER")
	if e.tags {
		e.line("", "SPDXREF", of)
	}
	e.prose("comment", "AnnotationComment", text)
	e.end()
}

package spdx

import (
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// elements are the ids of the elements of an SPDX 3.0 document that several others name, each described where it is first named. Those
// of components begin with refPrefix, as in SPDX 2; all others do not.
type elements struct {
	ids      names
	agents   map[agent]string
	licenses map[string]string // by expression
}

const (
	sbomID     = "sbom"
	toolID     = "tool"
	creationID = "_:creationinfo"
	context3   = "https://spdx.org/rdf/3.0.1/spdx-context.jsonld"
)

// document3 describes the document in SPDX 3.0.1, as JSON-LD in the compact form that its context gives.
func (w *writer) document3() {
	e := w.e
	w.elements = elements{names{}, make(map[agent]string), make(map[string]string)}
	e.item()
	e.text("@context", context3)
	e.list("@graph")
	w.creation3()
	w.element("SpdxDocument", documentRef)
	e.text("name", w.name)
	e.list("profileConformance")
	for _, profile := range [...]string{"core", "software", "simpleLicensing"} {
		e.word(profile)
	}
	e.end()
	license := w.giveLicense("CC0-1.0")
	e.ref("dataLicense", w.ns, license)
	e.list("rootElement")
	e.refWord(w.ns, sbomID)
	e.end()
	e.end()
	w.license3("CC0-1.0", license)

	w.element("software_Sbom", sbomID)
	if word := sbomType(w.d.Lifecycle); word != "" {
		e.list("software_sbomType")
		e.word(strings.ToLower(word))
		e.end()
	}
	e.list("rootElement")
	e.refWord(w.ns, w.refs[w.g.Root])
	e.end()
	e.list("element")
	for _, ref := range w.refs {
		e.refWord(w.ns, ref)
	}
	e.end()
	e.end()

	for h := range w.g.Components {
		w.package3(sbom.Handle(h))
	}
	for h := range w.g.Components {
		w.relationships3(sbom.Handle(h))
	}
	if note := w.documentNote(); note != "" {
		w.annotation3("note", documentRef, "application/json", note)
	}
	for i := range w.g.Gaps {
		w.annotation3("gap-"+strconv.Itoa(i+1), documentRef, "text/plain", w.gapText(&w.g.Gaps[i]))
	}
	e.end()
	e.end()
	e.buf = append(e.buf, '\n')
}

// element opens an element.
func (w *writer) element(class, id string) {
	w.e.item()
	w.e.text("type", class)
	w.e.ref("spdxId", w.ns, id)
	w.e.text("creationInfo", creationID)
}

// creation3 says when, by whom and with what the document was made. SPDX 3.0 asks for an agent; where nobody is named it is the
// program.
func (w *writer) creation3() {
	e := w.e
	var authors []agent
	for _, p := range w.d.Authors {
		if a := partyOf(p, authorKind(p)); a.name != "" && w.elements.agents[a] == "" {
			w.giveAgent(a)
			authors = append(authors, a)
		}
	}
	program := agent{kind: "SoftwareAgent", name: w.tool}
	if authors == nil {
		w.giveAgent(program)
		authors = append(authors, program)
	}
	e.item()
	e.text("type", "CreationInfo")
	e.text("@id", creationID)
	e.text("specVersion", "3.0.1")
	e.text("created", w.created)
	e.list("createdBy")
	for _, a := range authors {
		e.refWord(w.ns, w.elements.agents[a])
	}
	e.end()
	e.list("createdUsing")
	e.refWord(w.ns, toolID)
	e.end()
	e.end()
	w.element("Tool", toolID)
	e.text("name", w.tool)
	e.end()
	for _, a := range authors {
		w.agent3(a)
	}
}

// giveAgent gives an agent its id.
func (w *writer) giveAgent(a agent) {
	text := a.words()
	w.elements.agents[a] = w.elements.ids.give("agent-"+slug(text), a.kind+text)
}

// agent3 describes an agent.
func (w *writer) agent3(a agent) {
	e := w.e
	w.element(a.kind, w.elements.agents[a])
	e.text("name", a.name)
	if a.mail != "" {
		e.list("externalIdentifier")
		w.externalIdentifier("email", a.mail)
		e.end()
	}
	e.end()
}

// named describes an agent where it was not named before.
func (w *writer) named(a agent) {
	if a.name != "" && w.elements.agents[a] == "" {
		w.giveAgent(a)
		w.agent3(a)
	}
}

func (w *writer) externalIdentifier(kind, identifier string) {
	e := w.e
	e.item()
	e.text("type", "ExternalIdentifier")
	e.text("externalIdentifierType", kind)
	e.text("identifier", identifier)
	e.end()
}

// annotation3 says something of an element.
func (w *writer) annotation3(id, of, contentType, text string) {
	e := w.e
	w.element("Annotation", id)
	e.text("annotationType", "other")
	e.ref("subject", w.ns, of)
	e.text("contentType", contentType)
	e.text("statement", text)
	e.end()
}

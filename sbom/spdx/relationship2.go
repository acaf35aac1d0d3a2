package spdx

import "github.com/sbomgen/sbomgen/sbom"

// relationships describes the edges that leave a component, and what is known of those that do not stand there: NONE that there are no
// dependencies, NOASSERTION that there may be more.
func (w *writer) relationships(h sbom.Handle) {
	out := w.g.Out(h)
	for i := range out {
		kind, comment := relationshipType(out[i].Kind)
		w.relationship(w.refs[h], kind, w.refs[out[i].To], comment)
	}
	switch {
	case w.g.Components[h].Completeness != sbom.Complete:
		w.relationship(w.refs[h], "DEPENDS_ON", noAssertion, "")
	case !w.depends(h):
		w.relationship(w.refs[h], "DEPENDS_ON", none, "")
	}
}

// relationshipType is SPDX 2's word for a kind of edges, with a comment where the word says less.
func relationshipType(k sbom.EdgeKind) (kind, comment string) {
	switch k {
	case sbom.DependsOn:
		return "DEPENDS_ON", ""
	case sbom.Contains:
		return "CONTAINS", ""
	case sbom.BuiltFrom:
		return "GENERATED_FROM", ""
	case sbom.Patches:
		return "PATCH_FOR", ""
	case sbom.Describes: // DESCRIBES is for documents
		return "METAFILE_OF", ""
	}
	return "OTHER", edgeMark + k.String()
}

// edgeMark begins the comment of a relationship whose type does not say what it is.
const edgeMark = "sbomgen:"

func (w *writer) relationship(from, kind, to, comment string) {
	e := w.e
	if e.tags {
		e.buf = append(append(e.buf, "Relationship: "...), from...)
		e.buf = append(append(append(e.buf, ' '), kind...), ' ')
		e.buf = append(append(e.buf, to...), '\n')
		if comment != "" {
			e.line("", "RelationshipComment", comment)
		}
		e.drain()
		return
	}
	e.next()
	e.buf = append(append(e.buf, `{"spdxElementId":"`...), from...)
	e.buf = append(append(e.buf, `","relationshipType":"`...), kind...)
	e.buf = append(append(e.buf, `","relatedSpdxElement":"`...), to...)
	if comment != "" {
		e.buf = append(append(e.buf, `","comment":"`...), comment...)
	}
	e.buf = append(e.buf, `"}`...)
	e.drain()
}

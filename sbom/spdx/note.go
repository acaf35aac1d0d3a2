package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// What SPDX has no field for stands in one annotation per package: a JSON object whose members are called like the properties
// of our CycloneDX documents. docs/formats.md lists them.
const (
	noteID           = "sbomgen:id"   // of the component, where neither purl nor folder say it
	noteKind         = "sbomgen:kind" // where the package's purpose does not say it
	noteGroup        = "sbomgen:group"
	noteName         = "sbomgen:name" // as the ecosystem spells it, where purl and the package's name do not say it
	noteDirect       = "sbomgen:direct"
	noteScope        = "sbomgen:scope"
	noteStage        = "sbomgen:stage"
	notePath         = "sbomgen:path"         // the folder of an application
	noteCompleteness = "sbomgen:completeness" // where no relationship says it
	noteAuthor       = "sbomgen:author"       // in the package's own words, where the originator is not spelled so
	noteSupplier     = "sbomgen:supplier"
	noteLicenses     = "sbomgen:licenses" // all claims, where the two fields do not hold them
	noteHashes       = "sbomgen:hashes"   // of algorithms that the version has no word for
	noteEvidence     = "sbomgen:evidence" // all sightings, where the source information does not hold them
	noteResolution   = "sbomgen:resolution"
	noteEdge         = "sbomgen:edge" // on an application: edges that hold in it and not in others
	noteProperties   = "sbomgen:properties"

	// Of the document:
	noteTool         = "sbomgen:tool"
	noteAuthors      = "sbomgen:authors"
	noteManufacturer = "sbomgen:manufacturer"
	noteLifecycle    = "sbomgen:lifecycle"
	noteVersion      = "sbomgen:version"

	gapMark    = "sbomgen:gap: " // begins the annotation of a Gap
	unsetScope = "unset"         // of a package of which no scope is known
)

// described is what the fields of the package at hand say already, so that its note need not.
type described struct {
	label, purl      string
	author, supplier agent
	hashes           []sbom.Hash // that no field holds

	id, kind, completeness, licenses, evidence bool

	packaged bool // it is no application: scope, stage and directness are always told
}

// described begins what the fields of a component say: what is the same for all versions.
func (w *writer) described(h sbom.Handle) described {
	c := &w.g.Components[h]
	told := described{label: line(c.Label()), purl: c.PURL.String(), packaged: h != w.g.Root && !c.IsApplication()}
	if told.label == "" {
		told.label = strings.TrimPrefix(w.refs[h], refPrefix)
	}
	switch {
	case c.Path != "":
		told.id = strings.TrimPrefix(string(c.ID), "app:") == c.Path && c.IsApplication()
	case told.purl != "":
		told.id = string(c.ID) == told.purl || derivedID(c) == c.ID
	}
	told.completeness = w.v == v30 || c.Completeness == sbom.Unknown || c.Completeness == sbom.Complete && !w.depends(h)
	supplier := sbom.Party{Name: c.Supplier}
	if c.Author != "" {
		told.author = authorOf(c.Author)
	}
	if h == w.g.Root {
		if w.d.Supplier.Name != "" {
			supplier = w.d.Supplier
		}
		if c.Author == "" {
			told.author = partyOf(w.d.Manufacturer, organisation)
		}
	}
	told.supplier = partyOf(supplier, organisation)
	return told
}

// depends tells whether the component depends on any.
func (w *writer) depends(h sbom.Handle) bool {
	out := w.g.Out(h)
	for i := range out {
		if out[i].Kind == sbom.DependsOn {
			return true
		}
	}
	return false
}

// derivedID is the id of a component of which the document says no other: that of an application is told by its folder, that
// of a package by its purl.
func derivedID(c *sbom.Component) sbom.ID {
	switch {
	case c.Path != "":
		return sbom.ID("app:" + c.Path)
	case !c.PURL.IsZero():
		return sbom.ID(c.PURL.Identity().String())
	}
	return ""
}

// derivedName is the group and name of a component of which the document says no other.
func derivedName(label string, p purl.PURL) (group, name string) {
	if named := (sbom.Component{PURL: p}); !p.IsZero() && named.Label() == label {
		return "", ""
	}
	return "", label
}

// note is what no field says of a component.
func (w *writer) note(h sbom.Handle, told *described) string {
	c, n := &w.g.Components[h], &w.n
	n.begin()
	if !told.id {
		n.text(noteID, string(c.ID))
	}
	if !told.kind {
		n.text(noteKind, string(c.Kind))
	}
	if group, name := derivedName(told.label, c.PURL); group != c.Group || name != c.Name {
		if c.Group != "" {
			n.text(noteGroup, c.Group)
		}
		n.text(noteName, c.Name)
	}
	if told.packaged || c.Direct {
		n.truth(noteDirect, c.Direct)
	}
	switch {
	case c.Scope != sbom.ScopeUnset:
		n.text(noteScope, c.Scope.String())
	case told.packaged:
		n.text(noteScope, unsetScope)
	}
	if told.packaged || c.Stage != sbom.Declared {
		n.text(noteStage, c.Stage.String())
	}
	if c.Path != "" {
		n.text(notePath, c.Path)
	}
	if !told.completeness {
		n.text(noteCompleteness, c.Completeness.String())
	}
	if told.author.words() != c.Author {
		n.text(noteAuthor, c.Author)
	}
	if told.supplier.words() != c.Supplier {
		n.text(noteSupplier, c.Supplier)
	}
	if !told.licenses {
		w.noteLicenses(c.Licenses)
	}
	if len(told.hashes) > 0 {
		n.list(noteHashes)
		for _, hash := range told.hashes {
			n.word(hashWord(hash))
		}
		n.end()
	}
	if !told.evidence {
		w.noteEvidence(c)
	}
	if owner := w.g.Context(h); owner != h {
		n.text(noteResolution, w.refs[owner])
	}
	if w.held != nil && len(w.held[h]) > 0 {
		n.list(noteEdge)
		for _, i := range w.held[h] {
			e := &w.g.Edges[i]
			n.word(w.refs[e.From] + edgeArrow(e.Kind) + w.refs[e.To])
		}
		n.end()
	}
	w.noteProperties(c.Properties)
	n.end()
	if len(n.buf) == len("{}") {
		return ""
	}
	return string(n.buf)
}

// edgeArrow stands between the ends of an edge in noteEdge.
func edgeArrow(k sbom.EdgeKind) string {
	if k == sbom.DependsOn {
		return " -> "
	}
	return " -" + k.String() + "-> "
}

func (w *writer) noteProperties(list []sbom.Property) {
	if len(list) == 0 {
		return
	}
	n := &w.n
	n.list(noteProperties)
	for _, p := range list {
		n.item()
		n.text("name", p.Name)
		n.text("value", p.Value)
		n.end()
	}
	n.end()
}

// noteLicenses describes claims as {"declared":"MIT","path":"LICENSE","line":3}.
func (w *writer) noteLicenses(claims []sbom.License) {
	n := &w.n
	n.list(noteLicenses)
	for i := range claims {
		if w.spellings[claims[i].Text].text == "" {
			continue
		}
		n.item()
		n.text(basisWord(claims[i].Basis), claims[i].Text)
		w.noteLocation(&claims[i].Location)
		n.end()
	}
	n.end()
}

// noteLocation describes a place; the object is open.
func (w *writer) noteLocation(l *sbom.Location) {
	n := &w.n
	for _, member := range [...][2]string{{"path", l.Path}, {"archive", l.Archive}, {"layer", l.Layer}} {
		if member[1] != "" {
			n.text(member[0], member[1])
		}
	}
	if l.Line > 0 {
		n.number("line", int64(l.Line))
	}
	if l.Offset > 0 {
		n.number("offset", l.Offset)
	}
}

func basisWord(b sbom.Basis) string {
	switch b {
	case sbom.ConcludedLicense:
		return "concluded"
	case sbom.ObservedLicense:
		return "observed"
	}
	return "declared"
}

// noteEvidence describes sightings, plain ones as in the source information, the others as objects.
func (w *writer) noteEvidence(c *sbom.Component) {
	n := &w.n
	n.list(noteEvidence)
	for i := range c.Evidence {
		s := &c.Evidence[i]
		if isPlain(s, c.Stage) {
			w.scratch = appendSighting(w.scratch[:0], s)
			n.word(string(w.scratch))
			continue
		}
		n.item()
		w.noteLocation(&s.Location)
		if s.Cataloger != "" {
			n.text("cataloger", s.Cataloger)
		}
		if s.Stage != c.Stage {
			n.text("stage", s.Stage.String())
		}
		if s.Technique != "" {
			n.text("technique", string(s.Technique))
		}
		n.number("confidence", int64(s.Confidence))
		n.end()
	}
	n.end()
}

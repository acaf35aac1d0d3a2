package cyclonedx

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/sbomgen/sbomgen/sbom"
)

// The properties that say what CycloneDX has no field for. docs/formats.md lists them. The values of most are bom-refs.
const (
	propKind        = "sbomgen:kind"           // the kind, where the version lacks the type
	propDirect      = "sbomgen:direct"         // whether an application asks for the package by name
	propScope       = "sbomgen:scope"          // the scope, where CycloneDX's three words do not say it
	propStage       = "sbomgen:stage"          // how far the package had come
	propPath        = "sbomgen:path"           // the folder of an application
	propApplication = "sbomgen:application"    // the application that contains the component
	propContainedBy = "sbomgen:contained-by"   // what else contains it
	propDependedOn  = "sbomgen:depended-on-by" // what both contains the application and depends on it
	propBuiltFrom   = "sbomgen:built-from"
	propDescribes   = "sbomgen:describes"
	propPatches     = "sbomgen:patches"
	propProvides    = "sbomgen:provides"   // before 1.6
	propResolution  = "sbomgen:resolution" // the application in whose resolution the application's edges hold
	propEdge        = "sbomgen:edge"       // on an application: an edge that holds in it and not in others
	propCPE         = "sbomgen:cpe"        // a further CPE name
	propGap         = "sbomgen:gap"
	propDeclared    = "sbomgen:license:declared" // a claim that cannot stand beside the others
	propConcluded   = "sbomgen:license:concluded"
	propObserved    = "sbomgen:license:observed"
	propWords       = "sbomgen:license:words" // a licence as the source spells it
	propPlace       = "sbomgen:location"      // on a licence: where the claim was read

	unsetScope = "unset" // the value of propScope for a package of which no scope is known
)

// reserved tells whether the name is that of a property with which we describe the graph. Components cannot carry them on their
// own account: they would be read as something else.
func reserved(name string) bool {
	rest, ours := strings.CutPrefix(name, "sbomgen:")
	if !ours {
		return false
	}
	switch rest {
	case "kind", "direct", "scope", "stage", "path", "application", "contained-by", "depended-on-by", "built-from", "describes", "patches",
		"provides", "resolution", "edge", "cpe", "gap", "license:declared", "license:concluded", "license:observed", "license:words", "location":
		return true
	}
	return false
}

// maxVersion is how long a version may be, in characters, from 1.6 on.
const maxVersion = 1024

// component describes one component; the object is open. The order is that of the XML schema.
func (w *writer) component(h sbom.Handle) {
	e, c := w.e, &w.g.Components[h]
	kind, known := w.kind(c.Kind)
	e.attribute("type", kind)
	e.attribute("bom-ref", w.refs[h])
	if c.Supplier != "" {
		w.organisation("supplier", sbom.Party{Name: c.Supplier})
	}
	if h == w.g.Root && w.minor >= 6 {
		w.organisation("manufacturer", w.d.Manufacturer)
	}
	switch {
	case c.Author == "":
	case w.minor >= 6: // which deprecates author
		e.list("authors")
		e.item("author")
		e.text("name", c.Author)
		e.end()
		e.end()
	default:
		e.text("author", c.Author)
	}
	w.name(h)
	if c.Description != "" {
		e.text("description", c.Description)
	}
	packaged := h != w.g.Root && !c.IsApplication()
	if c.Scope != sbom.ScopeUnset || packaged {
		e.text("scope", scopeWord(c.Scope))
	}
	w.hashes(c.Hashes)
	w.sortLicenses(c.Licenses)
	w.licenses(w.claims)
	if c.Copyright != "" {
		e.text("copyright", c.Copyright)
	}
	further := w.cpe(c.CPEs)
	if !c.PURL.IsZero() {
		w.scratch = c.PURL.AppendTo(w.scratch[:0])
		if string(w.scratch) == w.refs[h] {
			e.text("purl", w.refs[h])
		} else {
			e.text("purl", string(w.scratch))
		}
	}
	w.references(c.References)
	if !known {
		w.property(propKind, string(c.Kind))
	}
	if packaged || c.Direct {
		w.property(propDirect, strconv.FormatBool(c.Direct))
	}
	w.marks(c, packaged)
	w.relations(h)
	for i := range w.beside {
		w.property(w.beside[i].property(), w.beside[i].words)
		if *w.beside[i].place != (sbom.Location{}) {
			w.lose("places of licence claims", 1)
		}
	}
	w.words()
	for _, name := range further {
		w.property(propCPE, name)
	}
	for _, p := range c.Properties {
		if p.Name == "" || reserved(p.Name) {
			w.lose("properties", 1)
			continue
		}
		w.property(p.Name, p.Value)
	}
	w.endProperties()
	w.evidence(c)
}

// cpe describes the first CPE name, for which there is a field, and returns the others. What is no such name is left out: the XML schemas refuse it.
func (w *writer) cpe(names []string) (further []string) {
	list := w.cpes[:0]
	for _, name := range names {
		if name = sbom.CPE(name, ""); name == "" {
			w.lose("malformed CPE names", 1)
			continue
		}
		list = append(list, name)
	}
	if w.cpes = list; len(list) == 0 {
		return nil
	}
	w.e.text("cpe", list[0])
	return list[1:]
}

// kind is the component's type in the version at hand, and whether it says the same as the kind.
func (w *writer) kind(k sbom.Kind) (string, bool) {
	since := 99
	switch k {
	case sbom.Library, sbom.Application, sbom.Framework, sbom.OperatingSystem, sbom.Container, sbom.Device, sbom.Firmware, sbom.FileKind:
		since = 2
	case sbom.Platform, sbom.DeviceDriver, sbom.Data, sbom.Model:
		since = 5
	case sbom.Crypto:
		since = 6
	}
	switch {
	case w.minor >= since:
		return string(k), true
	case k == sbom.Platform:
		return string(sbom.Application), false
	}
	return string(sbom.Library), k == ""
}

// scopeWord is CycloneDX's word for a scope; the scope of which nothing is known counts as required, as the schema says.
func scopeWord(s sbom.Scope) string {
	switch s {
	case sbom.Optional:
		return "optional"
	case sbom.Development, sbom.Test, sbom.Build:
		return "excluded"
	}
	return "required"
}

// name describes group, name and version. Names are required, versions only before 1.4.
func (w *writer) name(h sbom.Handle) {
	c := &w.g.Components[h]
	group, name := c.GroupName()
	if group != "" {
		w.e.text("group", group)
	}
	w.e.text("name", cmp.Or(name, w.refs[h]))
	version := c.VersionText()
	if len(version) > maxVersion && utf8.RuneCountInString(version) > maxVersion {
		version = string([]rune(version)[:maxVersion])
		w.lose("ends of long versions", 1)
	}
	if version != "" || w.minor < 4 {
		w.e.text("version", version)
	}
}

// marks describes what a component is besides its type: what CycloneDX's scopes do not tell apart, its stage, its folder.
func (w *writer) marks(c *sbom.Component, packaged bool) {
	switch c.Scope {
	case sbom.Runtime, sbom.Optional:
	case sbom.ScopeUnset:
		if packaged {
			w.property(propScope, unsetScope)
		}
	default:
		w.property(propScope, c.Scope.String())
	}
	if packaged || c.Stage != sbom.Declared {
		w.property(propStage, c.Stage.String())
	}
	if c.Path != "" {
		w.property(propPath, c.Path)
	}
}

// relations describes the edges for which `dependencies` has no place, and where some of the edges hold.
func (w *writer) relations(h sbom.Handle) {
	c := &w.g.Components[h]
	for _, from := range w.holders.of(h) {
		name := propContainedBy
		if w.g.Components[from].IsApplication() {
			name = propApplication
		}
		if w.minor < 3 && !c.IsApplication() {
			w.lose("contains edges", 1)
		}
		w.property(name, w.refs[from])
		if c.IsApplication() && w.depends(from, h) {
			w.property(propDependedOn, w.refs[from])
		}
	}
	for _, e := range w.g.Out(h) {
		name := ""
		switch e.Kind {
		case sbom.BuiltFrom:
			name = propBuiltFrom
		case sbom.Describes:
			name = propDescribes
		case sbom.Patches:
			name = propPatches
		case sbom.Provides:
			if w.minor < 6 {
				name = propProvides
			}
		}
		if name != "" {
			w.property(name, w.refs[e.To])
			if w.minor < 3 {
				w.lose("edges of other kinds", 1)
			}
		}
	}
	if owner := w.g.Context(h); owner != h {
		w.property(propResolution, w.refs[owner])
		if w.minor < 3 {
			w.lose("resolutions of applications", 1)
		}
	}
	for _, i := range w.held.of(h) {
		e := &w.g.Edges[i]
		if w.minor < 3 {
			w.lose("limits of edges to some applications", 1)
			continue
		}
		w.property(propEdge, w.refs[e.From]+edgeArrow(e.Kind)+w.refs[e.To])
	}
}

// edgeArrow stands between the ends of an edge in propEdge.
func edgeArrow(k sbom.EdgeKind) string {
	if k == sbom.DependsOn {
		return " -> "
	}
	return " -" + k.String() + "-> "
}

// depends tells whether there is a depends-on edge between two components.
func (w *writer) depends(from, to sbom.Handle) bool {
	_, found := slices.BinarySearchFunc(w.g.Out(from), to, func(e sbom.Edge, to sbom.Handle) int {
		return cmp.Or(cmp.Compare(e.To, to), cmp.Compare(e.Kind, sbom.DependsOn))
	})
	return found
}

// property describes a property of the object at hand and opens its list where it is the first. CycloneDX 1.2 has none.
func (w *writer) property(name, value string) {
	if w.minor < 3 {
		switch name {
		case propKind:
			w.lose("kinds of components", 1)
		case propDirect:
			w.lose("scopes, stages and direct marks", 1)
		case propGap:
			w.lose("gaps", 1)
		case propCPE:
			w.lose("further CPE names", 1)
		case propDeclared, propConcluded, propObserved:
			w.lose("licences", 1)
		default:
			if !reserved(name) {
				w.lose("properties", 1)
			}
		}
		return
	}
	if !w.listed {
		w.listed = true
		w.e.list("properties")
	}
	w.e.leaf("property", [2]string{"name", name}, [2]string{"value", value})
}

func (w *writer) endProperties() {
	if w.listed {
		w.listed = false
		w.e.end()
	}
}

// hashes describes digests. One whose length is not that of its algorithm is left out: no reader could use it.
func (w *writer) hashes(hashes []sbom.Hash) {
	open := false
	for _, h := range hashes {
		if !h.Valid() || h.Algorithm == sbom.SHA224 {
			var ok bool
			if h, ok = sbom.NewHash(h.Algorithm, h.Hex); !ok || h.Algorithm == sbom.SHA224 {
				w.lose("hashes that are no digests of their algorithm", 1)
				continue
			}
		}
		if !open {
			open = true
			w.e.list("hashes")
		}
		w.e.leaf("hash", [2]string{"alg", string(h.Algorithm)}, [2]string{"content", h.Hex})
	}
	if open {
		w.e.end()
	}
}

// references describes the addresses of a component.
func (w *writer) references(references []sbom.Reference) {
	open := false
	for i := range references {
		r := &references[i]
		url, ok := sbom.CleanURL(r.URL)
		if !ok {
			w.lose("addresses that no document may show", 1)
			continue
		}
		if !open {
			open = true
			w.e.list("externalReferences")
		}
		w.e.item("reference")
		if w.minor >= referenceSince(r.Type) {
			w.e.attribute("type", r.Type)
			w.e.text("url", url)
		} else { // parser.reference knows
			w.e.attribute("type", "other")
			w.e.text("url", url)
			w.e.text("comment", r.Type)
			w.lose("types of references", 1)
		}
		if w.minor >= 3 {
			w.hashes(r.Hashes)
		} else {
			w.lose("hashes of references", len(r.Hashes))
		}
		w.e.end()
	}
	if open {
		w.e.end()
	}
}

// referenceSince is the minor version that brought a type of reference, one beyond all for what is none.
func referenceSince(kind string) int {
	switch kind {
	case "vcs", "issue-tracker", "website", "advisories", "bom", "mailing-list", "social", "chat", "documentation", "support",
		"distribution", "license", "build-meta", "build-system", "other":
		return 2
	case "release-notes":
		return 4
	case "distribution-intake", "security-contact", "model-card", "log", "configuration", "evidence", "formulation", "attestation",
		"threat-model", "adversary-model", "risk-assessment", "vulnerability-assertion", "exploitability-statement", "pentest-report",
		"static-analysis-report", "dynamic-analysis-report", "runtime-analysis-report", "component-analysis-report", "maturity-report",
		"certification-report", "codified-infrastructure", "quality-metrics", "poam":
		return 5
	case "source-distribution", "electronic-signature", "digital-signature", "rfc-9116":
		return 6
	case "patent", "patent-family", "patent-assertion", "citation":
		return 7
	}
	return 99
}

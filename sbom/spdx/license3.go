package spdx

import (
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// licensed describes that a component has a licence, and the licence where it was not named before.
func (w *writer) licensed(h sbom.Handle, kind, expression, comment string) {
	if expression == "" || expression == noAssertion {
		return
	}
	id := ""
	if expression != none {
		if id = w.elements.licenses[expression]; id == "" {
			id = w.giveLicense(expression)
			w.license3(expression, id)
		}
	}
	e := w.e
	w.element("Relationship", w.relationshipID(h, kind))
	e.text("relationshipType", kind)
	e.ref("from", w.ns, w.refs[h])
	e.list("to")
	if id == "" {
		e.word("expandedlicensing_NoneLicense")
	} else {
		e.refWord(w.ns, id)
	}
	e.end()
	if comment != "" {
		e.text("comment", comment)
	}
	e.end()
}

// giveLicense gives an expression its id.
func (w *writer) giveLicense(expression string) string {
	id := w.elements.ids.give("license-"+slug(expression), expression)
	w.elements.licenses[expression] = id
	return id
}

// license3 describes an expression, and the texts of the licences in it that are not on SPDX's list.
func (w *writer) license3(expression, id string) {
	e := w.e
	var refs, texts []string
	if strings.Contains(expression, licensePrefix) {
		seen := make(map[string]bool)
		for _, ref := range strings.FieldsFunc(expression, func(c rune) bool { return c == ' ' || c == '(' || c == ')' }) {
			if strings.HasPrefix(ref, licensePrefix) && !seen[ref] {
				seen[ref] = true
				refs = append(refs, ref)
				texts = append(texts, w.licenseText(ref))
			}
		}
	}
	w.element("simplelicensing_LicenseExpression", id)
	e.text("simplelicensing_licenseExpression", expression)
	if len(refs) > 0 {
		e.list("simplelicensing_customIdToUri")
		for i, ref := range refs {
			e.item()
			e.text("type", "DictionaryEntry")
			e.text("key", ref)
			e.ref("value", w.ns, texts[i])
			e.end()
		}
		e.end()
	}
	e.end()
}

// licenseText gives the id of the text of a licence that is not on SPDX's list, and describes it where it was not named before.
func (w *writer) licenseText(ref string) string {
	key := "text of " + ref
	if id := w.elements.licenses[key]; id != "" {
		return id
	}
	id := w.elements.ids.give("license-text-"+slug(strings.TrimPrefix(ref, licensePrefix)), key)
	w.elements.licenses[key] = id
	l := extracted{ref: ref}
	if i, ok := slices.BinarySearchFunc(w.extracted, ref, func(x extracted, ref string) int { return strings.Compare(x.ref, ref) }); ok {
		l = w.extracted[i]
	}
	w.element("simplelicensing_SimpleLicensingText", id)
	w.e.text("name", l.name())
	w.e.text("simplelicensing_licenseText", l.text())
	w.e.end()
	return id
}

package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// package2 describes one component; the object is open.
func (w *writer) package2(h sbom.Handle) {
	e, c := w.e, &w.g.Components[h]
	told := w.described(h)
	e.line("name", "PackageName", told.label)
	e.line("SPDXID", "SPDXID", w.refs[h])
	if version := line(c.VersionText()); version != "" {
		e.line("versionInfo", "PackageVersion", version)
	}
	found := w.addresses(c)
	if name := line(fileName(c, found.download)); name != "" {
		e.line("packageFileName", "PackageFileName", name)
	}
	if text := told.supplier.String(); text != "" {
		e.line("supplier", "PackageSupplier", text)
		told.supplier = parseAgent(line(text))
	}
	if text := told.author.String(); text != "" {
		e.line("originator", "PackageOriginator", text)
		told.author = parseAgent(line(text))
	}
	e.line("downloadLocation", "PackageDownloadLocation", orNoAssertion(found.download))
	purpose, exact := w.purpose(c.Kind)
	if told.kind = exact; purpose != "" {
		e.line("primaryPackagePurpose", "PrimaryPackagePurpose", purpose)
	}
	if e.tags {
		e.line("", "FilesAnalyzed", "false")
	} else {
		e.truth("filesAnalyzed", false)
	}
	told.hashes = w.checksums(c.Hashes)
	if found.homepage != "" {
		e.line("homepage", "PackageHomePage", found.homepage)
	}
	var seen string
	seen, exact = w.sightings(c)
	if told.evidence = exact; seen != "" {
		e.prose("sourceInfo", "PackageSourceInfo", seen)
	}
	l := w.licensing(c)
	told.licenses = l.exact
	e.line("licenseConcluded", "PackageLicenseConcluded", orNoAssertion(l.concluded))
	e.line("licenseDeclared", "PackageLicenseDeclared", orNoAssertion(l.declared))
	if l.combined {
		e.prose("licenseComments", "PackageLicenseComments", combined)
	}
	switch {
	case c.Copyright != "":
		e.prose("copyrightText", "PackageCopyrightText", c.Copyright)
	case w.v == v22:
		e.line("copyrightText", "PackageCopyrightText", noAssertion)
	}
	if c.Description != "" {
		e.prose("description", "PackageDescription", c.Description)
	}
	w.externalRefs(told.purl, w.cpes(c), found.others)
	if note := w.note(h, &told); note != "" {
		e.list("annotations")
		w.annotation(w.refs[h], note)
		e.end()
	}
}

func orNoAssertion(text string) string {
	if text == "" {
		return noAssertion
	}
	return text
}

// purpose is what a component is, in SPDX 2.3's words, and whether kindOf gives the kind back. Before 2.3 there are none. The JSON
// schema of 2.3 spells one of them otherwise than the text, which 2.3.1 corrects.
func (w *writer) purpose(k sbom.Kind) (word string, exact bool) {
	if k == "" {
		k = sbom.Library
	}
	if w.v == v22 {
		return "", k == sbom.Library
	}
	switch k {
	case sbom.Library, sbom.Application, sbom.Framework, sbom.Container, sbom.Device, sbom.Firmware, sbom.FileKind:
		return strings.ToUpper(string(k)), true
	case sbom.OperatingSystem:
		if w.e.tags {
			return "OPERATING-SYSTEM", true
		}
		return "OPERATING_SYSTEM", true
	}
	return "OTHER", false
}

// checksums describes digests and returns those that the version has no word for. One whose length is not that of its
// algorithm is left out: no reader could use it.
func (w *writer) checksums(hashes []sbom.Hash) []sbom.Hash {
	e := w.e
	var rest []sbom.Hash
	open := false
	for _, h := range hashes {
		h.Hex = strings.ToLower(h.Hex)
		if !h.Valid() {
			w.lost[lostHashes]++
			continue
		}
		name := checksumName(h.Algorithm, w.v)
		if name == "" {
			w.lost[lostAlgorithms]++
			rest = append(rest, h)
			continue
		}
		if e.tags {
			e.line("", "PackageChecksum", name+": "+h.Hex)
			continue
		}
		if !open {
			open = true
			e.list("checksums")
		}
		e.item()
		e.text("algorithm", name)
		e.text("checksumValue", h.Hex)
		e.end()
	}
	if open {
		e.end()
	}
	return rest
}

// externalRefs describes a component's purl, CPE names and addresses.
func (w *writer) externalRefs(purl string, cpes []string, references []sbom.Reference) {
	e := w.e
	if purl == "" && len(cpes)+len(references) == 0 {
		return
	}
	e.list("externalRefs")
	if purl != "" {
		w.externalRef("PACKAGE-MANAGER", "purl", purl, "")
	}
	for _, name := range cpes {
		w.externalRef("SECURITY", "cpe23Type", name, "")
	}
	for i := range references {
		r := &references[i]
		kind := r.Type
		if slug(kind) != kind {
			kind = "other"
			w.lost[lostReferenceTypes]++
		}
		w.externalRef("OTHER", kind, r.URL, w.referenceComment("", r.Hashes))
	}
	e.end()
}

// cpes lists a component's CPE names. What is none is left out: a locator is one word.
func (w *writer) cpes(c *sbom.Component) []string {
	list := w.cpeNames[:0]
	for _, name := range c.CPEs {
		if name = sbom.CPE(name, ""); name == "" {
			w.lost[lostCPEs]++
			continue
		}
		list = append(list, name)
	}
	w.cpeNames = list
	return list
}

func (w *writer) externalRef(category, kind, locator, comment string) {
	e := w.e
	if e.tags {
		e.line("", "ExternalRef", category+" "+kind+" "+locator)
		if comment != "" {
			e.prose("", "ExternalRefComment", comment)
		}
		return
	}
	e.item()
	e.text("referenceCategory", category)
	e.text("referenceType", kind)
	e.text("referenceLocator", locator)
	if comment != "" {
		e.text("comment", comment)
	}
	e.end()
}

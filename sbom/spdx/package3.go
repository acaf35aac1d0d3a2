package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// package3 describes one component, with what belongs to it.
func (w *writer) package3(h sbom.Handle) {
	e, c := w.e, &w.g.Components[h]
	told := w.described(h)
	w.named(told.supplier)
	w.named(told.author)
	w.element("software_Package", w.refs[h])
	e.text("name", told.label)
	if version := line(c.VersionText()); version != "" {
		e.text("software_packageVersion", version)
	}
	if told.purl != "" {
		e.text("software_packageUrl", told.purl)
	}
	w.identifiers(told.purl, w.cpes(c))
	purpose, exact := purpose3(c.Kind)
	told.kind = exact
	e.text("software_primaryPurpose", purpose)
	if told.supplier.name != "" {
		e.ref("suppliedBy", w.ns, w.elements.agents[told.supplier])
	}
	if told.author.name != "" {
		e.list("originatedBy")
		e.refWord(w.ns, w.elements.agents[told.author])
		e.end()
	}
	found := w.addresses(c)
	if found.download != "" {
		e.text("software_downloadLocation", found.download)
	}
	if found.homepage != "" {
		e.text("software_homePage", found.homepage)
	}
	seen, exact := w.sightings(c)
	if told.evidence = exact; seen != "" {
		e.text("software_sourceInfo", seen)
	}
	if c.Copyright != "" {
		e.text("software_copyrightText", c.Copyright)
	}
	if c.Description != "" {
		e.text("description", c.Description)
	}
	w.hashes3(c.Hashes)
	w.references3(found.others)
	e.end()
	l := w.licensing(c)
	told.licenses = l.exact
	comment := ""
	if l.combined {
		comment = combined
	}
	w.licensed(h, "hasDeclaredLicense", l.declared, comment)
	w.licensed(h, "hasConcludedLicense", l.concluded, "")
	if note := w.note(h, &told); note != "" {
		w.annotation3(strings.TrimPrefix(w.refs[h], refPrefix)+"_note", w.refs[h], "application/json", note)
	}
}

// purpose3 is what a component is, in SPDX 3.0's words, and whether kindOf gives the kind back.
func purpose3(k sbom.Kind) (word string, exact bool) {
	switch k {
	case "":
		return string(sbom.Library), true
	case sbom.Library, sbom.Application, sbom.Framework, sbom.Container, sbom.Platform, sbom.Device, sbom.Firmware, sbom.FileKind, sbom.Data:
		return string(k), true
	case sbom.OperatingSystem:
		return "operatingSystem", true
	case sbom.DeviceDriver:
		return "deviceDriver", true
	case sbom.Model:
		return "model", true
	}
	return "other", false
}

// hashes3 describes digests. SPDX 3.0 has a word for every algorithm.
func (w *writer) hashes3(hashes []sbom.Hash) {
	e := w.e
	open := false
	for _, h := range hashes {
		h.Hex = strings.ToLower(h.Hex)
		if !h.Valid() {
			w.lost[lostHashes]++
			continue
		}
		if !open {
			open = true
			e.list("verifiedUsing")
		}
		e.item()
		e.text("type", "Hash")
		e.text("algorithm", hashAlgorithm(h.Algorithm))
		e.text("hashValue", h.Hex)
		e.end()
	}
	if open {
		e.end()
	}
}

// identifiers describes a component's purl and CPE names.
func (w *writer) identifiers(purl string, cpes []string) {
	if purl == "" && len(cpes) == 0 {
		return
	}
	w.e.list("externalIdentifier")
	if purl != "" {
		w.externalIdentifier("packageUrl", purl)
	}
	for _, name := range cpes {
		w.externalIdentifier("cpe23", name)
	}
	w.e.end()
}

func (w *writer) references3(references []sbom.Reference) {
	if len(references) == 0 {
		return
	}
	e := w.e
	e.list("externalRef")
	for i := range references {
		r := &references[i]
		kind, said := externalRefType(r.Type), ""
		if kind == "" {
			if kind = "other"; slug(r.Type) == r.Type {
				said = r.Type
			} else {
				w.lost[lostReferenceTypes]++
			}
		}
		e.item()
		e.text("type", "ExternalRef")
		e.text("externalRefType", kind)
		e.list("locator")
		e.word(r.URL)
		e.end()
		if comment := w.referenceComment(said, r.Hashes); comment != "" {
			e.text("comment", comment)
		}
		e.end()
	}
	e.end()
}

// externalRefTypes are the types of references in SPDX 3.0's words, beside CycloneDX's.
var externalRefTypes = [...][2]string{
	{sbom.VCS, "vcs"}, {sbom.Website, "altWebPage"}, {sbom.IssueTracker, "issueTracker"}, {sbom.Distribution, "altDownloadLocation"},
	{"advisories", "securityAdvisory"}, {"mailing-list", "mailingList"}, {"social", "socialMedia"}, {"chat", "chat"},
	{"documentation", "documentation"}, {"support", "support"}, {"license", "license"}, {"build-meta", "buildMeta"},
	{"build-system", "buildSystem"}, {"release-notes", "releaseNotes"}, {"source-distribution", "sourceArtifact"},
	{"rfc-9116", "securityOther"}, {"threat-model", "securityThreatModel"}, {"adversary-model", "securityAdversaryModel"},
	{"risk-assessment", "riskAssessment"}, {"vulnerability-assertion", "vulnerabilityDisclosureReport"},
	{"exploitability-statement", "vulnerabilityExploitabilityAssessment"}, {"pentest-report", "securityPenTestReport"},
	{"static-analysis-report", "staticAnalysisReport"}, {"dynamic-analysis-report", "dynamicAnalysisReport"},
	{"runtime-analysis-report", "runtimeAnalysisReport"}, {"component-analysis-report", "componentAnalysisReport"},
	{"certification-report", "certificationReport"}, {"quality-metrics", "metrics"},
}

// externalRefType is SPDX 3.0's word for a type of references, "" if it has none.
func externalRefType(kind string) string {
	for _, t := range externalRefTypes {
		if t[0] == kind {
			return t[1]
		}
	}
	return ""
}

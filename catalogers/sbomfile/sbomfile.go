// Package sbomfile reads the SBOMs that others put into a tree.
package sbomfile

import (
	"cmp"
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/format"
)

// Document reads CycloneDX and SPDX documents under the names that their projects recommend
// (https://cyclonedx.org/specification/overview/, https://spdx.dev/learn/areas-of-interest/licensing/) and that tools write: maturin, Bitnami
// (/opt/bitnami/<package>/.spdx-<package>.spdx), the build plugins of CycloneDX.
var Document = catalogers.Cataloger{
	Name:  "sbom-file",
	Doc:   "Components that CycloneDX and SPDX documents in the tree attest, each document an application of its own.",
	Stage: sbom.Declared,
	Emits: purl.Types(),
	Files: append(catalogers.Named("bom.json", "bom.xml"), named...),
	Parse: parse,
}

// Wheel reads the documents that a Python package carries for what was bundled into it (PEP 770,
// https://peps.python.org/pep-0770/).
var Wheel = catalogers.Cataloger{
	Name:  "python-sbom",
	Doc:   "Components that the SBOMs in a Python package's .dist-info/sboms attest, such as bundled libraries.",
	Stage: sbom.Installed,
	Emits: purl.Types(),
	Files: named,
	Parse: func(f *catalogers.File, out *sbom.Facts) error {
		if path.Base(f.Dir()) != "sboms" || !strings.HasSuffix(path.Dir(f.Dir()), ".dist-info") {
			return nil
		}
		return parse(f, out)
	},
}

var named = catalogers.Glob("*.cdx.json", "*.cdx.xml", "*.cyclonedx.json", "*.cyclonedx.xml", "*.bom.json", "*.bom.xml",
	"*.spdx", "*.spdx.json", "*.spdx.yaml", "*.spdx.yml")

// attested is the confidence in percent: somebody says so, and nothing here was looked at.
const attested = 50

// parse claims what a document says in an application of its own, at the path of the file, so that its edges are told apart from
// those that were seen. Whatever the document claims for itself, here it is the weakest of claims.
func parse(f *catalogers.File, out *sbom.Facts) error {
	if f.Base() == "vcpkg.spdx.json" {
		return nil // read as what vcpkg installed
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	d, err := format.Read(strings.NewReader(text))
	if errors.Is(err, format.ErrNone) && strings.Contains(f.Base(), "bom.") {
		return nil // the name is anybody's
	}
	if err != nil {
		return err
	}
	out.Stage, out.Technique, out.Confidence = sbom.Declared, sbom.Attestation, attested
	out.Own(f.Path)
	g := d.Graph
	out.Grow(len(g.Components), len(g.Edges))
	keys := make([]string, len(g.Components)) // "" for what is left out
	for h := range g.Components {
		keys[h] = claim(out, f.Path, &g.Components[h], sbom.Handle(h) == g.Root)
	}
	for _, e := range g.Edges {
		from, to := keys[e.From], keys[e.To]
		if from == "" || to == "" || from == to {
			continue
		}
		out.Relate(sbom.Relation{From: from, To: to, Kind: e.Kind, Range: e.Range, Scope: cmp.Or(e.Scope, g.Components[e.To].Scope)})
		if c := out.Component(from); c != nil && e.Kind == sbom.DependsOn {
			c.Completeness = sbom.Incomplete
		}
	}
	for _, gap := range g.Gaps {
		if gap.Cataloger == "" { // else of the scan that the document is of
			out.Gap(0, "%s", gap.Reason)
		}
	}
	return nil
}

// claim claims a component of the document and gives its key, or "" for single files, of which some tools list every one.
func claim(out *sbom.Facts, document string, c *sbom.Component, root bool) string {
	n := sbom.Component{Kind: c.Kind, PURL: c.PURL, Group: c.Group, Name: c.Name, Version: c.Version, Description: c.Description,
		Copyright: c.Copyright, Author: c.Author, Supplier: c.Supplier, References: c.References, CPEs: c.CPEs, Properties: c.Properties}
	for _, l := range c.Licenses {
		l.Location = sbom.Location{Path: document}
		n.Licenses = append(n.Licenses, l)
	}
	if c.Kind == sbom.Library {
		n.Kind = "" // says nothing, and must not seem to
	}
	if !n.PURL.IsZero() && !n.PURL.Type.Registered() {
		n.Properties = append(n.Properties[:len(n.Properties):len(n.Properties)], sbom.Property{Name: "sbomgen:sbom-file:purl", Value: n.PURL.String()})
		if n.Name == "" {
			n.Group, n.Name = c.GroupName()
		}
		n.Version, n.PURL = c.VersionText(), purl.PURL{}
	}
	if root && !n.PURL.IsZero() && (c.Kind != sbom.Application || n.PURL.Type == purl.Bitnami) {
		// a document about a package, which is part of the tree, and not about the tree
		out.Application(document, sbom.Component{Evidence: []sbom.Evidence{{Confidence: attested}}})
	} else if root || c.IsApplication() {
		dir := document
		if !root {
			dir = path.Join(document, path.Join("/", c.Path))
		}
		if n.Name == "" {
			n.Group, n.Name = c.GroupName()
		}
		if root && n.PURL.IsZero() && n.Name == "root" && c.VersionText() == "" {
			n.Name = path.Base(document) // the reader's name for what the document does not name
		}
		n.Evidence = []sbom.Evidence{{Confidence: attested}}
		return out.Application(dir, n)
	}
	if c.Kind == sbom.FileKind && c.PURL.IsZero() {
		return ""
	}
	n.Hashes, n.Scope = c.Hashes, c.Scope
	key := "component:" + string(c.ID)
	out.Add(key, n)
	return key
}

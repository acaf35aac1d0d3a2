package cargo

import (
	"errors"
	"fmt"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/catalogers/internal/segment"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Auditable reads the dependency list that cargo-auditable puts into binaries.
//
// Source: https://github.com/rust-secure-code/cargo-auditable/blob/master/PARSING.md: zlib-compressed JSON in a section
// ".dep-v0"; dependencies are indices into the list; readers are asked to bound the unpacked size.
var Auditable = catalogers.Cataloger{
	Name:  "cargo-auditable",
	Doc:   "Rust crates linked into binaries that were built with cargo-auditable, with their dependency edges.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Cargo},
	Files: catalogers.Magic(section.Magics...),
	Parse: parseAuditable,
}

const (
	auditSection = ".dep-v0"
	packedLimit  = 4 << 20
)

func parseAuditable(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	packed, err := section.Find(blob, auditSection, packedLimit)
	if errors.Is(err, section.ErrNone) {
		return nil
	} else if err != nil {
		return err
	}
	list, err := unpack(packed)
	if err != nil {
		return fmt.Errorf("section %s: %w", auditSection, err)
	}
	out.Technique = sbom.BinaryAnalysis
	out.Edges(sbom.Complete)
	key := func(i int) string { return fmt.Sprintf("%d", i) }
	for i, p := range list.Packages {
		if p.Name == "" {
			out.Gap(0, "section %s: package %d has no name", auditSection, i)
			continue
		}
		c := sbom.Component{PURL: purl.New(purl.Cargo, "", p.Name, p.Version)}
		if p.Root {
			c.Kind = sbom.Application
		} else if p.Source != "crates.io" {
			c.Property("sbomgen:cargo:source", p.Source) // git, local, registry: the section says no more
		}
		out.Add(key(i), c)
		if p.Root {
			segment.Needs(out, key(i), blob)
		}
	}
	for i, p := range list.Packages {
		for _, d := range p.Dependencies {
			if d < 0 || d >= len(list.Packages) {
				out.Gap(0, "section %s: %s depends on package %d, of which there is none", auditSection, p.Name, d)
				continue
			}
			r := sbom.Relation{From: key(i), To: key(d)}
			if list.Packages[d].Kind == "build" {
				r.Scope = sbom.Build
			}
			out.Relate(r)
		}
	}
	return nil
}

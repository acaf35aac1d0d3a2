package cargo

import (
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/catalogers/internal/segment"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
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
	auditSection  = ".dep-v0"
	packedLimit   = 4 << 20
	unpackedLimit = 16 << 20
)

type audit struct {
	Packages []struct {
		Name         string `json:"name"`
		Version      string `json:"version"`
		Source       string `json:"source"`
		Kind         string `json:"kind"`
		Dependencies []int  `json:"dependencies"`
		Root         bool   `json:"root"`
	} `json:"packages"`
}

func parseAuditable(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	packed, err := section.Find(blob, auditSection, packedLimit)
	if err != nil {
		if errors.Is(err, section.ErrNone) {
			return nil
		}
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
		switch {
		case p.Root:
			c.Kind = sbom.Application
		case p.Source != "" && p.Source != "crates.io":
			c.Properties = []sbom.Property{{Name: "sbomgen:cargo:source", Value: p.Source}} // git, local, registry: the section says no more
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

func unpack(packed []byte) (*audit, error) {
	z, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, err
	}
	text, err := io.ReadAll(io.LimitReader(z, unpackedLimit+1))
	if err != nil {
		return nil, err
	}
	if len(text) > unpackedLimit {
		return nil, fmt.Errorf("unpacks to more than %d bytes", unpackedLimit)
	}
	list := new(audit)
	return list, decode.JSON(string(text), list)
}

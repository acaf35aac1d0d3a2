package kernel

import (
	"errors"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Module reads modules that lie outside of a kernel's folder, as vendors and agents ship them. The kernel that one was built for is not there: it is
// told as a property. Files of the name that are no modules say nothing.
var Module = catalogers.Cataloger{
	Name:  "linux-module",
	Doc:   "Modules of Linux that are not installed with a kernel: *.ko, packed or not, with licence, authors and the kernel that they are for.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("*.ko", "*.ko.gz", "*.ko.xz", "*.ko.zst"),
	Parse: parseModule,
}

func parseModule(f *catalogers.File, out *sbom.Facts) error {
	if _, ok := releaseOf(f.Path); ok {
		return nil // Modules knows it, and reads nothing of most
	}
	m, err := readModule(f)
	if errors.Is(err, errNoModule) || errors.Is(err, section.ErrNone) {
		return nil
	}
	if err != nil {
		return err
	}
	out.Technique = sbom.BinaryAnalysis
	out.Edges(sbom.Incomplete)
	out.Add("module", m.component())
	return nil
}

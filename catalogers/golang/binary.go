package golang

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/budget"
	"github.com/sbomgen/sbomgen/catalogers/internal/segment"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Binary reads the build information that the Go linker puts into programs and shared libraries
// (https://pkg.go.dev/runtime/debug#BuildInfo). It lists the modules that were linked in, without saying which needs
// which: the program contains them all. A program that is not written in Go says nothing here.
var Binary = catalogers.Cataloger{
	Name:  "go-binary",
	Doc:   "Go programs: the main module, the modules and the standard library that were linked in, the commit and the build settings.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Golang},
	Files: catalogers.Magic(
		"\x7fELF", "MZ",
		"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", "\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", // Mach-O
		"\xca\xfe\xba\xbe", "\xca\xfe\xba\xbf", // Mach-O for several processors
	),
	Parse: parseBinary,
}

func parseBinary(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	info, err := readBuildInfo(&budget.Reader{From: blob, Left: readLimit}, blob.Size())
	if info == nil {
		if why := segment.Damage(blob, blob.Size()); why != "" && err == nil {
			out.Gap(0, "%s", why)
		}
		return err
	}
	out.Technique = sbom.BinaryAnalysis
	p := program{BuildInfo: info, file: f.Base(), settings: make(map[string]string, len(info.Settings))}
	for _, s := range info.Settings {
		p.settings[s.Key] = s.Value
	}
	p.claim(out)
	segment.Needs(out, programKey, blob) // of cgo: libraries in C
	return nil
}

// readLimit is how much of one program is read. Real ones need a few hundred kilobytes; without section headers the data segment is searched.
const readLimit = 128 << 20

package golang

import (
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"io"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
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
	info, err := readBuildInfo(&budget{blob, readLimit})
	if info == nil {
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

// infoSection is where the Go linker puts the build information of ELF programs.
const infoSection = ".go.buildinfo"

// budget is a ReaderAt that ends once as much was read.
type budget struct {
	r    io.ReaderAt
	left int
}

func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	if len(p) > b.left {
		return 0, io.ErrUnexpectedEOF
	}
	b.left -= len(p)
	return b.r.ReadAt(p, off)
}

// readBuildInfo gives nil for what is no Go program. It is an error if a program says that it has build information, which then cannot be
// read. The packages below debug are not made for hostile input: their panics are caught.
func readBuildInfo(r io.ReaderAt) (info *buildinfo.BuildInfo, err error) {
	claimed := false
	defer func() {
		if recover() != nil {
			info, err = nil, nil
		}
		if info == nil && claimed {
			err = errors.New("has a section for Go's build information, which cannot be read")
		}
	}()
	if mentioned, known := section.Mentions(r, infoSection); known && !mentioned {
		return nil, nil // nearly every program of a system
	}
	magic := make([]byte, 4)
	if n, _ := r.ReadAt(magic, 0); n == 4 && string(magic) == elf.ELFMAG {
		f, err := elf.NewFile(r)
		if err != nil {
			return nil, nil
		}
		// The Go linker always writes the section. Only where there are no sections at all is the data worth a search.
		if claimed = f.Section(infoSection) != nil; !claimed && len(f.Sections) > 1 {
			return nil, nil
		}
	}
	info, err = buildinfo.Read(r)
	if err != nil {
		return nil, nil
	}
	return info, nil
}

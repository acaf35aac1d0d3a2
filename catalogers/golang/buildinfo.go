package golang

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"io"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
)

// infoSection is where the Go linker puts the build information of ELF programs.
const infoSection = ".go.buildinfo"

// readBuildInfo gives nil for what is no Go program. It is an error if a program says that it has build information, which then cannot be
// read. The packages below debug are not made for hostile input: their panics are caught.
func readBuildInfo(r io.ReaderAt, size int64) (info *buildinfo.BuildInfo, err error) {
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
	if image, err := portable.Open(r, size); err == nil && !marked(r, image) {
		return nil, nil // before debug/pe reads all symbols
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

// infoMark is what the build information begins with, https://github.com/golang/go/blob/go1.26.0/src/debug/buildinfo/buildinfo.go.
const infoMark = "\xff Go buildinf:"

// marked tells whether build information stands among the variables of a PE program, where debug/buildinfo looks for it. A C linker may put others before
// it.
func marked(r io.ReaderAt, image *portable.Image) bool {
	offset, length := image.Variables()
	buf := make([]byte, min(length, 256<<10))
	for kept := 0; length > 0; {
		n, err := r.ReadAt(buf[kept:min(int64(len(buf)), int64(kept)+length)], offset)
		if bytes.Contains(buf[:kept+n], []byte(infoMark)) {
			return true
		}
		if err != nil || n == 0 {
			break
		}
		offset, length = offset+int64(n), length-int64(n)
		kept = copy(buf, buf[max(0, kept+n-len(infoMark)):kept+n])
	}
	return false
}

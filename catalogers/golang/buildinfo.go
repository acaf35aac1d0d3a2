package golang

import (
	"debug/buildinfo"
	"debug/elf"
	"errors"
	"io"

	"github.com/sbomgen/sbomgen/catalogers/internal/section"
)

// infoSection is where the Go linker puts the build information of ELF programs.
const infoSection = ".go.buildinfo"

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

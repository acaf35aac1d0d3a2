// Package section finds sections of programs and libraries, whatever their format: ELF, PE, Mach-O thin and universal.
package section

import (
	"debug/elf"
	"debug/macho"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
)

// Magics are the first bytes of the formats that Find reads.
var Magics = []string{
	"\x7fELF",
	"MZ",
	"\xfe\xed\xfa\xce", "\xfe\xed\xfa\xcf", // Mach-O, big endian, 32 and 64 bit
	"\xce\xfa\xed\xfe", "\xcf\xfa\xed\xfe", // little endian
	"\xca\xfe\xba\xbe", // universal; Java classes begin so as well
}

// ErrNone says that the file has no such section, or is none of the formats.
var ErrNone = errors.New("no such section")

// Find reads the content of the first section with the name, of at most limit bytes. A damaged file is an error, never a panic.
func Find(r io.ReaderAt, name string, limit uint64) (data []byte, err error) {
	defer func() {
		if p := recover(); p != nil { // the debug packages trust counts and offsets of the file
			data, err = nil, fmt.Errorf("damaged: %v", p)
		}
	}()
	var head [4]byte
	if _, err := r.ReadAt(head[:], 0); err != nil {
		return nil, ErrNone
	}
	switch magic := string(head[:]); {
	case magic == "\x7fELF":
		if mentioned, known := Mentions(r, name); known && !mentioned {
			return nil, ErrNone
		}
		f, err := elf.NewFile(r)
		if err != nil {
			return nil, err
		}
		if s := f.Section(name); s != nil {
			return read(s.Open(), s.Size, limit)
		}
	case magic[:2] == "MZ": // the package debug/pe reads all symbols first
		image, err := portable.Open(r, sizeOf(r))
		if err != nil {
			return nil, ErrNone // DOS programs and installers begin so as well
		}
		if offset, length, ok := image.Place(name); ok {
			return read(io.NewSectionReader(r, offset, length), uint64(length), limit)
		}
	case magic == "\xca\xfe\xba\xbe":
		f, err := macho.NewFatFile(r)
		if err != nil || len(f.Arches) == 0 {
			return nil, ErrNone
		}
		return inMachO(f.Arches[0].File, name, limit)
	default:
		f, err := macho.NewFile(r)
		if err != nil {
			return nil, ErrNone
		}
		return inMachO(f, name, limit)
	}
	return nil, ErrNone
}

// sizeOf is the length of what tells it.
func sizeOf(r io.ReaderAt) int64 {
	if sized, ok := r.(interface{ Size() int64 }); ok {
		return sized.Size()
	}
	return math.MaxInt64
}

func inMachO(f *macho.File, name string, limit uint64) ([]byte, error) {
	if s := f.Section(name); s != nil {
		return read(s.Open(), s.Size, limit)
	}
	return nil, ErrNone
}

func read(r io.Reader, size, limit uint64) ([]byte, error) {
	if size > limit {
		return nil, fmt.Errorf("the section has %d bytes, more than the %d that are read", size, limit)
	}
	data, err := io.ReadAll(io.LimitReader(r, int64(size)))
	if err == nil && uint64(len(data)) < size {
		err = io.ErrUnexpectedEOF
	}
	return data, err
}

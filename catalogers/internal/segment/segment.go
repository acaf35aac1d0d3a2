// Package segment reads what programs and libraries tell the loader of the operating system, whatever their format: which shared
// libraries they need, and the notes of ELF. It looks at headers only, within limits, and takes damage for the end of what is said.
package segment

import (
	"encoding/binary"
	"io"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// Limits on what one file can make us read. The largest program known needs 250 libraries.
const (
	librariesLimit = 512
	nameLimit      = 256
	tableLimit     = 1 << 20
)

// Needs claims that the program or library that was added under key needs the shared libraries that the file names.
func Needs(out *sbom.Facts, key string, r io.ReaderAt) {
	for _, name := range Libraries(r) {
		out.NeedsLibrary(key, name)
	}
}

// Libraries gives the base names of the shared libraries that an ELF, PE or Mach-O file asks the loader for, in the order of the file, each once.
// Of a universal file the first program counts. It is empty for everything else.
func Libraries(r io.ReaderAt) []string {
	head := window(r, 0, 4)
	var found []string
	switch magic := string(head); {
	case len(head) < 4:
	case magic == "\x7fELF":
		found = elfLibraries(r)
	case magic[:2] == "MZ":
		found = peLibraries(r)
	default:
		found = machoLibraries(r)
	}
	seen := make(map[string]bool, len(found))
	list := found[:0]
	for _, name := range found {
		if name = path.Base(name); name == "." || name == "/" || seen[name] || !printable(name) {
			continue
		}
		seen[name] = true
		list = append(list, name)
	}
	return list
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7f || r == '\ufffd' }) < 0
}

// window reads the bytes at a place, or as many as there are.
func window(r io.ReaderAt, at int64, size int) []byte {
	if at < 0 || size <= 0 {
		return nil
	}
	b := make([]byte, size)
	n, _ := r.ReadAt(b, at)
	return b[:n]
}

// text reads the string that begins at a place, up to its NUL byte.
func text(r io.ReaderAt, at int64) string {
	b := window(r, at, nameLimit)
	for i, c := range b {
		if c == 0 {
			return string(b[:i])
		}
	}
	return ""
}

// fields reads numbers of a header that may be cut short: what lies behind its end is zero.
type fields struct {
	data  []byte
	order binary.ByteOrder
}

func (f fields) u16(at int) uint16 {
	if at < 0 || at+2 > len(f.data) {
		return 0
	}
	return f.order.Uint16(f.data[at:])
}

func (f fields) u32(at int) uint32 {
	if at < 0 || at+4 > len(f.data) {
		return 0
	}
	return f.order.Uint32(f.data[at:])
}

func (f fields) u64(at int) uint64 {
	if at < 0 || at+8 > len(f.data) {
		return 0
	}
	return f.order.Uint64(f.data[at:])
}

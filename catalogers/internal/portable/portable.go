// Package portable reads Windows' portable executables, in which .NET keeps its assemblies on every system: the frame, the version
// resource and the metadata that names an assembly. It reads only what it is asked for, some kilobytes of a file of any size, and believes no
// offset.
//
// Sources: https://learn.microsoft.com/windows/win32/debug/pe-format and ECMA-335, partition II.
package portable

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// ErrNone says that the file is no portable executable: programs for DOS, OS/2 and Windows 3 begin with the same two letters.
var ErrNone = errors.New("is no portable executable")

// Image is an opened file.
type Image struct {
	Machine uint16 // for which processor it is: IMAGE_FILE_MACHINE_*
	Library bool   // a DLL

	data        io.ReaderAt
	size        int64
	sections    []section
	symbols     int64 // where the symbol table ends and the texts of its names begin, 0 if there is none
	directories [16]directory
}

type section struct {
	name           string
	address        uint32 // relative to the image's base, as all addresses
	offset, length uint32 // in the file
	flags          uint32 // IMAGE_SCN_*
}

type directory struct{ address, size uint32 }

// The data directories that are read.
const (
	resources   = 2
	certificate = 4 // whose address is an offset in the file
	cli         = 14
)

var le = binary.LittleEndian

// headSize is read of every file at once. The headers of nearly all fit in.
const headSize = 1024

// Open reads the headers of a file with so many bytes. For what is something else it returns ErrNone.
func Open(data io.ReaderAt, size int64) (*Image, error) {
	m := &Image{data: data, size: size}
	head, err := m.readAt(0, min(headSize, size))
	if err != nil || len(head) < 64 || head[0] != 'M' || head[1] != 'Z' {
		return nil, ErrNone
	}
	at := int64(le.Uint32(head[60:])) // of the signature
	const fixed = 4 + 20              // the signature and the COFF header
	if at+fixed+2 > size {
		return nil, ErrNone
	}
	head = head[min(at, int64(len(head))):]
	if len(head) < fixed+2 {
		if head, err = m.readAt(at, min(headSize, size-at)); err != nil {
			return nil, err
		}
	}
	if string(head[:4]) != "PE\x00\x00" {
		return nil, ErrNone
	}
	m.Machine = le.Uint16(head[4:])
	m.Library = le.Uint16(head[22:])&0x2000 != 0
	if at, n := int64(le.Uint32(head[12:])), int64(le.Uint32(head[16:])); at > 0 {
		m.symbols = at + n*18
	}
	count, optional := int64(le.Uint16(head[6:])), int64(le.Uint16(head[20:]))
	end := fixed + optional + count*40
	if end > size-at {
		return nil, errors.New("is cut off in its headers")
	}
	if end > int64(len(head)) {
		if head, err = m.readAt(at, end); err != nil {
			return nil, err
		}
	}
	if err := m.optional(head[fixed : fixed+optional]); err != nil {
		return nil, err
	}
	m.table(head[fixed+optional : end])
	return m, nil
}

// optional reads the data directories at the end of what is called the optional header.
func (m *Image) optional(b []byte) error {
	if len(b) < 2 {
		return ErrNone // an object file
	}
	at := 0
	switch le.Uint16(b) {
	case 0x10b:
		at = 92
	case 0x20b: // 64 bit
		at = 108
	default:
		return ErrNone
	}
	if len(b) < at+4 {
		return errors.New("has a header that is too short")
	}
	list := b[at+4:]
	for i := range min(int64(le.Uint32(b[at:])), int64(len(m.directories)), int64(len(list)/8)) {
		m.directories[i] = directory{le.Uint32(list[i*8:]), le.Uint32(list[i*8+4:])}
	}
	return nil
}

func (m *Image) table(b []byte) {
	m.sections = make([]section, len(b)/40)
	for i := range m.sections {
		s := b[i*40:]
		name, _, _ := strings.Cut(string(s[:8]), "\x00")
		m.sections[i] = section{name, le.Uint32(s[12:]), le.Uint32(s[20:]), le.Uint32(s[16:]), le.Uint32(s[36:])}
	}
}

// Data gives the place in the file of the section of variables that have a value from the start, and its length; 0 if there is none.
func (m *Image) Data() (offset, length int64) {
	offset, length, _ = m.Place(".data")
	return offset, length
}

// Place gives the place in the file of the first section with the name, and its length.
func (m *Image) Place(name string) (offset, length int64, ok bool) {
	for _, s := range m.sections {
		if s.name == name || len(name) > 8 && m.long(s.name, name) {
			return int64(s.offset), int64(s.length), true
		}
	}
	return 0, 0, false
}

// long tells whether a section's name is one that is too long for its place: a slash and where it stands behind the symbols, as GNU's linker writes it.
func (m *Image) long(written, name string) bool {
	at, is := strings.CutPrefix(written, "/")
	n, err := strconv.ParseUint(at, 10, 31)
	if !is || err != nil || m.symbols == 0 {
		return false
	}
	b, err := m.readAt(m.symbols+int64(n), int64(len(name))+1)
	return err == nil && string(b) == name+"\x00"
}

// Variables gives the place in the file of the first section with variables that have a value from the start, whatever it is called, and its length; 0 if
// there is none.
func (m *Image) Variables() (offset, length int64) {
	const initialized, read, write, aligned = 0x40, 0x40000000, 0x80000000, 0xf00000
	for _, s := range m.sections {
		if s.address != 0 && s.length != 0 && s.flags&^aligned == initialized|read|write {
			return int64(s.offset), int64(s.length)
		}
	}
	return 0, 0
}

// End is where the image ends in the file, symbols and signatures that follow it included: what lies behind was appended.
func (m *Image) End() int64 {
	end := int64(0)
	for _, s := range m.sections {
		if s.length > 0 {
			end = max(end, int64(s.offset)+int64(s.length))
		}
	}
	if m.symbols >= end && end > 0 {
		if b, err := m.readAt(m.symbols, 4); err == nil {
			end = m.symbols + int64(le.Uint32(b))
		}
	}
	if c := m.directories[certificate]; c.size > 0 && int64(c.address) >= end && int64(c.address)-end < 8 { // aligned to 8
		end = int64(c.address) + int64(c.size)
	}
	return end
}

// readAt reads exactly n bytes of the file.
func (m *Image) readAt(offset, n int64) ([]byte, error) {
	if offset < 0 || n < 0 || offset > m.size || n > m.size-offset {
		return nil, io.ErrUnexpectedEOF
	}
	b := make([]byte, n)
	if got, err := m.data.ReadAt(b, offset); int64(got) < n {
		if err == nil || err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return b, nil
}

// upTo reads at most n bytes at an address: fewer where its section or the file ends before.
func (m *Image) upTo(address uint64, n int64) ([]byte, error) {
	for _, s := range m.sections {
		if from := address - uint64(s.address); address >= uint64(s.address) && from < uint64(s.length) {
			offset := int64(s.offset) + int64(from)
			if offset >= m.size {
				break
			}
			return m.readAt(offset, min(n, int64(uint64(s.length)-from), m.size-offset))
		}
	}
	return nil, fmt.Errorf("nothing lies at the address %#x", address)
}

// read reads exactly n bytes at an address.
func (m *Image) read(address uint64, n int64) ([]byte, error) {
	b, err := m.upTo(address, min(n, math.MaxUint32))
	if err == nil && int64(len(b)) < n {
		err = io.ErrUnexpectedEOF
	}
	return b, err
}

// Section tells whether there is a section with the name.
func (m *Image) Section(name string) bool {
	for _, s := range m.sections {
		if s.name == name {
			return true
		}
	}
	return false
}

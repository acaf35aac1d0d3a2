package nuget

import (
	"bytes"
	"encoding/binary"
	"io"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
)

// host is a native program to which something may have been appended.
type host struct {
	data io.ReaderAt
	size int64
}

// bundleMark is how the host of a bundle knows itself: the SHA-256 of ".net core bundle\n". The eight bytes before it tell where the bundle's header
// is; they are zero in a host that has none
// (https://github.com/dotnet/runtime/blob/main/src/native/corehost/apphost/bundle_marker.c).
const bundleMark = "\x8b\x12\x02\xb9\x6a\x61\x20\x38\x72\x7b\x93\x02\x14\xd7\xa0\x32\x13\xf5\xb9\xe6\xef\xae\x33\x18\xee\x3b\x2d\xce\x24\xb3\x6a\xae"

// dataLimit is how much of a program's variables is searched. Those of .NET's own hosts are some 120 KB at the most.
const dataLimit = 4 << 20

// header finds the header of the bundle, 0 if there is none.
//
// The mark lies among the program's variables, and searching those of every program would cost too much. ELF and PE files say where they
// end: only of one with something behind its end, which hardly any has, the variables are read. Of nearly all ELF files the first 64
// bytes tell that nothing is. In Mach-O files the bundle becomes a part of the last segment, so the variables of programs are always read.
func (h *host) header() int64 {
	var head [64]byte
	if n, _ := h.data.ReadAt(head[:], 0); n < len(head) {
		return 0
	}
	var at, n int64
	switch magic := string(head[:4]); {
	case magic == "\x7fELF":
		at, n = h.elf(head[:])
	case magic == "\xcf\xfa\xed\xfe":
		at, n = h.macho(head[:])
	case magic[:2] == "MZ":
		if image, err := portable.Open(h.data, h.size); err == nil && !image.Managed() && image.End() < h.size {
			at, n = image.Data()
		}
	}
	return h.search(at, n)
}

// search looks for the mark in n bytes of the file.
func (h *host) search(at, n int64) int64 {
	const window, before = 64 << 10, 8
	n = min(n, dataLimit, h.size-at)
	if at < 0 || n < before+int64(len(bundleMark)) {
		return 0
	}
	b := make([]byte, min(n, window))
	for {
		b = b[:min(n, window)]
		if got, err := h.data.ReadAt(b, at); got < len(b) && err != nil {
			return 0
		}
		if i := bytes.Index(b, []byte(bundleMark)); i >= before {
			return int64(binary.LittleEndian.Uint64(b[i-before:]))
		}
		if n <= window {
			return 0
		}
		const step = window - before - int64(len(bundleMark))
		at, n = at+step, n-step
	}
}

// elf gives the place of an ELF program's variables if something was appended to it. .NET knows little-endian processors only.
func (h *host) elf(head []byte) (at, length int64) {
	le := binary.LittleEndian
	wide := head[4] == 2
	if head[5] != 1 {
		return 0, 0
	}
	table, entry, count, names := int64(le.Uint32(head[32:])), int64(le.Uint16(head[46:])), int64(le.Uint16(head[48:])), int(le.Uint16(head[50:]))
	smallest := int64(40)
	if wide {
		table, entry, count, names = int64(le.Uint64(head[40:])), int64(le.Uint16(head[58:])), int64(le.Uint16(head[60:])), int(le.Uint16(head[62:]))
		smallest = 64
	}
	end := table + entry*count
	if entry < smallest || table <= 0 || table > h.size || end >= h.size {
		return 0, 0 // the table is what linkers and strip write last
	}
	b := make([]byte, entry*count)
	if n, err := h.data.ReadAt(b, table); n < len(b) && err != nil {
		return 0, 0
	}
	section := func(i int) (name uint32, kind uint32, at, length int64) {
		s := b[int64(i)*entry:]
		if wide {
			return le.Uint32(s), le.Uint32(s[4:]), int64(le.Uint64(s[24:])), int64(le.Uint64(s[32:]))
		}
		return le.Uint32(s), le.Uint32(s[4:]), int64(le.Uint32(s[16:])), int64(le.Uint32(s[20:]))
	}
	const noBits = 8 // takes no place in the file
	for i := range int(count) {
		if _, kind, at, length := section(i); kind != noBits && at >= 0 && length >= 0 && length < h.size {
			end = max(end, min(at, h.size)+length)
		}
	}
	if end >= h.size || names >= int(count) {
		return 0, 0
	}
	_, _, namesAt, namesLength := section(names)
	if namesAt < 0 || namesLength <= 0 || namesLength > 1<<20 || namesAt > h.size-namesLength {
		return 0, 0
	}
	text := make([]byte, namesLength)
	if n, err := h.data.ReadAt(text, namesAt); n < len(text) && err != nil {
		return 0, 0
	}
	for i := range int(count) {
		if name, kind, at, length := section(i); kind != noBits && int64(name) < namesLength && bytes.HasPrefix(text[name:], []byte(".data\x00")) {
			return at, length
		}
	}
	return 0, 0
}

// macho gives the place of the variables of a Mach-O program for 64-bit processors.
func (h *host) macho(head []byte) (at, length int64) {
	le := binary.LittleEndian
	const headerSize, execute, segment64, commandLimit = 32, 2, 0x19, 64 << 10
	count, size := le.Uint32(head[16:]), int64(le.Uint32(head[20:]))
	if le.Uint32(head[12:]) != execute || size > min(commandLimit, h.size-headerSize) {
		return 0, 0
	}
	b := make([]byte, size)
	if n, err := h.data.ReadAt(b, headerSize); n < len(b) && err != nil {
		return 0, 0
	}
	for ; count > 0 && len(b) >= 8; count-- {
		length := int64(le.Uint32(b[4:]))
		if length < 8 || length > int64(len(b)) {
			return 0, 0
		}
		if c := b[:length]; le.Uint32(c) == segment64 && length >= 72 {
			for s := c[72:]; len(s) >= 80; s = s[80:] {
				if bytes.HasPrefix(s, []byte("__data\x00")) && bytes.HasPrefix(s[16:], []byte("__DATA\x00")) {
					return int64(le.Uint32(s[48:])), int64(min(le.Uint64(s[40:]), dataLimit))
				}
			}
		}
		b = b[length:]
	}
	return 0, 0
}

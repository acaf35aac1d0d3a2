package segment

import (
	"bytes"
	"debug/macho"
	"encoding/binary"
	"io"
)

// The load commands that name a library (<mach-o/loader.h>).
const (
	loadDylib      = 0xc
	loadWeakDylib  = 0x80000018
	reexportDylib  = 0x8000001f
	loadUpward     = 0x80000023
	universalMagic = 0xcafebabe
	universalWide  = 0xcafebabf
)

func machoLibraries(r io.ReaderAt) []string {
	var base int64
	head := window(r, 0, 32)
	if len(head) < 28 {
		return nil
	}
	if big := (fields{head, binary.BigEndian}); big.u32(0) == universalMagic || big.u32(0) == universalWide {
		// Java classes begin so as well: there the count is the version of the class, 45 at least.
		if n := big.u32(4); n == 0 || n > 20 {
			return nil
		}
		base = int64(big.u32(16))
		if big.u32(0) == universalWide {
			base = int64(big.u64(16) & (1<<62 - 1))
		}
		if head = window(r, base, 32); len(head) < 28 {
			return nil
		}
	}
	var order binary.ByteOrder = binary.LittleEndian
	f := fields{head, order}
	switch f.u32(0) {
	case macho.Magic32, macho.Magic64:
	default:
		f.order = binary.BigEndian
		if m := f.u32(0); m != macho.Magic32 && m != macho.Magic64 {
			return nil
		}
	}
	start := int64(28)
	if f.u32(0) == macho.Magic64 {
		start = 32
	}
	count, size := f.u32(16), f.u32(20)
	if size > tableLimit {
		return nil
	}
	commands := fields{window(r, base+start, int(size)), f.order}
	var list []string
	for at := 0; count > 0 && at+12 <= len(commands.data) && len(list) < librariesLimit; count-- {
		length := int(commands.u32(at + 4))
		if length < 8 || length > len(commands.data)-at {
			break
		}
		switch commands.u32(at) {
		case loadDylib, loadWeakDylib, reexportDylib, loadUpward:
			name := int(commands.u32(at + 8))
			if name < 12 || name >= length {
				break
			}
			if s, _, ok := bytes.Cut(commands.data[at+name:at+length], []byte{0}); ok && len(s) <= nameLimit {
				list = append(list, string(s))
			}
		}
		at += length
	}
	return list
}

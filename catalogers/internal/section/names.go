package section

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"io"
)

// Mentions tells whether an ELF file has a section with the name. known is false where its section names cannot be read, also because it has none or is
// no ELF file. It reads three small pieces: nearly no file has the sections that we look for, and it is asked of every program there is.
func Mentions(r io.ReaderAt, name string) (mentioned, known bool) {
	const limit = 1 << 20
	var head, entry [64]byte
	if n, _ := r.ReadAt(head[:], 0); n < 52 || string(head[:4]) != elf.ELFMAG {
		return false, false
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[elf.EI_DATA] == byte(elf.ELFDATA2MSB) {
		order = binary.BigEndian
	}
	wide := head[elf.EI_CLASS] == byte(elf.ELFCLASS64)
	at, size, count, index := uint64(order.Uint32(head[32:])), uint64(order.Uint16(head[46:])), order.Uint16(head[48:]), order.Uint16(head[50:])
	least := uint64(40)
	if wide {
		at, size, count, index, least = order.Uint64(head[40:]), uint64(order.Uint16(head[58:])), order.Uint16(head[60:]), order.Uint16(head[62:]), 64
	}
	if at == 0 || at > 1<<60 || size < least || index >= count {
		return false, false
	}
	if n, _ := r.ReadAt(entry[:least], int64(at+size*uint64(index))); uint64(n) < least {
		return false, false
	}
	from, length := uint64(order.Uint32(entry[16:])), uint64(order.Uint32(entry[20:]))
	if wide {
		from, length = order.Uint64(entry[24:]), order.Uint64(entry[32:])
	}
	if length == 0 || length > limit || from > 1<<60 {
		return false, false
	}
	names := make([]byte, length)
	if n, _ := r.ReadAt(names, int64(from)); uint64(n) < length {
		return false, false
	}
	return bytes.Contains(names, append([]byte(name), 0)), true
}

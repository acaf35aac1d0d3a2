package segment

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"encoding/binary"
	"io"
	"math"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
)

// The ways in which a program keeps to itself what is in it.
const (
	cutShort = "is cut short: its headers speak of more than there is"
	packed   = "is packed with UPX, so that what is in it cannot be told"
)

// Damage tells why nothing can be said of a program, as far as its headers show it: it is cut short, or packed. Empty means that neither is so.
// It reads no more than the headers.
func Damage(r io.ReaderAt, size int64) string {
	head := window(r, 0, 4096)
	switch {
	case len(head) < 4:
	case string(head[:4]) == elf.ELFMAG:
		return elfDamage(r, head, size)
	case string(head[:2]) == "MZ":
		return peDamage(r, head, size)
	default:
		return machoDamage(r, head, size)
	}
	return ""
}

// upx is the mark that the packer leaves behind the program headers.
var upx = []byte("UPX!")

func elfDamage(r io.ReaderAt, head []byte, size int64) string {
	if bytes.Contains(head[:min(len(head), 1024)], upx) {
		return packed
	}
	switch {
	case len(head) > elf.EI_VERSION && (head[elf.EI_CLASS]-1 > 1 || head[elf.EI_DATA]-1 > 1 || head[elf.EI_VERSION] != 1):
		return "" // only begins so
	case len(head) < 52:
		return cutShort
	}
	f := fields{head, binary.LittleEndian}
	if head[elf.EI_DATA] == byte(elf.ELFDATA2MSB) {
		f.order = binary.BigEndian
	}
	sections, entry, count := uint64(f.u32(32)), f.u16(46), f.u16(48)
	if head[elf.EI_CLASS] == byte(elf.ELFCLASS64) {
		sections, entry, count = f.u64(40), f.u16(58), f.u16(60)
	}
	if beyond(sections, uint64(entry)*uint64(count), size) {
		return cutShort
	}
	if p, ok := openELF(r); ok {
		for _, e := range p.loaded {
			if beyond(e.offset, e.size, size) {
				return cutShort
			}
		}
	}
	return ""
}

// beyond tells whether an extent of the file ends behind its end. An empty one does not.
func beyond(offset, length uint64, size int64) bool {
	return length > 0 && (offset > math.MaxInt64-length || offset+length > uint64(size))
}

func peDamage(r io.ReaderAt, head []byte, size int64) string {
	m, err := portable.Open(r, size)
	switch at := int(fields{head, binary.LittleEndian}.u32(60)); {
	case err != nil && len(head) >= 64 && at >= 64 && at < 4096: // otherwise a program of DOS
		if at+4 > len(head) && size < 4096 || at+4 <= len(head) && string(head[at:at+4]) == "PE\x00\x00" {
			return cutShort
		}
		return ""
	case err != nil:
		return ""
	case m.Section("UPX0"), m.Section("UPX1"):
		return packed
	case m.End() > size:
		return cutShort
	}
	return ""
}

// machoDamage looks at the segments of a thin file, or of each in a universal one.
func machoDamage(r io.ReaderAt, head []byte, size int64) string {
	big := fields{head, binary.BigEndian}
	magic, n := big.u32(0), big.u32(4)
	if magic != universalMagic && magic != universalWide {
		return thinDamage(r, head, 0, size)
	}
	if n > 20 { // a Java class
		return ""
	}
	for i := range int(n) {
		at := 8 + i*20
		from, length := uint64(big.u32(at+8)), uint64(big.u32(at+12))
		if magic == universalWide {
			at = 8 + i*32
			from, length = big.u64(at+8), big.u64(at+16)
		}
		if beyond(from, length, size) {
			return cutShort
		}
		if why := thinDamage(r, window(r, int64(from), 4096), int64(from), size); why != "" {
			return why
		}
	}
	return ""
}

func thinDamage(r io.ReaderAt, head []byte, base, size int64) string {
	f := fields{head, binary.LittleEndian}
	if m := f.u32(0); m != macho.Magic32 && m != macho.Magic64 {
		f.order = binary.BigEndian
		if m = f.u32(0); m != macho.Magic32 && m != macho.Magic64 {
			return ""
		}
	}
	if bytes.Contains(head, upx) {
		return packed
	}
	start := int64(28)
	if f.u32(0) == macho.Magic64 {
		start = 32
	}
	length := f.u32(20)
	if beyond(uint64(base+start), uint64(length), size) {
		return cutShort
	}
	if length > tableLimit {
		return ""
	}
	commands := fields{window(r, base+start, int(length)), f.order}
	for at, count := 0, f.u32(16); count > 0 && at+8 <= len(commands.data); count-- {
		n := int(commands.u32(at + 4))
		if n < 8 || n > len(commands.data)-at {
			break
		}
		var from, of uint64
		switch macho.LoadCmd(commands.u32(at)) {
		case macho.LoadCmdSegment:
			from, of = uint64(commands.u32(at+32)), uint64(commands.u32(at+36))
		case macho.LoadCmdSegment64:
			from, of = commands.u64(at+40), commands.u64(at+48)
		}
		if of > 0 && beyond(uint64(base)+from, of, size) {
			return cutShort
		}
		at += n
	}
	return ""
}

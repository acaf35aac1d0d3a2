package segment

import (
	"debug/elf"
	"encoding/binary"
	"io"
	"math"
)

// program is an ELF file by its program headers, which are there also where the section headers were stripped.
//
// Source: https://refspecs.linuxfoundation.org/elf/gabi4+/contents.html.
type program struct {
	r      io.ReaderAt
	wide   bool // 64 bit
	order  binary.ByteOrder
	loaded []extent
	other  []extent // dynamic linking and notes
}

// extent is one program header.
type extent struct {
	kind          elf.ProgType
	offset, addr  uint64
	size, aligned uint64
}

const headersLimit = 256 // program headers; linkers write about a dozen

func openELF(r io.ReaderAt) (*program, bool) {
	const usual = 2048 // what of a file holds the headers and, with most linkers, the notes
	head := window(r, 0, usual)
	if len(head) < 52 || string(head[:4]) != elf.ELFMAG {
		return nil, false
	}
	p := &program{r: r, wide: head[elf.EI_CLASS] == byte(elf.ELFCLASS64), order: binary.LittleEndian}
	if head[elf.EI_DATA] == byte(elf.ELFDATA2MSB) {
		p.order = binary.BigEndian
	}
	f := fields{head, p.order}
	at, entry, count := uint64(f.u32(28)), int(f.u16(42)), int(f.u16(44))
	least := 32
	if p.wide {
		at, entry, count, least = f.u64(32), int(f.u16(54)), int(f.u16(56)), 56
	}
	if entry < least || count == 0 || count > headersLimit || at > math.MaxInt64/2 {
		return nil, false
	}
	if end := at + uint64(entry*count); end > uint64(len(head)) {
		f.data = window(r, int64(at), entry*count)
	} else {
		f.data = head[at:end]
	}
	for i := range count {
		h := i * entry
		e := extent{kind: elf.ProgType(f.u32(h)), offset: uint64(f.u32(h + 4)), addr: uint64(f.u32(h + 8)), size: uint64(f.u32(h + 16)), aligned: uint64(f.u32(h + 28))}
		if p.wide {
			e = extent{e.kind, f.u64(h + 8), f.u64(h + 16), f.u64(h + 32), f.u64(h + 48)}
		}
		switch e.kind {
		case elf.PT_LOAD:
			p.loaded = append(p.loaded, e)
		case elf.PT_DYNAMIC, elf.PT_NOTE:
			p.other = append(p.other, e)
		}
	}
	return p, true
}

// place is where in the file the byte with an address lies.
func (p *program) place(addr uint64) (offset int64, ok bool) {
	for _, e := range p.loaded {
		if addr >= e.addr && addr-e.addr < e.size {
			at := e.offset + (addr - e.addr)
			return int64(at), at <= math.MaxInt64/2
		}
	}
	return 0, false
}

func elfLibraries(r io.ReaderAt) []string {
	p, ok := openELF(r)
	if !ok {
		return nil
	}
	for _, e := range p.other {
		if e.kind == elf.PT_DYNAMIC && e.size <= tableLimit && e.offset <= math.MaxInt64/2 {
			return p.needed(fields{window(r, int64(e.offset), int(e.size)), p.order})
		}
	}
	return nil
}

// needed follows the entries DT_NEEDED of the dynamic section to their names.
func (p *program) needed(dynamic fields) []string {
	var names []uint64
	var table int64
	known := false
	size := 8
	if p.wide {
		size = 16
	}
	for at := 0; at+size <= len(dynamic.data); at += size {
		tag, value := elf.DynTag(int32(dynamic.u32(at))), uint64(dynamic.u32(at+4))
		if p.wide {
			tag, value = elf.DynTag(int64(dynamic.u64(at))), dynamic.u64(at+8)
		}
		switch tag {
		case elf.DT_NEEDED:
			if len(names) < librariesLimit && value <= math.MaxInt32 {
				names = append(names, value)
			}
		case elf.DT_STRTAB:
			table, known = p.place(value)
		}
		if tag == elf.DT_NULL {
			break
		}
	}
	if !known {
		return nil
	}
	list := make([]string, 0, len(names))
	for _, n := range names {
		if name := text(p.r, table+int64(n)); name != "" {
			list = append(list, name)
		}
	}
	return list
}

// Note gives the content of the first note that has the owner and the type, nil where there is none: where the file is no ELF, too.
func Note(r io.ReaderAt, owner string, kind uint32) []byte {
	p, ok := openELF(r)
	if !ok {
		return nil
	}
	for _, e := range p.other {
		if e.kind != elf.PT_NOTE || e.size > tableLimit || e.offset > math.MaxInt64/2 {
			continue
		}
		align := uint64(4)
		if e.aligned == 8 {
			align = 8
		}
		f := fields{window(r, int64(e.offset), int(e.size)), p.order}
		for at := uint64(0); at+12 <= uint64(len(f.data)); {
			nameSize, size, is := uint64(f.u32(int(at))), uint64(f.u32(int(at)+4)), f.u32(int(at)+8)
			name := at + 12
			content := (name + nameSize + align - 1) &^ (align - 1)
			if content+size > uint64(len(f.data)) {
				break
			}
			if is == kind && string(f.data[name:name+nameSize]) == owner+"\x00" {
				return f.data[content : content+size]
			}
			at = (content + size + align - 1) &^ (align - 1)
		}
	}
	return nil
}

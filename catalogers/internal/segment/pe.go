package segment

import (
	"encoding/binary"
	"io"
)

// peLibraries reads the import table of a PE file.
//
// Source: https://learn.microsoft.com/en-us/windows/win32/debug/pe-format.
func peLibraries(r io.ReaderAt) []string {
	dos := fields{window(r, 0, 64), binary.LittleEndian}
	at := int64(dos.u32(60))
	f := fields{window(r, at, 4096), binary.LittleEndian}
	if len(f.data) < 24 || string(f.data[:4]) != "PE\x00\x00" {
		return nil
	}
	sections, optional := int(f.u16(6)), int(f.u16(20))
	directories := 24 + 96
	if f.u16(24) == 0x20b { // PE32+
		directories = 24 + 112
	}
	if f.u32(directories-4) < 2 || sections > 96 {
		return nil
	}
	address := f.u32(directories + 8)
	// place is where in the file the byte with a relative address lies.
	place := func(rva uint32) (int64, bool) {
		for i := range sections {
			h := 24 + optional + i*40
			size, start, offset := f.u32(h+16), f.u32(h+12), f.u32(h+20)
			if rva >= start && rva-start < size {
				return int64(offset) + int64(rva-start), true
			}
		}
		return 0, false
	}
	table, ok := place(address)
	if !ok || address == 0 {
		return nil
	}
	var list []string
	const entry = 20
	imports := fields{window(r, table, entry*librariesLimit), binary.LittleEndian}
	for i := 0; i+entry <= len(imports.data); i += entry {
		name := imports.u32(i + 12)
		if name == 0 {
			break
		}
		if at, ok := place(name); ok {
			if s := text(r, at); s != "" {
				list = append(list, s)
			}
		}
	}
	return list
}

// Package portabletest writes portable executables for tests: small ones, with all that portable reads.
package portabletest

import (
	"encoding/binary"
	"unicode/utf16"
)

// File is what is to be written.
type File struct {
	Wide     bool   // for 64-bit processors
	Machine  uint16 // 0 for x86
	Library  bool
	Version  []Resource // the version resource in one or more languages
	Assembly *Assembly
	Data     []byte // the section .data
	Appended []byte // behind the end of the image
}

// Resource is a version resource in one language.
type Resource struct {
	Language uint32
	Fixed    [8]uint16 // the numbers of the file's version and of the product's; all zero leaves them out
	Tables   []Table
}

// Table holds the texts in one language.
type Table struct {
	Key     string // "040904b0"
	Strings [][2]string
}

// Texts is the version resource that compilers write: in one language, with the texts that are given as name, value, name ...
func Texts(list ...string) []Resource {
	t := Table{Key: "000004b0"}
	for ; len(list) > 1; list = list[2:] {
		t.Strings = append(t.Strings, [2]string{list[0], list[1]})
	}
	return []Resource{{Tables: []Table{t}}}
}

// Assembly is the metadata of a managed file.
type Assembly struct {
	Name       string // "" for a module without assembly
	Version    [4]uint16
	Culture    string
	Key        []byte // public
	References []Reference
	Program    bool
	Heaps      byte   // bits 1, 2 and 4: texts, GUIDs and blobs with wide indices
	Stream     string // "" is "#~"
	Rows       []Rows // of other tables, in their order
}

// Reference is an assembly that is referred to.
type Reference struct {
	Name    string
	Version [4]uint16
	Token   []byte
}

// Rows are rows of zeros: of which table, how many, how many bytes each.
type Rows [3]int

var le = binary.LittleEndian

// Where things lie. Addresses are 0x1000 more than offsets in the file, for all but the headers.
const (
	headers = 0x400
	shift   = 0x1000
)

// Bytes writes the file.
func (f *File) Bytes() []byte {
	b := make([]byte, headers)
	copy(b, "MZ")
	const at = 0x80
	le.PutUint32(b[0x3c:], at)
	copy(b[at:], "PE\x00\x00")
	machine := f.Machine
	if machine == 0 {
		machine = 0x14c
	}
	le.PutUint16(b[at+4:], machine)
	optional, directories := 224, 96
	magic := uint16(0x10b)
	if f.Wide {
		optional, directories, magic = 240, 112, 0x20b
	}
	le.PutUint16(b[at+20:], uint16(optional))
	if f.Library {
		le.PutUint16(b[at+22:], 0x2000)
	}
	le.PutUint16(b[at+24:], magic)
	le.PutUint32(b[at+24+directories-4:], 16)
	table := at + 24 + optional
	sections := 0
	section := func(name string, directory int, content func(address uint32) []byte) {
		offset := uint32(len(b))
		data := content(offset + shift)
		b = append(b, data...)
		for len(b)%0x200 != 0 {
			b = append(b, 0)
		}
		s := b[table+40*sections:]
		copy(s, name)
		le.PutUint32(s[8:], uint32(len(data)))
		le.PutUint32(s[12:], offset+shift)
		le.PutUint32(s[16:], uint32(len(b))-offset)
		le.PutUint32(s[20:], offset)
		if directory >= 0 {
			d := b[at+24+directories+8*directory:]
			le.PutUint32(d, offset+shift)
			le.PutUint32(d[4:], uint32(len(data)))
		}
		sections++
		le.PutUint16(b[at+6:], uint16(sections))
	}
	if f.Assembly != nil {
		section(".text", 14, f.Assembly.bytes)
	}
	if f.Data != nil {
		section(".data", -1, func(uint32) []byte { return f.Data })
	}
	if len(f.Version) > 0 {
		section(".rsrc", 2, func(address uint32) []byte { return tree(f.Version, address) })
	}
	return append(b, f.Appended...)
}

// tree writes the folders of resources: icons first, then the version resource with its languages.
func tree(list []Resource, address uint32) []byte {
	const folder, entry, leaf = 16, 8, 16
	types := folder + 2*entry      // the folder of names
	head := types + folder + entry // the folder of languages
	b := make([]byte, head+folder+len(list)*(entry+leaf))
	count := func(at, n int) { le.PutUint16(b[at+14:], uint16(n)) }
	put := func(at int, id, offset uint32) { le.PutUint32(b[at:], id); le.PutUint32(b[at+4:], offset) }
	count(0, 2)
	put(folder, 3, uint32(types)|1<<31)
	put(folder+entry, 16, uint32(types)|1<<31)
	count(types, 1)
	put(types+folder, 1, uint32(head)|1<<31)
	count(head, len(list))
	for i, r := range list {
		at := head + folder + len(list)*entry + i*leaf
		put(head+folder+i*entry, r.Language, uint32(at))
		data := r.bytes()
		for len(b)%4 != 0 {
			b = append(b, 0)
		}
		le.PutUint32(b[at:], address+uint32(len(b)))
		le.PutUint32(b[at+4:], uint32(len(data)))
		b = append(b, data...)
	}
	return b
}

func (r *Resource) bytes() []byte {
	var tables []byte
	for _, t := range r.Tables {
		var texts []byte
		for _, s := range t.Strings {
			texts = join(texts, node(s[0], true, wide(s[1]), nil))
		}
		tables = join(tables, node(t.Key, true, nil, texts))
	}
	var fixed []byte
	if r.Fixed != [8]uint16{} {
		fixed = make([]byte, 52)
		le.PutUint32(fixed, 0xFEEF04BD)
		for i, n := range r.Fixed {
			le.PutUint16(fixed[8+i/2*4+2-i%2*2:], n)
		}
	}
	children := node("StringFileInfo", true, nil, tables)
	children = join(children, node("VarFileInfo", true, nil, node("Translation", false, []byte{9, 4, 0xb0, 4}, nil)))
	return node("VS_VERSION_INFO", false, fixed, children)
}

// wide is UTF-16 with a NUL.
func wide(s string) []byte {
	var b []byte
	for _, u := range append(utf16.Encode([]rune(s)), 0) {
		b = le.AppendUint16(b, u)
	}
	return b
}

func join(b, more []byte) []byte {
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return append(b, more...)
}

func node(key string, text bool, value, children []byte) []byte {
	b := append(make([]byte, 6), wide(key)...)
	if value != nil {
		b = join(b, value)
	}
	if children != nil {
		b = join(b, children)
	}
	n := len(value)
	if text {
		n /= 2
		b[4] = 1
	}
	le.PutUint16(b, uint16(len(b)))
	le.PutUint16(b[2:], uint16(n))
	return b
}

// bytes writes the header of the runtime and the metadata behind it.
func (a *Assembly) bytes(address uint32) []byte {
	texts, blobs := []byte{0}, []byte{0}
	text := func(s string) uint32 {
		if s == "" {
			return 0
		}
		at := len(texts)
		texts = append(append(texts, s...), 0)
		return uint32(at)
	}
	blob := func(b []byte) uint32 {
		if len(b) == 0 {
			return 0
		}
		at := len(blobs)
		if len(b) < 0x80 {
			blobs = append(blobs, byte(len(b)))
		} else {
			blobs = append(blobs, 0x80|byte(len(b)>>8), byte(len(b)))
		}
		blobs = append(blobs, b...)
		return uint32(at)
	}
	index := func(b []byte, at uint32, bit byte) []byte {
		if a.Heaps&bit != 0 {
			return le.AppendUint32(b, at)
		}
		return le.AppendUint16(b, uint16(at))
	}
	version := func(b []byte, v [4]uint16) []byte {
		for _, n := range v {
			b = le.AppendUint16(b, n)
		}
		return b
	}
	var rows, counts []byte
	valid := uint64(0)
	for _, r := range a.Rows {
		valid |= 1 << r[0]
		counts = le.AppendUint32(counts, uint32(r[1]))
		rows = append(rows, make([]byte, r[1]*r[2])...)
	}
	if a.Name != "" {
		valid |= 1 << 0x20
		counts = le.AppendUint32(counts, 1)
		rows = version(le.AppendUint32(rows, 0x8004), a.Version)
		flags := uint32(0)
		if len(a.Key) > 0 {
			flags = 1
		}
		rows = index(le.AppendUint32(rows, flags), blob(a.Key), 4)
		rows = index(index(rows, text(a.Name), 1), text(a.Culture), 1)
	}
	if len(a.References) > 0 {
		valid |= 1 << 0x23
		counts = le.AppendUint32(counts, uint32(len(a.References)))
		for _, r := range a.References {
			rows = index(le.AppendUint32(version(rows, r.Version), 0), blob(r.Token), 4)
			rows = index(index(index(rows, text(r.Name), 1), 0, 1), 0, 4)
		}
	}
	tables := append([]byte{0, 0, 0, 0, 2, 0, a.Heaps, 1}, make([]byte, 16)...)
	le.PutUint64(tables[8:], valid)
	tables = append(append(tables, counts...), rows...)

	stream := a.Stream
	if stream == "" {
		stream = "#~"
	}
	contents := []struct {
		name string
		data []byte
	}{{stream, tables}, {"#Strings", texts}, {"#US", []byte{0}}, {"#GUID", make([]byte, 16)}, {"#Blob", blobs}}
	root := []byte("BSJB\x01\x00\x01\x00\x00\x00\x00\x00\x0c\x00\x00\x00v4.0.30319\x00\x00\x00\x00\x05\x00")
	at := len(root)
	for _, c := range contents {
		at += 8 + (len(c.name)+4)&^3
	}
	var heaps []byte
	for _, c := range contents {
		root = le.AppendUint32(root, uint32(at+len(heaps)))
		root = le.AppendUint32(root, uint32(len(c.data)))
		root = append(append(root, c.name...), make([]byte, 4-len(c.name)%4)...)
		heaps = join(append(heaps, c.data...), nil)
	}
	root = append(root, heaps...)
	b := make([]byte, 72)
	le.PutUint32(b, 72)
	le.PutUint32(b[8:], address+72)
	le.PutUint32(b[12:], uint32(len(root)))
	if a.Program {
		le.PutUint32(b[20:], 0x06000001)
	}
	return append(b, root...)
}

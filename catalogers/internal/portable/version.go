package portable

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
)

// Version is what the version resource of a file says (https://learn.microsoft.com/windows/win32/menurc/vs-versioninfo). A field is empty
// where it says nothing.
type Version struct {
	CompanyName      string
	FileDescription  string
	FileVersion      string // where no text gives it, the four numbers
	InternalName     string
	LegalCopyright   string
	OriginalFilename string
	ProductName      string
	ProductVersion   string // likewise; .NET puts AssemblyInformationalVersion there
}

// What the tree of resources and a version resource may have at the most.
const (
	entryLimit    = 4096       // in one folder
	resourceLimit = 64<<10 - 1 // bytes: the length is a 16-bit number
	tableLimit    = 64         // languages
	textLimit     = 1024       // characters
)

var errVersion = errors.New("has a version resource that cannot be read")

// Version reads the version resource, nil if there is none. Of several languages it takes American English, else what is neutral,
// else English, else the first, each for what the better ones leave out.
func (m *Image) Version() (*Version, error) {
	base := uint64(m.directories[resources].address)
	if base == 0 {
		return nil, nil
	}
	const versionType, folder = 16, 1 << 31
	types, err := m.folder(base, 0)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(types, func(e entry) bool { return e.id == versionType })
	if at < 0 {
		return nil, nil
	}
	for level := range 2 { // its name, then its language
		if types[at].offset&folder == 0 {
			return nil, errVersion
		}
		if types, err = m.folder(base, types[at].offset&^folder); err != nil {
			return nil, err
		}
		if len(types) == 0 {
			return nil, errVersion
		}
		if at = 0; level == 1 {
			for i, e := range types {
				if preference(e.id) < preference(types[at].id) {
					at = i
				}
			}
		}
	}
	if types[at].offset&folder != 0 {
		return nil, errVersion
	}
	leaf, err := m.read(base+uint64(types[at].offset), 16)
	if err != nil {
		return nil, err
	}
	data, err := m.upTo(uint64(le.Uint32(leaf)), min(int64(le.Uint32(leaf[4:])), resourceLimit))
	if err != nil {
		return nil, err
	}
	return versionInfo(data)
}

// entry is one of a folder of resources.
type entry struct{ id, offset uint32 }

func (m *Image) folder(base uint64, offset uint32) ([]entry, error) {
	const head, first = 16, 30 // most have fewer entries
	b, err := m.upTo(base+uint64(offset), head+first*8)
	if err != nil {
		return nil, err
	}
	if len(b) < head {
		return nil, errVersion
	}
	n := int64(le.Uint16(b[12:])) + int64(le.Uint16(b[14:])) // with names, with numbers
	if n > entryLimit {
		return nil, fmt.Errorf("has a folder of %d resources", n)
	}
	if int64(len(b)) < head+n*8 {
		if b, err = m.read(base+uint64(offset), head+n*8); err != nil {
			return nil, err
		}
	}
	list := make([]entry, n)
	for i := range list {
		list[i] = entry{le.Uint32(b[head+i*8:]), le.Uint32(b[head+i*8+4:])}
	}
	return list, nil
}

// preference orders languages: the lowest is taken first.
func preference(language uint32) int {
	switch {
	case language == 0x0409:
		return 0
	case language == 0:
		return 1
	case language&0x3ff == 9:
		return 2
	}
	return 3
}

// node is one block of a version resource.
type node struct {
	key      string
	value    []byte // and what follows it
	length   int    // of the value as it is stated: of texts some tools count bytes, some characters
	text     bool
	children []byte
}

// next cuts one block off, nil at the end. Lengths that reach too far are cut.
func next(b []byte) (n *node, rest []byte) {
	if len(b) < 8 {
		return nil, nil
	}
	size := min(int(le.Uint16(b)), len(b))
	if size < 8 {
		return nil, nil
	}
	n = &node{length: int(le.Uint16(b[2:])), text: le.Uint16(b[4:]) == 1}
	rest = b[min(align4(size), len(b)):]
	b = b[:size]
	at := 6
	for at+2 <= size && le.Uint16(b[at:]) != 0 {
		at += 2
	}
	n.key = decode(b[6:at])
	at = min(align4(at+2), size)
	n.value = b[at:]
	length := n.length
	if n.text {
		length *= 2
	}
	n.children = b[min(align4(at+length), size):]
	return n, rest
}

func align4(n int) int { return (n + 3) &^ 3 }

// decode reads UTF-16 up to its NUL.
func decode(b []byte) string {
	units := make([]uint16, 0, min(len(b)/2, textLimit))
	for ; len(b) >= 2 && len(units) < textLimit; b = b[2:] {
		u := le.Uint16(b)
		if u == 0 {
			break
		}
		units = append(units, u)
	}
	return plain(string(utf16.Decode(units)))
}

// plain takes out what is no printable character.
func plain(s string) string {
	return strings.TrimSpace(strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s))
}

func versionInfo(b []byte) (*Version, error) {
	root, _ := next(b)
	if root == nil || root.key != "VS_VERSION_INFO" {
		return nil, errVersion
	}
	v := new(Version)
	type table struct {
		preference int
		strings    []byte
	}
	var tables []table
	for c, rest := next(root.children); c != nil; c, rest = next(rest) {
		if c.key != "StringFileInfo" {
			continue
		}
		for t, rest := next(c.children); t != nil && len(tables) < tableLimit; t, rest = next(rest) {
			tables = append(tables, table{preference(language(t.key)), t.children})
		}
	}
	slices.SortStableFunc(tables, func(a, b table) int { return cmp.Compare(a.preference, b.preference) })
	for _, t := range tables {
		for s, rest := next(t.strings); s != nil; s, rest = next(rest) {
			if to := v.field(s.key); to != nil && *to == "" && s.length > 0 {
				*to = decode(s.value)
			}
		}
	}
	const fixed, signature = 52, 0xFEEF04BD // VS_FIXEDFILEINFO
	if f := root.value; root.length >= fixed && len(f) >= fixed && le.Uint32(f) == signature {
		v.FileVersion = cmp.Or(v.FileVersion, numbers(f[8:]))
		v.ProductVersion = cmp.Or(v.ProductVersion, numbers(f[16:]))
	}
	return v, nil
}

// language is the first half of a table's name: eight hexadecimal digits, of which the rest is the code page.
func language(key string) (n uint32) {
	if len(key) < 4 {
		return 0xffff
	}
	for i := range 4 {
		digit := strings.IndexByte("0123456789abcdef", key[i]|0x20)
		if digit < 0 {
			return 0xffff
		}
		n = n<<4 | uint32(digit)
	}
	return n
}

func (v *Version) field(key string) *string {
	switch key {
	case "CompanyName":
		return &v.CompanyName
	case "FileDescription":
		return &v.FileDescription
	case "FileVersion":
		return &v.FileVersion
	case "InternalName":
		return &v.InternalName
	case "LegalCopyright":
		return &v.LegalCopyright
	case "OriginalFilename":
		return &v.OriginalFilename
	case "ProductName":
		return &v.ProductName
	case "ProductVersion":
		return &v.ProductVersion
	}
	return nil
}

// numbers writes a version of two 32-bit numbers, "" for zero.
func numbers(b []byte) string {
	high, low := le.Uint32(b), le.Uint32(b[4:])
	if high == 0 && low == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d.%d.%d", high>>16, high&0xffff, low>>16, low&0xffff)
}

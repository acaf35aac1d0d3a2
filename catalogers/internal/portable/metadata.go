package portable

import (
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"math/bits"
	"strings"
)

// Managed tells whether the file holds code for .NET's common language infrastructure.
func (m *Image) Managed() bool { return m.directories[cli].address != 0 }

// Metadata is what describes managed code (ECMA-335 II.24). It is laid out in tables, of which the two that speak of
// assemblies are read.
type Metadata struct {
	EntryPoint bool // the code begins somewhere: a program

	image         *Image
	strings, blob directory // the heaps
	tables        directory
	wide          byte       // which heaps have 4-byte indices
	rows          [64]uint32 // of each table
	data          uint64     // where the first table lies in its stream
}

// Name is the name of an assembly (ECMA-335 II.6.2.1).
type Name struct {
	Name    string
	Version [4]uint16
	Culture string // of a satellite, which has only texts in a language
	Token   string // the public key token in hexadecimal; "" without strong name
}

// VersionText is the version with its four numbers.
func (n *Name) VersionText() string {
	v := n.Version
	return fmt.Sprintf("%d.%d.%d.%d", v[0], v[1], v[2], v[3])
}

const (
	assemblyTable  = 0x20
	referenceTable = 0x23
)

var errMetadata = errors.New("has metadata that cannot be read")

// Metadata reads where the tables of a managed file lie.
func (m *Image) Metadata() (*Metadata, error) {
	head, err := m.read(uint64(m.directories[cli].address), 24)
	if err != nil {
		return nil, err
	}
	d := &Metadata{image: m, EntryPoint: le.Uint32(head[20:]) != 0}
	base, size := uint64(le.Uint32(head[8:])), le.Uint32(head[12:])
	root, err := m.upTo(base, min(int64(size), 512))
	if err != nil {
		return nil, err
	}
	if len(root) < 20 || le.Uint32(root) != 0x424A5342 {
		return nil, errMetadata
	}
	at := 16 + align4(int(min(le.Uint32(root[12:]), 256))) // behind the version of the runtime
	if at+4 > len(root) {
		return nil, errMetadata
	}
	streams := int(le.Uint16(root[at+2:]))
	root = root[at+4:]
	for range min(streams, 16) {
		if len(root) < 9 {
			return nil, errMetadata
		}
		offset, length := le.Uint32(root), le.Uint32(root[4:])
		name, _, ended := strings.Cut(string(root[8:min(8+32, len(root))]), "\x00")
		root = root[min(8+align4(len(name)+1), len(root)):]
		if !ended || offset > size || length > size-offset || base+uint64(offset) > 1<<32-1 {
			return nil, errMetadata
		}
		to := &directory{}
		switch name {
		case "#Strings":
			to = &d.strings
		case "#Blob":
			to = &d.blob
		case "#~", "#-": // the latter not optimised
			to = &d.tables
		}
		*to = directory{uint32(base) + offset, length}
	}
	return d, d.header()
}

// header reads the sizes of heaps and tables (II.24.2.6).
func (d *Metadata) header() error {
	b, err := d.image.upTo(uint64(d.tables.address), min(int64(d.tables.size), 24+64*4+4))
	if err != nil {
		return err
	}
	if len(b) < 24 {
		return errMetadata
	}
	d.wide = b[6]
	valid := le.Uint64(b[8:])
	at := 24
	d.data = uint64(24 + 4*bits.OnesCount64(valid))
	if d.wide&0x40 != 0 { // four bytes that only tools know
		d.data += 4
	}
	for i := range d.rows {
		if valid&(1<<i) == 0 {
			continue
		}
		if at+4 > len(b) {
			return errMetadata
		}
		if d.rows[i] = le.Uint32(b[at:]); d.rows[i] >= 1<<24 { // what a token can name
			return errMetadata
		}
		at += 4
	}
	return nil
}

// The columns of tables: below 0x40 an index into that table, from coded on into one of several.
const (
	u16 = 0x40 + iota
	u32
	str
	guid
	blob
	coded
)

const (
	typeDefOrRef = coded + iota
	hasConstant
	hasCustomAttribute
	hasFieldMarshal
	hasDeclSecurity
	memberRefParent
	hasSemantics
	methodDefOrRef
	memberForwarded
	customAttributeType
	resolutionScope
)

// choices are the tables that a coded index leads to, after the number of bits that tell which (II.24.2.6).
var choices = [...][]byte{
	typeDefOrRef - coded: {2, 0x02, 0x01, 0x1B},
	hasConstant - coded:  {2, 0x04, 0x08, 0x17},
	hasCustomAttribute - coded: {5, 0x06, 0x04, 0x01, 0x02, 0x08, 0x09, 0x0A, 0x00, 0x0E, 0x17, 0x14, 0x11, 0x1A, 0x1B, 0x20, 0x23, 0x26, 0x27,
		0x28, 0x2A, 0x2C, 0x2B},
	hasFieldMarshal - coded:     {1, 0x04, 0x08},
	hasDeclSecurity - coded:     {2, 0x02, 0x06, 0x20},
	memberRefParent - coded:     {3, 0x02, 0x01, 0x1A, 0x06, 0x1B},
	hasSemantics - coded:        {1, 0x14, 0x17},
	methodDefOrRef - coded:      {1, 0x06, 0x0A},
	memberForwarded - coded:     {1, 0x04, 0x06},
	customAttributeType - coded: {3, 0x06, 0x0A},
	resolutionScope - coded:     {2, 0x00, 0x1A, 0x23, 0x01},
}

// columns are those of every table up to the last that is read (II.22), with the ones for edit and continue.
var columns = [referenceTable + 1][]byte{
	0x00: {u16, str, guid, guid, guid},                    // Module
	0x01: {resolutionScope, str, str},                     // TypeRef
	0x02: {u32, str, str, typeDefOrRef, 0x04, 0x06},       // TypeDef
	0x03: {0x04},                                          // FieldPtr
	0x04: {u16, str, blob},                                // Field
	0x05: {0x06},                                          // MethodPtr
	0x06: {u32, u16, u16, str, blob, 0x08},                // MethodDef
	0x07: {0x08},                                          // ParamPtr
	0x08: {u16, u16, str},                                 // Param
	0x09: {0x02, typeDefOrRef},                            // InterfaceImpl
	0x0A: {memberRefParent, str, blob},                    // MemberRef
	0x0B: {u16, hasConstant, blob},                        // Constant
	0x0C: {hasCustomAttribute, customAttributeType, blob}, // CustomAttribute
	0x0D: {hasFieldMarshal, blob},                         // FieldMarshal
	0x0E: {u16, hasDeclSecurity, blob},                    // DeclSecurity
	0x0F: {u16, u32, 0x02},                                // ClassLayout
	0x10: {u32, 0x04},                                     // FieldLayout
	0x11: {blob},                                          // StandAloneSig
	0x12: {0x02, 0x14},                                    // EventMap
	0x13: {0x14},                                          // EventPtr
	0x14: {u16, str, typeDefOrRef},                        // Event
	0x15: {0x02, 0x17},                                    // PropertyMap
	0x16: {0x17},                                          // PropertyPtr
	0x17: {u16, str, blob},                                // Property
	0x18: {u16, 0x06, hasSemantics},                       // MethodSemantics
	0x19: {0x02, methodDefOrRef, methodDefOrRef},          // MethodImpl
	0x1A: {str},                                           // ModuleRef
	0x1B: {blob},                                          // TypeSpec
	0x1C: {u16, memberForwarded, str, 0x1A},               // ImplMap
	0x1D: {u32, 0x04},                                     // FieldRVA
	0x1E: {u32, u32},                                      // EncLog
	0x1F: {u32},                                           // EncMap
	0x20: {u32, u16, u16, u16, u16, u32, blob, str, str},  // Assembly
	0x21: {u32},                                           // AssemblyProcessor
	0x22: {u32, u32, u32},                                 // AssemblyOS
	0x23: {u16, u16, u16, u16, u32, blob, str, str, blob}, // AssemblyRef
}

// width is how many bytes a column takes.
func (d *Metadata) width(column byte) uint64 {
	wide := false
	switch {
	case column == u16:
	case column == u32:
		wide = true
	case column == str:
		wide = d.wide&1 != 0
	case column == guid:
		wide = d.wide&2 != 0
	case column == blob:
		wide = d.wide&4 != 0
	case column < 0x40:
		wide = d.rows[column] >= 1<<16
	default:
		list := choices[column-coded]
		for _, table := range list[1:] {
			wide = wide || d.rows[table] >= 1<<(16-list[0])
		}
	}
	if wide {
		return 4
	}
	return 2
}

func (d *Metadata) rowSize(table int) (n uint64) {
	for _, c := range columns[table] {
		n += d.width(c)
	}
	return n
}

// table reads the rows of a table.
func (d *Metadata) table(table int, rows uint32) ([]byte, error) {
	at := d.data
	for i := range table {
		at += uint64(d.rows[i]) * d.rowSize(i)
	}
	n := uint64(rows) * d.rowSize(table)
	if at+n > uint64(d.tables.size) {
		return nil, errMetadata
	}
	return d.image.read(uint64(d.tables.address)+at, int64(n))
}

// Assembly reads the name of the assembly that the file is the main module of, nil if it is only a part of one.
func (d *Metadata) Assembly() (*Name, error) {
	if d.rows[assemblyTable] == 0 {
		return nil, nil
	}
	row, err := d.table(assemblyTable, 1)
	if err != nil {
		return nil, err
	}
	n := d.name(row[4:], true)
	if n.Name == "" {
		return nil, errors.New("is an assembly without a name")
	}
	return &n, nil
}

// referenceLimit bounds how many references are read.
const referenceLimit = 4096

// References reads the names of the assemblies that this one needs.
func (d *Metadata) References() ([]Name, error) {
	rows, err := d.table(referenceTable, min(d.rows[referenceTable], referenceLimit))
	if err != nil {
		return nil, err
	}
	size := int(d.rowSize(referenceTable))
	list := make([]Name, 0, len(rows)/size)
	for ; len(rows) >= size; rows = rows[size:] {
		if n := d.name(rows, le.Uint32(rows[8:])&1 != 0); n.Name != "" {
			list = append(list, n)
		}
	}
	return list, nil
}

// name reads what rows of both tables have in common, from the version on. key says that the blob is a whole public key.
func (d *Metadata) name(row []byte, key bool) (n Name) {
	for i := range n.Version {
		n.Version[i] = le.Uint16(row[i*2:])
	}
	row = row[12:]
	index := func(column byte) (at uint32) {
		width := d.width(column)
		if at = uint32(le.Uint16(row)); width == 4 {
			at = le.Uint32(row)
		}
		row = row[width:]
		return at
	}
	n.Token = d.token(index(blob), key)
	n.Name = d.text(index(str))
	n.Culture = d.text(index(str))
	return n
}

// text reads a string of the heap, of at most 1,024 bytes: what a name may have (II.22.2).
func (d *Metadata) text(at uint32) string {
	for _, n := range [...]int64{64, 1024} {
		if at == 0 || at >= d.strings.size {
			return ""
		}
		b, err := d.image.upTo(uint64(d.strings.address)+uint64(at), min(n, int64(d.strings.size-at)))
		if err != nil {
			return ""
		}
		if s, _, ended := strings.Cut(string(b), "\x00"); ended {
			return plain(strings.ToValidUTF8(s, ""))
		}
	}
	return ""
}

// token gives the public key token of a blob: the blob itself or, of a whole key, the last eight bytes of its SHA-1, backwards (II.6.2.1.3).
func (d *Metadata) token(at uint32, key bool) string {
	if at == 0 || at >= d.blob.size {
		return ""
	}
	b, err := d.image.upTo(uint64(d.blob.address)+uint64(at), min(256, int64(d.blob.size-at)))
	if err != nil || len(b) < 2 {
		return ""
	}
	n, b := blobLength(b)
	if n > len(b) {
		const longest = 4096 // that of an RSA key of 16,384 bits has some 2,100 bytes
		if n > longest {
			return ""
		}
		if b, err = d.image.upTo(uint64(d.blob.address)+uint64(at)+2, min(int64(n), int64(d.blob.size-at)-2)); err != nil || len(b) < n {
			return ""
		}
	}
	b = b[:n]
	if key && n > 0 {
		sum := sha1.Sum(b)
		b = b[:0:0]
		for i := range 8 {
			b = append(b, sum[len(sum)-1-i])
		}
	}
	if len(b) != 8 {
		return ""
	}
	return hex.EncodeToString(b)
}

// blobLength reads the length before a blob, of at most two bytes (II.24.2.4); of longer blobs it says more than is there.
func blobLength(b []byte) (n int, rest []byte) {
	switch {
	case b[0]&0x80 == 0:
		return int(b[0]), b[1:]
	case b[0]&0xc0 == 0x80:
		return int(b[0]&0x3f)<<8 | int(b[1]), b[2:]
	}
	return 1 << 30, b[1:]
}

package jvm

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/budget"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/catalogers/internal/segment"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Image reads the SBOM that GraalVM's native-image puts into the programs that it compiles: CycloneDX as JSON, packed with gzip, at the symbol "sbom", of the length
// at the symbol "sbom_length" (https://www.graalvm.org/latest/security-guide/native-image/sbom/).
var Image = catalogers.Cataloger{
	Name:  "graalvm-native-image",
	Doc:   "Java libraries compiled into programs by GraalVM's native-image, of the SBOM in the program.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.Maven, purl.Generic},
	Files: catalogers.Magic(section.Magics...),
	Parse: parseImage,
}

const (
	heapELF       = ".svm_heap" // the section with the objects that a native image begins with: no other program has it
	symbol        = "sbom"
	symbolLength  = "sbom_length"
	packedLimit   = 16 << 20
	unpackedLimit = 64 << 20
	readLimit     = 256 << 20 // bytes that the packages below debug may read for symbols
)

func parseImage(f *catalogers.File, out *sbom.Facts) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	packed, err := find(&budget.Reader{From: blob, Left: readLimit}, blob.Size())
	if packed == nil || err != nil {
		return err
	}
	text, err := decode.Unpack(bytes.NewReader(packed), unpackedLimit)
	if err != nil {
		return fmt.Errorf("embedded SBOM: %w", err)
	}
	var d document
	if err := decode.JSON(text, &d); err != nil {
		return fmt.Errorf("embedded SBOM: %w", err)
	}
	out.Technique = sbom.BinaryAnalysis
	d.claim(f.Base(), out)
	segment.Needs(out, image, blob)
	return nil
}

// document is what of a CycloneDX document tells the components and their edges.
type document struct {
	Metadata struct {
		Component *component `json:"component"`
	} `json:"metadata"`
	Components   []component `json:"components"`
	Dependencies []struct {
		Ref       string   `json:"ref"`
		DependsOn []string `json:"dependsOn"`
	} `json:"dependencies"`
}

type component struct {
	Ref      string `json:"bom-ref"`
	Group    string `json:"group"`
	Name     string `json:"name"`
	Version  string `json:"version"`
	PURL     string `json:"purl"`
	Licenses []struct {
		Expression string `json:"expression"`
		License    struct {
			ID   string `json:"id"`
			Name string `json:"name"`
		} `json:"license"`
	} `json:"licenses"`
}

// image is the key of the program itself.
const image = "\x00image"

func (d *document) claim(file string, out *sbom.Facts) {
	main := sbom.Component{Name: file}
	keys := make(map[string]string, len(d.Components)+1)
	if m := d.Metadata.Component; m != nil && m.Name != "" {
		main = m.claim()
		keys[m.Ref] = image
	}
	main.Kind = sbom.Application
	out.Add(image, main)
	for i := range d.Components {
		c := &d.Components[i]
		if c.Name == "" && c.PURL == "" {
			out.Gap(0, "embedded SBOM: component %d has no name", i)
			continue
		}
		key := c.Ref
		if key == "" {
			key = c.Group + "/" + c.Name + "@" + c.Version
		}
		if keys[key] != "" {
			continue // the same again
		}
		keys[key] = key
		out.Add(key, c.claim())
		out.Relate(sbom.Relation{From: image, To: key, Kind: sbom.Contains})
	}
	if len(d.Dependencies) > 0 {
		out.Edges(sbom.Incomplete) // native-image tells the edges that the manifests of the libraries tell
	}
	for _, e := range d.Dependencies {
		for _, to := range e.DependsOn {
			if from := keys[e.Ref]; from != "" && keys[to] != "" && from != keys[to] {
				out.DependsOn(from, keys[to])
			}
		}
	}
}

func (c *component) claim() sbom.Component {
	n := sbom.Component{Group: c.Group, Name: c.Name, Version: c.Version}
	if p, err := purl.Parse(c.PURL); err == nil && (p.Type == purl.Maven || p.Type == purl.Generic) {
		n = sbom.Component{PURL: p}
	}
	for _, l := range c.Licenses {
		for _, text := range [...]string{l.Expression, l.License.ID, l.License.Name} {
			if text != "" {
				n.Licenses = append(n.Licenses, sbom.License{Text: text})
				break
			}
		}
	}
	return n
}

// found are the places of the two symbols in the file; zero where one is missing.
type found struct{ sbom, length int64 }

// find gives the packed SBOM of a native image; nil where the file is none or has none. The packages below debug are not made for hostile input: their panics are
// caught.
func find(r io.ReaderAt, size int64) (packed []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			packed, err = nil, errors.New("the symbols cannot be read")
		}
	}()
	var magic [4]byte
	if n, _ := r.ReadAt(magic[:], 0); n < 4 {
		return nil, nil
	}
	var at found
	var order binary.ByteOrder = binary.LittleEndian
	switch m := string(magic[:]); {
	case m == elf.ELFMAG:
		if mentioned, known := section.Mentions(r, heapELF); !mentioned || !known {
			return nil, nil
		}
		f, err := elf.NewFile(r)
		if err != nil {
			return nil, err
		}
		order, at = f.ByteOrder, inELF(f)
	case m[:2] == "MZ":
		if image, err := portable.Open(r, size); err != nil || !hasHeap(image) {
			return nil, nil // before debug/pe reads all symbols
		}
		f, err := pe.NewFile(r)
		if err != nil {
			return nil, nil
		}
		at = inPE(r, f)
	case m == "\xca\xfe\xba\xbe":
		return nil, nil // native-image makes no universal programs, and classes begin so
	default:
		f, err := macho.NewFile(r)
		if err != nil || f.Section("__svm_heap") == nil {
			return nil, nil
		}
		order, at = f.ByteOrder, inMachO(f)
	}
	if at.sbom == 0 || at.length == 0 {
		return nil, nil
	}
	var number [8]byte
	if _, err := r.ReadAt(number[:], at.length); err != nil {
		return nil, fmt.Errorf("embedded SBOM: its length: %w", err)
	}
	length := order.Uint64(number[:])
	if length == 0 || length > packedLimit {
		return nil, fmt.Errorf("embedded SBOM: its length is %d", length)
	}
	packed = make([]byte, length)
	if _, err := r.ReadAt(packed, at.sbom); err != nil {
		return nil, fmt.Errorf("embedded SBOM: %w", err)
	}
	return packed, nil
}

// hasHeap tells whether there is the section with the heap. Microsoft's linker cuts names off after eight letters.
func hasHeap(image *portable.Image) bool {
	_, _, whole := image.Place(heapELF)
	_, _, cut := image.Place(heapELF[:8])
	return whole || cut
}

func inELF(f *elf.File) (at found) {
	place := func(addr uint64) int64 {
		for _, p := range f.Progs {
			if p.Type == elf.PT_LOAD && addr >= p.Vaddr && addr-p.Vaddr < p.Filesz {
				return int64(p.Off + addr - p.Vaddr)
			}
		}
		return 0
	}
	for _, list := range [...]func() ([]elf.Symbol, error){f.DynamicSymbols, f.Symbols} { // the second is stripped most often
		symbols, _ := list()
		for _, s := range symbols {
			switch s.Name {
			case symbol:
				at.sbom = place(s.Value)
			case symbolLength:
				at.length = place(s.Value)
			}
		}
		if at.sbom != 0 && at.length != 0 {
			break
		}
	}
	return at
}

func inMachO(f *macho.File) (at found) {
	if f.Symtab == nil {
		return at
	}
	place := func(addr uint64) int64 {
		for _, s := range f.Sections {
			if addr >= s.Addr && addr-s.Addr < s.Size && s.Offset != 0 {
				return int64(uint64(s.Offset) + addr - s.Addr)
			}
		}
		return 0
	}
	for _, s := range f.Symtab.Syms {
		switch strings.TrimPrefix(s.Name, "_") {
		case symbol:
			at.sbom = place(s.Value)
		case symbolLength:
			at.length = place(s.Value)
		}
	}
	return at
}

// inPE looks into the table of exports (https://learn.microsoft.com/en-us/windows/win32/debug/pe-format#the-edata-section-image-only).
func inPE(r io.ReaderAt, f *pe.File) (at found) {
	var table uint32
	switch h := f.OptionalHeader.(type) {
	case *pe.OptionalHeader32:
		table = h.DataDirectory[pe.IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress
	case *pe.OptionalHeader64:
		table = h.DataDirectory[pe.IMAGE_DIRECTORY_ENTRY_EXPORT].VirtualAddress
	}
	place := func(rva uint32) int64 {
		for _, s := range f.Sections {
			if rva >= s.VirtualAddress && rva-s.VirtualAddress < s.Size {
				return int64(s.Offset) + int64(rva-s.VirtualAddress)
			}
		}
		return 0
	}
	read := func(at int64, size int) []byte {
		b := make([]byte, size)
		if n, _ := r.ReadAt(b, at); at == 0 || n < size {
			return nil
		}
		return b
	}
	head := read(place(table), 40)
	if table == 0 || head == nil {
		return at
	}
	u32 := binary.LittleEndian.Uint32
	const limit = 1 << 16
	count := int(min(u32(head[24:]), limit))
	functions, names, ordinals := place(u32(head[28:])), read(place(u32(head[32:])), 4*count), read(place(u32(head[36:])), 2*count)
	for i := 0; i < count && names != nil && ordinals != nil; i++ {
		where := place(u32(names[4*i:]))
		if where == 0 {
			continue
		}
		b := make([]byte, len(symbolLength)+1)
		n, _ := r.ReadAt(b, where)
		name, _, _ := bytes.Cut(b[:n], []byte{0})
		if string(name) != symbol && string(name) != symbolLength {
			continue
		}
		entry := read(functions+4*int64(binary.LittleEndian.Uint16(ordinals[2*i:])), 4)
		if entry == nil {
			continue
		}
		if to := place(u32(entry)); string(name) == symbol {
			at.sbom = to
		} else {
			at.length = to
		}
	}
	return at
}

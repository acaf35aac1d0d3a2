package jvm

import (
	"bytes"
	"compress/gzip"
	"debug/elf"
	"debug/macho"
	"encoding/binary"
	"io/fs"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// one is a Tree of one file.
type one []byte

type blob struct{ *bytes.Reader }

func (blob) Close() error                           { return nil }
func (o one) Open(string) (catalogers.Blob, error)  { return blob{bytes.NewReader(o)}, nil }
func (o one) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (o one) Resolve(p string) (string, error)      { return p, nil }

func parsed(data []byte) (*sbom.Graph, error) {
	out := sbom.NewFacts(Image.Name, Image.Stage, "bin/app")
	out.Own(".")
	err := parseImage(catalogers.NewFile(one(data), &Image, "bin/app"), out)
	return sbom.Resolve([]*sbom.Facts{out}, sbom.Options{}), err
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// text holds numbers in the order of the machine that a program is for.
func text(order binary.ByteOrder, parts ...any) []byte {
	var b bytes.Buffer
	for _, p := range parts {
		switch p := p.(type) {
		case []byte:
			b.Write(p)
		case string:
			b.WriteString(p)
		default:
			binary.Write(&b, order, p)
		}
	}
	return b.Bytes()
}

// elfImage is a native image as an ELF file: the section of the heap holds the SBOM and its length, which two symbols name.
func elfImage(content []byte, length uint64) []byte {
	le := binary.LittleEndian
	const base = 0x10000
	heap := text(le, content, length)
	names := "\x00.svm_heap\x00.dynsym\x00.dynstr\x00.shstrtab\x00"
	strs := "\x00sbom\x00sbom_length\x00"
	at := uint64(64 + 56)
	symbolsAt := at + uint64(len(heap))
	symbols := text(le, elf.Sym64{}, elf.Sym64{Name: 1, Info: 0x11, Shndx: 1, Value: base + at}, elf.Sym64{Name: 6, Info: 0x11, Shndx: 1, Value: base + at + uint64(len(content))})
	strsAt := symbolsAt + uint64(len(symbols))
	namesAt := strsAt + uint64(len(strs))
	h := elf.Header64{Type: uint16(elf.ET_DYN), Machine: uint16(elf.EM_X86_64), Version: 1, Phoff: 64, Shoff: namesAt + uint64(len(names)), Ehsize: 64, Phentsize: 56, Phnum: 1, Shentsize: 64, Shnum: 5, Shstrndx: 4}
	copy(h.Ident[:], "\x7fELF\x02\x01\x01")
	return text(le, h, elf.Prog64{Type: uint32(elf.PT_LOAD), Vaddr: base, Filesz: namesAt, Memsz: namesAt}, heap, symbols, strs, names,
		elf.Section64{},
		elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Addr: base + at, Off: at, Size: uint64(len(heap))},
		elf.Section64{Name: 11, Type: uint32(elf.SHT_DYNSYM), Off: symbolsAt, Size: uint64(len(symbols)), Link: 3, Entsize: 24},
		elf.Section64{Name: 19, Type: uint32(elf.SHT_STRTAB), Off: strsAt, Size: uint64(len(strs))},
		elf.Section64{Name: 27, Type: uint32(elf.SHT_STRTAB), Off: namesAt, Size: uint64(len(names))})
}

func name16(s string) (n [16]byte) { copy(n[:], s); return n }

// machoImage is the same for macOS.
func machoImage(content []byte) []byte {
	le := binary.LittleEndian
	const base = 0x100000000
	heap := text(le, content, uint64(len(content)))
	at := uint32(32 + 72 + 80 + 24)
	strs := "\x00_sbom\x00_sbom_length\x00"
	symbolsAt := at + uint32(len(heap))
	strsAt := symbolsAt + 32
	return text(le, macho.FileHeader{Magic: macho.Magic64, Cpu: macho.CpuAmd64, SubCpu: 3, Type: macho.TypeExec, Ncmd: 2, Cmdsz: 72 + 80 + 24}, uint32(0),
		macho.Segment64{Cmd: macho.LoadCmdSegment64, Len: 72 + 80, Name: name16("__DATA"), Addr: base, Memsz: uint64(len(heap)), Offset: uint64(at), Filesz: uint64(len(heap)), Nsect: 1},
		macho.Section64{Name: name16("__svm_heap"), Seg: name16("__DATA"), Addr: base, Size: uint64(len(heap)), Offset: at},
		macho.SymtabCmd{Cmd: macho.LoadCmdSymtab, Len: 24, Symoff: symbolsAt, Nsyms: 2, Stroff: strsAt, Strsize: uint32(len(strs))},
		heap, macho.Nlist64{Name: 1, Type: 0xf, Sect: 1, Value: base}, macho.Nlist64{Name: 7, Type: 0xf, Sect: 1, Value: base + uint64(len(content))}, strs)
}

// peImage is the same for Windows: the table of exports names the two.
func peImage(content []byte) []byte {
	le := binary.LittleEndian
	const rva, offset = 0x1000, 0x200
	heap := text(le, content, uint64(len(content)))
	table := uint32(rva + len(heap))
	functions := table + 40
	names, ordinals, first := functions+8, functions+16, functions+20
	raw := text(le, heap, uint32(0), uint32(0), uint32(0), uint32(0), uint32(1), uint32(2), uint32(2), functions, names, ordinals,
		uint32(rva), uint32(rva+len(content)), first, first+5, uint16(0), uint16(1), "sbom\x00sbom_length\x00")
	optional := make([]byte, 240)
	le.PutUint16(optional, 0x20b)
	le.PutUint32(optional[108:], 16)
	le.PutUint32(optional[112:], table)
	le.PutUint32(optional[116:], 40)
	dos := make([]byte, 64)
	copy(dos, "MZ")
	le.PutUint32(dos[60:], 64)
	section := make([]byte, 40)
	copy(section, "/4") // the name is longer than eight bytes
	for i, n := range []uint32{uint32(len(raw)), rva, uint32(len(raw)), offset} {
		le.PutUint32(section[8+4*i:], n)
	}
	strs := "\x00\x00\x00\x00.svm_heap\x00"
	head := text(le, dos, "PE\x00\x00", uint16(0x8664), uint16(1), uint32(0), uint32(offset+len(raw)), uint32(0), uint16(240), uint16(0x22), optional, section)
	head = append(head, make([]byte, offset-len(head))...)
	return text(le, head, raw, uint32(len(strs)), strs[4:])
}

const document15 = `{"bomFormat":"CycloneDX","specVersion":"1.5","metadata":{"component":{"bom-ref":"app","type":"application","group":"com.acme","name":"app","version":"1.0","purl":"pkg:maven/com.acme/app@1.0"}},
"components":[{"bom-ref":"a","type":"library","group":"io.netty","name":"netty-codec","version":"4.1.104.Final","purl":"pkg:maven/io.netty/netty-codec@4.1.104.Final","licenses":[{"license":{"id":"Apache-2.0"}}]},
{"bom-ref":"b","type":"library","group":"io.netty","name":"netty-buffer","version":"4.1.104.Final","purl":"pkg:maven/io.netty/netty-buffer@4.1.104.Final"},{"type":"library","name":"plain","version":"2"}],
"dependencies":[{"ref":"app","dependsOn":["a"]},{"ref":"a","dependsOn":["b","gone"]}]}`

func lines(g *sbom.Graph) (list []string) {
	for h := range g.Components {
		c := &g.Components[h]
		for _, e := range g.Out(sbom.Handle(h)) {
			list = append(list, string(c.ID)+" "+e.Kind.String()+" "+string(g.Components[e.To].ID))
		}
	}
	return list
}

func TestANativeImageTellsItsLibrariesOnEverySystem(t *testing.T) {
	content := packed(document15)
	want := []string{
		"app:. contains pkg:maven/com.acme/app@1.0",
		"pkg:maven/com.acme/app@1.0 depends-on pkg:maven/io.netty/netty-codec@4.1.104.Final",
		"pkg:maven/com.acme/app@1.0 contains library:bin/app:plain@2",
		"pkg:maven/com.acme/app@1.0 contains pkg:maven/io.netty/netty-buffer@4.1.104.Final",
		"pkg:maven/com.acme/app@1.0 contains pkg:maven/io.netty/netty-codec@4.1.104.Final",
		"pkg:maven/io.netty/netty-codec@4.1.104.Final depends-on pkg:maven/io.netty/netty-buffer@4.1.104.Final",
	}
	slices.Sort(want)
	for system, data := range map[string][]byte{"linux": elfImage(content, uint64(len(content))), "macos": machoImage(content), "windows": peImage(content)} {
		g, err := parsed(data)
		if err != nil {
			t.Errorf("%s: %v", system, err)
			continue
		}
		got := lines(g)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", system, diff)
		}
	}
}

func TestAnImageWithoutANameIsCalledAfterItsFile(t *testing.T) {
	content := packed(`{"components":[{"name":"x","version":"1","purl":"pkg:maven/a/x@1"}]}`)
	g, err := parsed(elfImage(content, uint64(len(content))))
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := g.Find("application:bin/app:app"); !ok {
		t.Errorf("%v", lines(g))
	}
}

func TestADamagedSBOMIsAnErrorAndOtherProgramsSayNothing(t *testing.T) {
	content := packed(document15)
	for name, data := range map[string][]byte{
		"no gzip":      elfImage([]byte("plain text"), 10),
		"no JSON":      elfImage(packed("["), uint64(len(packed("[")))),
		"huge length":  elfImage(content, 1<<40),
		"long length":  elfImage(content, 1<<20),
		"zero length":  elfImage(content, 0),
		"short length": elfImage(content, 20),
		"bomb":         elfImage(packed(strings.Repeat(" ", unpackedLimit+1)), uint64(len(packed(strings.Repeat(" ", unpackedLimit+1))))),
	} {
		if g, err := parsed(data); err == nil {
			t.Errorf("%s: no error, %v", name, lines(g))
		}
	}
	other := bytes.Replace(elfImage(content, uint64(len(content))), []byte(".svm_heap"), []byte(".text_any"), 1)
	for _, data := range [][]byte{other, nil, []byte("MZ"), []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34"), []byte("\x7fELF\x02\x01\x01")} {
		if g, err := parsed(data); err != nil || len(g.Components) != 1 {
			t.Errorf("%.8q: %v, %v", data, lines(g), err)
		}
	}
}

func TestDamagedImagesNeverPanic(t *testing.T) {
	content := packed(document15)
	r := rand.New(rand.NewPCG(1, 2))
	for _, whole := range [][]byte{elfImage(content, uint64(len(content))), machoImage(content), peImage(content)} {
		for cut := range whole {
			parsed(whole[:cut])
		}
		for range 3000 {
			data := slices.Clone(whole)
			for range 1 + r.IntN(4) {
				data[r.IntN(len(data))] = byte(r.Uint32())
			}
			parsed(data)
		}
	}
}

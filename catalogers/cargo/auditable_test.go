package cargo

import (
	"bytes"
	"compress/zlib"
	"debug/elf"
	"encoding/binary"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// program builds the smallest ELF file that has a section with the content.
func program(section string, content []byte) []byte {
	names := "\x00" + section + "\x00.shstrtab\x00"
	var b bytes.Buffer
	write := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	at := uint64(64)
	header := elf.Header64{Type: uint16(elf.ET_EXEC), Machine: uint16(elf.EM_X86_64), Version: 1, Ehsize: 64, Shentsize: 64, Shnum: 3, Shstrndx: 2,
		Shoff: at + uint64(len(content)+len(names))}
	copy(header.Ident[:], "\x7fELF\x02\x01\x01")
	write(header)
	b.Write(content)
	b.WriteString(names)
	write(elf.Section64{})
	write(elf.Section64{Name: 1, Type: uint32(elf.SHT_PROGBITS), Off: at, Size: uint64(len(content)), Addralign: 1})
	write(elf.Section64{Name: uint32(2 + len(section)), Type: uint32(elf.SHT_STRTAB), Off: at + uint64(len(content)), Size: uint64(len(names)), Addralign: 1})
	return b.Bytes()
}

func packed(text string) []byte {
	var b bytes.Buffer
	z := zlib.NewWriter(&b)
	z.Write([]byte(text))
	z.Close()
	return b.Bytes()
}

// one is a Tree of one file.
type one []byte

type blob struct{ *bytes.Reader }

func (blob) Close() error                           { return nil }
func (o one) Open(string) (catalogers.Blob, error)  { return blob{bytes.NewReader(o)}, nil }
func (o one) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (o one) Resolve(p string) (string, error)      { return p, nil }

func scanProgram(data []byte) (*sbom.Graph, error) {
	out := sbom.NewFacts(Auditable.Name, Auditable.Stage, "bin/tool")
	out.Own(".")
	err := parseAuditable(catalogers.NewFile(one(data), &Auditable, "bin/tool"), out)
	return sbom.Resolve([]*sbom.Facts{out}, sbom.Options{}), err
}

const list = `{"packages":[
 {"name":"tool","version":"0.1.0","source":"local","dependencies":[1,2],"root":true},
 {"name":"serde","version":"1.0.1","source":"crates.io"},
 {"name":"cc","version":"1.0.0","source":"registry","kind":"build","dependencies":[1]}]}`

func TestABinaryTellsItsCratesAndTheirEdges(t *testing.T) {
	g, err := scanProgram(program(auditSection, packed(list)))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for h := range g.Components {
		c := &g.Components[h]
		got = append(got, string(c.ID)+" "+c.Scope.String())
		for _, e := range g.Out(sbom.Handle(h)) {
			got = append(got, string(c.ID)+" "+e.Kind.String()+" "+string(g.Components[e.To].ID))
		}
	}
	want := []string{
		"app:. runtime",
		"app:. contains pkg:cargo/tool@0.1.0",
		"pkg:cargo/cc@1.0.0 build",
		"pkg:cargo/cc@1.0.0 depends-on pkg:cargo/serde@1.0.1",
		"pkg:cargo/serde@1.0.1 runtime",
		"pkg:cargo/tool@0.1.0 runtime",
		"pkg:cargo/tool@0.1.0 depends-on pkg:cargo/cc@1.0.0",
		"pkg:cargo/tool@0.1.0 depends-on pkg:cargo/serde@1.0.1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if tool, _ := g.Find("pkg:cargo/tool@0.1.0"); g.Components[tool].Kind != sbom.Application {
		t.Error("the root package is no application")
	}
}

func TestABinaryWithoutTheSectionClaimsNothing(t *testing.T) {
	for _, data := range [][]byte{program(".text", []byte("code")), []byte("MZ short"), []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34 a Java class")} {
		g, err := scanProgram(data)
		if err != nil || len(g.Components) != 1 {
			t.Errorf("%q: %d components, %v", data[:8], len(g.Components), err)
		}
	}
}

func TestADamagedSectionIsAnError(t *testing.T) {
	whole := program(auditSection, packed(list))
	bomb := packed(`{"packages":[]` + strings.Repeat(" ", unpackedLimit) + `}`)
	for name, data := range map[string][]byte{
		"no zlib":   program(auditSection, []byte("plain")),
		"no JSON":   program(auditSection, packed("[")),
		"bomb":      program(auditSection, bomb),
		"truncated": whole[:len(whole)-70],
	} {
		if _, err := scanProgram(data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	g, err := scanProgram(program(auditSection, packed(`{"packages":[{"name":"a","version":"1","dependencies":[7,-1]},{}]}`)))
	if err != nil || len(g.Gaps) != 3 {
		t.Errorf("bad indices: %d gaps, %v", len(g.Gaps), err)
	}
}

func FuzzAuditable(f *testing.F) {
	f.Add(program(auditSection, packed(list)))
	f.Add([]byte("\x7fELF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		scanProgram(slices.Clone(data))
	})
}

package nuget

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable/portabletest"
	"github.com/sbomgen/sbomgen/sbom"
)

// counted tells how much of a file is read.
type counted struct {
	io.ReaderAt
	bytes int
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.ReaderAt.ReadAt(p, at)
	c.bytes += n
	return n, err
}

// variables are a host's, with the mark among them.
func variables() []byte {
	return append(append(bytes.Repeat([]byte{0x8b}, 40), make([]byte, 8)...), bundleMark...)
}

func elfHost(data []byte) []byte {
	le := binary.LittleEndian
	names := "\x00.data\x00.bss\x00.shstrtab\x00"
	b := make([]byte, 64)
	copy(b, "\x7fELF\x02\x01\x01")
	at := len(b)
	b = append(append(b, data...), names...)
	table := len(b)
	section := func(name, kind, offset, size int) {
		s := make([]byte, 64)
		le.PutUint32(s, uint32(name))
		le.PutUint32(s[4:], uint32(kind))
		le.PutUint64(s[24:], uint64(offset))
		le.PutUint64(s[32:], uint64(size))
		b = append(b, s...)
	}
	section(0, 0, 0, 0)
	section(7, 8, at, 1<<40) // takes no place
	section(1, 1, at, len(data))
	section(12, 3, at+len(data), len(names))
	le.PutUint64(b[40:], uint64(table))
	le.PutUint16(b[58:], 64)
	le.PutUint16(b[60:], 4)
	le.PutUint16(b[62:], 3)
	return b
}

func elf32Host(data []byte) []byte {
	le := binary.LittleEndian
	names := "\x00.data\x00"
	b := make([]byte, 52)
	copy(b, "\x7fELF\x01\x01\x01")
	at := len(b)
	b = append(append(b, data...), names...)
	table := len(b)
	section := func(name, kind, offset, size int) {
		s := make([]byte, 40)
		for i, n := range map[int]int{0: name, 4: kind, 16: offset, 20: size} {
			le.PutUint32(s[i:], uint32(n))
		}
		b = append(b, s...)
	}
	section(1, 1, at, len(data))
	section(0, 3, at+len(data), len(names))
	le.PutUint32(b[32:], uint32(table))
	le.PutUint16(b[46:], 40)
	le.PutUint16(b[48:], 2)
	le.PutUint16(b[50:], 1)
	return b
}

func machoHost(data []byte) []byte {
	le := binary.LittleEndian
	b := make([]byte, 32+24+72+2*80)
	copy(b, "\xcf\xfa\xed\xfe")
	le.PutUint32(b[12:], 2)
	le.PutUint32(b[16:], 2)
	le.PutUint32(b[20:], uint32(len(b)-32))
	copy(b[32:], "\x1b\x00\x00\x00\x18\x00\x00\x00") // a UUID first
	c := b[56:]
	le.PutUint32(c, 0x19)
	le.PutUint32(c[4:], 72+2*80)
	copy(c[72:], "__bss")
	copy(c[72+16:], "__DATA")
	copy(c[152:], "__data")
	copy(c[152+16:], "__DATA")
	le.PutUint64(c[152+40:], uint64(len(data)))
	le.PutUint32(c[152+48:], uint32(len(b)))
	return append(b, data...)
}

func peHost(data []byte) []byte {
	return (&portabletest.File{Wide: true, Machine: 0x8664, Data: data}).Bytes()
}

// content is a file that goes into a bundle.
type content struct {
	name   string
	kind   byte
	data   string
	packed bool
}

// publish makes a bundle of a host and files.
func publish(host []byte, version uint32, files ...content) []byte {
	le := binary.LittleEndian
	b := bytes.Clone(host)
	text := func(b []byte, s string) []byte {
		for n := len(s); ; n >>= 7 {
			if n < 0x80 {
				return append(append(b, byte(n)), s...)
			}
			b = append(b, byte(n)|0x80)
		}
	}
	var entries []byte
	var deps [2]uint64
	for _, f := range files {
		at, size := len(b), len(f.data)
		if f.packed {
			var z bytes.Buffer
			w, _ := flate.NewWriter(&z, 9)
			w.Write([]byte(f.data))
			w.Close()
			b = append(b, z.Bytes()...)
		} else {
			b = append(b, f.data...)
		}
		entries = le.AppendUint64(le.AppendUint64(entries, uint64(at)), uint64(size))
		if version >= 6 {
			packed := 0
			if f.packed {
				packed = len(b) - at
			}
			entries = le.AppendUint64(entries, uint64(packed))
		}
		entries = text(append(entries, f.kind), f.name)
		if f.kind == kindDeps {
			deps = [2]uint64{uint64(at), uint64(size)}
		}
	}
	header := len(b)
	b = le.AppendUint32(le.AppendUint32(le.AppendUint32(b, version), 0), uint32(len(files)))
	b = text(b, strings.Repeat("id", 100))
	if version >= 2 {
		b = le.AppendUint64(le.AppendUint64(b, deps[0]), deps[1])
		b = append(b, make([]byte, 24)...)
	}
	b = append(b, entries...)
	if mark := bytes.Index(b, []byte(bundleMark)); mark >= 8 {
		le.PutUint64(b[mark-8:], uint64(header))
	}
	return b
}

const depsText = `{
  "runtimeTarget": { "name": "net8.0" },
  "targets": { "net8.0": { "App/1.0.0": { "dependencies": { "Serilog": "2.10.0" }, "runtime": { "App.dll": {} } }, "Serilog/2.10.0": {} } },
  "libraries": { "App/1.0.0": { "type": "project" }, "Serilog/2.10.0": { "type": "package" } }
}`

var justBundle = []*catalogers.Cataloger{&Bundle}

// hosts are those of every system.
var hosts = map[string]func([]byte) []byte{"Linux": elfHost, "Linux on 32 bits": elf32Host, "macOS": machoHost, "Windows": peHost}

func TestASingleFileTellsWhatItsDepsSay(t *testing.T) {
	long := content{name: strings.Repeat("folder/", 40) + "data", data: strings.Repeat("x", 10_000)}
	for system, host := range hosts {
		for _, version := range []uint32{1, 2, 6} {
			b := publish(host(variables()), version, content{name: "App.dll", kind: kindAssembly, data: "MZ"}, long, content{name: "App.deps.json", kind: kindDeps, data: depsText})
			for _, end := range []string{"", strings.Repeat("signature", 100)} {
				check(t, system, tree{"bin/app": string(b) + end}, justBundle,
					"app:bin/app (App 1.0.0) application 100%", "app:bin/app -> pkg:nuget/Serilog@2.10.0", "pkg:nuget/Serilog@2.10.0 100%")
			}
		}
	}
	// The mark may lie behind much else, also across two windows.
	for _, before := range []int{70_000, 64<<10 - 50, 64<<10 - 20, 64<<10 - 8} {
		b := publish(elfHost(append(make([]byte, before), variables()...)), 6, content{name: "App.deps.json", kind: kindDeps, data: depsText})
		check(t, "far", tree{"bin/app": string(b)}, justBundle, "app:bin/app (App 1.0.0) application 100%", "app:bin/app -> pkg:nuget/Serilog@2.10.0", "pkg:nuget/Serilog@2.10.0 100%")
	}
	facts := tree{"bin/app": string(publish(elfHost(variables()), 6, content{name: "App.deps.json", kind: kindDeps, data: depsText}))}.claims(t, &Bundle)
	g := sbom.Resolve(facts, sbom.Options{})
	for i := range g.Components {
		if c := &g.Components[i]; c.PURL.Name == "Serilog" {
			if at := c.Evidence[0].Location; at != (sbom.Location{Archive: "bin/app", Path: "App.deps.json", Line: 4}) || c.Evidence[0].Technique != sbom.BinaryAnalysis {
				t.Errorf("%+v", c.Evidence[0])
			}
		}
	}
}

func TestASingleFileWithoutDepsIsToldByItsAssemblies(t *testing.T) {
	refer := func(f *portabletest.File, names ...string) string {
		for _, n := range names {
			f.Assembly.References = append(f.Assembly.References, portabletest.Reference{Name: n})
		}
		return string(f.Bytes())
	}
	program := assemblyFile("App", [4]uint16{1}, "ProductVersion", "1.2.0+x")
	program.Library, program.Assembly.Program = false, true
	satellite := assemblyFile("A.resources", [4]uint16{1})
	satellite.Assembly.Culture = "de"
	files := []content{
		{name: "B.dll", kind: kindAssembly, data: refer(assemblyFile("B", [4]uint16{2}, "ProductVersion", "2.0.0+x"), "a", "B"), packed: true},
		{name: "App.dll", kind: kindAssembly, data: refer(program, "A", "Missing")},
		{name: "A.dll", kind: kindAssembly, data: refer(assemblyFile("A", [4]uint16{1}, "ProductVersion", "1.0.0+x"), "System.Runtime")},
		{name: "de/A.resources.dll", kind: kindAssembly, data: string(satellite.Bytes())},
		{name: "libx.so", kind: 2, data: "\x7fELF"},
		{name: "broken.dll", kind: kindAssembly, data: strings.Replace(string(assemblyFile("C", [4]uint16{}).Bytes()), "BSJB", "BSJX", 1)},
	}
	for system, host := range hosts {
		check(t, system, tree{"bin/app.exe": string(publish(host(variables()), 6, files...))}, justBundle,
			"app:bin/app.exe (App 1.2.0) application 80%", "app:bin/app.exe -> pkg:nuget/A@1.0.0", "gap bin/app.exe: broken.dll in the bundle: has metadata that cannot be read",
			"pkg:nuget/A@1.0.0 80%", "pkg:nuget/B@2.0.0 -> pkg:nuget/A@1.0.0", "pkg:nuget/B@2.0.0 80%")
	}
	check(t, "nothing that is known", tree{"bin/app.exe": string(publish(peHost(variables()), 2, files[4]))}, justBundle, "app:bin/app.exe (app ) application 100%")
}

func TestAHostWithoutBundleSaysNothing(t *testing.T) {
	for system, host := range hosts {
		check(t, system, tree{"bin/app": string(host(variables()))}, justBundle)
		check(t, system, tree{"bin/app": string(host(variables())) + strings.Repeat("appended", 1000)}, justBundle)
		check(t, system, tree{"bin/app": string(host([]byte("other data"))) + strings.Repeat("appended", 1000)}, justBundle)
	}
	b := string(publish(elfHost(variables()), 6, content{name: "App.deps.json", kind: kindDeps, data: depsText}))
	check(t, "libraries are no hosts", tree{"lib/x.so": b, "lib/x.so.1": b, "x.dll": b, "x.node": b, "x.dylib": b}, justBundle)
}

func TestABrokenBundleIsAGap(t *testing.T) {
	whole := publish(elfHost(variables()), 6, content{name: "App.deps.json", kind: kindDeps, data: depsText})
	mark := bytes.Index(whole, []byte(bundleMark))
	header := binary.LittleEndian.Uint64(whole[mark-8:])
	with := func(at int, n uint64) string {
		b := bytes.Clone(whole)
		binary.LittleEndian.PutUint64(b[at:], n)
		return string(b)
	}
	deps := int(header) + 12 + 2 + 200
	for text, want := range map[string]string{
		with(mark-8, 1<<40):           "is a .NET bundle, of which the header lies outside the file",
		with(mark-8, 1<<63):           "is a .NET bundle, of which the header lies outside the file",
		with(int(header), 77):         "is a .NET bundle, of which the header has the version 77, which is not known",
		with(deps, 1<<50):             "is a .NET bundle, of which the .deps.json lies outside the file",
		with(deps+8, 1<<62):           "is a .NET bundle, of which the .deps.json lies outside the file",
		string(whole[:header+50]):     "is a .NET bundle, of which the header is cut off",
		with(int(header)+12, 1<<63-1): "is a .NET bundle, of which the header cannot be read",
	} {
		check(t, want, tree{"bin/app": text}, justBundle, "gap bin/app: "+want)
	}
	cut := string(publish(elfHost(variables()), 6, content{name: "App.deps.json", kind: kindDeps, data: depsText[:len(depsText)-5]}))
	check(t, "cut deps", tree{"bin/app": cut}, justBundle,
		"app:bin/app (App 1.0.0) application 100%", "app:bin/app -> pkg:nuget/Serilog@2.10.0", "gap bin/app: App.deps.json in the bundle: line 4: unexpected end", "pkg:nuget/Serilog@2.10.0 100%")
}

func TestOfAPlainProgramTheFirstBytesAreEnough(t *testing.T) {
	for system, want := range map[string]int{"Linux": 64, "Linux on 32 bits": 64, "Windows": 64 + 1024} {
		data := hosts[system](make([]byte, 1<<20))
		c := &counted{ReaderAt: bytes.NewReader(data)}
		if at := (&host{c, int64(len(data))}).header(); at != 0 || c.bytes > want {
			t.Errorf("%s: %d, %d bytes were read", system, at, c.bytes)
		}
	}
	data := append(elfHost(make([]byte, 64<<20)), "appended"...)
	c := &counted{ReaderAt: bytes.NewReader(data)}
	if (&host{c, int64(len(data))}).header(); c.bytes > dataLimit+128<<10 {
		t.Errorf("%d bytes of variables were read", c.bytes)
	}
}

func TestDamagedBundlesAreBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runs := uint64(0)
	try := func(b []byte) {
		runs++
		out := sbom.NewFacts("x", sbom.Built, "bin/app")
		parseBundle(catalogers.NewFile(tree{"bin/app": string(b)}, &Bundle, "bin/app"), out)
	}
	a := string(assemblyFile("A", [4]uint16{1}, "ProductVersion", "1.0.0").Bytes())
	for _, host := range hosts {
		for _, b := range [][]byte{
			publish(host(variables()), 6, content{name: "App.deps.json", kind: kindDeps, data: depsText}),
			publish(host(variables()), 6, content{name: "A.dll", kind: kindAssembly, data: a, packed: true}, content{name: "B.dll", kind: kindAssembly, data: a}),
		} {
			for cut := 0; cut < len(b); cut += 3 {
				try(b[:cut])
			}
			for range 1000 {
				c := bytes.Clone(b)
				for range 1 + random.IntN(4) {
					c[random.IntN(len(c))] = byte(random.Uint32())
				}
				try(c)
			}
		}
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / runs; each > 256<<10 {
		t.Errorf("a damaged bundle takes %d bytes of memory on average", each)
	}
}

func FuzzBundle(f *testing.F) {
	for _, host := range hosts {
		f.Add(publish(host(variables()), 6, content{name: "App.deps.json", kind: kindDeps, data: depsText}))
	}
	a := string(assemblyFile("A", [4]uint16{1}, "ProductVersion", "1.0.0").Bytes())
	f.Add(publish(elfHost(variables()), 6, content{name: "A.dll", kind: kindAssembly, data: a, packed: true}))
	f.Add([]byte(a))
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, c := range []*catalogers.Cataloger{&Bundle, &Assembly} {
			out := sbom.NewFacts("x", sbom.Built, "bin/app")
			c.Parse(catalogers.NewFile(tree{"bin/app": string(data)}, c, "bin/app"), out)
		}
	})
}

package portable_test

import (
	"bytes"
	"errors"
	"io"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable/portabletest"
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

func open(t *testing.T, data []byte) *portable.Image {
	t.Helper()
	m, err := portable.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func version(t *testing.T, list []portabletest.Resource) *portable.Version {
	t.Helper()
	v, err := open(t, (&portabletest.File{Version: list}).Bytes()).Version()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestTheVersionResourceIsReadInTheBestLanguage(t *testing.T) {
	table := func(key string, pairs ...string) portabletest.Table {
		t := portabletest.Table{Key: key}
		for ; len(pairs) > 0; pairs = pairs[2:] {
			t.Strings = append(t.Strings, [2]string{pairs[0], pairs[1]})
		}
		return t
	}
	for _, c := range []struct {
		about string
		list  []portabletest.Resource
		want  portable.Version
	}{
		{"all texts", portabletest.Texts("CompanyName", "Öl & Söhne", "FileDescription", "d", "FileVersion", "1.2.3.4", "InternalName", "i", "LegalCopyright", "© 2024",
			"OriginalFilename", "x.dll", "ProductName", "X®", "ProductVersion", "1.2.3-β+c", "Comments", "left out"),
			portable.Version{CompanyName: "Öl & Söhne", FileDescription: "d", FileVersion: "1.2.3.4", InternalName: "i", LegalCopyright: "© 2024",
				OriginalFilename: "x.dll", ProductName: "X®", ProductVersion: "1.2.3-β+c"}},
		{"tables in several languages", []portabletest.Resource{{Tables: []portabletest.Table{
			table("040704b0", "ProductName", "Deutsch", "CompanyName", "nur deutsch"), table("080904b0", "ProductName", "British", "FileVersion", "2"), table("040904e4", "ProductName", "American"),
		}}}, portable.Version{ProductName: "American", FileVersion: "2", CompanyName: "nur deutsch"}},
		{"resources in several languages", []portabletest.Resource{
			{Language: 0x407, Tables: []portabletest.Table{table("040704b0", "ProductName", "Deutsch")}},
			{Language: 0, Tables: []portabletest.Table{table("000004b0", "ProductName", "neutral")}},
			{Language: 0x411, Tables: []portabletest.Table{table("041104b0", "ProductName", "日本語")}},
		}, portable.Version{ProductName: "neutral"}},
		{"no language that anybody knows", []portabletest.Resource{{Language: 0x411, Tables: []portabletest.Table{table("xyz", "ProductName", "日本語 𝒳")}}}, portable.Version{ProductName: "日本語 𝒳"}},
		{"numbers where the texts are missing", []portabletest.Resource{{Fixed: [8]uint16{1, 2, 3, 4, 5, 6, 7, 65535}, Tables: []portabletest.Table{table("040904b0", "FileVersion", "own text")}}},
			portable.Version{FileVersion: "own text", ProductVersion: "5.6.7.65535"}},
		{"nothing but numbers", []portabletest.Resource{{Fixed: [8]uint16{1, 2, 3, 4}}}, portable.Version{FileVersion: "1.2.3.4"}},
		{"empty texts, spaces and control characters", portabletest.Texts("CompanyName", "", "ProductName", "  a\tb\x01\u202ec ", "ProductVersion", "   "), portable.Version{ProductName: "a bc"}},
		{"a text of great length", portabletest.Texts("ProductName", strings.Repeat("x", 20_000)), portable.Version{ProductName: strings.Repeat("x", 1024)}},
	} {
		if diff := cmp.Diff(&c.want, version(t, c.list)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", c.about, diff)
		}
	}
}

func TestLengthsOfTextsInBytesAreReadAsWell(t *testing.T) {
	data := (&portabletest.File{Version: portabletest.Texts("ProductName", "abc", "ProductVersion", "1.0")}).Bytes()
	key := []byte("P\x00r\x00o\x00d\x00u\x00c\x00t\x00N\x00a\x00m\x00e\x00")
	at := bytes.Index(data, key) - 6
	data[at+2] *= 2
	v, err := open(t, data).Version()
	if err != nil || v.ProductName != "abc" || v.ProductVersion != "1.0" {
		t.Errorf("%+v, %v", v, err)
	}
}

// key is the public key that ECMA-335 II.6.2.1.3 gives to its own libraries; its token is known.
var key = append([]byte{0, 0, 0, 0, 0, 0, 0, 0, 4}, make([]byte, 7)...)

func TestAnAssemblyIsReadWithIndicesOfEveryWidth(t *testing.T) {
	long := bytes.Repeat([]byte{7}, 160)
	for _, c := range []struct {
		about string
		rows  []portabletest.Rows
	}{
		{"no other tables", nil},
		{"small tables", []portabletest.Rows{{0x00, 1, 10}, {0x01, 3, 6}, {0x02, 2, 14}, {0x06, 4, 14}, {0x0A, 5, 6}, {0x0C, 6, 6}, {0x1A, 1, 2}}},
		{"coded indices that become wide", []portabletest.Rows{{0x00, 1, 10}, {0x01, 20_000, 8}, {0x02, 2, 16}, {0x06, 5_000, 14}, {0x0A, 9_000, 8}, {0x0C, 10, 10}, {0x1D, 3, 6}}},
		{"simple indices that become wide", []portabletest.Rows{{0x02, 1, 18}, {0x04, 70_000, 6}, {0x06, 66_000, 14}, {0x10, 2, 8}, {0x12, 1, 4}, {0x1C, 2, 10}, {0x1D, 2, 8}}},
	} {
		for _, wide := range []bool{false, true} {
			for _, stream := range []string{"#~", "#-"} {
				f := portabletest.File{Wide: wide, Library: true, Assembly: &portabletest.Assembly{
					Name: "Grüße.Lib", Version: [4]uint16{1, 2, 3, 4}, Key: key, Stream: stream, Rows: c.rows,
					References: []portabletest.Reference{{Name: "System.Runtime", Version: [4]uint16{8}, Token: []byte{1, 2, 3, 4, 5, 6, 7, 8}}, {Name: "Other", Version: [4]uint16{65535, 1}}},
				}}
				checkAssembly(t, c.about, &f, portable.Name{Name: "Grüße.Lib", Version: [4]uint16{1, 2, 3, 4}, Token: "b77a5c561934e089"},
					[]portable.Name{{Name: "System.Runtime", Version: [4]uint16{8}, Token: "0102030405060708"}, {Name: "Other", Version: [4]uint16{65535, 1}}})
			}
		}
	}
	size := func(wide byte) int {
		if wide != 0 {
			return 4
		}
		return 2
	}
	for heaps := range byte(8) { // wide heaps change the rows as well
		f := portabletest.File{Assembly: &portabletest.Assembly{Name: "A", Culture: "de-AT", Heaps: heaps, Key: long,
			Rows:       []portabletest.Rows{{0x00, 1, 2 + size(heaps&1) + 3*size(heaps&2)}, {0x11, 2, size(heaps & 4)}},
			References: []portabletest.Reference{{Name: "B"}}}}
		checkAssembly(t, "heaps", &f, portable.Name{Name: "A", Culture: "de-AT", Token: "e74bf2ff9f15171d"}, []portable.Name{{Name: "B"}})
	}
}

func checkAssembly(t *testing.T, about string, f *portabletest.File, want portable.Name, references []portable.Name) {
	t.Helper()
	m := open(t, f.Bytes())
	if !m.Managed() || m.Library != f.Library {
		t.Errorf("%s: managed %v, library %v", about, m.Managed(), m.Library)
	}
	d, err := m.Metadata()
	if err != nil {
		t.Errorf("%s: %v", about, err)
		return
	}
	n, err := d.Assembly()
	if err != nil {
		t.Errorf("%s: %v", about, err)
		return
	}
	if diff := cmp.Diff(&want, n); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", about, diff)
	}
	got, err := d.References()
	if diff := cmp.Diff(references, got); diff != "" || err != nil {
		t.Errorf("%s: %v, (-want +got)\n%s", about, err, diff)
	}
}

func TestWhatIsNoAssemblyIsNone(t *testing.T) {
	m := open(t, (&portabletest.File{Assembly: &portabletest.Assembly{Rows: []portabletest.Rows{{0, 1, 10}}}}).Bytes())
	d, err := m.Metadata()
	if err != nil {
		t.Fatal(err)
	}
	if n, err := d.Assembly(); n != nil || err != nil {
		t.Errorf("a module: %v, %v", n, err)
	}
	native := open(t, (&portabletest.File{Data: []byte{1}}).Bytes())
	if native.Managed() {
		t.Error("a native file is managed")
	}
	if v, err := native.Version(); v != nil || err != nil {
		t.Errorf("%v, %v", v, err)
	}
	for _, text := range []string{"", "M", "MZ", "MZ" + strings.Repeat("\x00", 100), strings.Repeat("x", 2000), "MZ" + strings.Repeat("\xff", 2000)} {
		if _, err := portable.Open(strings.NewReader(text), int64(len(text))); !errors.Is(err, portable.ErrNone) {
			t.Errorf("%.10q: %v", text, err)
		}
	}
}

func TestTheEndOfAnImageKnowsSymbolsAndSignatures(t *testing.T) {
	f := portabletest.File{Data: []byte("variables")}
	data := f.Bytes()
	m := open(t, data)
	if m.End() != int64(len(data)) {
		t.Errorf("the image ends at %d and not at %d", m.End(), len(data))
	}
	if at, n := m.Data(); string(data[at:at+9]) != "variables" || n != 0x200 {
		t.Errorf("the variables lie at %d, %d bytes", at, n)
	}
	f.Appended = make([]byte, 100)
	if m = open(t, f.Bytes()); m.End() != int64(len(data)) {
		t.Errorf("with 100 bytes behind it the image ends at %d and not at %d", m.End(), len(data))
	}
	signed := f.Bytes()
	put := func(at int, n uint32) { copy(signed[at:], []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24)}) }
	put(0x80+24+96+4*8, uint32(len(data)))
	put(0x80+24+96+4*8+4, 100)
	if m = open(t, signed); m.End() != int64(len(signed)) {
		t.Errorf("a signed image ends at %d and not at %d", m.End(), len(signed))
	}
	put(0x80+24+96+4*8+4, 0)
	put(0x80+12, uint32(len(data)))
	put(0x80+16, 2) // symbols of 18 bytes, then the length of the names
	put(len(data)+36, 64)
	if m = open(t, signed); m.End() != int64(len(signed)) {
		t.Errorf("an image with symbols ends at %d and not at %d", m.End(), len(signed))
	}
}

func TestLittleIsReadOfALargeFile(t *testing.T) {
	f := portabletest.File{Data: make([]byte, 8<<20), Version: portabletest.Texts("ProductName", "X", "ProductVersion", "1.0"), Assembly: &portabletest.Assembly{
		Name: "A", References: []portabletest.Reference{{Name: "B"}}, Rows: []portabletest.Rows{{0x06, 60_000, 14}}}}
	data := f.Bytes()
	c := &counted{ReaderAt: bytes.NewReader(data)}
	m, err := portable.Open(c, int64(len(data)))
	if err != nil {
		t.Fatal(err)
	}
	if c.bytes > 1024 {
		t.Errorf("%d bytes were read to open it", c.bytes)
	}
	read(m)
	if c.bytes > 6<<10 {
		t.Errorf("%d bytes were read", c.bytes)
	}
}

// read asks everything of a file.
func read(m *portable.Image) {
	m.Version()
	m.End()
	m.Data()
	if m.Managed() {
		if d, err := m.Metadata(); err == nil {
			d.Assembly()
			d.References()
		}
	}
}

func whole() []byte {
	return (&portabletest.File{Wide: true, Library: true, Data: []byte("variables"),
		Version: append(portabletest.Texts("ProductName", "X", "ProductVersion", "1.0", "CompanyName", "C"), portabletest.Resource{Language: 0x409, Fixed: [8]uint16{1}}),
		Assembly: &portabletest.Assembly{Name: "A", Key: key, Version: [4]uint16{1}, References: []portabletest.Reference{{Name: "B", Token: key[:8]}},
			Rows: []portabletest.Rows{{0x00, 1, 10}, {0x01, 3, 6}, {0x02, 2, 14}}}}).Bytes()
}

func TestDamageIsBoundedWhereverItIs(t *testing.T) {
	data := whole()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	runs := uint64(0)
	try := func(b []byte) {
		runs++
		if m, err := portable.Open(bytes.NewReader(b), int64(len(b))); err == nil {
			read(m)
		}
	}
	for cut := range len(data) {
		try(data[:cut])
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		b := bytes.Clone(data)
		for range 1 + random.IntN(4) {
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		try(b)
	}
	runtime.ReadMemStats(&after)
	if each := (after.TotalAlloc - before.TotalAlloc) / runs; each > 64<<10 {
		t.Errorf("a damaged file of %d bytes takes %d bytes of memory on average", len(data), each)
	}
}

func FuzzImage(f *testing.F) {
	f.Add(whole())
	f.Add((&portabletest.File{Version: portabletest.Texts("ProductName", "X")}).Bytes())
	f.Fuzz(func(t *testing.T, data []byte) {
		if m, err := portable.Open(bytes.NewReader(data), int64(len(data))); err == nil {
			read(m)
		}
	})
}

package rpmdb_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb/rpmdbtest"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite/sqlitetest"
	"github.com/sbomgen/sbomgen/sbom"
)

// headers are some of each size: such as fit into a page, and such as need many.
func headers(n int) (list [][]byte) {
	for i := range n {
		tags := rpmdbtest.Tags{rpmdb.Name: fmt.Sprint("package", i), rpmdb.Version: "1.0", rpmdb.Release: "1", rpmdb.Arch: "x86_64", rpmdb.Epoch: uint32(i)}
		for j := range []int{0, 3, 40, 400}[i%4] {
			files, _ := tags[rpmdb.BaseNames].([]string)
			tags[rpmdb.BaseNames] = append(files, fmt.Sprint("file", j))
			at, _ := tags[rpmdb.DirIndexes].([]uint32)
			tags[rpmdb.DirIndexes] = append(at, uint32(j%2))
			tags[rpmdb.DirNames] = []string{"/usr/bin/", "/usr/share/doc/"}
		}
		list = append(list, rpmdbtest.Header(tags, nil))
	}
	return list
}

// databases are one of each kind, with the same packages.
func databases(list [][]byte) map[string][]byte {
	return map[string][]byte{
		"sqlite":          rpmdbtest.SQLite(list...),
		"ndb":             rpmdbtest.NDB(list...),
		"bdb":             rpmdbtest.BDB(binary.LittleEndian, 4096, 5, list...),
		"bdb, big-endian": rpmdbtest.BDB(binary.BigEndian, 512, 32, list...),
	}
}

// read reads everything that a cataloger would.
func read(data []byte, wal []byte) (names map[string]int, err error) {
	names = make(map[string]int)
	var log rpmdb.Source
	if wal != nil {
		log = bytes.NewReader(wal)
	}
	var files []rpmdb.File
	for h, e := range rpmdb.Database(bytes.NewReader(data), log) {
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		files, _ = h.Files("", files[:0])
		for range h.Texts(rpmdb.RequireName).All() {
		}
		h.KeyIDs()
		names[h.Text(rpmdb.Name)] = len(files)
	}
	return names, err
}

func TestDatabasesOfEveryKindGiveTheirPackages(t *testing.T) {
	want := make(map[string]int)
	for i := range 300 {
		want[fmt.Sprint("package", i)] = []int{0, 3, 40, 400}[i%4]
	}
	for name, data := range databases(headers(300)) {
		got, err := read(data, nil)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestTheWriteAheadLogIsPartOfTheDatabase(t *testing.T) {
	list := headers(9)
	before, after := rpmdbtest.SQLite(list[:5]...), rpmdbtest.SQLite(list...)
	log := sqlitetest.Log(before, after, 4096, binary.LittleEndian, true)
	for _, data := range [][]byte{before, nil} {
		if data == nil {
			log = sqlitetest.Log(nil, after, 4096, binary.LittleEndian, true)
		}
		if got, err := read(data, log); err != nil || len(got) != 9 {
			t.Errorf("%d packages, %v", len(got), err)
		}
	}
}

func TestWhatIsNoDatabaseIsSaid(t *testing.T) {
	ndb := rpmdbtest.NDB(headers(2)...)
	bdb := rpmdbtest.BDB(binary.LittleEndian, 4096, 2, headers(2)...)
	change := func(data []byte, at int, v byte) []byte {
		data = bytes.Clone(data)
		data[at] = v
		return data
	}
	for _, c := range []struct {
		data []byte
		want string
	}{
		{nil, "is empty"},
		{[]byte("x"), "is no database of rpm"}, {[]byte("SQLite"), "is no SQLite 3 database"},
		{sqlitetest.Format{PageSize: 4096}.Write(), "has no table Packages"},
		{sqlitetest.Format{PageSize: 4096}.Write(sqlitetest.Table{Name: "Packages", SQL: "CREATE TABLE Packages (a)"}), "the table Packages has no column blob"},
		{rpmdbtest.SQLite([]byte("short")), "the header breaks off"},
		{rpmdbtest.SQLite(bytes.Repeat([]byte{255}, 100)), "a header with 4294967295 entries and 4294967295 bytes is not in 100 bytes"},
		{change(ndb, 4, 1), "version 1 of the format is unknown"},
		{change(ndb, 32, 'x'), "page 0 of slots: what lies at 32 is none"},
		{change(ndb, 32+4, 9), "page 0 of slots: no package lies at 4096"},
		{change(ndb, 4096+12, 9), "page 0 of slots: the package at 4096 has no end"},
		{ndb[:4096+100], "lie outside the file"},
		{change(bdb, 16, 4), "version 4 of the format is unknown"},
		{change(bdb, 24, 1), "is encrypted, or no such file"},
		{change(bdb, 20, 1), "is encrypted, or no such file"},
		{change(bdb, 4096+25, 1), "bucket 0: page 1 is of type 1"},
		{change(bdb, 4096+8, 2), "bucket 0: page 1: is another"},
		{change(bdb, 4096+16, 1), "bucket 0: page 1 is reached twice"},
		{change(bdb, 4096+21, 255), "items, more than it can hold"},
	} {
		if _, err := read(c.data, nil); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

func TestTheLastOfSeveralValuesHolds(t *testing.T) {
	blob := rpmdbtest.Header(rpmdbtest.Tags{rpmdb.Name: "signed", rpmdb.DirNames: []string{"/usr/"}, rpmdb.BaseNames: []string{"x"}, rpmdb.DirIndexes: []uint32{0}},
		rpmdbtest.Tags{rpmdb.DirNames: []string{"/opt/"}})
	h, err := rpmdb.Parse(blob)
	if err != nil {
		t.Fatal(err)
	}
	if files, _ := h.Files("", nil); len(files) != 1 || files[0].Path != "opt/x" {
		t.Errorf("got %v", files)
	}
}

func TestFilesSayWhatIsKnownOfThem(t *testing.T) {
	sum := strings.Repeat("0A", 32)
	blob := rpmdbtest.Header(rpmdbtest.Tags{
		rpmdb.BaseNames:      []string{"bash", "sh", "bash", "rc", "log", "gone", "..", "a/b", "", "z", "etc"},
		rpmdb.DirIndexes:     []uint32{0, 0, 1, 2, 2, 0, 0, 0, 3, 9, 3},
		rpmdb.DirNames:       []string{"/usr/bin/", "/usr/share/doc/", "/etc/../etc//", "/"},
		rpmdb.FileDigests:    []string{sum, "", "", sum, sum, sum, sum, sum, "", sum, ""},
		rpmdb.FileModes:      []uint16{0o100755, 0o120777, 0o40755, 0o100644, 0o100644, 0o100644, 0o100644, 0o100644, 0o40755, 0o100644, 0o40755},
		rpmdb.FileFlags:      []uint32{0, 0, 0, 1, 64, 0, 0, 0, 0, 0, 0},
		rpmdb.FileStates:     []byte{0, 0, 0, 0, 3, 2, 0, 0, 0, 0, 0},
		rpmdb.FileDigestAlgo: uint32(8),
	}, nil)
	h, err := rpmdb.Parse(blob)
	if err != nil {
		t.Fatal(err)
	}
	digest := sbom.Hash{Algorithm: sbom.SHA256, Hex: strings.ToLower(sum)}
	want := []rpmdb.File{
		{Path: "root/usr/bin/bash", Digest: digest},
		{Path: "root/usr/bin/sh"},
		{Path: "root/usr/share/doc/bash", Directory: true},
		{Path: "root/etc/rc", Digest: digest, Config: true},
		{Path: "root/etc/log"},
		{Path: "root/usr/bin/gone", Digest: digest, Absent: true},
		{Path: "root/etc", Directory: true},
	}
	files, paths := h.Files("root/", nil)
	if d := cmp.Diff(want, files); d != "" {
		t.Error(d)
	}
	n := 0
	for p := range paths.All() {
		if p != files[n].Path {
			t.Errorf("%s is not %s", p, files[n].Path)
		}
		n++
	}
	old := rpmdbtest.Header(rpmdbtest.Tags{rpmdb.OldFileNames: []string{"/bin/sh", "../../etc/passwd"}, rpmdb.FileDigests: []string{strings.Repeat("a", 32), "x"}, rpmdb.FileModes: []uint16{0o100755, 0o100644}}, nil)
	h, _ = rpmdb.Parse(old)
	files, _ = h.Files("", nil)
	want = []rpmdb.File{{Path: "bin/sh", Digest: sbom.Hash{Algorithm: sbom.MD5, Hex: strings.Repeat("a", 32)}}, {Path: "etc/passwd"}}
	if d := cmp.Diff(want, files); d != "" {
		t.Error(d)
	}
}

func TestLongFoldersOfManyFilesAreBounded(t *testing.T) {
	const n = 1 << 17
	h, err := rpmdb.Parse(rpmdbtest.Header(rpmdbtest.Tags{rpmdb.BaseNames: make([]string, n), rpmdb.DirIndexes: make([]uint32, n), rpmdb.DirNames: []string{"/" + strings.Repeat("d", 4000)}}, nil))
	if err != nil {
		t.Fatal(err)
	}
	if _, paths := h.Files("", nil); len(paths) > 4<<20 {
		t.Errorf("%d MB of paths", len(paths)>>20)
	}
}

func TestSignaturesTellTheirKeys(t *testing.T) {
	id := []byte{0x19, 0x9e, 0x2f, 0x91, 0xfd, 0x43, 0x1d, 0x51}
	subpackets := func(list ...[]byte) (out []byte) {
		for _, p := range list {
			out = append(append(out, byte(len(p))), p...)
		}
		return append([]byte{0, byte(len(out))}, out...)
	}
	packet := func(body ...[]byte) []byte {
		b := bytes.Join(body, nil)
		return append([]byte{0x89, 0, byte(len(b))}, b...)
	}
	four := []byte{4, 0, 1, 8}
	time := []byte{2, 0, 0, 0, 1}
	for _, c := range []struct {
		name   string
		packet []byte
		want   string
	}{
		{"version 3", packet([]byte{3, 5, 0, 0, 0, 0, 1}, id), "199e2f91fd431d51"},
		{"version 4", packet(four, subpackets(time), subpackets(append([]byte{16}, id...))), "199e2f91fd431d51"},
		{"version 4, with a fingerprint", packet(four, subpackets(time, append([]byte{33, 4}, append(make([]byte, 12), id...)...)), subpackets()), "199e2f91fd431d51"},
		{"version 4, of the new form", append([]byte{0xc2, 18}, append(append(bytes.Clone(four), subpackets()...), subpackets(append([]byte{16}, id...))...)...), "199e2f91fd431d51"},
		{"no issuer", packet(four, subpackets(time), subpackets()), ""},
		{"another version", packet([]byte{9, 0, 1, 8}, subpackets()), ""},
		{"no signature", []byte{0x99, 0, 3, 4, 5, 6}, ""},
		{"cut", packet(four, subpackets(time))[:9], ""},
		{"empty", nil, ""},
	} {
		h, err := rpmdb.Parse(rpmdbtest.Header(rpmdbtest.Tags{rpmdb.RSAHeader: c.packet}, nil))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(h.KeyIDs(), " "); got != c.want {
			t.Errorf("%s: %q", c.name, got)
		}
	}
}

func TestPackageFilesAreRead(t *testing.T) {
	signature := rpmdbtest.Header(rpmdbtest.Tags{rpmdb.SHA256Header: "0a", 1004: []byte{1, 2, 3}}, nil)
	data := rpmdbtest.Archive(signature, headers(1)[0], []byte("payload"))
	a, err := rpmdb.Open(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if got := a.Header.Text(rpmdb.Name); got != "package0" {
		t.Errorf("the name is %q", got)
	}
	if got := a.Signature.Bytes(rpmdb.SigMD5); !bytes.Equal(got, []byte{1, 2, 3}) || a.Signature.Text(rpmdb.SHA256Header) != "0a" {
		t.Errorf("the signature is %v", got)
	}
	if string(data[a.Payload:]) != "payload" {
		t.Errorf("the payload is at %d", a.Payload)
	}
	for n := range int(a.Payload) {
		if _, err := rpmdb.Open(bytes.NewReader(data[:n])); err == nil {
			t.Fatalf("%d bytes: no error", n)
		}
	}
}

// bounded reads a database and holds it to bounds of time and memory.
func bounded(t testing.TB, data []byte) map[string]int {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	list, _ := read(data, nil)
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if took > time.Second {
		t.Errorf("took %v", took)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20+32*uint64(len(data)) {
		t.Errorf("allocated %d MB for %d MB", used>>20, len(data)>>20)
	}
	return list
}

func TestTruncatedDatabasesGiveWhatIsThere(t *testing.T) {
	for name, data := range databases(headers(12)) {
		for n := 0; n < len(data); n += 64 {
			got, err := read(data[:n], nil)
			if err == nil && (len(got) < 12 || n < len(data)-4096) {
				t.Fatalf("%s: %d of %d bytes: no error", name, n, len(data))
			}
		}
		got, _ := read(data[:len(data)*7/8], nil)
		if len(got) < 5 && name != "sqlite" { // of which the root is written last here
			t.Errorf("%s: %d packages of seven eighths", name, len(got))
		}
	}
}

func TestFlippedBytesAreBounded(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for name, data := range databases(headers(8)) {
		found := 0
		for range 500 {
			broken := bytes.Clone(data)
			for range 1 + random.IntN(8) {
				broken[random.IntN(len(broken))] = byte(random.Uint32())
			}
			found += len(bounded(t, broken))
		}
		if found < 2000 {
			t.Errorf("%s: found %d of %d packages", name, found, 8*500)
		}
	}
}

func TestSlotsThatShareAPackageAreBounded(t *testing.T) {
	data := rpmdbtest.NDB(headers(200)...)
	big := bytes.Clone(data[32+3*32:][:16]) // of a large one
	for at := 32; at < 8192; at += 16 {
		if at != 0 {
			copy(data[at:], big)
		}
	}
	bounded(t, data)
}

func FuzzDatabase(f *testing.F) {
	for _, data := range databases(headers(4)[:3]) {
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		start := time.Now()
		read(data, nil)
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func FuzzHeader(f *testing.F) {
	for _, h := range headers(3) {
		f.Add(h, []byte{4, 0, 1, 8, 0, 0, 0, 0})
	}
	f.Fuzz(func(t *testing.T, blob, signature []byte) {
		if h, err := rpmdb.Parse(blob); err == nil {
			h.Files("x/", nil)
			for range h.Texts(rpmdb.ProvideName).All() {
			}
		}
		if h, err := rpmdb.Parse(rpmdbtest.Header(rpmdbtest.Tags{rpmdb.RSAHeader: append([]byte{0x89, 0, 0}, signature...)}, nil)); err == nil {
			h.KeyIDs()
		}
		rpmdb.Open(bytes.NewReader(rpmdbtest.Archive(blob, blob, nil)))
	})
}

func BenchmarkDatabase(b *testing.B) {
	for name, data := range databases(headers(2000)) {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(data)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := read(data, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

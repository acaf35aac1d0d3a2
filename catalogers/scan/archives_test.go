package scan

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/all"
	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb/rpmdbtest"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/sbom"
)

// files are the members of an archive, by their names.
type files map[string]string

func (f files) zip() string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		if m, err := w.Create(name); err == nil {
			m.Write([]byte(f[name]))
		}
	}
	w.Close()
	return b.String()
}

func (f files) tar() string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(f)) {
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(f[name]))})
		w.Write([]byte(f[name]))
	}
	w.Close()
	return b.String()
}

func (f files) tgz() string { return inGzip(f.tar()) }

func inGzip(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(text))
	w.Close()
	return b.String()
}

func inZstd(text string) string {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err) // no options, no error
	}
	return string(w.EncodeAll([]byte(text), nil))
}

// inAr is members, a name and the content in turn, as ar writes them.
func inAr(list ...string) string {
	b := []byte("!<arch>\n")
	for i := 0; i < len(list); i += 2 {
		b = fmt.Appendf(b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", list[i], 0, 0, 0, "100644", len(list[i+1]), list[i+1])
		if len(b)%2 == 1 {
			b = append(b, '\n')
		}
	}
	return string(b)
}

type memory struct{ *bytes.Reader }

func (memory) Close() error { return nil }

// looked scans an archive in memory and those in it.
func looked(t testing.TB, name, data string, o Options, list ...*catalogers.Cataloger) *Result {
	t.Helper()
	tree, err := source.OpenArchive(memory{bytes.NewReader([]byte(data))}, name, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	r, err := Run(context.Background(), tree, list, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// missed lists the gaps of a result.
func missed(r *Result) (list []string) {
	for _, g := range r.Gaps {
		list = append(list, g.Path+": "+g.Reason)
	}
	return list
}

func TestArchivesInArchivesAreOpenedToADepth(t *testing.T) {
	data := files{"a.lock": "one", "last.zip": files{"a.lock": "never"}.zip()}.zip()
	for i := range maxArchiveDepth {
		data = files{"a.lock": "one", fmt.Sprintf("%d.zip", i+1): data}.zip()
	}
	r := looked(t, "outer.zip", data, Options{Archives: true}, cataloger("x", catalogers.Named("a.lock")...))
	const deepest = "8.zip/7.zip/6.zip/5.zip/4.zip/3.zip/2.zip/1.zip"
	if got := told(r); len(got) != 9 || !slices.Contains(got, "x "+deepest+"/a.lock: 1") {
		t.Errorf("%q", got)
	}
	if diff := cmp.Diff([]string{deepest + "/last.zip: lies in 8 archives: no deeper one is opened"}, missed(r)); diff != "" {
		t.Error(diff)
	}
	for _, f := range r.Facts {
		n := strings.Count(f.Path, ".zip")
		if len(f.Archive) != n || n > 0 && (f.Archive[0] != "8.zip" || f.Path != f.Archive[n-1]+"/a.lock") {
			t.Errorf("%s lies in %q", f.Path, f.Archive)
		}
	}
}

func TestOnlySoManyArchivesAreOpened(t *testing.T) {
	many, empty := files{"a.lock": "one"}, files{}.zip()
	for i := range maxArchives + 3 {
		many[fmt.Sprintf("%05d.zip", i)] = empty
	}
	r := looked(t, "many.zip", many.zip(), Options{Archives: true, Workers: 1}, cataloger("x", catalogers.Named("a.lock")...))
	if diff := cmp.Diff([]string{"x a.lock: 1"}, told(r)); diff != "" {
		t.Error(diff)
	}
	var want []string
	for i := range 3 {
		want = append(want, fmt.Sprintf("%05d.zip: comes after 20000 archives: no more are opened", maxArchives+i))
	}
	if diff := cmp.Diff(want, missed(r)); diff != "" {
		t.Error(diff)
	}
}

func TestArchivesInOneAnotherShareWhatTheyMayExpandTo(t *testing.T) {
	data := files{"a.lock": strings.Repeat(" ", 20<<20)}.zip() // each for itself is modest
	for i := range 3 {
		level := files{}
		for j := range 5 {
			level[fmt.Sprintf("%d-%d.zip", i, j)] = data
		}
		data = level.zip()
	}
	r := looked(t, "bomb.zip", data, Options{Archives: true, Workers: 1}, cataloger("x", catalogers.Named("a.lock")...))
	gaps := r.Gaps
	for _, f := range r.Facts {
		gaps = append(gaps, f.Gaps()...)
	}
	for _, g := range gaps {
		if !strings.Contains(g.Reason, "expand beyond belief") {
			t.Error(g.Reason)
		}
	}
	if len(r.Facts) < 40 || len(r.Facts) > 100 { // of 125 of 20 MB, a gigabyte and what the archives themselves are worth are read
		t.Errorf("%d are read, and %d are not", len(r.Facts), len(gaps))
	}
}

// reach opens beside a file what it may, and tells by gaps what there was.
var reach = &catalogers.Cataloger{
	Name: "reach", Stage: sbom.Built, Files: catalogers.Named("start"), Beside: []string{"side", "../side", "../../side", "^up", "/root", "/in.zip/root", "**/below"},
	Parse: func(f *catalogers.File, out *sbom.Facts) error {
		open := func(name string, other *catalogers.File, err error) {
			if err != nil {
				if !errors.Is(err, fs.ErrNotExist) && !strings.Contains(err.Error(), "lies outside the tree") {
					out.Gap(0, "%s: %v", name, err)
				}
				return
			}
			defer other.Close()
			text, err := other.Text()
			out.Gap(0, "%s is %s%v", name, text, err)
		}
		for _, name := range []string{"side", "../side", "../../side", "^up", "/root", "/in.zip/root"} {
			other, err := f.Beside(name)
			open(name, other, err)
		}
		list, err := f.Glob("**/below")
		for _, at := range list {
			other, e := f.At(at)
			open(at, other, e)
		}
		if end, e := f.Resolve(path.Join(f.Dir(), "link")); e == nil {
			out.Gap(0, "link ends at %s", end)
		}
		return err
	},
}

func TestNothingInAnArchiveReachesOutOfIt(t *testing.T) {
	inner := files{"start": "", "deep/start": "", "deep/down/start": "", "deep/side": "inside", "deep/below": "inside", "root": "inside"}
	for _, name := range []string{"in.zip", "in.tar"} {
		data := inner.zip()
		if name == "in.tar" {
			data = inner.tar()
		}
		r := looked(t, "outer.zip", files{name: data, "side": "outside", "up": "outside", "root": "outside", "below": "outside", "x/below": "outside", "deep/side": "outside"}.zip(), Options{Archives: true}, reach)
		var got []string
		for _, f := range r.Facts {
			for _, g := range f.Gaps() {
				got = append(got, strings.TrimPrefix(g.Path, name+"/")+": "+g.Reason)
			}
		}
		want := []string{
			"deep/down/start: ../side is inside<nil>", "deep/start: side is inside<nil>", "deep/start: " + name + "/deep/below is inside<nil>",
			"start: " + name + "/deep/below is inside<nil>",
		}
		if name == "in.zip" { // a path from the root of the tree is that of the archive, too
			want = slices.Concat(want[:1], []string{"deep/down/start: /in.zip/root is inside<nil>"}, want[1:2], []string{"deep/start: /in.zip/root is inside<nil>"}, want[2:3], []string{"start: /in.zip/root is inside<nil>"}, want[3:])
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", name, diff)
		}
	}
}

func TestLinksInAnArchiveEndInIt(t *testing.T) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for name, target := range map[string]string{"a/link": "../side", "b/link": "../../side", "c/link": "/side", "d/link": "../../../../../etc/passwd", "e/link": "link"} {
		w.WriteHeader(&tar.Header{Name: path.Join(path.Dir(name), "start")})
		w.WriteHeader(&tar.Header{Typeflag: tar.TypeSymlink, Name: name, Linkname: target})
	}
	w.WriteHeader(&tar.Header{Name: "side", Size: 6})
	w.Write([]byte("inside"))
	w.Close()
	r := looked(t, "outer.zip", files{"in.tar": b.String(), "side": "outside"}.zip(), Options{Archives: true}, reach)
	var got []string
	for _, f := range r.Facts {
		for _, g := range f.Gaps() {
			if strings.Contains(g.Reason, "link") {
				got = append(got, g.Path+": "+g.Reason)
			}
		}
	}
	if diff := cmp.Diff([]string{"in.tar/a/start: link ends at in.tar/side", "in.tar/c/start: link ends at in.tar/side"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestCachesAndPlainArchivesAreOpenedOnDemand(t *testing.T) {
	wheel := files{"a.lock": "one"}.zip()
	tree := map[string]string{
		"dist/x.whl": wheel, "vendor/cache/x.gem": files{"data.tar.gz": files{"a.lock": "one"}.tgz(), "metadata.gz": inGzip("")}.tar(),
		".cache/pip/x.whl": wheel, "pip/cache/wheels/x.whl": wheel, "x.zip": wheel, "x.tar.gz": files{"a.lock": "one"}.tgz(), "x.jar": wheel, "x.txt": wheel,
	}
	x := cataloger("x", catalogers.Named("a.lock")...)
	x.Stage = sbom.Built
	if diff := cmp.Diff([]string{"x dist/x.whl/a.lock: 1", "x vendor/cache/x.gem/a.lock: 1"}, told(scanned(t, tree, x))); diff != "" {
		t.Error(diff)
	}
	dir := t.TempDir()
	for name, data := range tree {
		p := filepath.Join(dir, filepath.FromSlash(name))
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(data), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	opened, err := source.Open(context.Background(), dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer opened.Close()
	r, err := Run(context.Background(), opened, []*catalogers.Cataloger{x}, Options{Archives: true})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"x .cache/pip/x.whl/a.lock: 1", "x dist/x.whl/a.lock: 1", "x pip/cache/wheels/x.whl/a.lock: 1", "x vendor/cache/x.gem/a.lock: 1", "x x.tar.gz/a.lock: 1", "x x.zip/a.lock: 1"}
	if diff := cmp.Diff(want, told(r)); diff != "" {
		t.Error(diff)
	}
}

func TestAPackageThatTellsNothingIsAGapForWhoWouldKnow(t *testing.T) {
	tree := map[string]string{"x.whl": files{"readme": "x"}.zip(), "android.apk": files{"classes.dex": "x"}.zip(), "empty.whl": "", "text.gem": "x"}
	knows := cataloger("wheel-archive", catalogers.Glob("**/*.whl/*.dist-info/METADATA", "**/*.apk/.PKGINFO")...)
	if diff := cmp.Diff([]string{"text.gem: is no archive", "x.whl: holds nothing that tells which package it is"}, missed(scanned(t, tree, knows))); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"text.gem: is no archive"}, missed(scanned(t, tree, cataloger("x", catalogers.Named("a.lock")...)))); diff != "" {
		t.Error(diff)
	}
}

func TestWhatAnArchiveHoldsDoesNotDependOnTheWorkers(t *testing.T) {
	tree := files{}
	for i := range 40 {
		tree[fmt.Sprintf("%02d.zip", i)] = files{"a.lock": "one two", "in.tgz": files{"a.lock": "three", "b/a.lock": "wrong"}.tgz()}.zip()
	}
	var first []string
	for _, workers := range []int{1, 2, 7} {
		r := looked(t, "x.zip", tree.zip(), Options{Archives: true, Workers: workers}, cataloger("x", catalogers.Named("a.lock")...))
		got := append(told(r), missed(r)...)
		if first == nil {
			first = got
		}
		if diff := cmp.Diff(first, got); diff != "" || len(got) != 160 {
			t.Errorf("%d workers: %d lines %s", workers, len(got), diff)
		}
	}
}

// samples are one small archive of each kind.
func samples() map[string]string {
	header := rpmdbtest.Header(rpmdbtest.Tags{rpmdb.Name: "x", rpmdb.Version: "1", rpmdb.Release: "1", rpmdb.Arch: "noarch", rpmdb.SourceRPM: "x-1-1.src.rpm"}, nil)
	payload := "070701" + "00000001" + "000081A4" + strings.Repeat("00000000", 2) + "00000001" + "00000000" + "00000002" + strings.Repeat("00000000", 4) + "0000000F" + "00000000" + "./package.json\x00\x00\x00\x00{}\x00\x00" +
		"070701" + strings.Repeat("00000000", 11) + "0000000B" + "00000000" + "TRAILER!!!\x00\x00\x00\x00"
	control := files{"control": "Package: x\nVersion: 1\nArchitecture: all\n"}
	lock := files{"package-lock.json": `{"lockfileVersion":3,"packages":{"":{},"node_modules/x":{"version":"1.0.0"}}}`}
	return map[string]string{
		"x.zip":                files{"a/package-lock.json": lock["package-lock.json"], "b.tgz": lock.tgz(), "c.whl": files{"x-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: x\nVersion: 1\n"}.zip()}.zip(),
		"x-1-py3-none-any.whl": files{"x-1.dist-info/METADATA": "Metadata-Version: 2.1\nName: x\nVersion: 1\n"}.zip(),
		"x-1-py3.12.egg":       files{"EGG-INFO/PKG-INFO": "Metadata-Version: 2.1\nName: x\nVersion: 1\n"}.zip(),
		"x.1.0.0.nupkg":        files{"x.nuspec": "<package><metadata><id>x</id><version>1.0.0</version></metadata></package>"}.zip(),
		"x.vsix":               files{"extension.vsixmanifest": `<PackageManifest><Metadata><Identity Id="x" Version="1.0.0" Publisher="y"/></Metadata></PackageManifest>`, "extension/package.json": `{"name":"x","publisher":"y","version":"1.0.0"}`}.zip(),
		"x-1-0.conda":          files{"info-x-1-0.tar.zst": inZstd(files{"info/index.json": `{"name":"x","version":"1","build":"0"}`}.tar()), "pkg-x-1-0.tar.zst": inZstd(lock.tar()), "metadata.json": "{}"}.zip(),
		"x.jar":                files{"META-INF/MANIFEST.MF": "Manifest-Version: 1.0\n", "META-INF/maven/g/x/pom.properties": "groupId=g\nartifactId=x\nversion=1\n"}.zip(),
		"x.tar":                lock.tar(),
		"x.tar.gz":             lock.tgz(),
		"x.tar.zst":            inZstd(lock.tar()),
		"x-1.0.0.crate":        files{"x-1.0.0/Cargo.toml": "[package]\nname = \"x\"\nversion = \"1.0.0\"\n"}.tgz(),
		"x-1-r0.apk":           files{".PKGINFO": "pkgname = x\npkgver = 1-r0\narch = noarch\n"}.tgz(),
		"x-1.gem":              files{"metadata.gz": inGzip("--- !ruby/object:Gem::Specification\nname: x\nversion: !ruby/object:Gem::Version\n  version: '1'\n"), "data.tar.gz": lock.tgz()}.tar(),
		"x_1_all.deb":          inAr("debian-binary", "2.0\n", "control.tar.gz", control.tgz(), "data.tar.zst", inZstd(lock.tar())),
		"x_1_all.ipk":          files{"./control.tar.gz": control.tgz(), "./data.tar.gz": lock.tgz(), "./debian-binary": "2.0\n"}.tgz(),
		"x-1-1.noarch.rpm":     string(rpmdbtest.Archive(rpmdbtest.Header(rpmdbtest.Tags{}, nil), header, []byte(inGzip(payload)))),
		"root.tar":             files{"var/lib/rpm/rpmdb.sqlite": string(rpmdbtest.SQLite(header)), "etc/os-release": "ID=fedora\nVERSION_ID=40\n"}.tar(),
		"x-1.0.0.tgz":          files{"package/package.json": `{"name":"x","version":"1.0.0"}`}.tgz(),
	}
}

func TestEveryKindOfArchiveTellsWhatItIs(t *testing.T) {
	for name, data := range samples() {
		r := looked(t, "tree.zip", files{name: data}.zip(), Options{Archives: true}, all.Catalogers...)
		found := false
		for _, f := range r.Facts {
			f.Components(func(c *sbom.Component) bool {
				found = found || strings.TrimPrefix(c.PURL.Name, "g/") == "x"
				return true
			})
			for _, g := range f.Gaps() {
				t.Errorf("%s: gap %s: %s", name, g.Path, g.Reason)
			}
		}
		if !found && !strings.HasSuffix(name, ".ipk") || len(r.Gaps) > 0 { // no cataloger reads opkg's packages
			t.Errorf("%s: found: %v, gaps: %q", name, found, missed(r))
		}
	}
}

// TestDatabasesWithBitsThatFlippedEnd reads package databases in file systems, each with bytes that were changed at random.
func TestDatabasesWithBitsThatFlippedEnd(t *testing.T) {
	var headers [][]byte
	for i := range 5 {
		headers = append(headers, rpmdbtest.Header(rpmdbtest.Tags{
			rpmdb.Name: fmt.Sprintf("package-%d", i), rpmdb.Version: "1.0", rpmdb.Release: "1.fc40", rpmdb.Arch: "x86_64", rpmdb.SourceRPM: "package-1.0-1.fc40.src.rpm",
			rpmdb.RequireName: []string{"package-0", "libc.so.6"}, rpmdb.RequireFlags: []uint32{0, 0}, rpmdb.RequireVersion: []string{"", ""},
			rpmdb.BaseNames: []string{"tool", "data"}, rpmdb.DirNames: []string{"/usr/bin/"}, rpmdb.DirIndexes: []uint32{0, 0},
		}, nil))
	}
	nix, err := txtar.ParseFile("../../fixtures/nix-db/profile.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seed := rand.New(rand.NewChaCha8([32]byte{1}))
	for name, whole := range map[string]string{
		"var/lib/rpm/rpmdb.sqlite":  string(rpmdbtest.SQLite(headers...)),
		"var/lib/rpm/Packages.db":   string(rpmdbtest.NDB(headers...)),
		"var/lib/rpm/Packages":      string(rpmdbtest.BDB(binary.LittleEndian, 4096, 4, headers...)),
		"nix/var/nix/db/db.sqlite":  string(nix.Files[0].Data),
		"usr/lib/sysimage/x.sqlite": string(rpmdbtest.SQLite(headers...)),
	} {
		began, broken := time.Now(), 0
		for i := range 75 {
			data := []byte(whole)
			for range 1 + i%20 {
				at := seed.IntN(len(data))
				if i%2 == 0 {
					at = seed.IntN(min(len(data), 4096)) // where the structure is
				}
				data[at] ^= byte(1 + seed.IntN(255))
			}
			r := looked(t, "root.tar", files{name: string(data), "etc/os-release": "ID=fedora\nVERSION_ID=40\n", "a/package-lock.json": `{"lockfileVersion":3,"packages":{"":{},"node_modules/x":{"version":"1.0.0"}}}`}.tar(), Options{}, all.Catalogers...)
			beside := false
			for _, f := range r.Facts {
				beside = beside || f.Path == "a/package-lock.json" && f.Len() > 0
				for _, g := range f.Gaps() {
					broken++
					if strings.Contains(g.Reason, "broke off") {
						t.Errorf("%s: %s: %s", name, g.Path, g.Reason)
					}
				}
			}
			if !beside {
				t.Errorf("%s: what lies beside is lost", name)
			}
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		if broken == 0 && !strings.HasSuffix(name, "x.sqlite") {
			t.Errorf("%s: nothing is said of any damage", name)
		}
	}
}

// FuzzArchive scans archives of any content under the names of all kinds.
func FuzzArchive(f *testing.F) {
	kinds := samples()
	names := slices.Sorted(maps.Keys(kinds))
	for i, name := range names {
		f.Add(uint8(i), []byte(kinds[name]))
	}
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		name := names[int(kind)%len(names)]
		tree, err := source.OpenArchive(memory{bytes.NewReader(data)}, name, source.Options{Memory: 1 << 20})
		if err != nil {
			return
		}
		began := time.Now()
		r, err := Run(context.Background(), tree, all.Catalogers, Options{Archives: true})
		if e := tree.Close(); err != nil || e != nil {
			t.Fatal(err, e)
		}
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		for _, facts := range r.Facts {
			if !fs.ValidPath(strings.ToValidUTF8(facts.Path, "?")) { // names may be any bytes
				t.Errorf("%q is no path in a tree", facts.Path)
			}
			for _, g := range facts.Gaps() {
				if strings.Contains(g.Reason, "broke off") {
					t.Errorf("%s: %s", g.Path, g.Reason)
				}
			}
		}
		sbom.Resolve(r.Facts, sbom.Options{Fallback: sbom.Component{Name: "x"}, Gaps: r.Gaps, Skipped: r.Skipped})
	})
}

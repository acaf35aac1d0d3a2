package scan

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// lines claims one package per line of a file.
func lines(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	for i, l := range strings.Fields(text) {
		switch l {
		case "panic":
			panic("at the disco")
		case "wrong":
			return &decode.LineError{Line: i + 1, Err: errors.New("is wrong")}
		}
		out.AddAt(i+1, l, sbom.Component{PURL: purl.New(purl.Generic, "", l, "1")})
	}
	return nil
}

func cataloger(name string, files ...catalogers.Selector) *catalogers.Cataloger {
	return &catalogers.Cataloger{Name: name, Stage: sbom.Locked, Emits: []purl.Type{purl.Generic}, Files: files, Parse: lines}
}

func scanned(t *testing.T, files map[string]string, list ...*catalogers.Cataloger) *Result {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		p := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tree, err := source.Open(context.Background(), dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	r, err := Run(context.Background(), tree, list, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// told lists what the Facts of a result claim and where.
func told(r *Result) []string {
	var list []string
	for _, f := range r.Facts {
		list = append(list, fmt.Sprintf("%s %s: %d", f.Cataloger, f.Path, f.Len()))
		for _, gap := range f.Gaps() {
			list = append(list, fmt.Sprintf("gap %s:%d: %s", gap.Path, gap.Line, gap.Reason))
		}
	}
	return list
}

func TestSelectorsFindTheirFiles(t *testing.T) {
	x := compile([]*catalogers.Cataloger{
		cataloger("named", catalogers.Named("a.lock")...),
		cataloger("extension", catalogers.Glob("*.spec")...),
		cataloger("fixed name in a path", catalogers.Glob("**/*.info/META")...),
		cataloger("between", catalogers.Glob("req*.txt")...),
		cataloger("magic", catalogers.Magic("\x7fELF")...),
		cataloger("no extension fixed", catalogers.Glob("conf.*")...),
	})
	for _, c := range []struct {
		dir, name string
		head      string
		want      []int
	}{
		{".", "a.lock", "", []int{0}},
		{"deep/down", "a.lock", "", []int{0}},
		{".", "b.lock", "", nil},
		{".", "x.spec", "", []int{1}},
		{"x-1.info", "META", "", []int{2}},
		{"lib/x-1.info", "META", "", []int{2}},
		{"lib/x-1", "META", "", nil},
		{".", "requirements.txt", "", []int{3}},
		{".", "notes.txt", "", nil},
		{"bin", "tool", "\x7fELF\x02", []int{4}},
		{"bin", "script", "#!/bin/sh", nil},
		{"lib", "libx.so.1", "\x7fELF\x02", []int{4}},
		{".", "conf.toml", "", []int{5}},
	} {
		if diff := cmp.Diff(c.want, x.catalogersOf(c.dir, c.name, func() []byte { return []byte(c.head) })); diff != "" {
			t.Errorf("%s/%s: %s", c.dir, c.name, diff)
		}
	}
}

// folderOnly claims one package, called after the path that started it, and is an error if that can be read.
func folderOnly(f *catalogers.File, out *sbom.Facts) error {
	out.Add(f.Path, sbom.Component{PURL: purl.New(purl.Generic, "", f.Base(), "1")})
	if _, err := f.Text(); err == nil {
		return errors.New("is no folder")
	}
	return nil
}

func TestAFolderStartsItsCatalogersOnce(t *testing.T) {
	files := map[string]string{"store/a/x": "1", "store/a/y": "2", "deep/store/b/store/c/x": "3", "mystore/d/x": "4", "store/file": "5"}
	one := &catalogers.Cataloger{Name: "one", Stage: sbom.Installed, Files: append(catalogers.Folders("**/store/*", "**/store/a"), catalogers.Named("y")...), Parse: func(f *catalogers.File, out *sbom.Facts) error {
		if f.Base() == "y" {
			return nil
		}
		return folderOnly(f, out)
	}}
	group := &catalogers.Cataloger{Name: "group", Stage: sbom.Installed, Files: catalogers.Folders("**/store/*"),
		Group: func(p string) (string, bool) { dir, _, _ := strings.Cut(p, "/"); return dir, dir == "deep" },
		ParseGroup: func(dir string, files []*catalogers.File, out *sbom.Facts) error {
			for _, f := range files {
				out.Add(f.Path, sbom.Component{PURL: purl.New(purl.Generic, "", f.Base(), "1")})
			}
			return nil
		}}
	want := []string{"one deep/store/b: 1", "group deep: 2", "one deep/store/b/store/c: 1", "one store/a: 1", "one store/a/y: 0"}
	for _, digests := range []bool{false, true} {
		dir := t.TempDir()
		for name, text := range files {
			at := filepath.Join(dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(at), 0o755), os.WriteFile(at, []byte(text), 0o644)); err != nil {
				t.Fatal(err)
			}
		}
		tree, err := source.Open(context.Background(), dir, source.Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := Run(context.Background(), tree, []*catalogers.Cataloger{one, group}, Options{Files: digests})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, told(r)); diff != "" || digests && len(r.Digests) != len(files) || len(r.Gaps) > 0 {
			t.Errorf("with digests %v: %d of them, %v, %s", digests, len(r.Digests), r.Gaps, diff)
		}
	}
}

func TestAFolderThatNobodyWantsCostsNoAllocation(t *testing.T) {
	x := compile([]*catalogers.Cataloger{cataloger("a", catalogers.Folders("**/nix/store/*")...)})
	name := []byte("folder")
	if n := testing.AllocsPerRun(100, func() { x.Folder("some/where/store", name) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
	for _, c := range []struct {
		pattern, dir string
		want         bool
	}{
		{"**/nix/store/*", "nix/store", true}, {"**/nix/store/*", "deep/nix/store", true}, {"**/nix/store/*", "mynix/store", false}, {"nix/store/*", "deep/nix/store", false},
		{"*/{a,b}/folder", "x/a", true}, {"*/{a,b}/folder", "a", false}, {"*", ".", true}, {"*", "x", false}, {"**/*er", "x/y", true},
	} {
		if got := compile([]*catalogers.Cataloger{cataloger("a", catalogers.Folders(c.pattern)...)}).Folder(c.dir, name); got != c.want {
			t.Errorf("%s in %s: %v", c.pattern, c.dir, got)
		}
	}
}

func TestOnlyNamesOfProgramsAreLookedInto(t *testing.T) {
	for name, want := range map[string]bool{
		"tool": true, "libx.so": true, "libx.so.1.2": true, "x.dll": true, "x.exe": true, "x.node": true, "x.dylib": true, "x.bin": true, "tool-1.2": true,
		"x.js": false, "x.py": false, "README.md": false, ".profile": false, "x.png": false, "x.": false, "x.1a": false,
	} {
		if got := plausible(name); got != want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAFileThatNobodyWantsCostsNoAllocation(t *testing.T) {
	x := compile([]*catalogers.Cataloger{
		cataloger("a", catalogers.Named("a.lock")...), cataloger("b", catalogers.Glob("req*.txt", "**/*.info/META")...), cataloger("c", catalogers.Magic("\x7fELF")...),
	})
	names := [][]byte{[]byte("index.js"), []byte("notes.txt"), []byte("README"), []byte("x.so"), []byte("photo.png")}
	if n := testing.AllocsPerRun(100, func() {
		for _, name := range names {
			x.Name("some/where", name)
		}
	}); n != 0 {
		t.Errorf("%v allocations for %d names", n, len(names))
	}
}

func TestOneFileIsReadByAllItsCatalogersInTheirOrder(t *testing.T) {
	r := scanned(t, map[string]string{"b/x.lock": "one two", "a/x.lock": "three"}, cataloger("second", catalogers.Named("x.lock")...), cataloger("first", catalogers.Glob("*.lock")...))
	want := []string{"second a/x.lock: 1", "first a/x.lock: 1", "second b/x.lock: 2", "first b/x.lock: 2"}
	if diff := cmp.Diff(want, told(r)); diff != "" {
		t.Error(diff)
	}
}

func TestAPanicAndAnErrorAreGapsAndWhatCameBeforeStays(t *testing.T) {
	r := scanned(t, map[string]string{"a.lock": "one panic two", "b.lock": "one two wrong", "c.lock": "one"}, cataloger("x", catalogers.Glob("*.lock")...))
	got := told(r)
	if len(got) != 5 || got[0] != "x a.lock: 1" || !strings.HasPrefix(got[1], "gap a.lock:0: the cataloger broke off: at the disco") ||
		got[2] != "x b.lock: 2" || got[3] != "gap b.lock:3: is wrong" || got[4] != "x c.lock: 1" {
		t.Errorf("%q", got)
	}
}

func TestFilesOfOneProjectComeTogether(t *testing.T) {
	c := cataloger("grouped", catalogers.Glob("**/parts/*.part")...)
	c.Group = func(p string) (string, bool) { dir, _, ok := strings.Cut(p, "/parts/"); return dir, ok }
	c.ParseGroup = func(dir string, files []*catalogers.File, out *sbom.Facts) error {
		for _, f := range files {
			out.AddIn(sbom.Location{Path: f.Path, Line: 1}, f.Path, sbom.Component{PURL: purl.New(purl.Generic, "", f.Base(), "1")})
		}
		return nil
	}
	r := scanned(t, map[string]string{"a/parts/1.part": "", "a/parts/2.part": "", "b/parts/1.part": ""}, c)
	if diff := cmp.Diff([]string{"grouped a: 2", "grouped b: 1"}, told(r)); diff != "" {
		t.Error(diff)
	}
	if r.Facts[0].Owner() != "app:a" {
		t.Errorf("owned by %s", r.Facts[0].Owner())
	}
}

func TestLockfilesInsideInstalledPackagesAreSkippedWithTheReason(t *testing.T) {
	r := scanned(t, map[string]string{"node_modules/x/a.lock": "one", "lib/site-packages/y/a.lock": "two", "my_node_modules/a.lock": "three"}, cataloger("x", catalogers.Named("a.lock")...))
	if diff := cmp.Diff([]string{"x my_node_modules/a.lock: 1"}, told(r)); diff != "" {
		t.Error(diff)
	}
	if len(r.Skipped) != 2 || r.Skipped[0].Rule != "part of an installed package" {
		t.Errorf("skipped: %v", r.Skipped)
	}
}

func TestAnUnknownWordOfASelectionIsAnError(t *testing.T) {
	list := []*catalogers.Cataloger{cataloger("one"), cataloger("two")}
	list[1].Stage = sbom.Built
	list[1].Emits = []purl.Type{purl.NPM}
	names := func(list []*catalogers.Cataloger) (names []string) {
		for _, c := range list {
			names = append(names, c.Name)
		}
		return names
	}
	for _, c := range []struct {
		stages     []sbom.Stage
		only, skip []string
		want       []string
	}{
		{nil, nil, nil, []string{"one", "two"}},
		{[]sbom.Stage{sbom.Built}, nil, nil, []string{"two"}},
		{nil, []string{"one"}, nil, []string{"one"}},
		{nil, []string{"npm"}, nil, []string{"two"}},
		{nil, nil, []string{"two"}, []string{"one"}},
		{nil, []string{"one"}, []string{"generic"}, nil},
	} {
		got, err := Select(list, c.stages, c.only, c.skip)
		if diff := cmp.Diff(c.want, names(got)); diff != "" || err != nil {
			t.Errorf("%v: %v %s", c, err, diff)
		}
	}
	if _, err := Select(list, nil, []string{"three"}, nil); err == nil {
		t.Error("an unknown word is accepted")
	}
}

func BenchmarkFolder(b *testing.B) {
	x := compile([]*catalogers.Cataloger{cataloger("a", catalogers.Folders("**/nix/store/*")...)})
	name := []byte("components")
	b.ReportAllocs()
	for b.Loop() {
		x.Folder("some/where", name)
	}
}

func BenchmarkIndex(b *testing.B) {
	x := compile([]*catalogers.Cataloger{cataloger("a", catalogers.Named("a.lock")...), cataloger("b", catalogers.Glob("req*.txt")...), cataloger("c", catalogers.Magic("\x7fELF")...)})
	name := []byte("component.test.js")
	b.ReportAllocs()
	for b.Loop() {
		x.Name("some/where", name)
	}
}

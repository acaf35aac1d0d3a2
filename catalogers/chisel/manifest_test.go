package chisel_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/chisel"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/catalogers/source"
)

const sum = "4a64a9a2b9d1a3f2a6c1d2e3f405162738495a6b7c8d9e0f112233445566"

const manifest = `{"jsonwall":"1.0","schema":"1.0","count":7}
{"kind":"package","name":"base-files","version":"13ubuntu10.1","sha256":"aaaa` + sum + `","arch":"amd64"}
{"kind":"package","name":"libc6","version":"2.39-0ubuntu8.3","sha256":"bbbb` + sum + `","arch":"amd64"}
{"kind":"path","path":"/etc/","mode":"0755","slices":["base-files_base"]}
{"kind":"path","path":"/etc/nsswitch.conf","mode":"0644","slices":["libc6_config"],"sha256":"cccc` + sum + `","final_sha256":"dddd` + sum + `","size":1}
{"kind":"path","path":"/lib/libc.so.6","mode":"0644","slices":["libc6_libs"],"sha256":"cccc` + sum + `","size":1}
{"kind":"path","path":"/usr/lib/os-release","mode":"0777","slices":["base-files_base"],"link":"../etc/os-release"}
{"kind":"slice","name":"libc6_libs"}
`

func pack(t *testing.T, text string) []byte {
	t.Helper()
	w, err := zstd.NewWriter(nil)
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll([]byte(text), nil)
}

// read scans a root file system that has a manifest.
func read(t *testing.T, dir string, data []byte) (list []string) {
	t.Helper()
	at := filepath.Join(dir, "var/lib/chisel")
	if err := os.MkdirAll(at, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(at, "manifest.wall"), data, 0o644); err != nil {
		t.Fatal(err)
	}
	tree, err := source.Open(context.Background(), dir, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer tree.Close()
	r, err := scan.Run(context.Background(), tree, []*catalogers.Cataloger{&chisel.Manifest}, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, facts := range r.Facts {
		for _, name := range []string{"base-files", "libc6"} {
			if c := facts.Component(name); c != nil {
				list = append(list, fmt.Sprintf("%s %.4s %v", c.PURL, c.Hashes[0].Hex, c.Properties))
			}
		}
		for key, f := range facts.InstalledFiles() {
			list = append(list, fmt.Sprintf("%s has %s %.4s", key, f.Path, f.Digest.Hex))
		}
		for _, gap := range facts.Gaps() {
			list = append(list, "gap "+gap.Reason)
		}
	}
	return list
}

func TestPackedManifestsAreRead(t *testing.T) {
	dir := t.TempDir()
	for _, link := range []string{"usr/lib/", "lib"} {
		at := filepath.Join(dir, link)
		err := os.MkdirAll(filepath.Dir(at), 0o755)
		if strings.HasSuffix(link, "/") {
			err = os.MkdirAll(at, 0o755)
		} else {
			err = os.Symlink("usr/lib", at)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	want := []string{
		"pkg:deb/ubuntu/base-files@13ubuntu10.1?arch=amd64 aaaa []",
		"pkg:deb/ubuntu/libc6@2.39-0ubuntu8.3?arch=amd64 bbbb [{sbomgen:deb:slices libs}]",
		"libc6 has etc/nsswitch.conf dddd",
		"libc6 has usr/lib/libc.so.6 cccc",
		"base-files has usr/lib/os-release ",
	}
	if diff := cmp.Diff(want, read(t, dir, pack(t, manifest))); diff != "" {
		t.Errorf("the manifest is not read as it is written (-want +got):\n%s", diff)
	}
}

func TestDamagedManifestsGiveAGap(t *testing.T) {
	whole, dir := pack(t, manifest), t.TempDir()
	gap := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.HasPrefix(s, "gap ") })
	}
	broke := func(list []string) bool {
		return slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, "broke off") })
	}
	for cut := range len(whole) {
		if list := read(t, dir, whole[:cut]); !gap(list) || broke(list) {
			t.Fatalf("cut at %d: %q", cut, list)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		data := slices.Clone(whole)
		data[random.IntN(len(data))] ^= byte(1 + random.IntN(255))
		if list := read(t, dir, data); broke(list) {
			t.Fatalf("%x: %q", data, list)
		}
	}
}

func TestManifestsThatGrowBeyondMeasureAreCutOff(t *testing.T) {
	head, _, _ := strings.Cut(manifest, `{"kind":"path"`)
	data := pack(t, head+strings.Repeat(" ", catalogers.TextLimit))
	list := read(t, t.TempDir(), data)
	if len(list) != 3 || !strings.HasPrefix(list[2], "gap unpacks to more than") {
		t.Errorf("%d bytes of a manifest give %q", len(data), list)
	}
}

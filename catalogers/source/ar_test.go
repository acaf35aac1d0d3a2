package source

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// packAr writes a Unix archive of names and contents, without shortening names.
func packAr(files ...[2]string) string {
	var b strings.Builder
	b.WriteString(arMagic)
	for _, f := range files {
		fmt.Fprintf(&b, "%-16s%-12d%-6d%-6d%-8s%-10d`\n%s", f[0], 0, 0, 0, "100644", len(f[1]), f[1])
		if len(f[1])%2 == 1 {
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// unpackAr reads a Unix archive, contents as well or only names.
func unpackAr(r io.Reader, contents bool) (files [][2]string, err error) {
	a, err := newAr(r)
	if err != nil {
		return nil, err
	}
	for {
		m, err := a.next()
		if err == io.EOF {
			return files, nil
		} else if err != nil {
			return files, err
		}
		var data []byte
		if contents {
			if data, err = io.ReadAll(a); err != nil {
				return files, err
			}
			if int64(len(data)) != m.size {
				return files, fmt.Errorf("%s: %d bytes instead of %d", m.name, len(data), m.size)
			}
		}
		files = append(files, [2]string{m.name, string(data)})
	}
}

func TestUnixArchivesAreReadWithNamesOfEveryKind(t *testing.T) {
	long := "a-name-of-more-than-sixteen-bytes.txt"
	for _, c := range []struct {
		name, packed string
		want         [][2]string
	}{
		{"deb", packAr([2]string{"debian-binary", "2.0\n"}, [2]string{"control.tar.xz", "odd"}, [2]string{"data.tar", ""}),
			[][2]string{{"debian-binary", "2.0\n"}, {"control.tar.xz", "odd"}, {"data.tar", ""}}},
		{"GNU", packAr([2]string{"/", "symbols"}, [2]string{"//", "x/\n" + long + "/\n"}, [2]string{"/3", "12345"}, [2]string{"short/", "6"}, [2]string{"/0", ""}),
			[][2]string{{long, "12345"}, {"short", "6"}, {"x", ""}}},
		{"BSD", packAr([2]string{"#1/40", long + "\x00\x00\x00content"}, [2]string{"with space", "x"}),
			[][2]string{{long, "content"}, {"with space", "x"}}},
		{"last padding missing", strings.TrimSuffix(packAr([2]string{"a", "123"}), "\n"), [][2]string{{"a", "123"}}},
		{"empty", arMagic, nil},
	} {
		for _, contents := range []bool{true, false} {
			got, err := unpackAr(strings.NewReader(c.packed), contents)
			if err != nil {
				t.Errorf("%s: %v", c.name, err)
			}
			for i := range c.want {
				if !contents {
					c.want[i][1] = ""
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("%s: (-want +got)\n%s", c.name, diff)
			}
		}
	}
}

func TestDamagedUnixArchivesAreErrors(t *testing.T) {
	whole := packAr([2]string{"debian-binary", "2.0\n"}, [2]string{"//", "a-long-name-that-does-not-fit/\n"}, [2]string{"/0", "content"})
	for cut := range whole[:len(whole)-1] { // without the last padding it is whole
		files, err := unpackAr(strings.NewReader(whole[:cut]), true)
		if members := cut == 8 || cut == 72 || cut == 72+60+31 || cut == 72+60+32; (err == nil) != members {
			t.Errorf("cut at %d of %d: %v, %v", cut, len(whole), files, err)
		}
	}
	for _, bad := range []string{
		packAr([2]string{"/9", ""}), packAr([2]string{"/x", ""}), packAr([2]string{"#1/9", "short"}), packAr([2]string{"#1/-1", "short"}),
		strings.Replace(packAr([2]string{"//", "x"}), "1         `", "99999999  `", 1),
		strings.Replace(packAr([2]string{"a", "x"}), "1         `", "-1        `", 1),
		strings.Replace(packAr([2]string{"a", "x"}), "1         `", "9999999999`", 1),
		"!<thin>\n", "",
	} {
		if files, err := unpackAr(strings.NewReader(bad), true); err == nil {
			t.Errorf("%q gives %v", bad, files)
		}
	}
}

func TestArchivesOfArAreRead(t *testing.T) {
	ar, err := exec.LookPath("ar")
	if err != nil {
		t.Log("ar is missing: its archives were left out")
		return
	}
	dir := t.TempDir()
	want := [][2]string{{"debian-binary", "2.0\n"}, {"a-name-of-more-than-sixteen-bytes.txt", "odd"}}
	args := []string{"rc", "x.a"}
	for _, f := range want {
		check(t, os.WriteFile(filepath.Join(dir, f[0]), []byte(f[1]), 0o644))
		args = append(args, f[0])
	}
	cmd := exec.Command(ar, args...)
	cmd.Dir = dir
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	data, err := os.ReadFile(filepath.Join(dir, "x.a"))
	check(t, err)
	got, err := unpackAr(bytes.NewReader(data), true)
	check(t, err)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
}

func TestPackagesOfDpkgAreRead(t *testing.T) {
	tool, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Log("dpkg-deb is missing: its packages were left out")
		return
	}
	dir := lay(t, map[string]string{
		"DEBIAN/control":       "Package: hello\nVersion: 1.0\nArchitecture: all\nMaintainer: A <a@example.org>\nDescription: x\n",
		"usr/share/hello/text": strings.Repeat("hello\n", 1000),
	})
	for _, compressor := range []string{"xz", "gzip", "zstd", "none"} {
		file := filepath.Join(t.TempDir(), "x.deb")
		if out, err := exec.Command(tool, "-Z"+compressor, "--root-owner-group", "-b", dir, file).CombinedOutput(); err != nil {
			t.Logf("dpkg-deb cannot write %s, which was left out: %v: %s", compressor, err, out)
			continue
		}
		data, err := os.ReadFile(file)
		check(t, err)
		a, err := newAr(bytes.NewReader(data))
		check(t, err)
		var names []string
		for {
			m, err := a.next()
			if err == io.EOF {
				break
			}
			check(t, err)
			names = append(names, strings.TrimSuffix(strings.TrimSuffix(m.name, ".xz"), filepath.Ext(m.name)))
			content, name, err := decode.Decompress(a)
			check(t, err)
			plain, err := io.ReadAll(content)
			check(t, err)
			if strings.HasPrefix(m.name, "data.tar") {
				if name != strings.TrimSuffix(compressor, "none") || !strings.Contains(string(plain), "hello\nhello\n") {
					t.Errorf("%s: %s is %q and has %d bytes", compressor, m.name, name, len(plain))
				}
			}
		}
		if len(names) != 3 {
			t.Errorf("%s: members %v", compressor, names)
		}
	}
}

func FuzzAr(f *testing.F) {
	f.Add([]byte(packAr([2]string{"//", "a-long-name-that-does-not-fit/\n"}, [2]string{"/0", "content"}, [2]string{"#1/3", "abcd"})))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, _ := unpackAr(bytes.NewReader(data), true)
		for _, m := range files {
			if len(m[1]) > len(data) {
				t.Errorf("%d bytes have a member of %d", len(data), len(m[1]))
			}
		}
		unpackAr(bytes.NewReader(data), false)
	})
}

package pe

import (
	"bytes"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/portable/portabletest"
	"github.com/sbomgen/sbomgen/sbom"
)

// one is a Tree of one file.
type one []byte

type blob struct{ *bytes.Reader }

func (blob) Close() error                           { return nil }
func (o one) Open(string) (catalogers.Blob, error)  { return blob{bytes.NewReader(o)}, nil }
func (o one) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (o one) Resolve(p string) (string, error)      { return p, nil }

// told runs the cataloger and gives the component that it claims, "" for none.
func told(t *testing.T, file string, data []byte) string {
	t.Helper()
	out := sbom.NewFacts(Version.Name, Version.Stage, file)
	out.Own(".")
	if err := Version.Parse(catalogers.NewFile(one(data), &Version, file), out); err != nil {
		return "error " + err.Error()
	}
	c := out.Component("product")
	if c == nil {
		return ""
	}
	text := c.PURL.String()
	if c.Kind != "" {
		text += " " + string(c.Kind)
	}
	if c.Supplier != "" {
		text += " by " + c.Supplier
	}
	return fmt.Sprintf("%s %d%%", text, out.Confidence)
}

func TestAProductIsWhatTheVersionResourceSays(t *testing.T) {
	for _, c := range []struct {
		file  string
		texts []string
		want  string
	}{
		{"libcrypto-3-x64.dll", []string{"ProductName", "The OpenSSL Toolkit", "ProductVersion", "3.0.13", "FileVersion", "3.0.13", "CompanyName", "The OpenSSL Project, https://www.openssl.org/"},
			"pkg:generic/The%20OpenSSL%20Toolkit@3.0.13 by The OpenSSL Project, https://www.openssl.org/ 50%"},
		{"Qt5Core.dll", []string{"ProductName", "Qt5", "ProductVersion", "5, 15, 2, 0"}, "pkg:generic/Qt5@5.15.2.0 50%"},
		{"a.exe", []string{"ProductName", "Some® Tool™ (R)", "ProductVersion", "v1.2 (release)"}, "pkg:generic/Some%20Tool@1.2 50%"},
		{"a.exe", []string{"ProductName", "A", "ProductVersion", "unknown", "FileVersion", "2.0.0.1"}, "pkg:generic/A@2.0.0.1 50%"},
		{"zlib1.dll", []string{"OriginalFilename", "zlib1.dll", "ProductVersion", "1.2.11"}, "pkg:generic/zlib1@1.2.11 50%"},
		{"a.exe", []string{"ProductName", "A", "ProductVersion", "0.0.0.0"}, ""},
		{"a.exe", []string{"ProductName", "A"}, ""},
		{"a.exe", []string{"ProductVersion", "1.0"}, ""},
		{"ntdll.dll", []string{"ProductName", "Microsoft® Windows® Operating System", "ProductVersion", "10.0.17763.1"}, ""},
		{"kernel32.dll", []string{"ProductName", "Microsoft® Windows® Operating System", "ProductVersion", "10.0.17763.1 (WinBuild.160101.0800)", "CompanyName", "Microsoft Corporation"},
			"pkg:generic/Microsoft%20Windows@10.0.17763.1 operating-system by Microsoft Corporation 50%"},
		{"kernel32.dll", []string{"ProductName", "Wine", "ProductVersion", "10.0.10240.16384", "CompanyName", "Microsoft Corporation"}, ""},
		{"coreclr.dll", []string{"ProductName", "Microsoft® .NET", "ProductVersion", "8,0,123,58001 @Commit: bf5e279d"}, ""},
		{"App.exe", []string{"ProductName", "App", "ProductVersion", "1.0.0+x", "OriginalFilename", "App.dll"}, ""},
	} {
		data := (&portabletest.File{Version: portabletest.Texts(c.texts...)}).Bytes()
		if diff := cmp.Diff(c.want, told(t, c.file, data)); diff != "" {
			t.Errorf("%s %q: %s", c.file, c.texts, diff)
		}
	}
}

func TestWhatHasNoVersionResourceSaysNothing(t *testing.T) {
	managed := portabletest.File{Version: portabletest.Texts("ProductName", "A", "ProductVersion", "1"), Assembly: &portabletest.Assembly{Name: "A"}}
	for _, data := range [][]byte{managed.Bytes(), (&portabletest.File{Data: []byte{1}}).Bytes(), []byte("MZ"), []byte("MZ" + strings.Repeat("\x00", 300))} {
		if got := told(t, "a.exe", data); got != "" {
			t.Error(got)
		}
	}
}

func TestABrokenVersionResourceIsAnErrorAndNoPanic(t *testing.T) {
	data := (&portabletest.File{Version: portabletest.Texts("ProductName", "A", "ProductVersion", "1")}).Bytes()
	key := []byte("V\x00S\x00_\x00")
	if got := told(t, "a.exe", bytes.Replace(data, key, []byte("X\x00S\x00_\x00"), 1)); got != "error has a version resource that cannot be read" {
		t.Error(got)
	}
	for cut := range len(data) {
		told(t, "a.exe", data[:cut])
	}
}

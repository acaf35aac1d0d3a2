package segment

import (
	"bytes"
	"debug/elf"
	"debug/macho"
	"debug/pe"
	"encoding/binary"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLibrariesOfRealProgramsAreThoseThatDebugELFKnows(t *testing.T) {
	files, _ := filepath.Glob("/usr/bin/*")
	more, _ := filepath.Glob("/usr/lib/*/*.so*")
	compared := 0
	for _, name := range append(files[:min(len(files), 400)], more[:min(len(more), 200)]...) {
		f, err := os.Open(name)
		if err != nil {
			continue
		}
		if e, err := elf.NewFile(f); err == nil {
			want, _ := e.ImportedLibraries()
			for i := range want {
				want[i] = filepath.Base(want[i])
			}
			got := Libraries(f)
			if !slices.Equal(got, want) {
				t.Errorf("%s: %s", name, cmp.Diff(want, got))
			}
			compared++
		}
		f.Close()
	}
	t.Logf("%d programs and libraries of this machine", compared)
}

func TestLibrariesOfProgramsForOtherSystems(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		t.Fatal("the tests of programs need the go command")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "main.go"), []byte("package main\n\nfunc main() {}\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	for system, want := range map[string][]string{"windows": {"kernel32.dll"}, "darwin": {"libSystem.B.dylib"}} {
		file := filepath.Join(dir, system)
		c := exec.Command("go", "build", "-o", file, "main.go")
		c.Dir, c.Env = dir, append(os.Environ(), "GOOS="+system, "GOARCH=amd64", "CGO_ENABLED=0", "GOFLAGS=", "GOWORK=off", "GO111MODULE=off")
		if said, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, said)
		}
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got := Libraries(bytes.NewReader(data))
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", system, diff)
		}
		if system == "darwin" {
			f, err := macho.NewFile(bytes.NewReader(data))
			if err != nil {
				t.Fatal(err)
			}
			if all, _ := f.ImportedLibraries(); len(all) != len(got) {
				t.Errorf("debug/macho knows %v", all)
			}
			// A universal file with this program in it.
			fat := make([]byte, 4096)
			for i, n := range []uint32{universalMagic, 1, 0x1000007, 3, 4096, uint32(len(data)), 12} {
				binary.BigEndian.PutUint32(fat[4*i:], n)
			}
			if diff := cmp.Diff(want, Libraries(bytes.NewReader(append(fat, data...)))); diff != "" {
				t.Errorf("universal: %s", diff)
			}
		} else if _, err := pe.NewFile(bytes.NewReader(data)); err != nil {
			t.Error(err)
		}
		damage(data[:8192])
	}
	for _, other := range [][]byte{nil, []byte("MZ"), []byte("\xca\xfe\xba\xbe\x00\x00\x00\x34 a Java class, which begins as a universal program does"), []byte("\x7fELF"), bytes.Repeat([]byte("\x7fELF"), 100)} {
		if got := Libraries(bytes.NewReader(other)); len(got) != 0 {
			t.Errorf("%.8q: %v", other, got)
		}
	}
}

// damage cuts and flips what programs begin with.
func damage(data []byte) {
	for cut := 0; cut < len(data); cut += 1 + cut/16 {
		Libraries(bytes.NewReader(data[:cut]))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		d := slices.Clone(data)
		for range 1 + r.IntN(8) {
			d[r.IntN(min(len(d), 2048))] = byte(r.Uint32())
		}
		Libraries(bytes.NewReader(d))
		Note(bytes.NewReader(d), "FDO", 1)
	}
}

func TestDamagedELFFilesNeverPanic(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	damage(data[:16384])
}

func FuzzLibraries(f *testing.F) {
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Add([]byte("MZ"))
	f.Add([]byte("\xcf\xfa\xed\xfe"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if list := Libraries(bytes.NewReader(data)); len(list) > librariesLimit {
			t.Fatal(len(list))
		}
		Note(bytes.NewReader(data), "FDO", 1)
	})
}

package golang_test

import (
	"archive/zip"
	"bytes"
	"debug/buildinfo"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/golang"
	"github.com/sbomgen/sbomgen/sbom"
)

// The programs are built here, because fixtures are text: one module with a dependency that another version replaces, one that a
// folder replaces and one that is what it says, all out of a module proxy made of files.

// workshop is a folder with a module to build, and the environment to build it in.
type workshop struct {
	dir string
	env []string
}

func newWorkshop(t *testing.T) *workshop {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		t.Fatal("the tests of programs need the go command")
	}
	root := t.TempDir()
	proxy := filepath.Join(root, "proxy")
	publish(t, proxy, "example.com/plain", "v1.2.3")
	publish(t, proxy, "example.com/old", "v1.0.0")
	publish(t, proxy, "example.com/new/v2", "v2.1.0")
	w := &workshop{dir: filepath.Join(root, "app"), env: append(os.Environ(),
		"GOPROXY=file://"+filepath.ToSlash(proxy), "GONOSUMDB=*", "GONOSUMCHECK=1", "GOSUMDB=off", "GOFLAGS=-mod=mod -modcacherw",
		"GOMODCACHE="+filepath.Join(root, "cache"), "GOWORK=off", "GOTOOLCHAIN=local", "CGO_ENABLED=0")}
	w.write(t, "go.mod", `module github.com/acme/app

go 1.21

require (
	example.com/plain v1.2.3
	example.com/old v1.0.0
	example.com/here v1.9.0
)

replace example.com/old => example.com/new/v2 v2.1.0

replace example.com/here v1.9.0 => ./here
`)
	w.write(t, "here/go.mod", "module example.com/here\n")
	w.write(t, "here/here.go", "package here\n\nfunc F() {}\n")
	w.write(t, "cmd/tool/main.go", `package main

import (
	"example.com/here"
	"example.com/old"
	"example.com/plain"
)

var version string

func main() { here.F(); old.F(); plain.F(); println(version) }
`)
	return w
}

func (w *workshop) write(t *testing.T, name, text string) {
	t.Helper()
	file := filepath.Join(w.dir, filepath.FromSlash(name))
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o777), os.WriteFile(file, []byte(text), 0o666)); err != nil {
		t.Fatal(err)
	}
}

// build builds ./cmd/tool and returns the program's file.
func (w *workshop) build(t *testing.T, system string, flags ...string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "tool")
	args := slices.Concat([]string{"build", "-o", file}, flags)
	if !slices.ContainsFunc(flags, func(f string) bool { return strings.HasSuffix(f, ".go") }) {
		args = append(args, "./cmd/tool")
	}
	c := exec.Command("go", args...)
	c.Dir, c.Env = w.dir, append(slices.Clip(w.env), "GOOS="+system, "GOARCH=amd64")
	if said, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return file
}

// publish puts a module with the function F into a proxy, laid out as https://go.dev/ref/mod#goproxy-protocol says.
func publish(t *testing.T, proxy, path, version string) {
	t.Helper()
	dir := filepath.Join(proxy, filepath.FromSlash(path), "@v")
	name := strings.TrimSuffix(path, "/v2")
	name = name[strings.LastIndexByte(name, '/')+1:]
	goMod := "module " + path + "\n"
	if name == "new" {
		name, goMod = "old", "module "+path+"\n"
	}
	var archive bytes.Buffer
	z := zip.NewWriter(&archive)
	for file, text := range map[string]string{"go.mod": goMod, "f.go": "package " + name + "\n\nfunc F() {}\n"} {
		f, err := z.Create(path + "@" + version + "/" + file)
		if err == nil {
			_, err = io.WriteString(f, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	err := errors.Join(z.Close(), os.MkdirAll(dir, 0o777),
		os.WriteFile(filepath.Join(dir, "list"), []byte(version+"\n"), 0o666),
		os.WriteFile(filepath.Join(dir, version+".info"), fmt.Appendf(nil, `{"Version":%q,"Time":"2024-01-02T03:04:05Z"}`, version), 0o666),
		os.WriteFile(filepath.Join(dir, version+".mod"), []byte(goMod), 0o666),
		os.WriteFile(filepath.Join(dir, version+".zip"), archive.Bytes(), 0o666))
	if err != nil {
		t.Fatal(err)
	}
}

// one is a Tree of one file.
type one []byte

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (o one) Open(string) (catalogers.Blob, error)  { return blob{bytes.NewReader(o)}, nil }
func (o one) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (o one) Resolve(path string) (string, error)   { return path, nil }

// catalog is the graph of one program.
func catalog(data []byte) *sbom.Graph {
	out := sbom.NewFacts(golang.Binary.Name, golang.Binary.Stage, "bin/tool")
	out.Own(".")
	if err := golang.Binary.Parse(catalogers.NewFile(one(data), &golang.Binary, "bin/tool"), out); err != nil {
		out.Gap(0, "%v", err)
	}
	return sbom.Resolve([]*sbom.Facts{out}, sbom.Options{})
}

// parts lists what the program in a graph contains: ids and the properties that tell where a module comes from.
func parts(t *testing.T, g *sbom.Graph) (program *sbom.Component, list []string) {
	t.Helper()
	for _, e := range g.Out(g.Root) {
		program = &g.Components[e.To]
		for _, part := range g.Out(e.To) {
			if part.Kind != sbom.Contains {
				t.Errorf("a program %s its modules, but which needs which is not known", part.Kind)
			}
			list = append(list, string(g.Components[part.To].ID))
		}
	}
	if program == nil {
		t.Fatalf("no program in %v, gaps %v", g.Components, g.Gaps)
	}
	return program, list
}

func property(c *sbom.Component, name string) string {
	for _, p := range c.Properties {
		if p.Name == name {
			return p.Value
		}
	}
	return ""
}

func TestProgramsTellTheirModulesOnEverySystemAlsoWhenStripped(t *testing.T) {
	w := newWorkshop(t)
	for _, system := range []string{"linux", "windows", "darwin"} {
		for _, flags := range [][]string{nil, {"-ldflags=-s -w"}} {
			t.Run(strings.Join(append([]string{system}, flags...), " "), func(t *testing.T) {
				file := w.build(t, system, flags...)
				data, err := os.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				g := catalog(data)
				program, got := parts(t, g)
				info, err := buildinfo.ReadFile(file)
				if err != nil {
					t.Fatal(err)
				}
				want := []string{
					"pkg:golang/example.com/here",
					"pkg:golang/example.com/new/v2@v2.1.0",
					"pkg:golang/example.com/plain@v1.2.3",
					"pkg:golang/stdlib@" + strings.TrimPrefix(info.GoVersion, "go"),
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("modules (-want +got):\n%s", diff)
				}
				if program.ID != "pkg:golang/github.com/acme/app#cmd/tool" || program.Kind != sbom.Application || program.Stage != sbom.Built {
					t.Errorf("the program is %s %s %s", program.ID, program.Kind, program.Stage)
				}
				if program.Completeness != sbom.Incomplete || program.Evidence[0].Technique != sbom.BinaryAnalysis {
					t.Errorf("the program is %s by %s", program.Completeness, program.Evidence[0].Technique)
				}
				if got := property(program, "sbomgen:golang:setting:GOOS"); got != system {
					t.Errorf("GOOS is %q", got)
				}
				for _, d := range info.Deps {
					m, id := d, "pkg:golang/"+d.Path+"@"+d.Version
					if d.Replace != nil {
						m, id = d.Replace, "pkg:golang/"+d.Replace.Path+"@"+d.Replace.Version
					}
					if h, ok := g.Find(sbom.ID(id)); ok && property(&g.Components[h], "sbomgen:golang:h1") != m.Sum {
						t.Errorf("%s: the hash is not %s", id, m.Sum)
					}
				}
				for _, c := range g.Components {
					for _, p := range c.Properties {
						if strings.Contains(p.Value, w.dir) {
							t.Errorf("%s: %s tells a path of this machine: %s", c.ID, p.Name, p.Value)
						}
					}
				}
			})
		}
	}
}

func TestTheVersionThatTheLinkerWasGivenCountsWhereGoKnowsNone(t *testing.T) {
	w := newWorkshop(t)
	data, err := os.ReadFile(w.build(t, "linux", "-ldflags=-X 'main.version=1.4.0-rc.1' -X example.com/plain.version=9.9.9"))
	if err != nil {
		t.Fatal(err)
	}
	program, _ := parts(t, catalog(data))
	if program.ID != "pkg:golang/github.com/acme/app@v1.4.0-rc.1#cmd/tool" {
		t.Errorf("the program is %s", program.ID)
	}
	if c := program.Evidence[0].Confidence; c >= 100 {
		t.Errorf("the confidence is %d", c)
	}
	if got := property(program, "sbomgen:golang:version-source"); got != "-ldflags -X main.version" {
		t.Errorf("the version comes from %q", got)
	}
}

func TestAProgramWithoutAMainModuleIsCalledAfterItsFile(t *testing.T) {
	w := newWorkshop(t)
	data, err := os.ReadFile(w.build(t, "linux", "./cmd/tool/main.go"))
	if err != nil {
		t.Fatal(err)
	}
	program, list := parts(t, catalog(data))
	if program.Label() != "tool" || !program.PURL.IsZero() || len(list) != 4 {
		t.Errorf("the program is %s with %v", program.Label(), list)
	}
}

func TestADamagedProgramIsAGapOrNothing(t *testing.T) {
	w := newWorkshop(t)
	random := rand.New(rand.NewPCG(1, 2))
	for _, system := range []string{"linux", "windows", "darwin"} {
		data, err := os.ReadFile(w.build(t, system, "-ldflags=-s -w"))
		if err != nil {
			t.Fatal(err)
		}
		for n := range 40 {
			catalog(data[:len(data)*n/40])
			garbage := slices.Clone(data)
			for range 400 {
				garbage[random.IntN(min(len(garbage), 4096))] = byte(random.Uint32())
			}
			copy(garbage, data[:4])
			catalog(garbage)
		}
	}
	if g := catalog([]byte("\x7fELF and then some text")); len(g.Components) != 1 || len(g.Gaps) != 0 {
		t.Errorf("text is a program: %v", g.Components)
	}
}

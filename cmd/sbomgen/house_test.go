package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/sbomgen/sbomgen"

// file is one source file of the module that is no test.
type file struct {
	path    string // from the module's root
	room    string // its folder
	imports []string
	syntax  *ast.File
}

// sources parses every file of the module that is built into the program or the library.
func sources(t *testing.T) []file {
	t.Helper()
	var list []file
	root := "../.."
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "fixtures" || d.Name() == "testdata" || d.Name() == ".git") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		syntax, err := parser.ParseFile(token.NewFileSet(), p, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		f := file{path: filepath.ToSlash(rel), syntax: syntax}
		f.room = path.Dir(f.path)
		for _, i := range syntax.Imports {
			f.imports = append(f.imports, strings.Trim(i.Path.Value, `"`))
		}
		list = append(list, f)
		return nil
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("no sources: %v", err)
	}
	return list
}

func within(p string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(r string) bool { return p == r || strings.HasPrefix(p, r+"/") })
}

// ecosystem tells whether a room holds the catalogers of one ecosystem.
func ecosystem(room string) bool {
	name, ok := strings.CutPrefix(room, "catalogers/")
	return ok && !within(name, "all", "source", "scan", "enrich", "internal")
}

// outside tells whether a package of the standard library reaches disk or network; net/url only reads text.
func outside(target string) bool {
	return within(target, "os", "io/ioutil", "net", "syscall") && target != "net/url" && target != "net/mail"
}

// arrow is an import that must never be.
type arrow struct {
	reason    string
	forbidden func(room, target string) bool
}

var arrows = []arrow{
	{"purl imports nothing of ours", func(room, target string) bool {
		return within(room, "purl") && strings.HasPrefix(target, module) && !within(target, module+"/purl")
	}},
	{"sbom imports only purl", func(room, target string) bool {
		return room == "sbom" && strings.HasPrefix(target, module) && target != module+"/purl"
	}},
	{"purl and sbom know no disk, no network, no log", func(room, target string) bool {
		return (within(room, "purl") || room == "sbom") && (outside(target) || within(target, "log"))
	}},
	{"an ecosystem knows no other ecosystem, no scan, no source and no serializer", func(room, target string) bool {
		to, ours := strings.CutPrefix(target, module+"/")
		if room == "catalogers/sbomfile" && to == "sbom/format" {
			return false // what it reads are the documents that the serializers know
		}
		return ecosystem(room) && ours && to != room &&
			(ecosystem(to) || within(to, "catalogers/scan", "catalogers/source", "catalogers/enrich", "catalogers/all", "sbom/cyclonedx", "sbom/spdx", "sbom/format", "sbom/diff"))
	}},
	{"an ecosystem works on bytes: no disk, no programs, no network", func(room, target string) bool {
		return ecosystem(room) && outside(target)
	}},
	{"only cmd imports catalogers/all", func(room, target string) bool {
		return target == module+"/catalogers/all" && !within(room, "cmd")
	}},
	{"source knows nothing of catalogers", func(room, target string) bool {
		return within(room, "catalogers/source") && (target == module+"/catalogers" || strings.HasPrefix(target, module+"/catalogers/") && !within(target, module+"/catalogers/source"))
	}},
	{"catalogers know nothing of source: they meet in scan", func(room, target string) bool {
		return target == module+"/catalogers/source" && !within(room, "catalogers/scan", "cmd")
	}},
	{"only source and enrich touch the disk and the network, and cmd for configuration and output", func(room, target string) bool {
		return outside(target) && !within(room, "catalogers/source", "catalogers/enrich", "cmd")
	}},
	{"nothing runs other programs", func(room, target string) bool { return target == "os/exec" }},
	{"a JSON schema library costs start-up time: tests only", func(room, target string) bool {
		return strings.Contains(target, "jsonschema")
	}},
}

// owned are the libraries that only one room may know.
var owned = map[string][]string{
	"github.com/CycloneDX/cyclonedx-go":      {"sbom/cyclonedx"},
	"github.com/spdx/tools-golang":           {"sbom/spdx"},
	"github.com/anchore/packageurl-go":       {"purl"},
	"github.com/go-git/go-git":               {"catalogers/source"},
	"github.com/spf13/cobra":                 {"cmd"},
	"github.com/spf13/pflag":                 {"cmd"},
	"github.com/knadh/koanf":                 {"cmd"},
	"go.yaml.in/yaml":                        {"sbom/decode"},
	"github.com/pelletier/go-toml":           {"sbom/decode"},
	"github.com/schollz/progressbar":         {"cmd"},
	"github.com/google/go-containerregistry": {"catalogers/source"},
	"github.com/google/licensecheck":         {"sbom/license/text"},
	"github.com/klauspost/compress":          {"sbom/decode"},
	"github.com/ulikunitz/xz":                {"sbom/decode"},
}

func TestNoForbiddenArrow(t *testing.T) {
	for _, f := range sources(t) {
		for _, target := range f.imports {
			for _, a := range arrows {
				if a.forbidden(f.room, target) {
					t.Errorf("%s imports %s: %s", f.path, target, a.reason)
				}
			}
			for library, rooms := range owned {
				if within(target, library) && !within(f.room, rooms...) {
					t.Errorf("%s imports %s, which only %s may know", f.path, target, strings.Join(rooms, ", "))
				}
			}
		}
	}
}

func TestNothingHappensBeforeMain(t *testing.T) {
	for _, f := range sources(t) {
		for _, d := range f.syntax.Decls {
			if fn, ok := d.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == "init" {
				t.Errorf("%s has an init function", f.path)
			}
		}
		for _, i := range f.syntax.Imports {
			if i.Name != nil && i.Name.Name == "_" && strings.Trim(i.Path.Value, `"`) != "embed" {
				t.Errorf("%s imports %s for its side effects", f.path, i.Path.Value)
			}
		}
	}
}

func TestTheTopLevelIsTheCards(t *testing.T) {
	allowed := strings.Fields("cmd catalogers sbom purl fixtures docs go.mod go.sum Makefile LICENSE README.md CHANGELOG.md sbomgen")
	entries, err := os.ReadDir("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) {
			t.Errorf("%s does not belong at the top level", e.Name())
		}
	}
}

func TestNoRoomHasANameThatSaysNothing(t *testing.T) {
	for _, f := range sources(t) {
		for _, part := range strings.Split(f.room, "/") {
			if slices.Contains([]string{"util", "utils", "common", "helpers", "types", "misc", "pkg", "model", "base"}, part) {
				t.Errorf("%s: a package is named for what its files know", f.path)
			}
		}
	}
}

func TestEveryDependencyHasItsReason(t *testing.T) {
	mod, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	page, err := os.ReadFile("../../docs/dependencies.md")
	if err != nil {
		t.Fatal(err)
	}
	direct := 0
	for _, line := range strings.Split(string(mod), "\n") {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(line), "require "))
		if len(fields) < 2 || strings.Contains(line, "// indirect") || !strings.HasPrefix(fields[1], "v") {
			continue
		}
		direct++
		if !strings.Contains(string(page), "`"+fields[0]+"`") {
			t.Errorf("docs/dependencies.md does not say what %s is for", fields[0])
		}
	}
	if direct > 30 {
		t.Errorf("%d direct dependencies: more than 30", direct)
	}
}

func TestTheGeneratedPageIsUpToDate(t *testing.T) {
	page, err := os.ReadFile("../../docs/catalogers.md")
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != catalogersPage() {
		t.Error("docs/catalogers.md is stale: make docs")
	}
}

func TestTheMakefileStaysSmall(t *testing.T) {
	data, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(data), "\n"); n > 40 {
		t.Errorf("the Makefile has %d lines, more than 40", n)
	}
}

// A template calls methods by their names. Where one is used, the linker keeps every exported method of every type, 3 MB of them.
func TestNoTemplateIsSet(t *testing.T) {
	for _, f := range sources(t) {
		ast.Inspect(f.syntax, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.SelectorExpr:
				if strings.HasPrefix(n.Sel.Name, "Set") && strings.HasSuffix(n.Sel.Name, "Template") || strings.HasPrefix(n.Sel.Name, "AddTemplateFunc") {
					t.Errorf("%s calls %s", f.path, n.Sel.Name)
				}
			case *ast.CompositeLit:
				if kind, ok := n.Type.(*ast.SelectorExpr); ok && kind.Sel.Name == "Command" {
					for _, e := range n.Elts {
						if field, ok := e.(*ast.KeyValueExpr); ok && field.Key.(*ast.Ident).Name == "Version" {
							t.Errorf("%s gives a command a Version, whose answer is a template", f.path)
						}
					}
				}
			}
			return true
		})
	}
	for _, f := range sources(t) {
		for _, target := range f.imports {
			if within(target, "text/template", "html/template") {
				t.Errorf("%s imports %s", f.path, target)
			}
		}
	}
}

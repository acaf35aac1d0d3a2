package golang

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// build is what the go command starts from: one main module, or those of a workspace
// (https://go.dev/ref/mod#workspaces), with what they say together.
type build struct {
	file    *catalogers.File // its go.mod or go.work
	work    *modfile.WorkFile
	mains   []*mainModule
	byPath  map[string]*mainModule
	exclude map[module.Version]bool
	replace [2]map[module.Version]replacement // by go.work, which wins, and by the main modules
	sums    sums                              // of all go.sum files
	summed  bool                              // there is one
	keys    map[string]string                 // of the claimed modules, by path
}

func newBuild(f *catalogers.File) *build {
	return &build{file: f, byPath: make(map[string]*mainModule), exclude: make(map[module.Version]bool), sums: make(sums), keys: make(map[string]string)}
}

// mainModule is a module that is built here.
type mainModule struct {
	*modfile.File
	path string
	dir  string // in the tree
	file string
}

// replacement is what stands in for a module: another one, or the folder of one.
type replacement struct {
	module.Version        // zero for a folder
	dir            string // in the tree; "" if the tree does not hold it
}

// addMain reads the go.mod of a main module.
func (b *build) addMain(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	parsed, faults, err := parseTolerant(text, modfile.Parse)
	if err != nil {
		return err
	}
	for _, wrong := range faults {
		if f.Path == out.Path {
			out.Gap(wrong.line, "%s", wrong.reason)
		} else {
			out.GapAt(f.Path, "line %d: %s", wrong.line, wrong.reason)
		}
	}
	if parsed.Module == nil || parsed.Module.Mod.Path == "" {
		return errors.New("names no module")
	}
	m := &mainModule{File: parsed, path: parsed.Module.Mod.Path, dir: f.Dir(), file: f.Path}
	if other := b.byPath[m.path]; other != nil {
		return fmt.Errorf("module %s is in %s already", m.path, other.dir)
	}
	b.mains = append(b.mains, m)
	b.byPath[m.path] = m
	for _, x := range parsed.Exclude {
		b.exclude[x.Mod] = true
	}
	b.addReplacements(1, m.dir, parsed.Replace, out)
	if b.sums.read(f, "go.sum", out) {
		b.summed = true
	}
	return nil
}

// addReplacements takes in the replace directives of a file in dir.
func (b *build) addReplacements(level int, dir string, list []*modfile.Replace, out *sbom.Facts) {
	if b.replace[level] == nil && len(list) > 0 {
		b.replace[level] = make(map[module.Version]replacement, len(list))
	}
	for _, r := range list {
		to := replacement{Version: r.New}
		if r.New.Version == "" {
			to = replacement{dir: b.inside(dir, r.New.Path)}
		}
		// Main modules that disagree are an error unless the go.work decides.
		if was, taken := b.replace[level][r.Old]; taken && was != to {
			out.Gap(0, "conflicting replacements of %s", r.Old.Path)
			continue
		}
		b.replace[level][r.Old] = to
	}
}

// inside is the folder in the tree that a directory path in a file of dir means, if it holds a go.mod; "" otherwise.
func (b *build) inside(dir, name string) string {
	if !modfile.IsDirectoryPath(name) || !strings.HasPrefix(name, ".") {
		return ""
	}
	at := path.Join(dir, name)
	if at == ".." || strings.HasPrefix(at, "../") {
		return ""
	}
	f, err := b.file.At(path.Join(at, "go.mod"))
	if err != nil {
		return ""
	}
	f.Close()
	return at
}

// replaced is what stands in for a module, if anything does.
func (b *build) replaced(m module.Version) (replacement, bool) {
	for _, level := range b.replace {
		if to, ok := level[m]; ok {
			return to, true
		}
		if to, ok := level[module.Version{Path: m.Path}]; ok {
			return to, true
		}
	}
	return replacement{}, false
}

// requires lists what a main module requires. Requirements of excluded versions are ignored
// (https://go.dev/ref/mod#go-mod-file-exclude).
func (b *build) requires(m *mainModule) []*modfile.Require {
	list := m.Require
	if len(b.exclude) > 0 {
		list = nil
		for _, r := range m.Require {
			if !b.exclude[r.Mod] {
				list = append(list, r)
			}
		}
	}
	return list
}

// listed is the version of each module that the main modules select by their own lists: the highest
// (https://go.dev/ref/mod#minimal-version-selection). A list of go 1.17 or later names every module that the build needs, at
// the version that is selected; what is higher in another member of the workspace wins there too.
func (b *build) listed() map[string]string {
	selected := make(map[string]string)
	for _, m := range b.mains {
		for _, r := range b.requires(m) {
			if v, ok := selected[r.Mod.Path]; !ok || semver.Compare(r.Mod.Version, v) > 0 {
				selected[r.Mod.Path] = r.Mod.Version
			}
		}
	}
	return selected
}

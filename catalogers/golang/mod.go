package golang

import (
	"path"
	"slices"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Mod reads go.mod (https://go.dev/ref/mod#go-mod-file): the module built here and those it requires. Which of them need which others, no go.mod
// says: only the modules without "// indirect" are tied to the application.
var Mod = catalogers.Cataloger{
	Name:   "go-mod",
	Doc:    "Go modules required by a go.mod, with replacements, tools, the hashes of go.sum and the least version of the standard library.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Golang},
	Files:  catalogers.Named("go.mod"),
	Beside: []string{"go.sum", "^go.work", "/**/go.mod"},
	Parse:  parseMod,
}

func parseMod(f *catalogers.File, out *sbom.Facts) error {
	b, err := readMod(f, out)
	if b != nil {
		b.claim(out, b.listed(), sbom.Incomplete)
	}
	return err
}

// readMod reads the build that a go.mod begins; nil if it begins none.
func readMod(f *catalogers.File, out *sbom.Facts) (*build, error) {
	if inModuleCache(f.Path) {
		out.Own(".") // its folder is no application
		return nil, nil
	}
	if dir, ok := workspaceOf(f); ok {
		out.Own(dir) // go.work selects the versions: its cataloger tells them
		return nil, nil
	}
	b := newBuild(f)
	if err := b.addMain(f, out); err != nil {
		return nil, err
	}
	return b, nil
}

// inModuleCache tells whether a go.mod belongs to a module that the go command downloaded ("pkg/mod/host/name@v1.0.0/go.mod"): it is a
// library then, and its requirements are no selection.
func inModuleCache(file string) bool {
	_, below, ok := strings.Cut("/"+file, "/pkg/mod/")
	return ok && strings.Contains(path.Dir(below), "@v")
}

// workspaceOf finds the folder of the go.work that a go.mod belongs to: the nearest one above counts, if it uses the module
// (https://go.dev/ref/mod#workspaces).
func workspaceOf(f *catalogers.File) (dir string, ok bool) {
	file, err := f.Beside("^go.work")
	if err != nil {
		return "", false
	}
	text, err := file.Text()
	if err != nil {
		return "", false
	}
	work, _, err := parseTolerant(text, modfile.ParseWork)
	if err != nil {
		return "", false
	}
	return file.Dir(), slices.ContainsFunc(work.Use, func(u *modfile.Use) bool {
		return path.Join(file.Dir(), u.Path) == f.Dir()
	})
}

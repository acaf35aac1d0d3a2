package golang

import (
	"errors"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/mod/modfile"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Work reads go.work (https://go.dev/ref/mod#go-work-file) and the go.mod files of the modules it uses. All are built with
// one selection: of the versions that members require the highest.
var Work = catalogers.Cataloger{
	Name:   "go-work",
	Doc:    "Go modules required by the members of a go.work workspace, at the versions that the workspace selects.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Golang},
	Files:  catalogers.Named("go.work"),
	Beside: []string{"go.work.sum", "/**/go.mod", "/**/go.sum"},
	Parse:  parseWork,
}

func parseWork(f *catalogers.File, out *sbom.Facts) error {
	b, err := readWork(f, out)
	if b != nil {
		b.claim(out, b.listed(), sbom.Incomplete)
	}
	return err
}

func readWork(f *catalogers.File, out *sbom.Facts) (*build, error) {
	text, err := f.Text()
	if err != nil {
		return nil, err
	}
	work, faults, err := parseTolerant(text, modfile.ParseWork)
	if err != nil {
		return nil, err
	}
	for _, wrong := range faults {
		out.Gap(wrong.line, "%s", wrong.reason)
	}
	b := newBuild(f)
	b.work = work
	b.addReplacements(0, f.Dir(), work.Replace, out)
	for _, use := range work.Use {
		line := use.Syntax.Start.Line
		at := path.Join(f.Dir(), use.Path)
		if path.IsAbs(use.Path) || at == ".." || strings.HasPrefix(at, "../") {
			out.Gap(line, "a member of the workspace lies outside the tree: what it requires is unknown")
			continue
		}
		member, err := f.At(path.Join(at, "go.mod"))
		if err == nil {
			err = b.addMain(member, out)
			member.Close()
		} else if errors.Is(err, fs.ErrNotExist) {
			out.Gap(line, "%s holds no go.mod", use.Path)
			continue
		}
		if err != nil {
			out.GapAt(path.Join(at, "go.mod"), "%v", err)
		}
	}
	if b.sums.read(f, "go.work.sum", out) {
		b.summed = true
	}
	return b, nil
}

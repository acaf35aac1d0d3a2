package golang

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Vendor reads the vendor/modules.txt that "go mod vendor" and "go work vendor" write
// (https://go.dev/ref/mod#vendoring): the modules whose packages lie in the vendor folder. A module without a package there is only told where no go.mod
// or go.work tells it.
var Vendor = catalogers.Cataloger{
	Name:   "go-vendor",
	Doc:    "Go modules whose packages were copied into a vendor folder, as vendor/modules.txt lists them.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Golang},
	Files:  catalogers.Glob("**/vendor/modules.txt"),
	Beside: []string{"../go.mod", "../go.work"},
	Parse:  parseVendor,
}

func parseVendor(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Own(path.Dir(f.Dir()))
	accompanied := f.Has("../go.mod", "../go.work")
	var at vendored
	found := false
	for rest, line := text, 1; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		l = strings.TrimRight(l, "\r")
		if header, ok := strings.CutPrefix(l, "# "); ok {
			at.claim(out, accompanied)
			if at = readHeader(header); at.Path == "" {
				out.Gap(line, "neither a module with its version nor a replacement")
				continue
			}
			at.line, found = line, true
		} else if l != "" && !strings.HasPrefix(l, "##") {
			at.packages = true
		}
	}
	at.claim(out, accompanied)
	if !found {
		return errors.New("lists no module")
	}
	return nil
}

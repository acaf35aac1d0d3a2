package golang

import (
	"errors"
	"path"
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

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

// vendored is a module of modules.txt with what stands below it.
type vendored struct {
	module.Version
	to       module.Version // what it is replaced by; a folder has no version
	line     int
	packages bool
}

func parseVendor(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Own(path.Dir(f.Dir()))
	accompanied := false
	for _, name := range [...]string{"../go.mod", "../go.work"} {
		if other, err := f.Beside(name); err == nil {
			other.Close()
			accompanied = true
		}
	}
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

// readHeader reads what follows the "#": "path version", with "=> path version" or "=> folder" where the module is replaced. Replacements
// that concern no vendored version stand at the end, some without a version.
func readHeader(text string) (v vendored) {
	left, right, replaced := strings.Cut(text, " => ")
	fields := strings.Fields(left)
	switch {
	case len(fields) == 2 && semver.IsValid(fields[1]):
		v.Version = module.Version{Path: fields[0], Version: fields[1]}
	case len(fields) == 1 && replaced:
		v.Version = module.Version{Path: fields[0]}
	default:
		return vendored{}
	}
	if replaced {
		to := strings.Fields(right)
		switch {
		case len(to) == 1:
			v.to = module.Version{Path: to[0]}
		case len(to) == 2 && semver.IsValid(to[1]):
			v.to = module.Version{Path: to[0], Version: to[1]}
		default:
			return vendored{}
		}
	}
	return v
}

func (v *vendored) claim(out *sbom.Facts, accompanied bool) {
	if v.Version.Version == "" || !v.packages && accompanied {
		return
	}
	key, c := v.Version.String(), library(v.Path, v.Version.Version)
	switch {
	case v.to.Version != "":
		key, c = v.to.String(), library(v.to.Path, v.to.Version)
		if v.to.Path != v.Path {
			c.Properties = append(c.Properties, sbom.Property{Name: propertyReplaces, Value: v.Version.String()})
		}
	case v.to.Path != "" && accompanied: // the go.mod tells what stands in
		return
	case v.to.Path != "":
		c = localOnly(v.Path, v.Version.Version)
	}
	if !out.Has(key) {
		out.AddAt(v.line, key, c)
	}
}

package golang

import (
	"strings"

	"golang.org/x/mod/module"
	"golang.org/x/mod/semver"

	"github.com/sbomgen/sbomgen/sbom"
)

// vendored is a module of modules.txt with what stands below it.
type vendored struct {
	module.Version
	to       module.Version // what it is replaced by; a folder has no version
	line     int
	packages bool
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

// claim claims the module. One without a package here is told by the go.mod or go.work that accompanies the folder.
func (v *vendored) claim(out *sbom.Facts, accompanied bool) {
	if v.Version.Version == "" || !v.packages && accompanied {
		return
	}
	key, c := v.Version.String(), library(v.Path, v.Version.Version)
	switch {
	case v.to.Version != "":
		key, c = v.to.String(), library(v.to.Path, v.to.Version)
		if v.to.Path != v.Path {
			c.Property(propertyReplaces, v.Version.String())
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

package luarocks

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// treeOf gives the folder of the rocks tree in which a path is that of an installed rock: .../rocks-5.1/name/version/name-version.rockspec, or
// .../rocks-5.1/manifest.
func treeOf(at string) (dir string, ok bool) {
	dir = path.Dir(at)
	if path.Base(at) != "manifest" {
		dir = path.Dir(path.Dir(dir))
	}
	base := path.Base(dir)
	return dir, base == "rocks" || strings.HasPrefix(base, "rocks-")
}

// readAt reads one file of the tree: what it says before an error, nil if it cannot be read at all.
func readAt(f *catalogers.File, out *sbom.Facts) (said *table) {
	text, err := f.Text()
	if err == nil {
		said, err = read(text)
	}
	if err != nil {
		out.GapAt(f.Path, "%v", err)
	}
	return said
}

package kernel

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Modules reads lib/modules/RELEASE, the modules of one kernel. Those of its own source, of which a distribution has 4,000, are parts of the kernel:
// depmod's lists tell how many, without that one is opened (https://man7.org/linux/man-pages/man5/modules.dep.5.html). The others, in any folder
// but kernel/, are opened: those that do not say that they are of the kernel's tree are components, which need the kernel and each other.
var Modules = catalogers.Cataloger{
	Name:  "linux-modules",
	Doc:   "Kernels by the folders of their modules, with the drivers that were added to them: lib/modules/*.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("**/lib/modules/*/modules.dep", "**/lib/modules/*/modules.order", "**/lib/modules/*/modules.builtin",
		"**/lib/modules/*/*.ko", "**/lib/modules/*/*.ko.gz", "**/lib/modules/*/*.ko.xz", "**/lib/modules/*/*.ko.zst",
		"**/lib/modules/*/[^k]*/**/*.ko", "**/lib/modules/*/[^k]*/**/*.ko.gz", "**/lib/modules/*/[^k]*/**/*.ko.xz", "**/lib/modules/*/[^k]*/**/*.ko.zst"),
	Group:      releaseOf,
	ParseGroup: parseModules,
}

// releaseOf is the folder of the kernel that a file belongs to.
func releaseOf(file string) (dir string, ok bool) {
	parts := strings.Split(file, "/")
	for i := len(parts) - 2; i >= 2; i-- { // a kernel inside of another's folder is none
		if parts[i-1] == "modules" && parts[i-2] == "lib" {
			return strings.Join(parts[:i+1], "/"), true
		}
	}
	return "", false
}

func parseModules(dir string, files []*catalogers.File, out *sbom.Facts) error {
	root := path.Join(dir, "../../..")
	if path.Base(root) == "usr" {
		root = path.Dir(root)
	}
	out.Own(root)
	out.Edges(sbom.Complete)
	release := path.Base(dir)
	if release[0] < '0' || release[0] > '9' {
		return nil // no folder of a kernel's
	}
	out.Path = files[0].Path
	folder := tree{dir: dir, lists: make(map[string][]string), own: make(map[string]bool)}
	for _, f := range files {
		folder.read(f, out)
	}
	folder.claim(out)
	return nil
}

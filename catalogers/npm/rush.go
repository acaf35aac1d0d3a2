package npm

import (
	"path"
	"strings"
)

// projectDir is the folder to which the paths in a lockfile of pnpm are relative: its own, but for those of Rush, which keeps them in
// common/config/rush, or common/config/subspaces/name, and copies them to common/temp, or common/temp/name, to run pnpm there,
// https://rushjs.io/pages/advanced/config_files/ and https://rushjs.io/pages/advanced/subspaces/.
func projectDir(dir string) string {
	const single, several = "common/config/rush", "common/config/subspaces/"
	whole := "/" + dir
	if root, ok := strings.CutSuffix(whole, "/"+single); ok {
		return path.Join(".", root, "common/temp")
	}
	if i := strings.LastIndex(whole, "/"+several); i >= 0 && path.Base(path.Dir(dir)) == "subspaces" {
		return path.Join(".", whole[:i], "common/temp", path.Base(dir))
	}
	return dir
}

package gem

import (
	"path"
	"strings"
)

// environmentOf is the folder of the specifications that RubyGems keeps together: specifications, with Ruby's own gems in
// specifications/default.
func environmentOf(file string) (dir string, ok bool) {
	if dir = path.Dir(file); path.Base(dir) == "default" {
		dir = path.Dir(dir)
	}
	return dir, true
}

// installedIn tells whether a folder is that of an installed gem: gems/name-version, or gems/name-commit of a checkout of Bundler.
func installedIn(dir string) bool {
	parts := strings.Split(dir, "/")
	for i := 0; i+1 < len(parts); i++ {
		dash := strings.LastIndexByte(parts[i+1], '-')
		if tail := parts[i+1][dash+1:]; parts[i] == "gems" && dash > 0 && (tail[:min(1, len(tail))] >= "0" && tail[:min(1, len(tail))] <= "9" || len(tail) == 12) {
			return true
		}
	}
	return false
}

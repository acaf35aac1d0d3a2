package catalogers

import (
	"path"
	"strings"
)

// Within gives the place in the tree of a path that the file names relative to its own folder. It returns false for
// what lies outside the tree or on a machine: absolute paths, drives of Windows, addresses.
func (f *File) Within(rel string) (at string, ok bool) {
	rel = strings.ReplaceAll(rel, `\`, "/")
	if path.IsAbs(rel) || strings.Contains(rel, ":") || strings.HasPrefix(rel, "~") {
		return "", false
	}
	at = path.Join(f.Dir(), rel)
	return at, at != ".." && !strings.HasPrefix(at, "../")
}

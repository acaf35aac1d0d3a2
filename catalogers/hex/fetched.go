package hex

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
)

// fetched tells whether a file belongs to a package that a build tool fetched, and not to a project: from Hex, whose metadata lies
// beside, or from a repository, into deps.
func fetched(f *catalogers.File) bool {
	if at := "/" + f.Path; strings.Contains(at, "/_build/") || strings.Contains(at, "/build/packages/") {
		return true
	}
	return f.Has("hex_metadata.config") || path.Base(path.Dir(f.Dir())) == "deps" && f.Has("../../mix.lock")
}

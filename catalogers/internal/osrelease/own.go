package osrelease

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// Own says that the claims belong to the file system with the root, reads its Release and claims that. It needs what Read needs.
func Own(f *catalogers.File, root string, out *sbom.Facts) Release {
	out.Own(root)
	r := Read(f, root)
	r.Claim(out)
	return r
}

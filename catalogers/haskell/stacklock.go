package haskell

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// StackLock reads stack.yaml.lock: the packages that a project takes from outside its snapshot. A snapshot is a list
// of versions elsewhere, and no package.
//
// Source: https://docs.haskellstack.org/en/stable/topics/lock_files/. "name-1.2@sha256:...,size" has the digest of the .cabal file, not
// that of the archive.
var StackLock = catalogers.Cataloger{
	Name:  "stack-lock",
	Doc:   "Haskell packages beyond the snapshot, pinned in stack.yaml.lock, with revisions, commits and archives.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Hackage},
	Files: catalogers.Named("stack.yaml.lock"),
	Parse: parseStackLock,
}

func parseStackLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		if key != "packages" {
			return
		}
		r.Array(func() {
			r.Object(func(key string) {
				if key != "completed" {
					return
				}
				var l location
				line := r.Line()
				l.read(r)
				if r.Err() == nil {
					l.claim(line, out)
				}
			})
		})
	})
	return r.Finish()
}

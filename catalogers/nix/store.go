package nix

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/budget"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Store finds packages in a store without database, as dockerTools of Nixpkgs puts them into images: by the names of their folders, and by the run
// paths and loaders of the programs and libraries in them, which tell what they refer to. Where the database is there it knows better.
var Store = catalogers.Cataloger{
	Name:  "nix-store",
	Doc:   "Packages in a store of Nix without database, known by their folders and by what the programs and libraries in them refer to.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: append(catalogers.Folders("**/nix/store/*"), catalogers.Magic("\x7fELF")...),
	Parse: parseStore,
}

const storeFolder = "nix/store/"

func parseStore(f *catalogers.File, out *sbom.Facts) error {
	i := strings.Index(f.Path, storeFolder)
	if i < 0 || i > 0 && f.Path[i-1] != '/' {
		return nil
	}
	root, rest := path.Clean(f.Path[:i]+"."), f.Path[i+len(storeFolder):]
	base, _, inside := strings.Cut(rest, "/")
	s, ok := parse(base, "")
	if !ok || !s.isPackage() {
		return nil
	}
	if _, err := f.Resolve(path.Join(root, "nix/var/nix/db/db.sqlite")); err == nil {
		return nil
	}
	out.Own(root)
	out.Edges(sbom.Incomplete) // references in scripts and data are not looked for
	out.Technique, out.Confidence = sbom.FileName, 80
	key := s.claim(out)
	s.install(key, root, out)
	blob, err := f.Blob()
	if err != nil && !inside {
		return nil // the folder
	}
	if err != nil {
		return err
	}
	for _, text := range loads(&budget.Reader{From: blob, Left: loadLimit}) {
		for i, rest := range strings.Split(text, "/"+storeFolder) {
			name, _, _ := strings.Cut(rest, "/")
			name, _, _ = strings.Cut(name, ":")
			if to, ok := parse(name, ""); i > 0 && ok && to.isPackage() {
				if to := to.claim(out); to != key {
					out.DependsOn(key, to)
				}
			}
		}
	}
	return nil
}

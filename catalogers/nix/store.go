package nix

import (
	"debug/elf"
	"io"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Store finds packages in a store without database, as dockerTools of Nixpkgs puts them into images: by the programs and libraries in them, whose run
// path and loader tell what they refer to. A package of which neither is in the tree is not found: all that it could be known by is its folder.
// Where the database is there it knows better.
var Store = catalogers.Cataloger{
	Name:  "nix-store",
	Doc:   "Packages in a store of Nix without database, known by the programs and libraries in them and by what those refer to.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Magic("\x7fELF"),
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
	if !ok || !inside || !s.isPackage() {
		return nil
	}
	if _, err := f.Resolve(path.Join(root, "nix/var/nix/db/db.sqlite")); err == nil {
		return nil
	}
	out.Own(root)
	out.Edges(sbom.Incomplete) // references in scripts and data are not looked for
	out.Technique, out.Confidence = sbom.FileName, 80
	key := s.claim(out)
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	for _, text := range loads(&budget{blob, loadLimit}) {
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

func (s *storePath) claim(out *sbom.Facts) (key string) {
	p := s.purl()
	key = p.String()
	if !out.Has(key) {
		c := sbom.Component{PURL: p}
		describe(&c, "path", "/nix/store/"+s.base)
		describe(&c, "output", s.output)
		out.Add(key, c)
	}
	return key
}

// loadLimit is how much of a program is read: its tables of sections and of the names that it is linked by.
const loadLimit = 16 << 20

// budget is a ReaderAt that ends once as much was read.
type budget struct {
	r    io.ReaderAt
	left int
}

func (b *budget) ReadAt(p []byte, off int64) (int, error) {
	if len(p) > b.left {
		return 0, io.ErrUnexpectedEOF
	}
	b.left -= len(p)
	return b.r.ReadAt(p, off)
}

// loads gives the texts of a program that name what the loader takes it from: the run paths and the loader itself. The package debug/elf is not made
// for hostile input: its panics are caught.
func loads(r io.ReaderAt) (texts []string) {
	defer func() {
		if recover() != nil {
			texts = nil
		}
	}()
	f, err := elf.NewFile(r)
	if err != nil {
		return nil
	}
	for _, tag := range [...]elf.DynTag{elf.DT_RUNPATH, elf.DT_RPATH} {
		if values, err := f.DynValue(tag); err != nil || len(values) > 4 { // linkers write one
			continue
		}
		if list, err := f.DynString(tag); err == nil {
			texts = append(texts, list...)
		}
	}
	for _, p := range f.Progs {
		if p.Type == elf.PT_INTERP && p.Filesz < 1<<12 {
			if text, err := io.ReadAll(p.Open()); err == nil {
				texts = append(texts, strings.TrimRight(string(text), "\x00"))
			}
			break
		}
	}
	return texts
}

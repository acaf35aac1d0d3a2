package rpmdb

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// File is a file or a folder of a package.
type File struct {
	Path      string // in the tree, without a leading slash
	Digest    sbom.Hash
	Config    bool
	Directory bool
	Absent    bool // it was not installed, or was replaced by that of another package
}

// Bits and numbers of rpmfiles.h and rpmpgp.h.
const (
	flagConfig = 1 << 0
	flagGhost  = 1 << 6

	stateNormal    = 0
	stateNetShared = 3

	typeMask  = 0o170000
	typeDir   = 0o040000
	typePlain = 0o100000
)

func algorithm(pgp uint64) sbom.Algorithm {
	switch pgp {
	case 0, 1:
		return sbom.MD5
	case 2:
		return sbom.SHA1
	case 8:
		return sbom.SHA256
	case 9:
		return sbom.SHA384
	case 10:
		return sbom.SHA512
	case 11:
		return sbom.SHA224
	case 12:
		return sbom.SHA3256
	case 14:
		return sbom.SHA3512
	}
	return ""
}

// Files appends the files and folders of a package to a list. Root is that of the file system in the tree, empty or with a slash behind. What no
// file can be called is left out. paths is the text that holds all the paths.
func (h *Header) Files(root string, list []File) (files []File, paths List) {
	names, at := h.Texts(BaseNames), h.Ints(DirIndexes)
	dirs := h.dirs(root)
	if names == "" { // before rpm 4: whole paths
		names, at, dirs = h.Texts(OldFileNames), Numbers{}, []string{root}
	}
	// A path that is longer than Linux allows is none; and however often the names of folders are repeated, no package's paths are several times
	// as long as all else that is known of its files.
	const longest = 4096
	most := 1<<16 + 4*len(h.data)
	place := func(i int, name string) (dir, base string) {
		n := at.At(i)
		if n >= uint64(len(dirs)) {
			return "", ""
		}
		if dir = dirs[n]; at.Len() == 0 {
			name = strings.TrimPrefix(path.Clean("/"+name), "/")
		} else if strings.Contains(name, "/") || name == ".." {
			name = ""
		}
		if len(dir)+len(name) > longest {
			return "", ""
		}
		return dir, name
	}
	size, i := 0, 0
	for name := range names.All() {
		dir, base := place(i, name)
		size += len(dir) + len(base) + 1
		i++
	}
	var text strings.Builder
	text.Grow(min(size, most))
	digests, modes, flags, states := h.Texts(FileDigests), h.Ints(FileModes), h.Ints(FileFlags), h.Bytes(FileStates)
	algo, _ := h.Int(FileDigestAlgo)
	hash := algorithm(algo)
	i = 0
	for name := range names.All() {
		var digest string
		digests.Cut(&digest)
		dir, base := place(i, name)
		start := text.Len()
		if base != "" && start+len(dir)+len(base) < most {
			text.WriteString(dir)
			text.WriteString(base)
			f := File{Path: text.String()[start:], Directory: modes.At(i)&typeMask == typeDir, Config: flags.At(i)&flagConfig != 0}
			f.Absent = i < len(states) && states[i] != stateNormal && states[i] != stateNetShared
			if kind := modes.At(i) & typeMask; digest != "" && kind == typePlain && flags.At(i)&flagGhost == 0 {
				if d, ok := sbom.NewHash(hash, digest); ok {
					f.Digest = d
				}
			}
			list = append(list, f)
			text.WriteByte(0)
		}
		i++
	}
	return list, List(text.String())
}

// dirs are the folders of a package's files, each with a slash behind.
func (h *Header) dirs(root string) (list []string) {
	for dir := range h.Texts(DirNames).All() {
		if len(dir) > 1 && dir[0] == '/' && dir[len(dir)-1] == '/' && !strings.Contains(dir, "//") && !strings.Contains(dir, "/.") { // as rpm writes them
			dir = dir[1:]
		} else if dir = strings.TrimPrefix(path.Clean("/"+dir), "/"); dir != "" {
			dir += "/"
		}
		list = append(list, root+dir)
	}
	return list
}

// Package rootfs tells where in a tree the files lie that a package database lists.
package rootfs

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
)

// Root is the root of the file system that a package database belongs to.
type Root struct {
	dir    string // in the tree, with a slash behind it; "" at the top
	file   *catalogers.File
	merged []merge
}

// merge is a folder that packages list and that may be a link.
type merge struct {
	listed string // with a slash behind it
	real   string // where it lies below the root, likewise; the same if it is no link
}

// Open gives the Root with the folder dir, through a file of the same tree.
func Open(f *catalogers.File, dir string) *Root {
	r := &Root{file: f}
	if dir = path.Clean(dir); dir != "." {
		r.dir = dir + "/"
	}
	return r
}

// Place gives the place in the tree of a path that a package lists: "/bin/sh", "bin/sh" and "./bin/sh" are one. It is "" for what lies nowhere below
// the root. Packages are packed for folders that systems have long merged (https://www.freedesktop.org/wiki/Software/systemd/TheCaseForTheUsrMerge/):
// where the tree has such a folder as a link, the place is behind it. Each such folder is looked at once.
func (r *Root) Place(listed string) string {
	listed = strings.TrimPrefix(strings.TrimPrefix(listed, "./"), "/")
	if listed == "" || listed == "." {
		return ""
	}
	if folder := mergeable(listed); folder != "" {
		if real := r.real(folder); real != folder {
			return r.dir + real + listed[len(folder):]
		}
	}
	if r.dir == "" {
		return listed
	}
	return r.dir + listed
}

// Folder is Place for a folder: the place with a slash behind it, so that names can be appended. That of the root itself is "" at the top of the tree.
func (r *Root) Folder(listed string) string {
	if at := r.Place(strings.TrimSuffix(listed, "/") + "/"); at != "" {
		return at
	}
	return r.dir
}

// mergeable is the folder of a path, with the slash behind it, that some systems have merged into another; "" if it is none of those.
func mergeable(p string) string {
	i := strings.IndexByte(p, '/')
	if i < 0 {
		return ""
	}
	switch p[:i] {
	case "bin", "sbin", "lib", "lib64", "lib32", "libx32":
		return p[:i+1]
	case "usr":
		if len(p) < 5 || p[4] != 's' && p[4] != 'l' {
			return ""
		}
		j := strings.IndexByte(p[4:], '/')
		if j < 0 {
			return ""
		}
		switch p[4 : 4+j] {
		case "sbin", "lib64", "lib32":
			return p[:4+j+1]
		}
	}
	return ""
}

func (r *Root) real(folder string) string {
	for i := range r.merged {
		if r.merged[i].listed == folder {
			return r.merged[i].real
		}
	}
	m := merge{strings.Clone(folder), folder}
	m.real = m.listed
	if end, err := r.file.Resolve(r.dir + strings.TrimSuffix(folder, "/")); err == nil {
		if rel, inside := strings.CutPrefix(end+"/", r.dir); inside {
			m.real = rel
		}
	}
	r.merged = append(r.merged, m)
	return m.real
}

// Has tells whether something lies at a path below the root.
func (r *Root) Has(p string) bool {
	_, err := r.file.Resolve(r.dir + p)
	return err == nil
}

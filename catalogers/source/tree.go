package source

import (
	"context"
	"io/fs"
	"slices"
	"strings"
)

// medium is what a kind of target knows how to do. Its paths are cleaned, and no link stands in them, save where noted.
type medium interface {
	// at tells what stands at a path, and where it points if it is a link itself.
	at(p string) (k kind, target string, err error)
	// rebase makes a path in the tree of a link's absolute target. Where the target is not inside, it is read from
	// the tree's root, as it is meant in an unpacked root file system.
	rebase(target string) (p string, inside bool)
	// quick opens a file by a path that may have links. It is errAsk where resolve has to follow them.
	quick(p string) (Blob, error)
	// plain tells whether a path, which may have links, exists and has none; no may also mean that it cannot tell.
	plain(p string) bool
	file(p string) (Blob, error)
	entries(p string) ([]fs.DirEntry, error)
	lister() lister
	close() error
}

// lister reads one folder after the other for one goroutine of a walk.
type lister interface {
	open(dir string) error // a rule if the folder is to be skipped
	// next hands out an entry; name is good until the call after. It ends with io.EOF.
	next() (name []byte, k kind, err error)
	// The others tell of the entry handed out last.
	executable() (bool, error)
	head(buf []byte) (int, error)
	foreign() bool // a link to a folder outside the tree
	close()
}

// tree is the Tree of any medium.
type tree struct {
	medium
	about func() About
}

func (t *tree) About() About { return t.about() }

func (t *tree) Close() error {
	return t.medium.close()
}

func (t *tree) Walk(ctx context.Context, want Wanted, o WalkOptions) (Found, error) {
	return walk(ctx, t.medium, want, o)
}

func (t *tree) Open(p string) (Blob, error) {
	p, err := clean(p)
	if err != nil {
		return nil, err
	}
	if blob, err := t.quick(p); err != errAsk {
		return blob, err
	}
	if p, err = t.regular(p); err != nil {
		return nil, err
	}
	return t.file(p)
}

// regular resolves the path of a regular file.
func (t *tree) regular(p string) (string, error) {
	end, k, err := resolve(t.medium, p)
	switch {
	case err != nil:
		return "", err
	case k == isFolder:
		return "", errFolder
	case k != isRegular:
		return "", errSpecial
	}
	return end, nil
}

func (t *tree) ReadDir(p string) ([]fs.DirEntry, error) {
	end, err := t.Resolve(p)
	if err != nil {
		return nil, err
	}
	list, err := t.entries(end)
	list = slices.DeleteFunc(list, func(e fs.DirEntry) bool { return e.IsDir() && versionControl(e.Name()) })
	slices.SortFunc(list, func(a, b fs.DirEntry) int { return strings.Compare(a.Name(), b.Name()) })
	return list, err
}

func (t *tree) Resolve(p string) (string, error) {
	p, err := clean(p)
	if err != nil || t.plain(p) {
		return p, err
	}
	p, _, err = resolve(t.medium, p)
	return p, err
}

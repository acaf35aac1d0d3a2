package source

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// directory is a folder of the host, as a medium. Its handle is the root, open.
type directory struct {
	handle
	root  string          // as it was asked for
	names func() []string // the root as an absolute path, as asked for and without links; slash-separated
}

func openDirectory(root string) (Tree, error) {
	h, err := openHandle(root)
	if err != nil {
		return nil, err
	}
	d := &directory{handle: h, root: root, names: sync.OnceValue(func() []string { return spellings(root) })}
	return &tree{medium: d, about: sync.OnceValue(func() About { return aboutDirectory(root) })}, nil
}

func spellings(root string) (list []string) {
	abs, err := filepath.Abs(root)
	if err != nil {
		return nil
	}
	list = append(list, strings.TrimSuffix(filepath.ToSlash(abs), "/"))
	if real, err := filepath.EvalSymlinks(abs); err == nil && real != abs {
		list = append(list, strings.TrimSuffix(filepath.ToSlash(real), "/"))
	}
	return list
}

func (d *directory) host(p string) string { return filepath.Join(d.root, filepath.FromSlash(p)) }

func (d *directory) at(p string) (k kind, target string, err error) {
	info, err := os.Lstat(d.host(p))
	if err != nil {
		return isUnknown, "", absent(bare(err))
	}
	if k = modeKind(info.Mode()); k == isLink {
		target, err = os.Readlink(d.host(p))
	}
	return k, filepath.ToSlash(target), bare(err)
}

func (d *directory) rebase(target string) (p string, inside bool) {
	for _, root := range d.names() {
		if rest, ok := strings.CutPrefix(target, root); ok && (rest == "" || rest[0] == '/') {
			return rest, true
		}
	}
	return target, false
}

func (d *directory) entries(p string) ([]fs.DirEntry, error) {
	f, err := d.list(p)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	list, err := f.ReadDir(-1)
	return list, bare(err)
}

func (d *directory) lister() lister { return newFolder(d) }

// leads tells whether a link, by its target, leads to a folder outside.
func (d *directory) leads(dir, name, target string) bool {
	if !strings.HasPrefix(target, "/") {
		if _, err := clean(join(dir, target)); err == nil {
			return false // stays inside, by its spelling
		}
	}
	p := join(dir, name)
	if _, _, err := resolve(d, p); !errors.Is(err, ErrOutside) {
		return false
	}
	info, err := os.Stat(d.host(p))
	return err == nil && info.IsDir()
}

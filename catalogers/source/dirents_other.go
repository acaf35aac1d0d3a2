//go:build !linux || portable

package source

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// folder lists folders with what every system has.
type folder struct {
	medium *directory
	dir    string
	rest   []fs.DirEntry
	last   fs.DirEntry
}

func newFolder(d *directory) *folder { return &folder{medium: d} }

func (f *folder) open(dir string) (err error) {
	f.dir = dir
	f.rest, err = f.medium.entries(dir)
	return err
}

func (f *folder) close() { f.rest, f.last = nil, nil }

func (f *folder) next() (name []byte, k kind, err error) {
	if len(f.rest) == 0 {
		return nil, isUnknown, io.EOF
	}
	f.last, f.rest = f.rest[0], f.rest[1:]
	return []byte(f.last.Name()), modeKind(f.last.Type()), nil
}

func (f *folder) path() string { return join(f.dir, f.last.Name()) }

func (f *folder) executable() (bool, error) {
	info, err := f.last.Info()
	if err != nil {
		return false, bare(err)
	}
	return info.Mode()&0o111 != 0, nil
}

func (f *folder) head(buf []byte) (int, error) { return peek(f.medium, f.path(), buf) }

func (f *folder) foreign() bool {
	_, target, err := f.medium.at(f.path())
	return err == nil && f.medium.leads(f.dir, f.last.Name(), target)
}

// handle is the root of a directory tree, open.
type handle struct{ top *os.Root }

func openHandle(root string) (handle, error) {
	r, err := os.OpenRoot(root)
	return handle{r}, bare(err)
}

func (h handle) close() error { return h.top.Close() }

func (h handle) quick(string) (Blob, error) { return nil, errAsk }

func (h handle) plain(string) bool { return false }

// file opens a regular file, and never waits, for a named pipe for instance.
func (h handle) file(p string) (Blob, error) {
	f, err := h.top.OpenFile(filepath.FromSlash(p), os.O_RDONLY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return nil, absent(bare(err))
	}
	return regular(f)
}

func (h handle) list(p string) (*os.File, error) {
	f, err := h.top.Open(filepath.FromSlash(p))
	return f, absent(bare(err))
}

// absent tells a path that goes on behind a file apart from what is really wrong: there is nothing.
func absent(err error) error {
	if errors.Is(err, syscall.ENOTDIR) {
		return fs.ErrNotExist
	}
	return err
}

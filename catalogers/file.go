package catalogers

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"unsafe"

	"github.com/bmatcuk/doublestar/v4"
)

// Blob is the content of one file.
type Blob = interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Tree is what a File needs of the medium that it lies in. Paths are slash-separated and relative to the
// tree's root; "." is the root.
type Tree interface {
	Open(path string) (Blob, error)
	ReadDir(path string) ([]fs.DirEntry, error)
	Resolve(path string) (string, error) // follows links, inside the tree only
}

// TextLimit is the most bytes of one file that Text reads. The largest lockfiles known are a quarter of it.
const TextLimit = 64 << 20

// ErrUndeclared says that a cataloger asked for a file that its Beside does not cover.
var ErrUndeclared = errors.New("not among the files that the cataloger may open beside it")

// File is what a cataloger sees of the file that started it: its bytes, and the few others that the cataloger
// declared. The same cataloger therefore works in a directory, an archive, an image and a test.
type File struct {
	Path string // in the tree

	tree   Tree
	beside []string
	*content
}

// content is what was read of a file, for all catalogers that read it.
type content struct {
	blob Blob
	text string
	read bool
	err  error
}

// NewFile makes the File at path for a cataloger.
func NewFile(tree Tree, c *Cataloger, path string) *File {
	return &File{path, tree, c.Beside, new(content)}
}

// As is the same file for another cataloger: what was read of it is not read again.
func (f *File) As(c *Cataloger) *File {
	return &File{f.Path, f.tree, c.Beside, f.content}
}

// Dir is the folder of the file, "." at the top.
func (f *File) Dir() string { return path.Dir(f.Path) }

// Base is the file's name without its folder.
func (f *File) Base() string { return path.Base(f.Path) }

// Blob opens the content for reading at any place. It is closed by Close.
func (f *File) Blob() (Blob, error) {
	if f.blob == nil && f.err == nil {
		f.blob, f.err = f.tree.Open(f.Path)
	}
	return f.blob, f.err
}

// Text is the whole content. It is read once and shared: substrings of it cost nothing. A file of more than
// TextLimit bytes is refused.
func (f *File) Text() (string, error) {
	if f.read {
		return f.text, f.err
	}
	f.read = true
	blob, err := f.Blob()
	if err != nil {
		return "", err
	}
	defer f.Close()
	size := blob.Size()
	if size > TextLimit {
		f.err = fmt.Errorf("has %d MB, more than the %d MB that are read", size>>20, TextLimit>>20)
		return "", f.err
	}
	data := make([]byte, size)
	n, err := blob.ReadAt(data, 0)
	if err != nil && err != io.EOF {
		f.err = err
		return "", err
	}
	data = data[:n]
	f.text = strings.TrimPrefix(unsafe.String(unsafe.SliceData(data), len(data)), "\ufeff") // data is not written again
	return f.text, nil
}

// Close releases the content; a Text that was read stays.
func (f *File) Close() {
	if f.blob != nil {
		f.blob.Close()
		f.blob = nil
	}
}

// Beside opens another file that the cataloger declared: by a path relative to this file's folder, by "^name" in
// the nearest ancestor folder that has it (this one included), or by "/path" from the root. A missing file is fs.ErrNotExist.
func (f *File) Beside(name string) (*File, error) {
	if up, ok := strings.CutPrefix(name, "^"); ok {
		return f.ancestor(up)
	}
	at, err := f.locate(name)
	if err != nil {
		return nil, err
	}
	return f.open(at)
}

func (f *File) ancestor(name string) (*File, error) {
	if !f.declares("^" + name) {
		return nil, fmt.Errorf("^%s: %w", name, ErrUndeclared)
	}
	for dir := f.Dir(); ; dir = path.Dir(dir) {
		other, err := f.open(path.Join(dir, name))
		if err == nil || dir == "." || !errors.Is(err, fs.ErrNotExist) {
			return other, err
		}
	}
}

func (f *File) open(at string) (*File, error) {
	other := &File{at, f.tree, f.beside, new(content)}
	if _, err := other.Blob(); err != nil {
		return nil, err
	}
	return other, nil
}

// Glob lists the files that match a pattern relative to this file's folder and that the cataloger declared,
// sorted. It gives their paths in the tree.
func (f *File) Glob(pattern string) ([]string, error) {
	base := f.Dir()
	for strings.HasPrefix(pattern, "../") {
		base, pattern = path.Dir(base), pattern[3:]
	}
	found, err := doublestar.Glob(folder{f.tree, base}, path.Clean(pattern), doublestar.WithFilesOnly(), doublestar.WithNoFollow())
	if err != nil {
		return nil, err
	}
	list := found[:0]
	for _, p := range found {
		if at := path.Join(base, p); f.covers(at) {
			list = append(list, at)
		}
	}
	slices.Sort(list)
	return list, nil
}

// At is Beside for a path in the tree, as Glob gives it.
func (f *File) At(file string) (*File, error) { return f.Beside("/" + file) }

// Resolve follows the links on the way to a path in the tree and tells where it ends, inside the tree. A
// missing file is fs.ErrNotExist.
func (f *File) Resolve(path string) (string, error) { return f.tree.Resolve(path) }

func (f *File) locate(name string) (string, error) {
	at := path.Join(f.Dir(), name)
	if strings.HasPrefix(name, "/") {
		at = path.Clean(strings.TrimPrefix(name, "/"))
	}
	if at == ".." || strings.HasPrefix(at, "../") {
		return "", fmt.Errorf("%s: lies outside the tree", name)
	}
	if !f.covers(at) {
		return "", fmt.Errorf("%s: %w", name, ErrUndeclared)
	}
	return at, nil
}

// covers tells whether a declared pattern allows the path in the tree.
func (f *File) covers(at string) bool {
	for _, p := range f.beside {
		base := f.Dir()
		switch {
		case strings.HasPrefix(p, "^"):
			if path.Base(at) == p[1:] {
				return true
			}
			continue
		case strings.HasPrefix(p, "/"):
			base, p = ".", p[1:]
		}
		for strings.HasPrefix(p, "../") {
			base, p = path.Dir(base), p[3:]
		}
		rel := at
		if base != "." {
			var inside bool
			if rel, inside = strings.CutPrefix(at, base+"/"); !inside {
				continue
			}
		}
		if ok, _ := doublestar.Match(p, rel); ok {
			return true
		}
	}
	return false
}

func (f *File) declares(pattern string) bool {
	for _, p := range f.beside {
		if p == pattern {
			return true
		}
	}
	return false
}

// root is what doublestar asks of the top of a tree: that it is a folder.
type root struct{ fs.FileInfo }

func (root) IsDir() bool       { return true }
func (root) Mode() fs.FileMode { return fs.ModeDir }

// folder is a folder of a Tree as doublestar wants it.
type folder struct {
	tree Tree
	base string
}

func (d folder) Open(name string) (fs.File, error) {
	return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

func (d folder) ReadDir(name string) ([]fs.DirEntry, error) {
	return d.tree.ReadDir(path.Join(d.base, name))
}

func (d folder) Stat(name string) (fs.FileInfo, error) {
	if name == "." { // the folder of a file that is open; above it nothing may be to be seen, as at the top of an archive
		return root{}, nil
	}
	at := path.Join(d.base, name)
	entries, err := d.tree.ReadDir(path.Dir(at))
	if err != nil {
		return nil, err
	}
	for _, e := range entries {
		if e.Name() == path.Base(at) {
			return e.Info()
		}
	}
	return nil, fs.ErrNotExist
}

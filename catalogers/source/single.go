package source

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// single is one file of the host, as a medium. What lies beside it does not belong to the tree.
type single struct {
	path string
	name string
}

func openSingle(path string) Tree {
	name := filepath.Base(path)
	return &tree{medium: single{path, name}, about: func() About { return About{Kind: "file", Name: name} }}
}

func (s single) at(p string) (k kind, target string, err error) {
	if p != s.name {
		return isUnknown, "", fs.ErrNotExist
	}
	return isRegular, "", nil
}

func (s single) rebase(target string) (p string, inside bool) { return target, false }
func (s single) quick(string) (Blob, error)                   { return nil, errAsk }
func (s single) plain(string) bool                            { return false }
func (s single) file(string) (Blob, error)                    { return openRegular(s.path) }
func (s single) close() error                                 { return nil }
func (s single) lister() lister                               { return &lone{single: s} }

func (s single) entries(string) ([]fs.DirEntry, error) {
	info, err := os.Stat(s.path)
	if err != nil {
		return nil, bare(err)
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(info)}, nil
}

// lone lists the one file.
type lone struct {
	single
	done bool
}

func (l *lone) open(string) error { return nil }
func (l *lone) close()            {}
func (l *lone) foreign() bool     { return false }

// executable is not asked of a file that somebody named.
func (l *lone) executable() (bool, error) { return true, nil }

func (l *lone) next() (name []byte, k kind, err error) {
	if l.done {
		return nil, isUnknown, io.EOF
	}
	l.done = true
	return []byte(l.name), isRegular, nil
}

func (l *lone) head(buf []byte) (int, error) { return peek(l.single, l.name, buf) }

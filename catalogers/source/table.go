package source

import (
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"
)

// table is the files of a container, an archive or the layers of an image, as a medium: what was listed once is found again by its path.
type table struct {
	top   *node
	nodes int // all
	files int64
	keep  *keeper
	quit  []io.Closer
	roots []string // of the file systems in it; none of an archive
}

// node is one name in a table.
type node struct {
	kind     kind
	program  bool   // may be executed
	target   string // of a link
	content  content
	size     int64
	layer    int32 // by which it came, counted from 0
	children map[string]*node
}

// maxNodes is the most files and folders that a table holds.
const maxNodes = 1_000_000

func newTable(keep *keeper) *table {
	return &table{top: &node{kind: isFolder}, keep: keep}
}

// put sets what stands at a path, whose folders are made as needed; links on the way are followed. A folder that is there stays, with what is in it.
func (t *table) put(p string, n *node) error {
	if p == "." {
		return nil
	}
	dir, err := t.folder(path.Dir(p), n.layer)
	if err != nil {
		return err
	}
	name := path.Base(p)
	was := dir.children[name]
	if was != nil && was.kind == isFolder && n.kind == isFolder {
		return nil
	}
	if was == nil {
		if t.nodes++; t.nodes > maxNodes {
			return errTooMany
		}
	}
	if dir.children == nil {
		dir.children = make(map[string]*node)
	}
	dir.children[name] = n
	return nil
}

// folder finds or makes a folder.
func (t *table) folder(p string, layer int32) (*node, error) {
	at := t.top
	if p == "." {
		return at, nil
	}
	done := "."
	for name := range strings.SplitSeq(p, "/") {
		next := at.children[name]
		here := join(done, name)
		if next != nil && next.kind == isLink {
			end, k, err := resolve(t, here)
			if err == nil && k == isFolder {
				here, next = end, t.find(end)
			}
		}
		if next == nil || next.kind != isFolder {
			next = &node{kind: isFolder, layer: layer}
			if t.nodes++; t.nodes > maxNodes {
				return nil, errTooMany
			}
			if at.children == nil {
				at.children = make(map[string]*node)
			}
			at.children[name] = next
		}
		at, done = next, here
	}
	return at, nil
}

// find gives what stands at a path that has no links, or nil.
func (t *table) find(p string) *node {
	at := t.top
	if p == "." {
		return at
	}
	for name := range strings.SplitSeq(p, "/") {
		if at = at.children[name]; at == nil {
			return nil
		}
	}
	return at
}

// remove takes away what stands at a path that has no links.
func (t *table) remove(p string) {
	if dir := t.find(path.Dir(p)); dir != nil && p != "." {
		delete(dir.children, path.Base(p))
	}
}

// each visits the regular files and folders at and below a node, in no order.
func (n *node) each(p string, visit func(p string, n *node)) {
	if n.kind == isRegular || n.kind == isFolder {
		visit(p, n)
	}
	for name, child := range n.children {
		child.each(join(p, name), visit)
	}
}

func (t *table) at(p string) (k kind, target string, err error) {
	n := t.find(p)
	if n == nil {
		return isUnknown, "", fs.ErrNotExist
	}
	return n.kind, n.target, nil
}

func (t *table) rebase(target string) (p string, inside bool) { return target, len(t.roots) > 0 }

func (t *table) root(p string) string {
	for _, r := range t.roots {
		if r == "." || p == r || strings.HasPrefix(p, r+"/") {
			return r
		}
	}
	return ""
}

// real is a path without links on the way to its end.
func (t *table) real(p string) string {
	dir := path.Dir(p)
	if n := t.find(dir); n != nil && n.kind == isFolder {
		return p
	}
	if end, k, err := resolve(t, dir); err == nil && k == isFolder {
		return join(end, path.Base(p))
	}
	return p
}

func (t *table) quick(p string) (Blob, error) {
	if !t.plain(p) {
		return nil, errAsk
	}
	return t.file(p)
}

func (t *table) plain(p string) bool {
	n := t.find(p)
	return n != nil && n.kind != isLink
}

func (t *table) file(p string) (Blob, error) {
	n := t.find(p)
	switch {
	case n == nil:
		return nil, fs.ErrNotExist
	case n.kind == isFolder:
		return nil, errFolder
	case n.kind != isRegular:
		return nil, errSpecial
	case n.content == nil:
		return nil, errNotKept
	}
	return n.content.open()
}

func (t *table) entries(p string) ([]fs.DirEntry, error) {
	n := t.find(p)
	if n == nil {
		return nil, fs.ErrNotExist
	}
	if n.kind != isFolder {
		return nil, errors.New("is not a folder")
	}
	list := make([]fs.DirEntry, 0, len(n.children))
	for name, child := range n.children {
		list = append(list, named{name, child})
	}
	return list, nil
}

func (t *table) close() error {
	var all []error
	for _, c := range t.quit {
		all = append(all, c.Close())
	}
	if t.keep != nil {
		all = append(all, t.keep.close())
	}
	return errors.Join(all...)
}

func (t *table) lister() lister { return &listing{table: t} }

// listing reads folders of a table, in the order of their names.
type listing struct {
	*table
	dir   string
	in    *node
	names []string
	at    *node // handed out last
	name  string
}

func (l *listing) open(dir string) error {
	l.dir, l.in = dir, l.find(dir)
	if l.in == nil {
		return fs.ErrNotExist
	}
	l.names = l.names[:0]
	for name := range l.in.children {
		l.names = append(l.names, name)
	}
	slices.SortFunc(l.names, func(a, b string) int { return strings.Compare(b, a) })
	return nil
}

func (l *listing) next() (name []byte, k kind, err error) {
	last := len(l.names) - 1
	if last < 0 {
		return nil, isUnknown, io.EOF
	}
	l.name = l.names[last]
	l.names = l.names[:last]
	l.at = l.in.children[l.name]
	return []byte(l.name), l.at.kind, nil
}

func (l *listing) executable() (bool, error) { return l.at.program, nil }
func (l *listing) foreign() bool             { return false }
func (l *listing) close()                    {}

func (l *listing) head(buf []byte) (int, error) {
	if p, ok := l.at.content.(passed); ok {
		return copy(buf, p), nil
	}
	if s, ok := l.at.content.(starter); ok {
		return s.start(buf)
	}
	return peek(l.table, join(l.dir, l.name), buf)
}

// starter is content whose first bytes cost less than all.
type starter interface{ start(buf []byte) (int, error) }

// named is a node as a folder's entry and its own FileInfo.
type named struct {
	name string
	node *node
}

func (n named) Name() string               { return n.name }
func (n named) IsDir() bool                { return n.node.kind == isFolder }
func (n named) Info() (fs.FileInfo, error) { return n, nil }
func (n named) Size() int64                { return n.node.size }
func (n named) ModTime() time.Time         { return time.Time{} }
func (n named) Sys() any                   { return nil }
func (n named) Type() fs.FileMode          { return n.Mode().Type() }

func (n named) Mode() fs.FileMode {
	switch n.node.kind {
	case isFolder:
		return fs.ModeDir | 0o755
	case isLink:
		return fs.ModeSymlink | 0o777
	case isRegular:
		return 0o644
	}
	return fs.ModeIrregular
}

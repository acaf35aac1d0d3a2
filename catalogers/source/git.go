package source

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// revision is the tree of a commit, read out of the object store, as a medium: nothing is checked out, nothing is run.
type revision struct {
	objects *objects
	top     plumbing.Hash
	when    time.Time

	mu      sync.Mutex
	folders map[plumbing.Hash][]treeEntry // read before
	paths   map[string]plumbing.Hash      // found before
}

// Limits of a revision. The same folder may stand in a tree many times, so that a few objects make one without bounds.
const (
	maxEntries = 5_000_000
	maxDepth   = 1000
	maxCached  = 4096 // folders
)

func openRevision(target, rev string) (Tree, error) {
	r, err := findRepository(target)
	if err != nil {
		return nil, err
	}
	o := openObjects(r.common, false)
	about := About{Kind: "git", Name: folderName(target)}
	if r.top == "" {
		about.Name = strings.TrimSuffix(filepath.Base(r.common), ".git")
	}
	t, err := r.revision(rev, r.below(target), o, &about)
	if err != nil {
		o.close()
		return nil, fmt.Errorf("git:%s: %w", rev, err)
	}
	return &tree{medium: t, about: func() About { return about }}, nil
}

// revision opens the folder sub of a commit.
func (r *repository) revision(rev, sub string, o *objects, about *About) (*revision, error) {
	hash, err := r.commitAt(rev, o)
	if err != nil {
		return nil, err
	}
	c, err := o.commit(hash)
	if err != nil {
		return nil, err
	}
	about.Created = c.when
	r.describe(about, hash.String(), o)
	t := &revision{objects: o, top: c.tree, when: c.when, folders: map[plumbing.Hash][]treeEntry{}, paths: map[string]plumbing.Hash{}}
	if sub != "." {
		if t.top, err = t.folder(sub); err != nil {
			return nil, fmt.Errorf("%s: %w", sub, err)
		}
		clear(t.paths)
	}
	return t, nil
}

// below is where a folder lies in the repository's work tree.
func (r *repository) below(target string) string {
	abs, err := filepath.Abs(target)
	if err == nil {
		abs, err = filepath.EvalSymlinks(abs)
	}
	if err != nil || r.top == "" {
		return "."
	}
	rel, err := filepath.Rel(r.top, abs)
	if err != nil || within(filepath.ToSlash(rel)) {
		return "."
	}
	return filepath.ToSlash(rel)
}

// treeEntry is one entry of a folder.
type treeEntry struct {
	name string
	mode uint32
	hash plumbing.Hash
}

// The types in a mode: https://git-scm.com/docs/git-fast-import#_filemodify. The permissions below them are only
// whether a file is executable; old versions of git wrote others, too.
const (
	modeType   = 0o170000
	modeFile   = 0o100000
	modeFolder = 0o040000
	modeLink   = 0o120000
	modeModule = 0o160000
)

func (e treeEntry) kind() kind {
	switch e.mode & modeType {
	case modeFile:
		return isRegular
	case modeFolder, modeModule:
		return isFolder
	case modeLink:
		return isLink
	}
	return isUnknown
}

// parseTree reads a tree object: per entry an octal mode, a blank, the name, a zero byte and 20 bytes of hash. The
// result is sorted by name.
func parseTree(data []byte) ([]treeEntry, error) {
	var list []treeEntry
	for len(data) > 0 {
		blank, end := bytes.IndexByte(data, ' '), bytes.IndexByte(data, 0)
		if blank < 1 || blank > 7 || end < blank || len(data) < end+21 {
			return nil, errors.New("malformed git tree")
		}
		e := treeEntry{name: string(data[blank+1 : end])}
		for _, c := range data[:blank] {
			e.mode = e.mode<<3 | uint32(c-'0')&7
		}
		if e.name == "" || e.name == "." || e.name == ".." || strings.Contains(e.name, "/") {
			return nil, fmt.Errorf("malformed git tree: name %q", e.name)
		}
		copy(e.hash[:], data[end+1:])
		list = append(list, e)
		data = data[end+21:]
	}
	slices.SortStableFunc(list, func(a, b treeEntry) int { return strings.Compare(a.name, b.name) })
	return slices.CompactFunc(list, func(a, b treeEntry) bool { return a.name == b.name }), nil
}

// list reads a folder by its hash.
func (t *revision) list(hash plumbing.Hash) ([]treeEntry, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if list, ok := t.folders[hash]; ok {
		return list, nil
	}
	data, err := t.objects.content(hash, plumbing.TreeObject)
	if err != nil {
		return nil, err
	}
	list, err := parseTree(data)
	if err != nil {
		return nil, err
	}
	if len(t.folders) >= maxCached {
		clear(t.folders)
	}
	t.folders[hash] = list
	return list, nil
}

// folder finds a folder.
func (t *revision) folder(p string) (plumbing.Hash, error) {
	if p == "." {
		return t.top, nil
	}
	t.mu.Lock()
	hash, ok := t.paths[p]
	t.mu.Unlock()
	if ok {
		return hash, nil
	}
	e, err := t.find(p)
	switch {
	case err != nil:
		return hash, err
	case e.mode&modeType == modeModule:
		return hash, ruleModule
	case e.kind() != isFolder:
		return hash, fs.ErrNotExist
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.paths) >= maxCached {
		clear(t.paths)
	}
	t.paths[p] = e.hash
	return e.hash, nil
}

// find finds an entry.
func (t *revision) find(p string) (treeEntry, error) {
	dir, name := path.Split(p)
	hash, err := t.folder(path.Clean(dir))
	if err != nil {
		return treeEntry{}, err
	}
	list, err := t.list(hash)
	if err != nil {
		return treeEntry{}, err
	}
	i, ok := slices.BinarySearchFunc(list, name, func(e treeEntry, name string) int { return strings.Compare(e.name, name) })
	if !ok {
		return treeEntry{}, fs.ErrNotExist
	}
	return list[i], nil
}

func (t *revision) at(p string) (k kind, target string, err error) {
	e, err := t.find(p)
	if err != nil || e.kind() != isLink {
		return e.kind(), "", err
	}
	blob, err := t.objects.blob(e.hash)
	if err != nil {
		return isLink, "", err
	}
	buf := make([]byte, 4096)
	n, err := start(blob, buf)
	return isLink, string(buf[:n]), err
}

func (t *revision) file(p string) (Blob, error) {
	e, err := t.find(p)
	if err != nil {
		return nil, err
	}
	return t.objects.blob(e.hash)
}

func (t *revision) entries(p string) ([]fs.DirEntry, error) {
	hash, err := t.folder(p)
	if err != nil {
		return nil, err
	}
	list, err := t.list(hash)
	entries := make([]fs.DirEntry, len(list))
	for i, e := range list {
		entries[i] = listed{e, t}
	}
	return entries, err
}

func (t *revision) rebase(target string) (p string, inside bool) { return target, false }
func (t *revision) quick(string) (Blob, error)                   { return nil, errAsk }
func (t *revision) plain(string) bool                            { return false }
func (t *revision) lister() lister                               { return &leaf{tree: t} }

func (t *revision) close() error {
	t.objects.close()
	return nil
}

// listed is an entry as package fs wants it.
type listed struct {
	treeEntry
	tree *revision
}

func (l listed) Name() string               { return l.name }
func (l listed) IsDir() bool                { return l.kind() == isFolder }
func (l listed) Type() fs.FileMode          { return l.Mode().Type() }
func (l listed) Info() (fs.FileInfo, error) { return l, nil }
func (l listed) ModTime() time.Time         { return l.tree.when }
func (l listed) Sys() any                   { return nil }

func (l listed) Mode() fs.FileMode {
	switch l.kind() {
	case isRegular:
		return fs.FileMode(l.mode & 0o777)
	case isFolder:
		return fs.ModeDir | 0o755
	case isLink:
		return fs.ModeSymlink | 0o777
	}
	return fs.ModeIrregular
}

func (l listed) Size() int64 {
	if l.kind() != isRegular {
		return 0
	}
	blob, err := l.tree.objects.blob(l.hash)
	if err != nil {
		return 0
	}
	return blob.Size()
}

// leaf lists the folders of a revision, one goroutine's share of them.
type leaf struct {
	tree *revision
	rest []treeEntry
	last treeEntry
	seen int
}

func (l *leaf) open(dir string) error {
	if strings.Count(dir, "/") >= maxDepth {
		return fmt.Errorf("lies %d folders deep", maxDepth)
	}
	hash, err := l.tree.folder(dir)
	if err != nil {
		return err
	}
	l.rest, err = l.tree.list(hash)
	return err
}

func (l *leaf) next() (name []byte, k kind, err error) {
	if len(l.rest) == 0 {
		return nil, isUnknown, io.EOF
	}
	if l.seen++; l.seen > maxEntries {
		return nil, isUnknown, errTooMany
	}
	l.last, l.rest = l.rest[0], l.rest[1:]
	return []byte(l.last.name), l.last.kind(), nil
}

func (l *leaf) close()                    { l.rest = nil }
func (l *leaf) executable() (bool, error) { return l.last.mode&0o111 != 0, nil }
func (l *leaf) foreign() bool             { return false }

func (l *leaf) head(buf []byte) (int, error) {
	blob, err := l.tree.objects.blob(l.last.hash)
	if err != nil {
		return 0, err
	}
	return start(blob, buf)
}

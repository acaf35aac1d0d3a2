package all_test

import (
	"bytes"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"testing/fstest"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sbomgen/sbomgen/catalogers/source"
)

// archive is a Tree over the files of a fixture. It notes which files were opened.
type archive struct {
	files  fstest.MapFS
	mu     sync.Mutex
	opened map[string]bool
}

func newArchive(a *txtar.Archive) *archive {
	t := &archive{files: fstest.MapFS{}, opened: map[string]bool{}}
	for _, f := range a.Files {
		if f.Name == want {
			continue
		}
		if target, ok := strings.CutSuffix(f.Name, " ->"); ok { // "name ->" holds the target of a link
			t.files[target] = &fstest.MapFile{Data: bytes.TrimSpace(f.Data), Mode: fs.ModeSymlink | 0o777}
			continue
		}
		t.files[f.Name] = &fstest.MapFile{Data: f.Data, Mode: 0o644}
	}
	return t
}

func (t *archive) Walk(_ context.Context, w source.Wanted, _ source.WalkOptions) (source.Found, error) {
	var found source.Found
	folders := make(map[string]bool)
	for _, p := range slices.Sorted(keys(t.files)) {
		f := t.files[p]
		if f.Mode&fs.ModeSymlink != 0 {
			continue
		}
		found.Count++
		for at := path.Dir(p); at != "." && !folders[at]; at = path.Dir(at) {
			folders[at] = true
			if w.Folder(path.Dir(at), []byte(path.Base(at))) {
				found.Files = append(found.Files, source.Entry{Path: at, Folder: true})
			}
		}
		dir, name := path.Dir(p), []byte(path.Base(p))
		switch w.Name(dir, name) {
		case source.Keep:
		case source.Peek:
			if !w.Head(dir, name, f.Data[:min(16, len(f.Data))]) {
				continue
			}
		default:
			continue
		}
		found.Files = append(found.Files, source.Entry{Path: p, Size: int64(len(f.Data))})
	}
	slices.SortStableFunc(found.Files, func(a, b source.Entry) int { return strings.Compare(a.Path, b.Path) })
	return found, nil
}

func keys(m fstest.MapFS) func(func(string) bool) {
	return func(yield func(string) bool) {
		for k := range m {
			if !yield(k) {
				return
			}
		}
	}
}

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (t *archive) Open(p string) (source.Blob, error) {
	at, err := t.Resolve(p)
	if err != nil {
		return nil, err
	}
	f, ok := t.files[at]
	if !ok {
		return nil, &fs.PathError{Op: "open", Path: p, Err: fs.ErrNotExist}
	}
	t.mu.Lock()
	t.opened[at] = true
	t.mu.Unlock()
	return blob{bytes.NewReader(f.Data)}, nil
}

func (t *archive) ReadDir(p string) ([]fs.DirEntry, error) { return t.files.ReadDir(p) }

func (t *archive) Resolve(p string) (string, error) {
	for range 40 {
		parts := strings.Split(path.Clean(p), "/")
		done := true
		for i := range parts {
			at := strings.Join(parts[:i+1], "/")
			f, ok := t.files[at]
			if !ok || f.Mode&fs.ModeSymlink == 0 {
				continue
			}
			p = path.Join(path.Dir(at), string(f.Data), strings.Join(parts[i+1:], "/"))
			done = false
			break
		}
		if done {
			if _, err := fs.Stat(t.files, path.Clean(p)); err != nil {
				return "", &fs.PathError{Op: "resolve", Path: p, Err: fs.ErrNotExist}
			}
			return path.Clean(p), nil
		}
	}
	return "", &fs.PathError{Op: "resolve", Path: p, Err: fs.ErrInvalid}
}

func (t *archive) About() source.About { return source.About{Kind: "directory", Name: "fixture"} }
func (t *archive) Close() error        { return nil }

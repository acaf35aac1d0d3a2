package catalogers_test

import (
	"bytes"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
)

// tree is a Tree over a map. It knows how large a file claims to be.
type tree struct {
	fstest.MapFS
	size int64
}

type blob struct {
	*bytes.Reader
	size int64
}

func (b blob) Close() error { return nil }
func (b blob) Size() int64 {
	if b.size > 0 {
		return b.size
	}
	return b.Reader.Size()
}

func (t tree) Open(p string) (catalogers.Blob, error) {
	data, err := t.ReadFile(p)
	if err != nil {
		return nil, err
	}
	return blob{bytes.NewReader(data), t.size}, nil
}
func (t tree) Resolve(p string) (string, error)        { return p, nil }
func (t tree) ReadDir(p string) ([]fs.DirEntry, error) { return t.MapFS.ReadDir(p) }

func files(names ...string) tree {
	m := fstest.MapFS{}
	for _, n := range names {
		m[n] = &fstest.MapFile{Data: []byte("text of " + n)}
	}
	return tree{MapFS: m}
}

func TestBesideOpensWhatIsDeclaredAndNothingElse(t *testing.T) {
	in := files("etc/os-release", "a/manifest", "a/b/lock", "a/b/manifest", "a/b/c/part", "a/b/secret", "a/other")
	c := &catalogers.Cataloger{Beside: []string{"manifest", "**/part", "../other", "^root", "/etc/os-release"}}
	f := catalogers.NewFile(in, c, "a/b/lock")
	for name, want := range map[string]error{
		"manifest":            nil,
		"./manifest":          nil,
		"c/part":              nil,
		"../other":            nil,
		"/etc/os-release":     nil,
		"secret":              catalogers.ErrUndeclared,
		"../manifest":         catalogers.ErrUndeclared,
		"/a/b/secret":         catalogers.ErrUndeclared,
		"missing/part":        fs.ErrNotExist,
		"^root":               fs.ErrNotExist,
		"^manifest":           catalogers.ErrUndeclared,
		"../../../etc/passwd": nil, // see below
	} {
		other, err := f.Beside(name)
		if strings.HasPrefix(name, "../../..") {
			if err == nil || !strings.Contains(err.Error(), "outside the tree") {
				t.Errorf("%s: %v", name, err)
			}
			continue
		}
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
		if err == nil {
			if text, err := other.Text(); err != nil || !strings.HasPrefix(text, "text of ") {
				t.Errorf("%s: %q %v", name, text, err)
			}
		}
	}
}

func TestTheNearestAncestorIsFound(t *testing.T) {
	in := files("root.toml", "a/root.toml", "a/b/c/lock")
	f := catalogers.NewFile(in, &catalogers.Cataloger{Beside: []string{"^root.toml"}}, "a/b/c/lock")
	other, err := f.Beside("^root.toml")
	if err != nil || other.Path != "a/root.toml" {
		t.Errorf("%v %v", other, err)
	}
}

func TestGlobListsDeclaredFilesOnly(t *testing.T) {
	in := files("p/lock", "p/x/manifest", "p/y/manifest", "p/y/secret", "q/manifest")
	f := catalogers.NewFile(in, &catalogers.Cataloger{Beside: []string{"**/manifest", "../q/manifest"}}, "p/lock")
	for pattern, want := range map[string][]string{
		"*/manifest": {"p/x/manifest", "p/y/manifest"},
		"**/secret":  {},
		"../q/*":     {"q/manifest"},
		"../../../*": {},
		"z/*":        {},
	} {
		got, err := f.Glob(pattern)
		if err != nil || cmp.Diff(append([]string{}, want...), append([]string{}, got...)) != "" {
			t.Errorf("%s: %v %v", pattern, got, err)
		}
	}
}

func TestGlobSearchesBelowTheTopOfATreeAsWell(t *testing.T) {
	f := catalogers.NewFile(files("lock", "a/manifest", "a/b/manifest"), &catalogers.Cataloger{Beside: []string{"**/manifest"}}, "lock")
	got, err := f.Glob("**/manifest")
	if diff := cmp.Diff([]string{"a/b/manifest", "a/manifest"}, got); diff != "" || err != nil {
		t.Errorf("%v %s", err, diff)
	}
}

func TestTextIsReadOnceWithoutTheByteOrderMark(t *testing.T) {
	in := files()
	in.MapFS["x"] = &fstest.MapFile{Data: []byte("\ufeffhello")}
	f := catalogers.NewFile(in, &catalogers.Cataloger{}, "x")
	for range 2 {
		if text, err := f.Text(); text != "hello" || err != nil {
			t.Errorf("%q %v", text, err)
		}
	}
	if text, err := f.As(&catalogers.Cataloger{}).Text(); text != "hello" || err != nil {
		t.Errorf("for another cataloger: %q %v", text, err)
	}
}

func TestAFileOverTheLimitIsRefusedUnread(t *testing.T) {
	in := files("x")
	in.size = catalogers.TextLimit + 1
	if _, err := catalogers.NewFile(in, &catalogers.Cataloger{}, "x").Text(); err == nil || !strings.Contains(err.Error(), "more than the 64 MB") {
		t.Errorf("%v", err)
	}
}

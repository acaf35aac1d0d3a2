package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
)

// wants keeps files by their base names, and by "\x7fELF" those with a "?" for a name's end in its list.
type wants []string

func (w wants) Name(_ string, name []byte) Verdict {
	for _, n := range w {
		if n == string(name) {
			return Keep
		}
		if base, ok := strings.CutSuffix(n, "?"); ok && base == string(name) {
			return Peek
		}
	}
	return No
}

func (w wants) Beside(string, []byte) bool { return false }

func (w wants) Folder(string, []byte) bool { return false }

func (w wants) Head(_ string, _, head []byte) bool { return strings.HasPrefix(string(head), "\x7fELF") }

// lay writes files below a new folder. A content of "-> x" makes a link to x.
func lay(t testing.TB, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "tree")
	for name, content := range files {
		host := filepath.Join(root, name)
		check(t, os.MkdirAll(filepath.Dir(host), 0o755))
		if to, ok := strings.CutPrefix(content, "-> "); ok {
			check(t, os.Symlink(to, host))
		} else {
			check(t, os.WriteFile(host, []byte(content), 0o644))
		}
	}
	return root
}

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func open(t testing.TB, target string, o Options) Tree {
	t.Helper()
	tree, err := Open(context.Background(), target, o)
	check(t, err)
	t.Cleanup(func() { check(t, tree.Close()) })
	return tree
}

func find(t testing.TB, tree Tree, want Wanted, exclude ...string) Found {
	t.Helper()
	found, err := tree.Walk(context.Background(), want, WalkOptions{Exclude: exclude})
	check(t, err)
	return found
}

func paths(found Found) (list []string) {
	for _, f := range found.Files {
		list = append(list, f.Path)
	}
	return list
}

func read(t testing.TB, tree Tree, p string) string {
	t.Helper()
	blob, err := tree.Open(p)
	if err != nil {
		return "error: " + err.Error()
	}
	defer blob.Close()
	data, err := io.ReadAll(io.NewSectionReader(blob, 0, blob.Size()))
	check(t, err)
	return string(data)
}

func equal(t testing.TB, got, want any) {
	t.Helper()
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("-want +got\n%s", d)
	}
}

func TestWalkKeepsWhatIsWantedInOrder(t *testing.T) {
	root := lay(t, map[string]string{
		"go.mod": "module x", "b/go.mod": "", "a/c/go.mod": "module y", "a/other.txt": "", "a/c/d/e/f/go.sum": "x",
	})
	tree := open(t, root, Options{})
	progress := new(Progress)
	found, err := tree.Walk(context.Background(), wants{"go.mod", "go.sum"}, WalkOptions{Progress: progress})
	check(t, err)
	equal(t, paths(found), []string{"a/c/d/e/f/go.sum", "a/c/go.mod", "b/go.mod", "go.mod"})
	equal(t, []int64{found.Count, found.Dirs, found.Files[0].Size}, []int64{5, 7, -1})
	equal(t, []int64{progress.Files.Load(), progress.Dirs.Load(), progress.Kept.Load()}, []int64{5, 7, 4})
	equal(t, read(t, tree, "a/c/go.mod"), "module y")
	equal(t, read(t, tree, "b/go.mod"), "")
}

func TestVersionControlAndExcludedFilesAreSkippedWithTheRule(t *testing.T) {
	root := lay(t, map[string]string{
		"go.mod": "", ".git/go.mod": "", "sub/.hg/go.mod": "", "sub/CVS/go.mod": "", "sub/.svn/go.mod": "", ".jj/x": "", ".bzr/x": "",
		"vendor/go.mod": "", "sub/vendor/go.mod": "", "test/data/go.mod": "", "test/go.mod": "", "sub/go.mod": "", "sub/x": "", "docs/go.mod": "",
	})
	found := find(t, open(t, root, Options{}), wants{"go.mod"}, "vendor", "test/**/data/", "./sub/go.*", "sub/x", "/docs")
	equal(t, paths(found), []string{"go.mod", "test/go.mod"})
	equal(t, found.Skipped, []Skip{
		{".bzr", "version control data"}, {".git", "version control data"}, {".jj", "version control data"},
		{"docs", "excluded by /docs"},
		{"sub/.hg", "version control data"}, {"sub/.svn", "version control data"}, {"sub/CVS", "version control data"},
		{"sub/go.mod", "excluded by ./sub/go.*"}, {"sub/vendor", "excluded by vendor"},
		{"test/data", "excluded by test/**/data/"}, {"vendor", "excluded by vendor"},
	})
	if _, err := open(t, root, Options{}).Walk(context.Background(), wants{}, WalkOptions{Exclude: []string{"a[b"}}); err == nil {
		t.Error("a malformed pattern is accepted")
	}
}

func TestPeekReadsOnlyWhatMayBeAProgram(t *testing.T) {
	root := lay(t, map[string]string{
		"tool": "\x7fELF and more than sixteen bytes", "plain": "\x7fELF", "script": "#!/bin/sh", "empty": "", "python3.11": "\x7fELF",
		"libz.so.1": "\x7fELF", "libz.so": "\x7fELF", "x.node": "\x7fELF", "text.so": "GROUP ( libz.so.1 )",
	})
	for _, name := range []string{"tool", "script", "empty", "python3.11"} {
		check(t, os.Chmod(filepath.Join(root, name), 0o755))
	}
	var heads []string
	want := heading{wants{"tool?", "plain?", "script?", "empty?", "python3.11?", "libz.so.1?", "libz.so?", "x.node?", "text.so?"}, &heads}
	found, err := open(t, root, Options{}).Walk(context.Background(), want, WalkOptions{Workers: 1})
	check(t, err)
	equal(t, paths(found), []string{"libz.so", "libz.so.1", "python3.11", "tool", "x.node"})
	for _, h := range heads {
		if len(h) > HeadSize || h == "" {
			t.Errorf("head of %d bytes", len(h))
		}
	}
	equal(t, len(heads), 7)
}

type heading struct {
	wants
	heads *[]string
}

func (h heading) Head(dir string, name, head []byte) bool {
	*h.heads = append(*h.heads, string(head))
	return h.wants.Head(dir, name, head)
}

func TestLinksStayInTheTree(t *testing.T) {
	outside := lay(t, map[string]string{"secret": "secret", "dir/go.mod": "secret"})
	root := lay(t, map[string]string{
		"go.mod": "root", "usr/lib/os-release": "release", "blob": "content", "real/go.mod": "real", ".git/go.mod": "", "off/blob": "off",
		"a/go.mod":       "-> ../go.mod",              // walked in its own place
		"b/go.mod":       "-> ../blob",                // its target's name is not wanted: counts
		"c/go.mod":       "-> " + outside + "/secret", // outside
		"d/go.mod":       "-> ../../../tree/go.mod",   // outside, and in again
		"e/go.mod":       "-> nothing",
		"f/go.mod":       "-> go.mod",
		"g/go.mod":       "-> ../.git/go.mod",
		"h/go.mod":       "-> ../off/blob",
		"i/go.mod":       "-> ../real",
		"etc/os-release": "-> /usr/lib/os-release", // as in an unpacked root file system
		"k/go.mod":       "-> /nowhere/at/all",
		"loop":           "-> loop2", "loop2": "-> loop",
		"up":    "-> ..",
		"self":  "-> .",
		"alias": "-> real",
		"far":   "-> " + outside + "/dir",
		"far2":  "-> " + outside + "/secret",
		"chain": "-> alias/../alias/./go.mod",
	})
	check(t, os.Symlink(filepath.Join(root, "blob"), filepath.Join(root, "abs")))
	tree := open(t, root, Options{})
	found := find(t, tree, wants{"go.mod", "os-release"}, "off")
	equal(t, paths(found), []string{"b/go.mod", "go.mod", "real/go.mod", "usr/lib/os-release"})
	equal(t, found.Skipped, []Skip{
		{".git", string(ruleVCS)},
		{"c/go.mod", string(ruleLinkOut)}, {"d/go.mod", string(ruleLinkOut)}, {"e/go.mod", string(ruleLinkGone)},
		{"f/go.mod", string(ruleLinkLoop)}, {"far", string(ruleLinkOut)}, {"g/go.mod", string(ruleVCS)}, {"h/go.mod", "excluded by off"},
		{"k/go.mod", string(ruleLinkOut)}, {"off", "excluded by off"}, {"up", string(ruleLinkOut)},
	})
	for p, want := range map[string]string{
		"a/go.mod": "root", "b/go.mod": "content", "etc/os-release": "release", "abs": "content", "alias/go.mod": "real", "chain": "real",
		"self/self/self/blob": "content", "./a/../blob": "content",
		"c/go.mod": "error: " + ErrOutside.Error(), "far/go.mod": "error: " + ErrOutside.Error(), "up/tree/go.mod": "error: " + ErrOutside.Error(),
		"../secret": "error: " + ErrOutside.Error(), "/etc/passwd": "error: " + ErrOutside.Error(), "k/go.mod": "error: " + ErrOutside.Error(),
		"loop": "error: " + errLoop.Error(), "real": "error: " + errFolder.Error(), ".": "error: " + errFolder.Error(),
	} {
		if got := read(t, tree, p); got != want {
			t.Errorf("%s: %q, want %q", p, got, want)
		}
	}
	for _, p := range []string{"e/go.mod", "missing", "go.mod/x", "missing/x/y", "real/go.mod/"} {
		_, err := tree.Open(p)
		if missing := errors.Is(err, fs.ErrNotExist); missing == (p == "real/go.mod/") {
			t.Errorf("%s: %v", p, err)
		}
	}
	for p, want := range map[string]string{"chain": "real/go.mod", "etc/os-release": "usr/lib/os-release", "abs": "blob", "go.mod": "go.mod", ".": ".", "self": ".", "alias/": "real"} {
		got, err := tree.Resolve(p)
		if err != nil || got != want {
			t.Errorf("resolve %s: %q, %v, want %q", p, got, err, want)
		}
	}
	for _, p := range []string{"far", "up", "..", "missing"} {
		if got, err := tree.ReadDir(p); err == nil {
			t.Errorf("ReadDir(%q) = %v", p, got)
		}
	}
}

func TestThousandsOfLinksOutsideAreListedInPart(t *testing.T) {
	root := lay(t, map[string]string{"go.mod": ""})
	for i := range shown + 23 {
		check(t, os.Symlink(os.TempDir(), filepath.Join(root, fmt.Sprintf("l%03d", i))))
	}
	found := find(t, open(t, root, Options{}), wants{"go.mod"})
	equal(t, len(found.Skipped), shown+1)
	equal(t, found.Skipped[:2], []Skip{{".", "23 more links that lead outside the tree"}, {"l000", string(ruleLinkOut)}})
}

func TestNothingButRegularFilesIsOpened(t *testing.T) {
	root := lay(t, map[string]string{"go.mod": ""})
	for _, name := range []string{"package.json", "tool", "unasked"} {
		check(t, syscall.Mkfifo(filepath.Join(root, name), 0o777))
	}
	t.Chdir(root) // the address of a socket is short
	l, err := net.Listen("unix", "Cargo.lock")
	check(t, err)
	defer l.Close()
	check(t, os.Symlink("package.json", filepath.Join(root, "link.json")))
	tree := open(t, root, Options{})
	found := find(t, tree, wants{"go.mod", "package.json", "Cargo.lock", "tool?", "link.json"})
	equal(t, paths(found), []string{"go.mod"})
	equal(t, found.Skipped, []Skip{{"Cargo.lock", "socket"}, {"link.json", "named pipe"}, {"package.json", "named pipe"}})
	for _, p := range []string{"package.json", "Cargo.lock", "link.json"} {
		if _, err := tree.Open(p); err == nil {
			t.Errorf("%s is opened", p)
		}
	}
	for _, target := range []string{filepath.Join(root, "package.json"), os.DevNull} {
		if _, err := Open(context.Background(), target, Options{}); err == nil {
			t.Errorf("%s is a target", target)
		}
	}
}

func TestNamesAreBytes(t *testing.T) {
	names := []string{"a b/go.mod", "a\nb/go.mod", "\xff\xfe/go.mod", "ü/go.mod", "-/go.mod", "*/go.mod", "...", strings.Repeat("n", 255)}
	files := map[string]string{}
	for _, n := range names {
		files[n] = n
	}
	tree := open(t, lay(t, files), Options{})
	found := find(t, tree, wants{"go.mod", "...", strings.Repeat("n", 255)})
	equal(t, len(found.Files), len(names))
	for _, f := range found.Files {
		equal(t, read(t, tree, f.Path), f.Path)
	}
}

func TestAFolderTooDeepIsUnreadableAndTheRestIsRead(t *testing.T) {
	root := lay(t, map[string]string{"z/go.mod": ""})
	dir, err := os.OpenRoot(root)
	check(t, err)
	name := strings.Repeat("d", 100)
	for range 60 { // 6,000 bytes: more than a path may have
		check(t, dir.Mkdir(name, 0o755))
		next, err := dir.OpenRoot(name)
		check(t, err)
		check(t, next.WriteFile("go.mod", nil, 0o644))
		dir.Close()
		dir = next
	}
	dir.Close()
	found := find(t, open(t, root, Options{}), wants{"go.mod"})
	if len(found.Files) == 61 { // opened step by step
		return
	}
	equal(t, len(found.Unreadable), 1)
	if err := found.Unreadable[0].Err; !errors.Is(err, syscall.ENAMETOOLONG) || strings.Contains(err.Error(), name) {
		t.Error(err)
	}
	if n := len(found.Files); n < 40 {
		t.Errorf("%d files", n)
	}
	equal(t, found.Files[len(found.Files)-1].Path, "z/go.mod")
}

// refusing is a medium whose folders and files cannot be opened where their name says so.
type refusing struct{ medium }

type refusal struct {
	lister
	name string
}

func (r refusing) lister() lister { return &refusal{lister: r.medium.lister()} }

func (r *refusal) open(dir string) error {
	if strings.HasSuffix(dir, "closed") {
		return syscall.EACCES
	}
	return r.lister.open(dir)
}

func (r *refusal) head([]byte) (int, error) { return 0, syscall.EACCES }

func TestWhatIsRefusedIsUnreadable(t *testing.T) {
	tree := open(t, lay(t, map[string]string{"a/closed/go.mod": "", "a/go.mod": "", "x.so": "\x7fELF"}), Options{}).(*tree)
	tree.medium = refusing{tree.medium}
	found := find(t, tree, wants{"go.mod", "x.so?"})
	equal(t, paths(found), []string{"a/go.mod"})
	equal(t, len(found.Unreadable), 2)
	for i, p := range []string{"a/closed", "x.so"} {
		if got := found.Unreadable[i]; got.Path != p || !errors.Is(got.Err, fs.ErrPermission) {
			t.Error(got)
		}
	}
}

func TestASingleFileIsATree(t *testing.T) {
	root := lay(t, map[string]string{"package-lock.json": "{}", "package.json": "{}", "tool": "\x7fELF"})
	tree := open(t, filepath.Join(root, "package-lock.json"), Options{})
	found := find(t, tree, wants{"package-lock.json", "package.json"})
	equal(t, paths(found), []string{"package-lock.json"})
	equal(t, read(t, tree, "package-lock.json"), "{}")
	if _, err := tree.Open("package.json"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	entries, err := tree.ReadDir(".")
	check(t, err)
	equal(t, len(entries), 1)
	equal(t, entries[0].Name(), "package-lock.json")
	equal(t, tree.About(), About{Kind: "file", Name: "package-lock.json"})
	equal(t, paths(find(t, open(t, filepath.Join(root, "tool"), Options{}), wants{"tool?"})), []string{"tool"})
	equal(t, paths(find(t, open(t, filepath.Join(root, "tool"), Options{}), wants{"tool?"}, "tool")), []string(nil))
}

func TestAMissingTargetDoesNotExist(t *testing.T) {
	for _, target := range []string{filepath.Join(t.TempDir(), "missing"), "git:HEAD"} {
		_, err := Open(context.Background(), target, Options{RepoDir: filepath.Join(t.TempDir(), "missing")})
		if !errors.Is(err, fs.ErrNotExist) || strings.Contains(err.Error(), os.TempDir()) {
			t.Errorf("%s: %v", target, err)
		}
	}
}

// A Tree is one of a catalogers.File, without either package knowing the other.
var _ catalogers.Tree = Tree(nil)

func TestACatalogerReadsWhatLiesBesideItsFile(t *testing.T) {
	r := newRepo(t)
	r.commit(map[string]string{
		"package.json": "top", "a/package-lock.json": "lock", "a/package.json": "beside", "a/packages/x/package.json": "x", "a/packages/y/package.json": "-> ../x/package.json",
		"a/b/c/d": "",
	})
	c := &catalogers.Cataloger{Beside: []string{"package.json", "packages/*/package.json", "^package.json"}}
	for _, tree := range []Tree{open(t, r.root, Options{}), open(t, r.root, Options{GitRef: "HEAD"})} {
		f := catalogers.NewFile(tree, c, "a/package-lock.json")
		text, err := f.Text()
		check(t, err)
		equal(t, text, "lock")
		other, err := f.Beside("package.json")
		check(t, err)
		text, err = other.Text()
		check(t, err)
		equal(t, text, "beside")
		found, err := f.Glob("packages/*/package.json")
		check(t, err)
		equal(t, found, []string{"a/packages/x/package.json", "a/packages/y/package.json"})
		end, err := f.Resolve(found[1])
		check(t, err)
		equal(t, end, found[0])
		up, err := catalogers.NewFile(tree, c, "a/b/c/d").Beside("^package.json")
		check(t, err)
		equal(t, up.Path, "a/package.json")
		_, err = catalogers.NewFile(tree, c, "d").Beside("packages/z/package.json")
		if !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
	}
}

func TestReadDirIsSortedAndWithoutHistory(t *testing.T) {
	tree := open(t, lay(t, map[string]string{"b": "", "a/x": "", ".git/HEAD": "", "c": "-> a", "d": ""}), Options{})
	entries, err := tree.ReadDir(".")
	check(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name()+" "+e.Type().String())
	}
	equal(t, got, []string{"a d---------", "b ----------", "c L---------", "d ----------"})
	info, err := entries[1].Info()
	check(t, err)
	equal(t, info.Size(), int64(0))
	entries, err = tree.ReadDir("c")
	check(t, err)
	equal(t, len(entries), 1)
}

func TestSchedulingDoesNotChangeTheResult(t *testing.T) {
	tree := open(t, forest(t, 20), Options{})
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	one := find(t, tree, wants{"go.mod", "tool?"}, "d7")
	if len(one.Files) == 0 || len(one.Skipped) == 0 {
		t.Fatal("nothing to compare")
	}
	runtime.GOMAXPROCS(8)
	for range 10 {
		equal(t, find(t, tree, wants{"go.mod", "tool?"}, "d7"), one)
	}
}

// forest is a generated tree of n*10 folders with 20 files each.
func forest(t testing.TB, n int) string {
	files := map[string]string{}
	for i := range n {
		for k := range 10 {
			dir := fmt.Sprintf("p%d/d%d", i, k)
			for f := range 19 {
				files[fmt.Sprintf("%s/file%d.js", dir, f)] = ""
			}
			files[dir+"/go.mod"] = "module x"
			if k == 0 {
				files[fmt.Sprintf("%s/.git/HEAD", dir)] = ""
				files[fmt.Sprintf("%s/out", dir)] = "-> /"
			}
		}
	}
	return lay(t, files)
}

func TestAWalkEndsWithItsContext(t *testing.T) {
	tree := open(t, forest(t, 5), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := tree.Walk(ctx, wants{"go.mod"}, WalkOptions{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if _, err := Open(ctx, ".", Options{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	ctx, cancel = context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		_, err := tree.Walk(ctx, stopping{cancel}, WalkOptions{Workers: 4})
		done <- err
	}()
	select {
	case err := <-done:
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	case <-time.After(10 * time.Second):
		t.Fatal("still walking")
	}
}

type stopping struct{ cancel func() }

func (s stopping) Name(string, []byte) Verdict      { s.cancel(); return No }
func (s stopping) Head(string, []byte, []byte) bool { return false }
func (s stopping) Beside(string, []byte) bool       { return false }
func (s stopping) Folder(string, []byte) bool       { return false }

type nothing struct{}

func (nothing) Name(string, []byte) Verdict      { return No }
func (nothing) Head(string, []byte, []byte) bool { return false }
func (nothing) Beside(string, []byte) bool       { return false }
func (nothing) Folder(string, []byte) bool       { return false }

func BenchmarkWalk(b *testing.B) {
	const folders = 100
	tree := open(b, forest(b, folders), Options{})
	b.ReportAllocs()
	var files int64
	for b.Loop() {
		found, err := tree.Walk(context.Background(), nothing{}, WalkOptions{})
		check(b, err)
		files += found.Count
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(files), "ns/file")
}

package source

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/config"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/format/packfile"
	"github.com/go-git/go-git/v5/plumbing/object"
	"github.com/go-git/go-git/v5/storage/filesystem"
)

var noon = time.Date(2024, 5, 6, 12, 0, 0, 0, time.FixedZone("", 7200))

// repo is a repository in a new folder, for a test to write commits into.
type repo struct {
	t    testing.TB
	root string
	*git.Repository
}

func newRepo(t testing.TB) repo {
	t.Helper()
	root := filepath.Join(t.TempDir(), "work")
	r, err := git.PlainInit(root, false)
	check(t, err)
	return repo{t, root, r}
}

// commit writes files, as lay does, and commits them.
func (r repo) commit(files map[string]string) string {
	r.t.Helper()
	w, err := r.Worktree()
	check(r.t, err)
	for name, content := range files {
		host := filepath.Join(r.root, name)
		check(r.t, os.MkdirAll(filepath.Dir(host), 0o755))
		os.Remove(host)
		if to, ok := strings.CutPrefix(content, "-> "); ok {
			check(r.t, os.Symlink(to, host))
		} else {
			mode := os.FileMode(0o644)
			if strings.HasPrefix(content, "\x7fELF") {
				mode = 0o755
			}
			check(r.t, os.WriteFile(host, []byte(content), mode))
		}
		_, err := w.Add(name)
		check(r.t, err)
	}
	who := &object.Signature{Name: "A", Email: "a@example.com", When: noon}
	hash, err := w.Commit("message", &git.CommitOptions{Author: who, Committer: who, AllowEmptyCommits: true})
	check(r.t, err)
	return hash.String()
}

// pack moves all loose objects into one pack, as deltas where it can.
func (r repo) pack() {
	r.t.Helper()
	s := r.Storer.(*filesystem.Storage)
	var loose []plumbing.Hash
	check(r.t, s.ForEachObjectHash(func(h plumbing.Hash) error {
		loose = append(loose, h)
		return nil
	}))
	if len(loose) == 0 {
		return
	}
	w, err := s.PackfileWriter()
	check(r.t, err)
	_, err = packfile.NewEncoder(w, s, false).Encode(loose, 10)
	check(r.t, err)
	check(r.t, w.Close())
	for _, h := range loose {
		check(r.t, s.DeleteLooseObject(h))
	}
}

func (r repo) tag(name string, annotated bool) {
	r.t.Helper()
	head, err := r.Head()
	check(r.t, err)
	var o *git.CreateTagOptions
	if annotated {
		o = &git.CreateTagOptions{Message: "m", Tagger: &object.Signature{Name: "A", Email: "a@example.com", When: noon}}
	}
	_, err = r.CreateTag(name, head.Hash(), o)
	check(r.t, err)
}

func (r repo) remote(urls ...string) {
	r.t.Helper()
	_, err := r.CreateRemote(&config.RemoteConfig{Name: "origin", URLs: urls})
	check(r.t, err)
}

var tools = wants{"go.mod", "tool?", "plain?", "libz.so?"}

func TestARevisionIsReadLikeItsCheckout(t *testing.T) {
	r := newRepo(t)
	files := map[string]string{
		"go.mod": "module x", "a/b/c/go.mod": "module y", "a/readme": "", "tool": "\x7fELF...", "plain": "text", "libz.so": "\x7fELF", "dir/CVS/go.mod": "",
		"l/go.mod": "-> ../a/readme", "m/go.mod": "-> ../go.mod", "n/go.mod": "-> ../../outside", "o/go.mod": "-> /etc/passwd", "ex/go.mod": "", "p": "-> a/b",
		"big.bin": strings.Repeat("0123456789abcdef", 100_000),
	}
	commit := r.commit(files)
	for i := range 12 { // much of the tree's history in deltas
		r.commit(map[string]string{"go.mod": fmt.Sprintf("module x // %d\n%s", i, strings.Repeat("line\n", 500)), "big.bin": files["big.bin"] + fmt.Sprint(i)})
	}
	last := r.commit(map[string]string{"go.mod": "module last"})
	loose := open(t, r.root, Options{GitRef: commit})
	disk := open(t, r.root, Options{})
	r.pack()
	packed := open(t, r.root, Options{GitRef: commit})
	for _, tree := range []Tree{loose, packed} {
		got, want := find(t, tree, tools, "ex"), find(t, disk, tools, "ex")
		equal(t, got.Files, want.Files)
		want.Skipped = slices.DeleteFunc(want.Skipped, func(s Skip) bool { return s.Path == ".git" })
		equal(t, got.Skipped, want.Skipped)
		equal(t, []int64{got.Count, got.Dirs}, []int64{want.Count, want.Dirs})
		for _, name := range []string{"a/b/c/go.mod", "tool", "l/go.mod", "big.bin", "p/c/go.mod"} {
			content := files[name]
			if name == "l/go.mod" {
				content = ""
			} else if name == "p/c/go.mod" {
				content = "module y"
			}
			if read(t, tree, name) != content {
				t.Errorf("%s differs", name)
			}
		}
		equal(t, read(t, tree, "go.mod"), "module x")
		equal(t, read(t, tree, "n/go.mod"), "error: "+ErrOutside.Error())
		equal(t, read(t, tree, "a"), "error: "+errFolder.Error())
		if _, err := tree.Open("go.mod/x"); !errors.Is(err, fs.ErrNotExist) {
			t.Error(err)
		}
		got1, err := tree.ReadDir("p")
		check(t, err)
		equal(t, []any{len(got1), got1[0].Name(), got1[0].IsDir()}, []any{1, "c", true})
		list, err := tree.ReadDir(".")
		check(t, err)
		plain, err := disk.ReadDir(".")
		check(t, err)
		for i := range list {
			info, err := list[i].Info()
			check(t, err)
			equal(t, []any{list[i].Name(), list[i].Type()}, []any{plain[i].Name(), plain[i].Type()})
			if list[i].Name() == "big.bin" {
				equal(t, info.Size(), int64(1_600_000))
			}
		}
		about := tree.About()
		equal(t, about, About{Kind: "git", Name: "work", Version: "0.0.0-" + commit[:12], Created: noon.UTC(), Commit: commit})
	}
	at := open(t, "git:@", Options{RepoDir: r.root})
	equal(t, at.About().Commit, last)
	equal(t, read(t, at, "go.mod"), "module last")
}

func TestRevisionsAreNamedAsInGit(t *testing.T) {
	r := newRepo(t)
	first := r.commit(map[string]string{"go.mod": "1", "sub/go.mod": "s1"})
	r.tag("v1", true)
	second := r.commit(map[string]string{"go.mod": "2", "sub/go.mod": "s2"})
	r.tag("v2", false)
	check(t, r.Storer.SetReference(plumbing.NewHashReference("refs/heads/feature/x", plumbing.NewHash(first))))
	check(t, r.Storer.SetReference(plumbing.NewHashReference("refs/remotes/origin/main", plumbing.NewHash(first))))
	check(t, r.Storer.SetReference(plumbing.NewSymbolicReference("refs/remotes/origin/HEAD", "refs/remotes/origin/main")))
	for _, packed := range []bool{false, true} {
		if packed {
			r.pack()
		}
		for rev, want := range map[string]string{
			"HEAD": second, "@": second, "": second, "master": second, "v1": first, "refs/tags/v1": first, "tags/v1": first, "v2": second,
			"feature/x": first, "origin/main": first, "origin": first, "HEAD~": first, "HEAD~1": first, "HEAD^": first, "HEAD^1": first, "HEAD^0": second,
			"v1^{}": first, "v1^{commit}": first, "v2~1^{commit}": first, second[:7]: second, second[:8]: second, first: first,
			"v1-1-g" + second[:7]: second, strings.ToUpper(first): first, "HEAD~0": second,
		} {
			tree, err := Open(context.Background(), "git:"+rev, Options{RepoDir: r.root})
			if err != nil {
				t.Errorf("%s: %v", rev, err)
				continue
			}
			equal(t, tree.About().Commit, want)
			check(t, tree.Close())
		}
		for _, rev := range []string{"nothing", "HEAD~2", "HEAD^2", "HEAD@{1}", "HEAD:go.mod", "../HEAD", "refs/../HEAD", "config", "0000000", "HEAD^{tree}", "x\x00y", "HEAD~99999999999999999999", ":/text", "HEAD^{", "HEAD~1x"} {
			tree, err := Open(context.Background(), "git:"+rev, Options{RepoDir: r.root})
			if err == nil {
				t.Errorf("%q is %s", rev, tree.About().Commit)
			} else if strings.Contains(err.Error(), r.root) {
				t.Errorf("%q: %v", rev, err)
			}
		}
	}
	sub := open(t, "git:HEAD", Options{RepoDir: filepath.Join(r.root, "sub")})
	equal(t, read(t, sub, "go.mod"), "s2")
	equal(t, read(t, open(t, filepath.Join(r.root, "sub"), Options{GitRef: "v1"}), "go.mod"), "s1")
	check(t, os.MkdirAll(filepath.Join(r.root, "new"), 0o755))
	if _, err := Open(context.Background(), filepath.Join(r.root, "new"), Options{GitRef: "v1"}); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if _, err := Open(context.Background(), t.TempDir(), Options{GitRef: "v1"}); !errors.Is(err, errNoRepository) {
		t.Error(err)
	}
}

func TestSubmodulesAreSkipped(t *testing.T) {
	r := newRepo(t)
	r.commit(map[string]string{"a/go.mod": ""})
	o := r.Storer.NewEncodedObject()
	o.SetType(plumbing.TreeObject)
	w, err := o.Writer()
	check(t, err)
	fmt.Fprintf(w, "160000 module\x00%s100644 go.mod\x00%s", strings.Repeat("\x11", 20), strings.Repeat("\x22", 20))
	top, err := r.Storer.SetEncodedObject(o)
	check(t, err)
	tree := r.at(top)
	found := find(t, tree, tools)
	equal(t, found.Skipped, []Skip{{"module", string(ruleModule)}})
	equal(t, paths(found), []string{"go.mod"})
	if _, err := tree.Open("go.mod"); err == nil {
		t.Error("a missing object is opened")
	}
	if _, err := tree.ReadDir("module"); err == nil {
		t.Error("a submodule is listed")
	}
}

// at opens a commit of a tree object.
func (r repo) at(top plumbing.Hash) Tree {
	r.t.Helper()
	o := r.Storer.NewEncodedObject()
	check(r.t, (&object.Commit{TreeHash: top, Committer: object.Signature{When: noon}, Author: object.Signature{When: noon}}).Encode(o))
	hash, err := r.Storer.SetEncodedObject(o)
	check(r.t, err)
	return open(r.t, r.root, Options{GitRef: hash.String()})
}

func TestATreeOfTreesWithoutBoundsIsCutOff(t *testing.T) {
	r := newRepo(t)
	put := func(write func(*bytes.Buffer)) plumbing.Hash {
		var b bytes.Buffer
		write(&b)
		o := r.Storer.NewEncodedObject()
		o.SetType(plumbing.TreeObject)
		w, err := o.Writer()
		check(t, err)
		w.Write(b.Bytes())
		hash, err := r.Storer.SetEncodedObject(o)
		check(t, err)
		return hash
	}
	deep := put(func(b *bytes.Buffer) {})
	for range 1500 {
		deep = put(func(b *bytes.Buffer) { fmt.Fprintf(b, "40000 d\x00%s", deep[:]) })
	}
	found := find(t, r.at(deep), tools)
	equal(t, []any{len(found.Unreadable), found.Dirs}, []any{1, int64(maxDepth + 1)})

	bomb := put(func(b *bytes.Buffer) { fmt.Fprintf(b, "100644 go.sum\x00%s", strings.Repeat("\x22", 20)) })
	for range 12 {
		bomb = put(func(b *bytes.Buffer) {
			for i := range 20 {
				fmt.Fprintf(b, "40000 d%d\x00%s", i, bomb[:])
			}
		})
	}
	tree := r.at(bomb).(*tree)
	found, err := tree.Walk(context.Background(), tools, WalkOptions{Workers: 1})
	check(t, err)
	if len(found.Unreadable) != 1 || found.Unreadable[0].Err != errTooMany {
		t.Error(found.Unreadable)
	}

	for _, bad := range []string{"100644 a/b\x00", "100644 ..\x00", "100644 \x00", "x", "100644 name", "10064400 name\x00"} {
		if _, err := parseTree([]byte(bad + strings.Repeat("\x22", 20))); err == nil {
			t.Errorf("%q is a tree", bad)
		}
	}
}

func TestLinkedWorkTreesAndAlternatesAreRead(t *testing.T) {
	r := newRepo(t)
	commit := r.commit(map[string]string{"go.mod": "module x"})
	r.remote("https://example.com/o/r.git")
	git := filepath.Join(r.root, ".git")
	linked := lay(t, map[string]string{".git": "gitdir: " + git + "/worktrees/w\n"})
	for name, content := range map[string]string{"HEAD": commit + "\n", "commondir": "../..\n", "gitdir": linked + "/.git\n"} {
		check(t, os.MkdirAll(filepath.Join(git, "worktrees", "w"), 0o755))
		check(t, os.WriteFile(filepath.Join(git, "worktrees", "w", name), []byte(content), 0o644))
	}
	shared := lay(t, map[string]string{".git/HEAD": commit, ".git/refs/x": "", ".git/objects/info/alternates": "# borrowed\n" + git + "/objects\n"})
	bare := lay(t, map[string]string{"x.git/HEAD": commit, "x.git/refs/x": "", "x.git/objects/info/alternates": git + "/objects\n"}) + "/x.git"
	for _, root := range []string{linked, shared, bare} {
		tree := open(t, root, Options{GitRef: "HEAD"})
		equal(t, tree.About().Commit, commit)
		equal(t, read(t, tree, "go.mod"), "module x")
	}
	equal(t, open(t, linked, Options{}).About(), About{Kind: "directory", Name: "o/r", VCS: "https://example.com/o/r.git", Commit: commit, Version: "0.0.0-" + commit[:12]})
	equal(t, open(t, bare, Options{GitRef: "HEAD"}).About().Name, "x")
}

func TestPipesAmongTheObjectsStopNobody(t *testing.T) {
	r := newRepo(t)
	commit := r.commit(map[string]string{"go.mod": "module x"})
	git := filepath.Join(r.root, ".git")
	check(t, syscall.Mkfifo(filepath.Join(git, "packed-refs"), 0o644))
	check(t, os.Remove(filepath.Join(git, "config")))
	check(t, syscall.Mkfifo(filepath.Join(git, "config"), 0o644))
	check(t, syscall.Mkfifo(filepath.Join(git, "objects", "pack", "pack-"+commit+".idx"), 0o644))
	check(t, syscall.Mkfifo(filepath.Join(git, "objects", "pack", "pack-"+commit+".pack"), 0o644))
	check(t, os.MkdirAll(filepath.Join(git, "objects", "11"), 0o755))
	check(t, syscall.Mkfifo(filepath.Join(git, "objects", "11", strings.Repeat("1", 38)), 0o644))
	check(t, os.MkdirAll(filepath.Join(git, "refs", "tags"), 0o755))
	check(t, os.WriteFile(filepath.Join(git, "refs", "tags", "v1"), []byte(strings.Repeat("1", 40)), 0o644))
	check(t, syscall.Mkfifo(filepath.Join(git, "refs", "tags", "v2"), 0o644))
	equal(t, open(t, r.root, Options{}).About().Commit, commit)
	for _, rev := range []string{"v1", "v2"} {
		if _, err := Open(context.Background(), r.root, Options{GitRef: rev}); err == nil {
			t.Errorf("%s is opened", rev)
		}
	}
	check(t, os.Remove(filepath.Join(git, "HEAD")))
	check(t, syscall.Mkfifo(filepath.Join(git, "HEAD"), 0o644))
	equal(t, open(t, r.root, Options{}).About(), About{Kind: "directory", Name: "work"})
}

func TestDeltasInACircleAreAnError(t *testing.T) {
	r := newRepo(t)
	r.commit(map[string]string{"go.mod": "module x"})
	a, b := plumbing.NewHash(strings.Repeat("1", 40)), plumbing.NewHash(strings.Repeat("2", 40))
	var pack bytes.Buffer
	pack.WriteString("PACK\x00\x00\x00\x02\x00\x00\x00\x02")
	var offsets []uint32
	for _, base := range []plumbing.Hash{b, a} {
		offsets = append(offsets, uint32(pack.Len()))
		delta := []byte{4, 4, 4, 'x', 'x', 'x', 'x'} // of 4 bytes, 4 bytes: insert 4
		pack.WriteByte(7<<4 | byte(len(delta)))
		pack.Write(base[:])
		z := zlib.NewWriter(&pack)
		z.Write(delta)
		z.Close()
	}
	sum := sha1.Sum(pack.Bytes())
	pack.Write(sum[:])
	var idx bytes.Buffer
	idx.WriteString("\xfftOc\x00\x00\x00\x02")
	for i := range 256 {
		n := uint32(0)
		if i >= 0x11 {
			n = 1
		}
		if i >= 0x22 {
			n = 2
		}
		binary.Write(&idx, binary.BigEndian, n)
	}
	idx.Write(a[:])
	idx.Write(b[:])
	binary.Write(&idx, binary.BigEndian, []uint32{crc32.ChecksumIEEE(nil), 0})
	binary.Write(&idx, binary.BigEndian, offsets)
	idx.Write(sum[:])
	isum := sha1.Sum(idx.Bytes())
	idx.Write(isum[:])
	base := filepath.Join(r.root, ".git", "objects", "pack", fmt.Sprintf("pack-%x", sum))
	check(t, os.MkdirAll(filepath.Dir(base), 0o755))
	check(t, os.WriteFile(base+".pack", pack.Bytes(), 0o644))
	check(t, os.WriteFile(base+".idx", idx.Bytes(), 0o644))
	_, err := Open(context.Background(), r.root, Options{GitRef: a.String()})
	if err == nil || !strings.Contains(err.Error(), "deltas") {
		t.Error(err)
	}
}

func TestALooseObjectIsNoLargerThanItSays(t *testing.T) {
	r := newRepo(t)
	r.commit(map[string]string{"go.mod": "module x"})
	hash := plumbing.NewHash(strings.Repeat("3", 40))
	file := filepath.Join(r.root, ".git", "objects", "33", strings.Repeat("3", 38))
	for header, want := range map[string]int{"blob 10\x00": 10, "blob 1099511627776\x00": -1, "blob -1\x00": -1, "tree 10\x00": -1, "blob": -1, "blob x\x00": -1, "": -1, "blob 300000000\x00": 64 << 20} {
		var b bytes.Buffer
		z := zlib.NewWriter(&b)
		z.Write([]byte(header))
		zeros := make([]byte, 1<<20)
		for range 64 {
			z.Write(zeros)
		}
		check(t, z.Close())
		check(t, os.MkdirAll(filepath.Dir(file), 0o755))
		check(t, os.WriteFile(file, b.Bytes(), 0o644))
		o := openObjects(filepath.Join(r.root, ".git"), false)
		blob, err := o.blob(hash)
		n := -1
		if err == nil {
			n, _ = blob.ReadAt(make([]byte, 65<<20), 0)
		}
		if n != want {
			t.Errorf("%q: %d bytes, %v", header, n, err)
		}
		o.close()
	}
}

func FuzzTree(f *testing.F) {
	f.Add([]byte("100644 go.mod\x00" + strings.Repeat("\x22", 20) + "40000 d\x00" + strings.Repeat("\x22", 20)))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := parseTree(data)
		if err != nil {
			return
		}
		for i, e := range list {
			if !fs.ValidPath(e.name) && strings.ToValidUTF8(e.name, "") == e.name || i > 0 && list[i-1].name >= e.name {
				t.Fatalf("%q", e.name)
			}
		}
	})
}

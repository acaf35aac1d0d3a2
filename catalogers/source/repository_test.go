package source

import (
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing"
)

func TestARemoteIsPublishedWithoutUsersAndSecrets(t *testing.T) {
	for remote, want := range map[string][2]string{
		"https://github.com/owner/repo":                                 {"https://github.com/owner/repo", "owner/repo"},
		"https://github.com/owner/repo.git":                             {"https://github.com/owner/repo.git", "owner/repo"},
		"https://user:secret@github.com/owner/repo.git/?token=secret#x": {"https://github.com/owner/repo.git", "owner/repo"},
		"https://x-access-token:secret@GitHub.com:8443/o/r":             {"https://github.com:8443/o/r", "o/r"},
		"git@github.com:owner/repo.git":                                 {"https://github.com/owner/repo.git", "owner/repo"},
		"github.com:owner/repo":                                         {"https://github.com/owner/repo", "owner/repo"},
		"ssh://git@gitlab.com:2222/group/sub/repo.git":                  {"https://gitlab.com/group/sub/repo.git", "group/sub/repo"},
		"git://example.com/repo.git":                                    {"git://example.com/repo.git", "repo"},
		"http://example.com/a//b/../c":                                  {"http://example.com/a/c", "a/c"},
		"ssh://jane@box/home/jane/repo.git":                             {"", "repo"},
		"box:/home/jane/repo":                                           {"", "repo"},
		"jane@box:~jane/repo.git":                                       {"", "repo"},
		"ssh://box/~jane/repo":                                          {"", "repo"},
		"/home/jane/repo.git":                                           {}, "../repo": {}, "file:///home/jane/repo": {}, `C:\src\repo`: {}, "C:/src/repo": {}, "./a:b/c": {},
		"": {}, "https://": {}, "https://host": {}, "://": {}, "git@:x": {}, "https://host:port/x": {}, "ext::sh -c whoami": {}, "s3://bucket/x": {}, "host:": {},
	} {
		vcs, name := publish(remote)
		if name == "." {
			name = ""
		}
		if vcs != want[0] || name != want[1] {
			t.Errorf("%s: %q, %q, want %q", remote, vcs, name, want)
		}
	}
}

func TestAFolderIsNamedByItsRemoteOrByItself(t *testing.T) {
	r := newRepo(t)
	check(t, os.MkdirAll(filepath.Join(r.root, "sub"), 0o755))
	equal(t, open(t, r.root, Options{}).About(), About{Kind: "directory", Name: "work"}) // a branch without commits
	commit := r.commit(map[string]string{"go.mod": ""})
	want := About{Kind: "directory", Name: "work", Version: "0.0.0-" + commit[:12], Commit: commit}
	equal(t, open(t, r.root, Options{}).About(), want)
	r.remote("https://me:secret@example.com/o/r.git", "https://example.com/second")
	want.Name, want.VCS = "o/r", "https://example.com/o/r.git"
	for _, dir := range []string{".", "sub"} {
		equal(t, open(t, filepath.Join(r.root, dir), Options{}).About(), want)
	}
	t.Chdir(r.root)
	equal(t, open(t, ".", Options{}).About(), want)
	equal(t, open(t, "git:HEAD", Options{}).About().Name, want.Name)
	link := filepath.Join(t.TempDir(), "link")
	check(t, os.Symlink(filepath.Join(r.root, "sub"), link))
	equal(t, open(t, link, Options{}).About(), want)
	equal(t, open(t, lay(t, map[string]string{"x": ""}), Options{}).About().Name, "tree")
	equal(t, open(t, string(filepath.Separator), Options{}).About().Name, "")
}

func TestTheVersionIsTheTagOfTheCommit(t *testing.T) {
	r := newRepo(t)
	r.commit(map[string]string{"go.mod": "1"})
	r.tag("v0.9", true)
	r.tag("v0.8", false)
	commit := r.commit(map[string]string{"go.mod": "2"})
	version := func() string { return open(t, r.root, Options{}).About().Version }
	equal(t, version(), "0.0.0-"+commit[:12])
	r.tag("latest", false)
	equal(t, version(), "0.0.0-"+commit[:12])
	for _, tag := range []string{"sub/v9.0.0", "v1.0.0-rc.1", "v1", "v1.9", "v1.10"} {
		r.tag(tag, tag != "v1.9")
		equal(t, version(), tag)
	}
	r.pack() // the tag objects, too
	equal(t, version(), "v1.10")

	var packed strings.Builder
	packed.WriteString("# pack-refs with: peeled fully-peeled sorted\n")
	check(t, os.RemoveAll(filepath.Join(r.root, ".git", "refs", "tags")))
	packed.WriteString(commit + " refs/tags/v1.11\n" + strings.Repeat("1", 40) + " refs/tags/v1.12\n^" + commit + "\n" + commit + " refs/heads/v7\n")
	check(t, os.WriteFile(filepath.Join(r.root, ".git", "packed-refs"), []byte(packed.String()), 0o644))
	equal(t, version(), "v1.12")
	check(t, r.Storer.SetReference(plumbing.NewHashReference("refs/tags/v1.12", plumbing.NewHash(strings.Repeat("2", 40))))) // moved since it was packed
	equal(t, version(), "v1.11")
}

func TestTagsAreOrderedAsVersions(t *testing.T) {
	order := []string{"sub/v9", "v2.0.0-rc1", "1.0rc1", "v1.0.0+build", "v1", "v1.2", "v1.2.9", "v1.2.10", "v1.02.11", "v2"}
	for i := range order[1:] {
		a, b := order[i], order[i+1]
		if a == "v2.0.0-rc1" || a == "1.0rc1" {
			continue // between pre-releases any fixed order will do
		}
		if compareTags(a, b) >= 0 || compareTags(b, a) <= 0 {
			t.Errorf("%s is not before %s", a, b)
		}
	}
}

func TestADamagedRepositoryOnlyTellsLess(t *testing.T) {
	hash := strings.Repeat("ab", 20)
	sound := map[string]string{".git/HEAD": "ref: refs/heads/main\n", ".git/refs/heads/main": hash + "\n", ".git/objects/x": "", ".git/config": "[remote \"origin\"]\n\turl = https://example.com/o/r\n"}
	for name, damage := range map[string]map[string]string{
		"nothing":           {},
		"empty HEAD":        {".git/HEAD": ""},
		"garbage in HEAD":   {".git/HEAD": "\x00\xff"},
		"HEAD in a circle":  {".git/HEAD": "ref: HEAD"},
		"HEAD outside":      {".git/HEAD": "ref: refs/../../../etc/passwd"},
		"garbage in a ref":  {".git/refs/heads/main": "zz"},
		"huge HEAD":         {".git/HEAD": strings.Repeat("a", 2<<20)},
		"garbage in config": {".git/config": "[remote \"origin\nurl = x\n]]]\x00"},
		"garbage packed":    {".git/packed-refs": "^\n \n^" + hash + "\n\x00"},
		"no objects":        {".git/objects/x": "-"},
		"reftable":          {".git/HEAD": "ref: refs/heads/.invalid\n"},
		"bad tag":           {".git/refs/tags/v1": strings.Repeat("12", 20), ".git/refs/tags/v2": "x", ".git/refs/tags/v3": strings.Repeat("12", 32)},
		"gitdir to nothing": {".git": "gitdir: /nowhere"},
		"gitdir to itself":  {".git": "gitdir: .git"},
		"commondir astray":  {".git/commondir": "../../../.."},
	} {
		files := map[string]string{}
		for k, v := range sound {
			files[k] = v
		}
		if _, file := damage[".git"]; file {
			clear(files)
		}
		for k, v := range damage {
			files[k] = v
			if v == "-" {
				delete(files, k)
			}
		}
		about := open(t, lay(t, files), Options{}).About()
		if whole := about.Commit == hash; name == "nothing" != whole && !slices.Contains([]string{"garbage in config", "garbage packed", "bad tag"}, name) {
			t.Errorf("%s: %+v", name, about)
		}
		if about.Name != "o/r" && about.Name != "tree" || strings.HasPrefix(about.Version, "v") {
			t.Errorf("%s: %+v", name, about)
		}
	}
}

func TestRepositoriesThatCannotBeReadSayWhy(t *testing.T) {
	base := map[string]string{".git/objects/x": "", ".git/refs/x": ""}
	for config, head := range map[string]string{"[extensions]\n refStorage = reftable\n": "ref: refs/heads/.invalid", "[extensions]\nobjectformat = sha256\n": strings.Repeat("ab", 32)} {
		base[".git/config"], base[".git/HEAD"] = config, head
		_, err := openRevision(lay(t, base), "HEAD")
		if err == nil || !strings.Contains(err.Error(), "cannot be read") {
			t.Error(err)
		}
	}
}

func TestConfigurationIsReadAsGitDoes(t *testing.T) {
	for text, want := range map[string]string{
		"[remote \"origin\"]\n\turl = https://a/b\n":                                        "https://a/b",
		"[core]\n bare = true\n[remote \"up\"]\nurl=https://up/x\nfetch = +x\n":             "https://up/x",
		"[remote \"up\"]\nurl=https://up/x\n[remote \"origin\"]\nURL = \"https://a/b\" ; c": "https://a/b",
		"[remote \"up\"]\nurl=https://up/x\n[remote \"other\"]\nurl = https://a/b\n":        "",
		"[remote \"origin\"]\r\n\turl = https://a/b\r\n\tfetch = x\r\n":                     "https://a/b",
		"[Remote \"origin\"] # c\n# url = x\nurl = https://a/b # c\nurl = second\n":         "https://a/b",
		"\ufeff[remote \"origin\"]\nurl = https://a/b\n":                                    "https://a/b",
		"": "", "[": "", "url = x": "",
	} {
		if got := remote(parseConfig(text)); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func FuzzConfig(f *testing.F) {
	f.Add("[remote \"origin\"]\n\turl = https://u:p@a/b.git\n")
	f.Add("[remote \"a\\\"b\"]\nurl = \"x\\n\" \\\n y ; z\n[branch.main]\n")
	f.Add("[remote \"o\"]\nurl=a0 00:000000")
	f.Fuzz(func(t *testing.T, text string) {
		vcs, name := publish(remote(parseConfig(text)))
		if u, err := url.Parse(vcs); err != nil || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
			t.Fatalf("%q", vcs)
		}
		if strings.ContainsFunc(vcs+name, unicode.IsControl) {
			t.Fatalf("%q %q", vcs, name)
		}
	})
}

func FuzzPackedRefs(f *testing.F) {
	hash := strings.Repeat("1a", 20)
	f.Add("# pack-refs with: peeled\n" + hash + " refs/tags/v1\n^" + hash + "\n")
	f.Add("^" + hash + "\n" + hash + " \r\n")
	f.Fuzz(func(t *testing.T, text string) {
		for _, p := range parsePackedRefs(text) {
			if !isHash(p.hash) || p.peeled != "" && !isHash(p.peeled) {
				t.Fatal(p)
			}
		}
	})
}

package source

import (
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing/format/config"
)

// repository is the git repository that a folder belongs to, read from its files without running git:
// https://git-scm.com/docs/gitrepository-layout.
type repository struct {
	dir    string // holds HEAD
	common string // holds refs, config and objects; of a linked work tree another one than dir
	top    string // the folder that is under version control; empty for a bare repository
}

var errNoRepository = errors.New("not in a git repository")

// findRepository looks in a folder and its ancestors.
func findRepository(folder string) (*repository, error) {
	start, err := filepath.Abs(folder)
	if err == nil {
		start, err = filepath.EvalSymlinks(start)
	}
	if err != nil {
		return nil, bare(err)
	}
	for dir := start; ; dir = filepath.Dir(dir) {
		git := filepath.Join(dir, ".git")
		if text, err := slurp(git, 4096); err == nil { // of a linked work tree or a submodule
			if to, ok := strings.CutPrefix(strings.TrimSpace(text), "gitdir: "); ok {
				git = rooted(dir, to)
			}
		}
		if r := openRepository(git); r != nil {
			r.top = dir
			return r, nil
		}
		if r := openRepository(dir); r != nil { // bare
			return r, nil
		}
		if dir == filepath.Dir(dir) {
			return nil, errNoRepository
		}
	}
}

// openRepository is nil where a folder is no git directory.
func openRepository(dir string) *repository {
	r := &repository{dir: dir, common: dir}
	if text, err := slurp(filepath.Join(dir, "commondir"), 4096); err == nil {
		r.common = rooted(dir, strings.TrimSpace(text))
	}
	if info, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil || info.IsDir() {
		return nil
	}
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(r.common, name)); err != nil || !info.IsDir() {
			return nil
		}
	}
	return r
}

// rooted reads a path as relative to a folder.
func rooted(dir, p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(dir, p)
}

// slurp reads a small regular file of the host.
func slurp(host string, limit int64) (string, error) {
	blob, err := openRegular(host)
	if err != nil {
		return "", err
	}
	defer blob.Close()
	if blob.Size() > limit {
		return "", errors.New("is too large")
	}
	data := make([]byte, blob.Size())
	n, err := start(blob, data)
	return string(data[:n]), err
}

// ref gives the hash that a reference stands for, or "" (of a branch without commits, for instance).
func (r *repository) ref(name string) string {
	for range 5 { // as many symbolic ones as git follows
		if !safeRef(name) {
			return ""
		}
		text, err := slurp(filepath.Join(r.dir, filepath.FromSlash(name)), 1<<20)
		if err != nil && r.common != r.dir {
			text, err = slurp(filepath.Join(r.common, filepath.FromSlash(name)), 1<<20)
		}
		if err != nil {
			return r.packed()[name].hash
		}
		to, symbolic := strings.CutPrefix(text, "ref:")
		if !symbolic {
			hash, _, _ := strings.Cut(strings.TrimSpace(text), "\t") // FETCH_HEAD goes on behind a tab
			if !isHash(hash) {
				return ""
			}
			return hash
		}
		name = strings.TrimSpace(to)
	}
	return ""
}

// safeRef tells names that stay among the references when they are taken for paths: refs/..., and HEAD and its like.
func safeRef(name string) bool {
	if strings.HasPrefix(name, "refs/") {
		return fs.ValidPath(name) && !strings.ContainsAny(name, "\\:\x00")
	}
	return name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_") == ""
}

func isHash(s string) bool {
	return (len(s) == 40 || len(s) == 64) && isHex(s)
}

func isHex(s string) bool { return strings.Trim(s, "0123456789abcdef") == "" }

// pointer is what a reference or a tag holds.
type pointer struct {
	hash   string
	peeled string // the commit behind an annotated tag, where the file tells
}

// packed reads the references that git has packed into one file.
func (r *repository) packed() map[string]pointer {
	text, _ := slurp(filepath.Join(r.common, "packed-refs"), 64<<20)
	return parsePackedRefs(text)
}

// parsePackedRefs reads lines of "HASH NAME", each perhaps followed by "^HASH" with the commit behind the tag.
func parsePackedRefs(text string) map[string]pointer {
	refs := map[string]pointer{}
	last := ""
	for line := range strings.Lines(text) {
		line = strings.TrimRight(line, "\r\n")
		if peeled, ok := strings.CutPrefix(line, "^"); ok {
			if p, known := refs[last]; known && isHash(peeled) {
				refs[last] = pointer{hash: p.hash, peeled: peeled}
			}
			continue
		}
		hash, name, ok := strings.Cut(line, " ")
		if last = ""; ok && isHash(hash) {
			last = name
			refs[name] = pointer{hash: hash}
		}
	}
	return refs
}

// config is the repository's own configuration.
func (r *repository) config() *config.Config {
	text, err := slurp(filepath.Join(r.common, "config"), 1<<20)
	if err != nil {
		return config.New()
	}
	return parseConfig(text)
}

// parseConfig reads as far as the syntax holds: https://git-scm.com/docs/git-config#_syntax.
func parseConfig(text string) *config.Config {
	c := config.New()
	config.NewDecoder(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).Decode(c)
	return c
}

// remote is the URL of origin, else of the only remote. Of several URLs git fetches from the first.
func remote(c *config.Config) string {
	all := c.Section("remote").Subsections
	for _, s := range all {
		if urls := s.OptionAll("url"); len(urls) > 0 && (s.Name == "origin" || len(all) == 1) {
			return urls[0]
		}
	}
	return ""
}

// publish makes of a remote's URL what may stand in a document: a URL without user info, query and fragment, and
// the path of the repository as its name. A remote by ssh is written as https: ssh needs the user name, every forge
// serves both, and the document must not depend on who cloned how. What is local has no URL.
func publish(remote string) (vcs, name string) {
	u, err := url.Parse(remote)
	if !strings.Contains(remote, "://") { // [user@]host:path, as scp writes it
		before, p, ok := strings.Cut(remote, ":")
		host := before[strings.LastIndexByte(before, '@')+1:]
		if !ok || strings.ContainsAny(before, "/\\") || len(host) < 2 || strings.HasPrefix(p, ":") {
			return "", ""
		}
		u, err = &url.URL{Scheme: "ssh", Host: host, Path: p}, nil
	}
	if err != nil || u.Hostname() == "" || strings.ContainsFunc(remote, unicode.IsControl) {
		return "", ""
	}
	host := strings.ToLower(u.Host)
	scheme := strings.ToLower(u.Scheme)
	switch scheme {
	case "ssh", "git+ssh", "ssh+git":
		scheme, host = "https", strings.ToLower(u.Hostname())
	case "http", "https", "git":
	default:
		return "", ""
	}
	if strings.Trim(host, "abcdefghijklmnopqrstuvwxyz0123456789-._:[]") != "" {
		return "", ""
	}
	p := path.Clean("/" + u.Path)
	name = strings.Trim(strings.TrimSuffix(p, ".git"), "/")
	if top, _, _ := strings.Cut(p[1:], "/"); name == "" || top == "home" || top == "Users" || top == "root" || strings.HasPrefix(top, "~") {
		return "", path.Base(name) // a path of somebody's machine
	}
	vcs = (&url.URL{Scheme: scheme, Host: host, Path: p}).String()
	if _, err := url.Parse(vcs); err != nil { // a host such as a[0
		return "", ""
	}
	return vcs, name
}

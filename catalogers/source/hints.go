package source

import (
	"cmp"
	"io/fs"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

// aboutDirectory tells what is known of a folder. A damaged repository only makes it less.
func aboutDirectory(root string) About {
	about := About{Kind: "directory", Name: folderName(root)}
	r, err := findRepository(root)
	if err != nil || r.top == "" {
		return about
	}
	o := openObjects(r.common, true)
	defer o.close()
	r.describe(&about, r.ref("HEAD"), o)
	return about
}

// describe fills in what a repository tells of a commit.
func (r *repository) describe(about *About, commit string, o *objects) {
	vcs, name := publish(remote(r.config()))
	about.VCS = vcs
	if name != "" {
		about.Name = name
	}
	if commit == "" {
		return
	}
	about.Commit = commit
	about.Version = "0.0.0-" + commit[:12]
	if tag := r.tag(commit, o); tag != "" {
		about.Version = tag
	}
}

func folderName(root string) string {
	abs, err := filepath.Abs(root)
	if err != nil {
		return ""
	}
	if real, err := filepath.EvalSymlinks(abs); err == nil {
		abs = real
	}
	return strings.Trim(filepath.Base(abs), `/\`)
}

// Limits for finding a tag that git has not packed. Behind an annotated one an object must be read.
const (
	maxLooseTags = 20_000
	maxPeeled    = 1000
)

// tag finds the tag of a commit. Of several, a release goes before a pre-release, a tag of the whole repository before one of
// a folder in it, and then the highest: v1, v1.2 and v1.2.3 often stand together. A tag without a digit names no version.
func (r *repository) tag(commit string, o *objects) string {
	var fit []string
	loose := r.looseTags()
	for i, name := range slices.Sorted(maps.Keys(loose)) {
		hash := loose[name]
		if hash != commit && i < maxPeeled {
			if behind, err := o.peel(plumbing.NewHash(hash)); err == nil {
				hash = behind.String()
			}
		}
		if hash == commit {
			fit = append(fit, name)
		}
	}
	for ref, p := range r.packed() {
		name, ok := strings.CutPrefix(ref, "refs/tags/")
		if _, moved := loose[name]; ok && !moved && (p.hash == commit || p.peeled == commit) {
			fit = append(fit, name)
		}
	}
	fit = slices.DeleteFunc(fit, func(name string) bool { return !strings.ContainsAny(name, "0123456789") })
	if len(fit) == 0 {
		return ""
	}
	return slices.MaxFunc(fit, compareTags)
}

// looseTags reads the tags that have a file each.
func (r *repository) looseTags() map[string]string {
	tags := map[string]string{}
	top := filepath.Join(r.common, "refs", "tags")
	filepath.WalkDir(top, func(host string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return nil
		}
		if len(tags) >= maxLooseTags {
			return fs.SkipAll
		}
		name, _ := filepath.Rel(top, host)
		if text, err := slurp(host, 1024); err == nil && isHash(strings.TrimSpace(text)) {
			tags[filepath.ToSlash(name)] = strings.TrimSpace(text)
		}
		return nil
	})
	return tags
}

func compareTags(a, b string) int {
	return cmp.Or(
		cmp.Compare(strings.Count(b, "/"), strings.Count(a, "/")),
		cmp.Compare(letters(b), letters(a)),
		natural(a, b),
		strings.Compare(a, b),
	)
}

// letters is 1 for a tag that goes on with letters behind its first number, as pre-releases do.
func letters(tag string) int {
	behind := tag[strings.IndexAny(tag, "0123456789"):]
	if strings.Trim(behind, "0123456789._") != "" {
		return 1
	}
	return 0
}

// natural compares numbers in texts as numbers.
func natural(a, b string) int {
	for a != "" && b != "" {
		m, n := digits(a), digits(b)
		if m == 0 || n == 0 {
			if a[0] != b[0] {
				return cmp.Compare(a[0], b[0])
			}
			a, b = a[1:], b[1:]
			continue
		}
		x, y := strings.TrimLeft(a[:m], "0"), strings.TrimLeft(b[:n], "0")
		if c := cmp.Or(cmp.Compare(len(x), len(y)), strings.Compare(x, y)); c != 0 {
			return c
		}
		a, b = a[m:], b[n:]
	}
	return cmp.Compare(len(a), len(b))
}

func digits(s string) int { return len(s) - len(strings.TrimLeft(s, "0123456789")) }

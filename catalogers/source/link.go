package source

import (
	"cmp"
	"errors"
	"io/fs"
	"path"
	"strings"
)

// maxLinks is how many links one path may take, as in path_resolution(7).
const maxLinks = 40

var errLoop = errors.New("takes more than 40 links")

// errAsk says that links have to be followed by hand.
var errAsk = errors.New("has links on the way")

// enclosed is a medium of whole file systems: no link leads out of one, as none does for who runs in it.
type enclosed interface {
	root(p string) string // of the file system that p is in; empty if it is in none
}

func rootOf(m medium, p string) string {
	if r, ok := m.(enclosed); ok {
		return r.root(p)
	}
	return ""
}

// resolve follows the links on the way to p and tells where it ends and what is there. It never leaves the tree.
func resolve(m medium, p string) (end string, k kind, err error) {
	if p, err = clean(p); err != nil {
		return "", isUnknown, err
	}
	end, k = ".", isFolder
	parts := strings.Split(p, "/")
	links, foreign := 0, false
	for len(parts) > 0 {
		part := parts[0]
		parts = parts[1:]
		switch {
		case part == "" || part == ".":
			continue
		case k != isFolder:
			return "", isUnknown, fs.ErrNotExist
		case part == ".." && end == rootOf(m, end):
			continue
		case part == ".." && end == ".":
			return "", isUnknown, ErrOutside
		case part == "..":
			end = path.Dir(end)
			continue
		}
		next := join(end, part)
		var target string
		if k, target, err = m.at(next); err != nil {
			if foreign && errors.Is(err, fs.ErrNotExist) {
				err = ErrOutside
			}
			return "", isUnknown, err
		}
		if k != isLink {
			end = next
			continue
		}
		if links++; links > maxLinks {
			return "", isUnknown, errLoop
		}
		k = isFolder
		if strings.HasPrefix(target, "/") {
			var inside bool
			end = cmp.Or(rootOf(m, end), ".")
			target, inside = m.rebase(target)
			foreign = foreign || !inside
		}
		parts = append(strings.Split(target, "/"), parts...)
	}
	return end, k, nil
}

// alias tells at which regular file a link ends, if at any. The error is the rule by which the link is skipped, or
// what is wrong with it.
func alias(m medium, p string, exclude globs) (string, error) {
	end, k, err := resolve(m, p)
	switch {
	case errors.Is(err, ErrOutside):
		return "", ruleLinkOut
	case errors.Is(err, fs.ErrNotExist):
		return "", ruleLinkGone
	case errors.Is(err, errLoop):
		return "", ruleLinkLoop
	case err != nil || k == isFolder:
		return "", err
	case k != isRegular:
		return "", k.special()
	case within(end):
		return "", ruleVCS
	}
	return end, exclude.cover(end)
}

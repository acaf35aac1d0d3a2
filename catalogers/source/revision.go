package source

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-git/go-git/v5/plumbing"
)

var errRevision = errors.New("not a revision that is understood")

// commitAt finds the commit that a revision names, of https://git-scm.com/docs/gitrevisions: a branch, a tag, a
// remote branch, HEAD or @, a hash or its beginning, what git describe prints, each with any number of ~N, ^N and ^{} behind it.
func (r *repository) commitAt(rev string, o *objects) (plumbing.Hash, error) {
	end := strings.IndexAny(rev, "^~")
	if end < 0 {
		end = len(rev)
	}
	base, steps := rev[:end], rev[end:]
	if strings.Contains(base, "@{") || strings.ContainsAny(base, ": \x00") {
		return plumbing.ZeroHash, errRevision
	}
	hash, err := r.lookup(base, o)
	if err != nil {
		return hash, err
	}
	if hash, err = o.peel(hash); err != nil {
		return hash, err
	}
	for steps != "" {
		step := steps[0]
		steps = steps[1:]
		if rest, ok := cutAny(steps, "{}", "{commit}", "{tag}"); ok && step == '^' {
			steps = rest // peeled already
			continue
		}
		n := digits(steps)
		count := 1
		if n > 0 {
			if count, err = strconv.Atoi(steps[:n]); err != nil {
				return hash, errRevision
			}
		}
		steps = steps[n:]
		switch {
		case step == '~':
			for ; count > 0 && err == nil; count-- {
				hash, err = o.parent(hash, 1)
			}
		case step != '^':
			return hash, errRevision
		case count > 0:
			hash, err = o.parent(hash, count)
		}
		if err != nil {
			return hash, err
		}
	}
	return hash, nil
}

func cutAny(s string, prefixes ...string) (string, bool) {
	for _, p := range prefixes {
		if rest, ok := strings.CutPrefix(s, p); ok {
			return rest, true
		}
	}
	return s, false
}

// parent is the nth parent of a commit, counted from 1.
func (o *objects) parent(hash plumbing.Hash, n int) (plumbing.Hash, error) {
	c, err := o.commit(hash)
	if err != nil {
		return hash, err
	}
	if n > len(c.parents) {
		return hash, fmt.Errorf("git object %s: has no parent %d", hash, n)
	}
	return c.parents[n-1], nil
}

// lookup finds what a name or a hash stands for, in git's order.
func (r *repository) lookup(name string, o *objects) (plumbing.Hash, error) {
	if name == "" || name == "@" {
		name = "HEAD"
	}
	if len(name) == 40 && isHex(strings.ToLower(name)) {
		return plumbing.NewHash(name), nil
	}
	for _, form := range []string{"%s", "refs/%s", "refs/tags/%s", "refs/heads/%s", "refs/remotes/%s", "refs/remotes/%s/HEAD"} {
		hash := r.ref(fmt.Sprintf(form, name))
		if len(hash) == 64 {
			return plumbing.ZeroHash, errors.New("repository with SHA-256 objects, which cannot be read")
		}
		if hash != "" {
			return plumbing.NewHash(hash), nil
		}
	}
	if i := strings.LastIndex(name, "-g"); i > 0 { // v1.2-3-gabcdef0, as git describe prints it
		name = name[i+2:]
	}
	if isHex(name) && len(name) >= 4 && len(name) < 40 {
		return o.abbreviated(name)
	}
	if r.config().Section("extensions").Option("refstorage") == "reftable" {
		return plumbing.ZeroHash, errors.New("repository with reftable references, which cannot be read")
	}
	return plumbing.ZeroHash, errors.New("no such revision")
}

// abbreviated finds the commit whose hash begins with a few digits.
func (o *objects) abbreviated(digits string) (plumbing.Hash, error) {
	prefix, _ := hex.DecodeString(digits[:len(digits)&^1])
	var found []plumbing.Hash
	o.mu.Lock()
	for _, s := range o.packs {
		hashes, err := s.HashesWithPrefix(prefix)
		if err != nil {
			o.mu.Unlock()
			return plumbing.ZeroHash, bare(err)
		}
		for _, h := range hashes {
			if strings.HasPrefix(h.String(), digits) {
				found = append(found, h)
			}
		}
	}
	o.mu.Unlock()
	slices.SortFunc(found, func(a, b plumbing.Hash) int { return bytes.Compare(a[:], b[:]) })
	found = slices.Compact(found)
	found = slices.DeleteFunc(found, func(h plumbing.Hash) bool {
		_, err := o.peel(h)
		return err != nil
	})
	switch len(found) {
	case 0:
		return plumbing.ZeroHash, errors.New("no such revision")
	case 1:
		return found[0], nil
	}
	return plumbing.ZeroHash, fmt.Errorf("stands for %d commits", len(found))
}

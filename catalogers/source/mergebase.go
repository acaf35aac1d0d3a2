package source

import (
	"bytes"
	"container/heap"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
)

// maxHistory bounds how many commits are read to find where two histories part. Linux has 1.4 million.
const maxHistory = 4_000_000

var errShallow = errors.New("have no common commit in this shallow clone: fetch more of the history")

// MergeBase finds the commit from which the histories of two revisions part, as git merge-base does: the newest of their best common
// ancestors. It looks in the repository that holds the folder, and gives the commit's full hash.
func MergeBase(ctx context.Context, folder, a, b string) (string, error) {
	r, err := findRepository(folder)
	if err != nil {
		return "", err
	}
	o := openObjects(r.common, false)
	defer o.close()
	h := &history{ctx: ctx, objects: o, commits: make(map[plumbing.Hash]*ancestor), ends: make(map[plumbing.Hash]bool)}
	text, _ := slurp(filepath.Join(r.common, "shallow"), 64<<20)
	for hash := range strings.Lines(text) {
		h.ends[plumbing.NewHash(strings.TrimSpace(hash))] = true
	}
	for i, rev := range [...]string{a, b} {
		hash, err := r.commitAt(rev, o)
		if err == nil {
			err = h.reach(hash, ours<<i)
		}
		if err != nil {
			return "", fmt.Errorf("%s: %w", rev, err)
		}
	}
	return h.base()
}

// reached is the set of ways in which a commit was reached.
type reached uint8

const (
	ours   reached = 1 << iota // from the first revision
	theirs                     // from the second
	stale                      // from a common ancestor: it is one too, but not a best one
)

// ancestor is a commit of either history.
type ancestor struct {
	hash    plumbing.Hash
	when    time.Time
	parents []plumbing.Hash
	by      reached
	queued  bool
}

// history walks from two revisions towards the past, newest commits first, and marks by which of them each commit is reached. Clocks
// may be wrong: a commit that is reached in a new way is walked again.
type history struct {
	ctx     context.Context
	objects *objects
	commits map[plumbing.Hash]*ancestor
	ends    map[plumbing.Hash]bool // commits whose parents a shallow clone lacks: git's file "shallow"
	queue   []*ancestor
	open    int // queued commits that are not stale
}

// reach notes that a commit is reached.
func (h *history) reach(hash plumbing.Hash, by reached) error {
	c, known := h.commits[hash]
	if !known {
		if len(h.commits) >= maxHistory {
			return fmt.Errorf("more than %d commits lie before", maxHistory)
		}
		read, err := h.objects.commit(hash)
		if err != nil {
			return err
		}
		c = &ancestor{hash: hash, when: read.when, parents: read.parents}
		if h.ends[hash] {
			c.parents = nil
		}
		h.commits[hash] = c
	}
	if c.by|by == c.by {
		return nil
	}
	was := c.by
	c.by |= by
	switch {
	case !c.queued:
		c.queued = true
		if c.by&stale == 0 {
			h.open++
		}
		heap.Push(h, c)
	case was&stale == 0 && c.by&stale != 0:
		h.open--
	}
	return nil
}

// base walks until all that is left lies before a common ancestor. Where several were found, one may still turn out to lie before another
// as long as there are commits that are not older than all of them.
func (h *history) base() (string, error) {
	var found []*ancestor
	var oldest time.Time
	for steps := 0; h.open > 0 || len(found) > 1 && len(h.queue) > 0 && !h.queue[0].when.Before(oldest); steps++ {
		if steps%1024 == 0 && h.ctx.Err() != nil {
			return "", h.ctx.Err()
		}
		c := heap.Pop(h).(*ancestor)
		c.queued = false
		by := c.by
		if by&stale == 0 {
			h.open--
		}
		if by == ours|theirs {
			if len(found) == 0 || c.when.Before(oldest) {
				oldest = c.when
			}
			found = append(found, c)
			by |= stale
		}
		for _, p := range c.parents {
			if err := h.reach(p, by); err != nil {
				return "", err
			}
		}
	}
	var best *ancestor
	for _, c := range found {
		if c.by&stale == 0 && (best == nil || c.before(best)) {
			best = c
		}
	}
	switch {
	case best != nil:
		return best.hash.String(), nil
	case len(h.ends) > 0:
		return "", errShallow
	}
	return "", errors.New("have no common commit")
}

// before tells whether a commit is newer than another.
func (c *ancestor) before(other *ancestor) bool {
	if !c.when.Equal(other.when) {
		return c.when.After(other.when)
	}
	return bytes.Compare(c.hash[:], other.hash[:]) < 0
}

// Len, Less, Swap, Push and Pop make the history a queue for container/heap.
func (h *history) Len() int           { return len(h.queue) }
func (h *history) Less(i, j int) bool { return h.queue[i].before(h.queue[j]) }
func (h *history) Swap(i, j int)      { h.queue[i], h.queue[j] = h.queue[j], h.queue[i] }
func (h *history) Push(c any)         { h.queue = append(h.queue, c.(*ancestor)) }
func (h *history) Pop() any {
	last := len(h.queue) - 1
	c := h.queue[last]
	h.queue = h.queue[:last]
	return c
}

package source

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// link commits nothing, minutes after noon, on top of the parents.
func (r repo) link(minutes int, parents ...string) string {
	r.t.Helper()
	empty := r.Storer.NewEncodedObject()
	check(r.t, (&object.Tree{}).Encode(empty))
	tree, err := r.Storer.SetEncodedObject(empty)
	check(r.t, err)
	who := object.Signature{Name: "A", Email: "a@example.com", When: noon.Add(time.Duration(minutes) * time.Minute)}
	c := &object.Commit{Author: who, Committer: who, Message: fmt.Sprint(minutes, parents), TreeHash: tree}
	for _, p := range parents {
		c.ParentHashes = append(c.ParentHashes, plumbing.NewHash(p))
	}
	o := r.Storer.NewEncodedObject()
	check(r.t, c.Encode(o))
	hash, err := r.Storer.SetEncodedObject(o)
	check(r.t, err)
	return hash.String()
}

func TestTheMergeBaseIsWhereHistoriesPart(t *testing.T) {
	r := newRepo(t)
	first := r.link(0)
	fork := r.link(1, first)
	left := r.link(2, fork)
	right := r.link(3, r.link(1, fork))
	merged := r.link(4, left, right)
	crossed := r.link(5, right, left)
	ahead := r.link(-60, left) // a clock that is an hour behind
	stranger := r.link(9)
	for _, c := range []struct{ name, a, b, want string }{
		{"a fork", left, right, fork},
		{"one lies before the other", first, right, first},
		{"the same", left, left, left},
		{"after a merge", merged, right, right},
		{"a wrong clock", ahead, merged, left},
		{"both merged both: the newest of two", merged, crossed, right},
		{"names and steps", left + "~2", right + "^{commit}", first},
	} {
		for _, pair := range [][2]string{{c.a, c.b}, {c.b, c.a}} {
			got, err := MergeBase(context.Background(), r.root, pair[0], pair[1])
			if err != nil || got != c.want {
				t.Errorf("%s: got %s, %v; want %s", c.name, got, err, c.want)
			}
		}
	}
	for _, c := range []struct{ a, b, want string }{
		{left, stranger, "have no common commit"},
		{left, "nowhere", "nowhere: no such revision"},
		{"nowhere", left, "nowhere: no such revision"},
	} {
		if _, err := MergeBase(context.Background(), r.root, c.a, c.b); err == nil || err.Error() != c.want {
			t.Errorf("got %v, want %s", err, c.want)
		}
	}
	if _, err := MergeBase(context.Background(), t.TempDir(), left, right); err == nil {
		t.Error("found outside of any repository")
	}
}

func TestAShallowCloneSaysThatItIsOne(t *testing.T) {
	r := newRepo(t)
	fork := r.link(1, r.link(0))
	left, right := r.link(2, fork), r.link(3, fork)
	check(t, os.WriteFile(filepath.Join(r.root, ".git", "shallow"), []byte(left+"\n"+right+"\n"), 0o644))
	if _, err := MergeBase(context.Background(), r.root, left, right); err != errShallow {
		t.Errorf("got %v", err)
	}
	check(t, os.WriteFile(filepath.Join(r.root, ".git", "shallow"), []byte(fork+"\n"), 0o644))
	if got, err := MergeBase(context.Background(), r.root, left, right); err != nil || got != fork {
		t.Errorf("got %s, %v; want %s", got, err, fork)
	}
}

func TestTheMergeBaseOfRandomHistoriesIsABestCommonAncestor(t *testing.T) {
	for seed := range 20 {
		rnd := rand.New(rand.NewPCG(uint64(seed), 5))
		r := newRepo(t)
		var hashes []string
		before := []map[int]bool{} // of each commit, itself and its ancestors
		for i := range 24 {
			set := map[int]bool{i: true}
			var parents []string
			for range min(i, rnd.IntN(3)) {
				p := i - 1 - rnd.IntN(min(i, 6))
				if strings.Contains(fmt.Sprint(parents), hashes[p]) {
					continue
				}
				parents = append(parents, hashes[p])
				for q := range before[p] {
					set[q] = true
				}
			}
			hashes, before = append(hashes, r.link(i, parents...)), append(before, set)
		}
		for range 20 {
			a, b := rnd.IntN(24), rnd.IntN(24)
			best := map[string]bool{}
			for c := range before[a] {
				if !before[b][c] {
					continue
				}
				best[hashes[c]] = true
				for d := range before[a] {
					if d != c && before[b][d] && before[d][c] {
						delete(best, hashes[c])
					}
				}
			}
			got, err := MergeBase(context.Background(), r.root, hashes[a], hashes[b])
			if err != nil && len(best) > 0 || err == nil && !best[got] {
				t.Fatalf("seed %d: %d and %d: got %s, %v; want one of %v", seed, a, b, got, err, best)
			}
		}
	}
}

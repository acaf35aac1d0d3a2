package source

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"io/fs"
	"runtime"
	"slices"
	"strings"
	"sync"
)

// kind is what a name in a folder stands for.
type kind uint8

const (
	isUnknown kind = iota
	isRegular
	isFolder
	isLink
	isPipe
	isSocket
	isDevice
)

// modeKind is the kind that a mode tells.
func modeKind(mode fs.FileMode) kind {
	switch mode.Type() {
	case 0:
		return isRegular
	case fs.ModeDir:
		return isFolder
	case fs.ModeSymlink:
		return isLink
	case fs.ModeNamedPipe:
		return isPipe
	case fs.ModeSocket:
		return isSocket
	}
	return isDevice
}

// special is the rule by which what is neither file, folder nor link is skipped.
func (k kind) special() rule {
	switch k {
	case isPipe:
		return rulePipe
	case isSocket:
		return ruleSocket
	}
	return ruleDevice
}

func walk(ctx context.Context, m medium, want Wanted, o WalkOptions) (Found, error) {
	exclude, err := compile(o.Exclude)
	if err != nil {
		return Found{}, err
	}
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	q := newQueue(workers, ".")
	defer context.AfterFunc(ctx, q.stop)()
	hands := make([]*hand, workers)
	var wg sync.WaitGroup
	for i := range hands {
		h := &hand{medium: m, want: want, exclude: exclude, progress: o.Progress, lister: m.lister()}
		hands[i] = h
		wg.Go(func() { h.work(q) })
	}
	wg.Wait()
	var found Found
	for _, h := range hands {
		found.add(h.found)
	}
	found.tidy()
	return found, ctx.Err()
}

// hand is one goroutine of a walk and what it found.
type hand struct {
	medium   medium
	want     Wanted
	exclude  globs
	progress *Progress
	lister   lister
	stack    []string // folders to read
	found    Found
	head     [HeadSize]byte
}

func (h *hand) work(q *queue) {
	for {
		if h.stack = q.take(h.stack); len(h.stack) == 0 {
			return
		}
		for len(h.stack) > 0 && !q.stopped.Load() {
			last := len(h.stack) - 1
			dir := h.stack[last]
			h.stack = h.stack[:last]
			if err := h.read(dir); err == errTooMany {
				q.stop()
			}
			h.stack = q.give(h.stack)
		}
	}
}

// read goes through one folder and puts its subfolders on the stack.
func (h *hand) read(dir string) error {
	if err := h.lister.open(dir); err != nil {
		h.leave(dir, err)
		return err
	}
	defer h.lister.close()
	defer h.count(h.found.Count, len(h.found.Files))
	for {
		name, k, err := h.lister.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			h.leave(dir, err)
			return err
		}
		switch k {
		case isRegular:
			h.found.Count++
			err = h.file(dir, name)
		case isFolder:
			err = h.folder(dir, name)
		case isLink:
			err = h.link(dir, name)
		default:
			if h.want.Name(dir, name) == Keep {
				err = k.special()
			}
		}
		if err != nil {
			h.leave(join(dir, string(name)), err)
		}
	}
}

// count notes a folder that was read since the counts were as given.
func (h *hand) count(files int64, kept int) {
	h.found.Dirs++
	h.progress.add(h.found.Count-files, 1, int64(len(h.found.Files)-kept))
}

// leave notes that something was not read, by a rule or because it could not be.
func (h *hand) leave(p string, why error) {
	if r, ok := why.(rule); ok {
		h.found.Skipped = append(h.found.Skipped, Skip{p, string(r)})
		return
	}
	h.found.Unreadable = append(h.found.Unreadable, Unreadable{p, why})
}

func (h *hand) keep(p string) { h.found.Files = append(h.found.Files, Entry{Path: p, Size: -1}) }

func (h *hand) folder(dir string, name []byte) error {
	if versionControl(string(name)) {
		return ruleVCS
	}
	p := join(dir, string(name))
	if err := h.exclude.match(p); err != nil {
		return err
	}
	if h.want.Folder(dir, name) {
		h.found.Files = append(h.found.Files, Entry{Path: p, Size: -1, Folder: true})
	}
	h.stack = append(h.stack, p)
	return nil
}

func (h *hand) file(dir string, name []byte) error {
	verdict := h.want.Name(dir, name)
	if verdict == No {
		return nil
	}
	p := join(dir, string(name))
	if err := h.exclude.match(p); err != nil {
		return err
	}
	if verdict == Peek {
		if needsMode(name) {
			if ok, err := h.lister.executable(); err != nil || !ok {
				return err
			}
		}
		n, err := h.lister.head(h.head[:])
		if err != nil || n == 0 || !h.want.Head(dir, name, h.head[:n]) {
			return err
		}
	}
	h.keep(p)
	return nil
}

// link judges a link. It is not followed: what lies inside the tree is walked in its own place. It counts as a file only if
// its name is wanted and its target's is not; what leads outside is listed where somebody would look for it, by a
// wanted name or as a folder.
func (h *hand) link(dir string, name []byte) error {
	p := join(dir, string(name))
	if h.exclude.match(p) != nil {
		return nil
	}
	if h.want.Name(dir, name) != Keep {
		if h.lister.foreign() {
			return ruleLinkOut
		}
		return nil
	}
	end, err := alias(h.medium, p, h.exclude)
	if err != nil || end == "" {
		return err
	}
	if in, target := split(end); h.want.Name(in, target) != Keep {
		h.keep(p)
	}
	return nil
}

func (f *Found) add(other Found) {
	f.Files = append(f.Files, other.Files...)
	f.Skipped = append(f.Skipped, other.Skipped...)
	f.Unreadable = append(f.Unreadable, other.Unreadable...)
	f.Dirs += other.Dirs
	f.Count += other.Count
}

// shown is how many links out of the tree are listed one by one. A tree of build outputs or a package store has thousands.
const shown = 100

// tidy puts what was found into the order that no scheduling can change.
func (f *Found) tidy() {
	slices.SortFunc(f.Files, func(a, b Entry) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(f.Unreadable, func(a, b Unreadable) int { return strings.Compare(a.Path, b.Path) })
	slices.SortFunc(f.Skipped, func(a, b Skip) int {
		return cmp.Or(strings.Compare(a.Path, b.Path), strings.Compare(a.Rule, b.Rule))
	})
	out := 0
	f.Skipped = slices.DeleteFunc(f.Skipped, func(s Skip) bool {
		if s.Rule == string(ruleLinkOut) {
			out++
		}
		return s.Rule == string(ruleLinkOut) && out > shown
	})
	if out > shown {
		f.Skipped = append([]Skip{{".", fmt.Sprintf("%d more links that lead outside the tree", out-shown)}}, f.Skipped...)
	}
}

package source

import (
	"fmt"
	"io"
	"slices"
)

// squash lays a layer over those below, as a container runtime does: first what the layer takes away from below, then what it brings. It
// returns the hard links whose bytes have to be read once more, by the paths of their targets.
func (t *table) squash(l *layer, hidden []string, prefix string, number int32) (again map[string][]string, err error) {
	for _, p := range hidden {
		t.remove(p)
	}
	for i := range l.entries {
		e := &l.entries[i]
		own := e.node // a layer may stand in several images
		p, n := join(prefix, e.path), &own
		if e.hard != noHardLink {
			if n = t.link(e, prefix); n == nil {
				continue
			}
			if _, gone := n.content.(passed); gone || n.content == nil {
				if again == nil {
					again = make(map[string][]string)
				}
				again[e.node.target] = append(again[e.node.target], p)
				n.content = passed("")
			}
		}
		n.layer = number
		if err := t.put(p, n); err != nil {
			return nil, fmt.Errorf("%s: %w", shorten(e.path), err)
		}
	}
	t.files += l.files
	return again, nil
}

// link is the file that a hard link is, or nil if nobody wants it. Without content, it has to be read.
func (t *table) link(e *entry, prefix string) *node {
	n := &node{kind: isRegular, program: e.node.program}
	target := t.find(join(prefix, e.node.target))
	switch {
	case target != nil && target.kind == isRegular:
		n.content, n.size, n.program = target.content, target.size, target.program
	case e.hard == maybeWanted:
		return nil
	}
	return n
}

// hidden lists the paths in the table that the layer takes away, or puts something else in the place of.
func (l *layer) hidden(t *table, r *reading, prefix string) (list []string) {
	for _, p := range l.emptied {
		if dir := t.find(join(prefix, p)); dir != nil {
			for name := range dir.children {
				list = append(list, join(join(prefix, p), name))
			}
		}
	}
	for _, p := range l.removed {
		if at := join(prefix, p); t.find(at) != nil {
			list = append(list, at)
		}
	}
	for i := range l.entries {
		e := &l.entries[i]
		if n := t.find(join(prefix, e.path)); n != nil && (n.kind != isFolder || e.node.kind != isFolder) {
			list = append(list, join(prefix, e.path))
		}
	}
	if len(l.other) > 0 {
		top := t.find(prefix)
		if top == nil {
			return list
		}
		top.each(".", func(p string, _ *node) {
			if _, found := slices.BinarySearch(l.other, r.hash(p)); found {
				list = append(list, join(prefix, p))
			}
		})
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// files lists the regular files at and below paths, sorted.
func (t *table) below(paths []string) (list []string) {
	for _, p := range paths {
		if n := t.find(p); n != nil {
			n.each(p, func(p string, _ *node) { list = append(list, p) })
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// counter counts what is read.
type counter struct {
	io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

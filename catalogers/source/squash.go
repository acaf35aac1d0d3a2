package source

import (
	"fmt"
	"io"
	"path"
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
	target := t.find(t.real(join(prefix, e.node.target)))
	switch {
	case target != nil && target.kind == isRegular:
		n.content, n.size, n.program = target.content, target.size, target.program
	case e.hard == maybeWanted:
		return nil
	}
	return n
}

// hidden lists the paths in the table that the layer takes away, or puts something else in the place of. Links to folders on the way are followed, as
// a container runtime does.
func (l *layer) hidden(t *table, r *reading, prefix string) (list []string) {
	if top := t.find(prefix); top == nil || len(top.children) == 0 {
		return nil
	}
	emptied := make(map[*node]bool)
	for _, p := range l.emptied {
		p = t.real(join(join(prefix, p), whiteout))
		if dir := t.find(path.Dir(p)); dir != nil && !emptied[dir] {
			emptied[dir] = true
			for name := range dir.children {
				list = append(list, join(path.Dir(p), name))
			}
		}
	}
	for _, p := range l.removed {
		if at := t.real(join(prefix, p)); t.find(at) != nil {
			list = append(list, at)
		}
	}
	last := ""
	folders := make(map[string]bool) // that take the places of links
	for i := range l.entries {
		e := &l.entries[i]
		p := join(prefix, e.path)
		at := t.real(p)
		for dir := path.Dir(p); at != p && dir != "."; dir = path.Dir(dir) {
			if folders[dir] {
				at = p
			}
		}
		if n := t.find(at); n != nil && (n.kind != isFolder || e.node.kind != isFolder) {
			list = append(list, at)
			if n.kind == isLink && e.node.kind == isFolder {
				folders[p] = true
			}
		}
		if dir := path.Dir(at); dir != last { // a file that becomes a folder need not be listed as one
			last = dir
			for n := (*node)(nil); dir != "." && n == nil; dir = path.Dir(dir) {
				if n = t.find(dir); n != nil && n.kind != isFolder && n.kind != isLink {
					list = append(list, dir)
				}
			}
		}
	}
	if len(l.other) > 0 {
		check := func(p, name string) {
			if _, found := slices.BinarySearch(l.other, r.hash(name)); found {
				list = append(list, p)
			}
		}
		top := t.find(prefix)
		top.all(".", func(p string) { check(join(prefix, p), p) })
		for _, from := range top.links() {
			to, k, err := resolve(t, join(prefix, from))
			if err != nil || k != isFolder || to == prefix {
				continue
			}
			t.find(to).all(".", func(p string) { check(join(to, p), join(from, p)) })
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// all visits what is below a node, in no order.
func (n *node) all(p string, visit func(p string)) {
	for name, child := range n.children {
		at := join(p, name)
		visit(at)
		child.all(at, visit)
	}
}

// links lists the links directly in a folder: /bin, /lib and the like are such. Where there are more than any root has, they are none.
func (n *node) links() (list []string) {
	const most = 64
	for name, child := range n.children {
		if child.kind == isLink {
			list = append(list, name)
		}
	}
	if len(list) > most {
		return nil
	}
	return list
}

// below lists what there is at and below paths, sorted: the regular files, and the folders that are wanted.
func (t *table) below(paths []string, want Wanted) (list []string) {
	for _, p := range paths {
		if n := t.find(p); n != nil {
			n.each(p, func(p string, n *node) {
				if dir, name := split(p); n.kind == isRegular || want.Folder(dir, name) {
					list = append(list, p)
				}
			})
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

package source

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// aliases finds the links whose names are wanted and whose targets were dropped, because nobody wanted those: package.json -> ../data/x. Their bytes are
// read once more, from the last layers that have them.
func (l *layered) aliases(ctx context.Context, r *reading) (odd []Unreadable) {
	number := int32(0)
	for _, p := range l.pictures {
		missed := make(map[int][]dangler) // by the layer that has the targets
		for _, link := range l.dangling(r, p) {
			if _, streams := l.blobs.(*streamed); streams {
				odd = append(odd, Unreadable{link.path, fmt.Errorf("is a link to %s, which had passed in the stream", shorten(link.target))})
			} else if layer, ok := l.holds(r, p, link); ok {
				missed[layer] = append(missed[layer], link)
			}
		}
		for i := range p.Layers {
			if err := l.recover(ctx, r, p, i, missed[i], number+int32(i)); err != nil {
				odd = append(odd, Unreadable{missed[i][0].path, err})
			}
		}
		number += int32(len(p.Layers))
	}
	return odd
}

// dangler is a link to a path at which the table has nothing.
type dangler struct{ path, target string }

func (l *layered) dangling(r *reading, p *picture) (list []dangler) {
	top := l.table.find(p.Folder)
	if top == nil {
		return nil
	}
	var visit func(at string, n *node)
	visit = func(at string, n *node) {
		if n.kind == isLink {
			if dir, name := split(at); r.want.Name(dir, name) == Keep && !strings.HasSuffix(n.target, "/") {
				if target, ok := l.missing(p, at, n.target); ok {
					list = append(list, dangler{at, target})
				}
			}
			return
		}
		for name, child := range n.children {
			visit(join(at, name), child)
		}
	}
	visit(p.Folder, top)
	slices.SortFunc(list, func(a, b dangler) int { return strings.Compare(a.path, b.path) })
	return list
}

// missing tells where a link of a picture leads, if there is nothing in the folder that is there.
func (l *layered) missing(p *picture, at, target string) (string, bool) {
	from := path.Dir(at)
	if path.IsAbs(target) {
		from = p.Folder
	}
	whole, err := clean(strings.TrimPrefix(path.Join(from, target), "/"))
	if err != nil {
		return "", false
	}
	dir, k, err := resolve(l.table, path.Dir(whole))
	if err != nil || k != isFolder {
		return "", false
	}
	end := join(dir, path.Base(whole))
	return end, l.table.find(end) == nil
}

// inner is the path of a link's target in the picture.
func (d dangler) inner(p *picture) string {
	if p.Folder == "." {
		return d.target
	}
	return strings.TrimPrefix(d.target, p.Folder+"/")
}

// holds finds the last layer that has the target of a link, unless a later one takes it away.
func (l *layered) holds(r *reading, p *picture, link dangler) (layer int, ok bool) {
	inner := link.inner(p)
	for i, ref := range slices.Backward(p.Layers) {
		got := l.layers[ref.Key]
		if _, has := slices.BinarySearch(got.other, r.hash(inner)); has {
			return i, true
		}
		if got.takes(inner) {
			return 0, false
		}
	}
	return 0, false
}

// takes tells whether a layer takes a path of those below away.
func (l *layer) takes(p string) bool {
	if l.gone == nil {
		l.gone = make(map[string]bool, len(l.removed)+len(l.emptied))
		for _, r := range l.removed {
			l.gone[r] = true
		}
		for _, dir := range l.emptied {
			l.gone[dir+"/"] = true
		}
	}
	return l.gone[p] || l.gone[path.Dir(p)+"/"]
}

// recover reads the targets of links from the layer that has them.
func (l *layered) recover(ctx context.Context, r *reading, p *picture, layer int, links []dangler, number int32) error {
	if len(links) == 0 {
		return nil
	}
	targets := make(map[string]string, len(links)) // in the layer -> in the table
	only := make(map[string]bool, len(links))
	for _, link := range links {
		targets[link.inner(p)], only[link.inner(p)] = link.target, true
	}
	ref := &p.Layers[layer]
	reader := &layerReader{reading: r, ctx: ctx, key: ref.Key, only: only}
	if err := l.one(reader, ref, false); err != nil {
		return fmt.Errorf("%s: %w", ref.title(), err)
	}
	for j := range reader.out.entries {
		e := &reader.out.entries[j]
		n := e.node
		n.layer = number
		if err := l.table.put(targets[e.path], &n); err != nil {
			return err
		}
	}
	return nil
}

package source

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
)

// aliases finds the links whose names are wanted and whose targets were dropped, because nobody wanted those: package.json -> ../data/x. Their bytes are
// read once more, from the last layer that has them.
func (l *layered) aliases(ctx context.Context, r *reading) (odd []Unreadable) {
	number := int32(0)
	for _, p := range l.pictures {
		for _, link := range l.dangling(r, p) {
			if _, streams := l.blobs.(*streamed); streams {
				odd = append(odd, Unreadable{link.path, fmt.Errorf("is a link to %s, which had passed in the stream", shorten(link.target))})
			} else if err := l.recover(ctx, r, p, link, number); err != nil {
				odd = append(odd, Unreadable{link.path, err})
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

// recover reads the target of a link from the last layer that has it, unless a later one takes it away.
func (l *layered) recover(ctx context.Context, r *reading, p *picture, link dangler, first int32) error {
	inner := link.target
	if p.Folder != "." {
		inner = strings.TrimPrefix(link.target, p.Folder+"/")
	}
	for i, ref := range slices.Backward(p.Layers) {
		got := l.layers[ref.Key]
		if _, has := slices.BinarySearch(got.other, r.hash(inner)); has {
			reader := &layerReader{reading: r, ctx: ctx, key: ref.Key, only: map[string]bool{inner: true}}
			if err := l.one(reader, &p.Layers[i], false); err != nil {
				return fmt.Errorf("%s: %w", ref.title(), err)
			}
			for j := range reader.out.entries {
				n := reader.out.entries[j].node
				n.layer = first + int32(i)
				if err := l.table.put(link.target, &n); err != nil {
					return err
				}
			}
			return nil
		}
		if slices.Contains(got.removed, inner) || slices.Contains(got.emptied, path.Dir(inner)) {
			return nil
		}
	}
	return nil
}

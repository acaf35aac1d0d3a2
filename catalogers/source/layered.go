package source

import (
	"fmt"
	"io/fs"
	"slices"
)

// newLayered makes the Tree of pictures.
func newLayered(b blobs, pictures []*picture, name string, o Options) *layered {
	keep := &keeper{budget: o.Memory, parent: o.Spill}
	if o.Memory <= 0 {
		keep.budget = defaultMemory
	}
	t := newTable(keep)
	t.quit = append(t.quit, closer(b.close))
	l := &layered{table: t, blobs: b, verify: o.Verify, layers: make(map[string]*layer)}
	l.tree = tree{medium: t, about: func() About { return aboutImage(l.pictures, name) }}
	l.set(pictures)
	return l
}

// set says which images the tree is made of.
func (l *layered) set(pictures []*picture) {
	l.pictures, l.table.roots = pictures, nil
	for _, p := range pictures {
		p.Folder = "."
		if len(pictures) > 1 {
			p.Folder = p.Platform()
			if !fs.ValidPath(p.Folder) || p.Folder == "." {
				p.Folder = "unknown"
			}
		}
		for n, name := 2, p.Folder; slices.Contains(l.table.roots, p.Folder); n++ { // versions of Windows share a platform
			p.Folder = fmt.Sprintf("%s-%d", name, n)
		}
		l.table.roots = append(l.table.roots, p.Folder)
		for i := range p.Layers {
			p.Layers[i].Index = i
		}
	}
}

type closer func() error

func (c closer) Close() error { return c() }

func aboutImage(pictures []*picture, name string) About {
	a := About{Kind: "image", Name: name}
	for _, p := range pictures {
		if p.absent {
			continue
		}
		a.Images = append(a.Images, p.Image)
		if a.Created.IsZero() {
			a.Created = p.created
		}
	}
	return a
}

package scan

import (
	"cmp"
	"context"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/sbom"
)

// passing is the part of a scan that happens while the layers of an image stream by: a file that cannot be sought is read by the catalogers that
// need nothing besides, and dropped.
type passing struct {
	index    *index
	list     []*catalogers.Cataloger
	progress *Progress
	archives *archives
	past     bool   // the files are hidden ones, which only tell since when packages were there
	at       string // where the tree is mounted; empty for the scanned tree itself

	mu     sync.Mutex
	done   map[place][]*sbom.Facts
	hashes map[place][]sbom.Hash // of all files, where they are asked for; otherwise nil
}

// place is a file of a layer.
type place struct{ layer, path string }

// whole answers source.WalkOptions.Whole.
func (p *passing) whole(e source.Entry, blob source.Blob) bool {
	e.Path = path.Join(p.at, e.Path)
	dir, name := path.Dir(e.Path), path.Base(e.Path)
	if p.hashes != nil {
		if list, err := digests(blob); err == nil {
			p.mu.Lock()
			p.hashes[place{e.Layer, e.Path}] = list
			p.mu.Unlock()
		}
		if p.index.Name(dir, []byte(name)) == source.No {
			return !p.index.Beside(dir, []byte(name))
		}
	}
	j := new(job)
	var file *catalogers.File
	for _, i := range p.index.catalogersOf(dir, name, func() []byte { return start(blob) }) {
		if i == archiveMark {
			return false
		}
		c := p.list[i]
		switch {
		case c.Stage < sbom.Installed && insidePackage(e.Path):
			continue // not read, here or later
		case c.Group != nil || len(c.Beside) > 0:
			return false
		}
		if file == nil {
			file = catalogers.NewFile(alone{e.Path, blob}, c, e.Path)
			j.files = append(j.files, file)
		}
		j.by = append(j.by, assignment{c, i})
	}
	if file == nil {
		return p.hashes != nil && !p.index.Beside(dir, []byte(name))
	}
	j.do()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[place{e.Layer, e.Path}] = j.facts
	for _, f := range j.facts {
		p.progress.Components.Add(int64(f.Len()))
	}
	return true
}

// start is the first bytes of a blob.
func start(blob source.Blob) []byte {
	b := make([]byte, source.HeadSize)
	n, _ := blob.ReadAt(b, 0)
	return b[:n]
}

// alone is a Tree that holds one file, which is open already.
type alone struct {
	path string
	blob source.Blob
}

// shared is a Blob that somebody else closes.
type shared struct{ source.Blob }

func (shared) Close() error { return nil }

func (a alone) Open(p string) (source.Blob, error) {
	if p != a.path {
		return nil, fs.ErrNotExist
	}
	return shared{a.blob}, nil
}

func (a alone) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }

func (a alone) Resolve(p string) (string, error) {
	if p != a.path {
		return "", fs.ErrNotExist
	}
	return p, nil
}

// before reads what the next layer of an image hides: it tells since when a package was there.
func (p *passing) before(ctx context.Context, tree source.Tree, files []source.Entry, o *Options) []*sbom.Facts {
	r := new(Result)
	then := &passing{index: p.index, list: p.list, progress: p.progress, archives: p.archives, done: p.done, hashes: p.hashes, past: !o.AllLayers}
	if then.past {
		tree = sparing{tree, files}
	}
	jobs := plan(tree, then, files, r)
	run(ctx, jobs, o.Workers, p)
	layers := layersOf(files)
	for _, j := range jobs {
		r.take(j, nil)
	}
	for _, f := range r.Facts {
		f.Layers, f.Past = layers, !o.AllLayers
		if f.Past {
			f.Reduce()
		}
	}
	return r.Facts
}

// sparing is a Tree for the past, of which only the identities of packages count: they stand in the files that start catalogers and in small ones beside
// them. The lists of a repository, which are large and tell digests, are not read once per layer.
type sparing struct {
	source.Tree
	files []source.Entry // that start catalogers, sorted by path
}

func (t sparing) Open(p string) (source.Blob, error) {
	const large = 1 << 20
	blob, err := t.Tree.Open(p)
	if err != nil || blob.Size() <= large {
		return blob, err
	}
	if _, starts := slices.BinarySearchFunc(t.files, p, func(e source.Entry, p string) int { return strings.Compare(e.Path, p) }); !starts {
		blob.Close()
		return nil, fs.ErrNotExist
	}
	return blob, nil
}

// layersOf tells of files by which layers they came.
func layersOf(files []source.Entry) map[string]string {
	layers := make(map[string]string, len(files))
	for _, e := range files {
		if e.Layer != "" {
			layers[e.Path] = e.Layer
		}
	}
	return layers
}

// layersAbout lists the layers of images, with the keys by which files name them.
func layersAbout(images []source.Image) (list []sbom.Layer) {
	for i := range images {
		for _, l := range images[i].Layers {
			list = append(list, sbom.Layer{Key: l.Key, Digest: cmp.Or(l.DiffID, l.Digest, l.Key), Index: l.Index, Instruction: l.Instruction})
		}
	}
	return list
}

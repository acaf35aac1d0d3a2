package scan

import (
	"sync"
	"sync/atomic"

	"github.com/sbomgen/sbomgen/catalogers/source"
)

// counted is a Tree that counts what is read of its files, and notes by which layers those came that were opened beside others.
type counted struct {
	source.Tree
	bytes atomic.Int64

	mu     sync.Mutex
	layers map[string]string // by path, of the files that somebody wanted and those that were opened; nil where there are no layers
}

func (c *counted) Open(p string) (source.Blob, error) {
	blob, err := c.Tree.Open(p)
	if err != nil {
		return nil, err
	}
	if l, ok := c.Tree.(interface{ Layer(path string) string }); ok && c.layers != nil {
		c.mu.Lock()
		if _, known := c.layers[p]; !known {
			c.layers[p] = l.Layer(p)
		}
		c.mu.Unlock()
	}
	return &countedBlob{blob, &c.bytes}, nil
}

type countedBlob struct {
	source.Blob
	bytes *atomic.Int64
}

func (b *countedBlob) ReadAt(p []byte, off int64) (int, error) {
	n, err := b.Blob.ReadAt(p, off)
	b.bytes.Add(int64(n))
	return n, err
}

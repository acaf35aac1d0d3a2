package scan

import (
	"sync/atomic"

	"github.com/sbomgen/sbomgen/catalogers/source"
)

// counted is a Tree that counts what is read of its files.
type counted struct {
	source.Tree
	bytes atomic.Int64
}

func (c *counted) Open(p string) (source.Blob, error) {
	blob, err := c.Tree.Open(p)
	if err != nil {
		return nil, err
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

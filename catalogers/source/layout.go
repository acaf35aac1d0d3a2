package source

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// layoutDir is an OCI image layout in a folder: https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
type layoutDir struct {
	root string

	mu     sync.Mutex
	opened []io.Closer // layers, which are read in their place while the tree is open
}

// blobPath is where a layout has the blob of a digest.
func blobPath(digest string) (string, error) {
	algorithm, hex, ok := strings.Cut(digest, ":")
	if !ok || algorithm == "" || hex == "" || strings.ContainsAny(digest, `/\`) || strings.HasPrefix(digest, ".") {
		return "", fmt.Errorf("%q is no digest", shorten(digest))
	}
	return "blobs/" + algorithm + "/" + hex, nil
}

func (d *layoutDir) open(name string) (Blob, error) {
	return openRegular(filepath.Join(d.root, filepath.FromSlash(name)))
}

func (d *layoutDir) document(_ context.Context, key string) ([]byte, error) {
	p := key
	if strings.Contains(key, ":") {
		var err error
		if p, err = blobPath(key); err != nil {
			return nil, err
		}
	}
	blob, err := d.open(p)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return small(io.NewSectionReader(blob, 0, blob.Size()))
}

func (d *layoutDir) stored(_ context.Context, key string) (layerBlob, error) {
	p, err := blobPath(key)
	if err != nil {
		return layerBlob{}, err
	}
	blob, err := d.open(p)
	if err != nil {
		return layerBlob{}, err
	}
	d.mu.Lock()
	d.opened = append(d.opened, blob)
	d.mu.Unlock()
	return layerBlob{blobReader(blob), blob, blob.Size()}, nil
}

func (d *layoutDir) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	var all []error
	for _, c := range d.opened {
		all = append(all, c.Close())
	}
	return errors.Join(all...)
}

// blobReader reads a Blob from its start and closes it. Plain layers are read in their place later: their file must stay open.
func blobReader(b Blob) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(b, 0, b.Size()), keepOpen{}}
}

// keepOpen closes nothing: what a table points into is closed with it.
type keepOpen struct{}

func (keepOpen) Close() error { return nil }

// small reads a document.
func small(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err == nil && len(data) > maxDocument {
		err = fmt.Errorf("has more than %d MB", maxDocument>>20)
	}
	return data, err
}

// splitTarget takes the name of an image off the path before it. The first colon, or at sign, behind which only a name can stand is where the
// path ends: names hold colons, too.
func splitTarget(target string) (file, name string) {
	if _, err := os.Stat(target); err == nil {
		return target, ""
	}
	for at, c := range target {
		if c != ':' && c != '@' {
			continue
		}
		if _, err := os.Stat(target[:at]); err == nil {
			return target[:at], target[at+1:]
		}
	}
	return target, ""
}

// openLayout opens an OCI layout in a folder, "DIR[:TAG]" or "DIR@DIGEST".
func openLayout(ctx context.Context, target string, o Options) (Tree, error) {
	dir, name := splitTarget(target)
	if _, err := os.Stat(filepath.Join(dir, "index.json")); err != nil {
		return nil, fmt.Errorf("is no OCI layout: index.json: %w", bare(err))
	}
	b := &layoutDir{root: dir}
	pictures, err := choose(name, o).fromIndex(ctx, b)
	if err != nil {
		return nil, err
	}
	return newLayered(b, pictures, folderName(dir), o), nil
}

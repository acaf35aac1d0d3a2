package source

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
)

// bundle is a tar of blobs: an OCI archive, or what docker save writes.
type bundle struct {
	file    Blob
	members map[string]region
	links   map[string]string
}

// openBundle lists the members of a tar.
func openBundle(file Blob) (*bundle, error) {
	b := &bundle{file: file, members: make(map[string]region), links: make(map[string]string)}
	section := io.NewSectionReader(file, 0, file.Size())
	t := tar.NewReader(section)
	last := ""
	for n := 0; ; n++ {
		h, err := t.Next()
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, brokenOff(err, last)
		}
		if n > maxBlobs {
			return nil, errTooMany
		}
		last = h.Name
		switch h.Typeflag {
		case tar.TypeReg:
			at, err := section.Seek(0, io.SeekCurrent)
			if err != nil {
				return nil, err
			}
			b.members[memberName(h.Name)] = regionOf(file, at, min(h.Size, max(0, file.Size()-at)))
		case tar.TypeSymlink, tar.TypeLink:
			b.links[memberName(h.Name)] = linkTarget(h)
		}
	}
}

// brokenOff says of an error of the tar package where in a tar of images it was: in the member that was read last.
func brokenOff(err error, last string) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) && last == "":
		return errNoTar
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: breaks off", shorten(last))
	}
	return noPath(err)
}

// maxBlobs is the most members that a tar of images has.
const maxBlobs = 100_000

func memberName(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// linkTarget is the name of the member that a link in a tar of images means. Old versions of Docker write a layer that two images share once.
func linkTarget(h *tar.Header) string {
	if h.Typeflag == tar.TypeSymlink {
		return memberName(path.Join(path.Dir(h.Name), h.Linkname))
	}
	return memberName(h.Linkname)
}

// find gives a member by its name, or a blob by its digest.
func (b *bundle) find(key string) (region, error) {
	name := key
	if strings.Contains(key, ":") {
		p, err := blobPath(key)
		if err != nil {
			return region{}, err
		}
		name = p
	}
	if to, ok := b.links[name]; ok {
		name = to
	}
	r, ok := b.members[name]
	if !ok {
		return region{}, fs.ErrNotExist
	}
	return r, nil
}

func (b *bundle) document(_ context.Context, key string) ([]byte, error) {
	r, err := b.find(key)
	if err != nil {
		return nil, err
	}
	blob, _ := r.open()
	return small(io.NewSectionReader(blob, 0, blob.Size()))
}

func (b *bundle) stored(_ context.Context, key string) (layerBlob, error) {
	r, err := b.find(key)
	if err != nil {
		return layerBlob{}, err
	}
	blob, _ := r.open()
	return layerBlob{blobReader(blob), blob, blob.Size()}, nil
}

func (b *bundle) close() error { return b.file.Close() }

// openImageFile opens a tar that holds an image, "FILE[:NAME]"; kind is "oci", "docker", or empty for what it is.
func openImageFile(ctx context.Context, target, kind string, o Options) (Tree, error) {
	file, name := splitTarget(target)
	blob, err := openRegular(file)
	if err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	unpacked, compressed, err := inflate(io.NewSectionReader(blob, 0, blob.Size()))
	if err != nil {
		blob.Close()
		return nil, err
	}
	if compressed != "" {
		return openStream(struct {
			io.Reader
			io.Closer
		}{unpacked, blob}, name, stem, o)
	}
	b, err := openBundle(blob)
	if err != nil {
		blob.Close()
		return nil, err
	}
	pictures, err := choose(name, o).from(ctx, b, kind)
	if err != nil {
		blob.Close()
		return nil, err
	}
	return newLayered(b, pictures, stem, o), nil
}

// What is said of a tar that holds something else than an image.
var (
	errNoImage  = errors.New("holds no image: neither index.json nor manifest.json")
	errNoLayout = errors.New("holds no OCI layout: there is no index.json")
	errNoSaved  = errors.New("holds no image that docker save wrote: there is no manifest.json")
)

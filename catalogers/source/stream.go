package source

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
)

// maxDocuments is how many bytes of documents are kept of a stream.
const maxDocuments = 128 << 20

// streamed is a tar of an image that is read once, from its start: layers come before anybody says which they are.
type streamed struct {
	r      io.ReadCloser
	small  map[string][]byte
	links  map[string]string
	choice *choice
}

func openStream(r io.ReadCloser, name, stem string, o Options) (Tree, error) {
	s := &streamed{r: r, small: make(map[string][]byte), links: make(map[string]string), choice: choose(name, o)}
	return newLayered(s, nil, stem, o), nil
}

func (s *streamed) document(_ context.Context, key string) ([]byte, error) {
	if strings.Contains(key, ":") {
		p, err := blobPath(key)
		if err != nil {
			return nil, err
		}
		key = p
	}
	data, ok := s.small[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return data, nil
}

// stored gives a layer that is so small that it was kept among the documents.
func (s *streamed) stored(_ context.Context, key string) (layerBlob, error) {
	data, ok := s.small[key]
	if !ok {
		return layerBlob{}, errPassed
	}
	return layerBlob{io.NopCloser(bytes.NewReader(data)), bytes.NewReader(data), int64(len(data))}, nil
}

// errPassed says that a layer cannot be read again.
var errPassed = errors.New("streamed by")

func (s *streamed) close() error { return s.r.Close() }

// readAll reads the stream: documents are kept, layers read as they come.
func (s *streamed) readAll(ctx context.Context, r *reading, l *layered) error {
	t := tar.NewReader(s.r)
	layers := make(map[string]*layer)
	failed := make(map[string]error)
	reader := &layerReader{reading: r, ctx: ctx}
	kept := int64(0)
	name := ""
	for n := 0; ; n++ {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return brokenOff(err, name)
		}
		if n > maxBlobs {
			return errTooMany
		}
		name = memberName(h.Name)
		switch h.Typeflag {
		case tar.TypeSymlink, tar.TypeLink:
			s.links[name] = linkTarget(h)
			continue
		case tar.TypeReg:
		default:
			continue
		}
		head := make([]byte, min(h.Size, 512))
		if _, err := io.ReadFull(t, head); err != nil {
			return err
		}
		whole := io.MultiReader(bytes.NewReader(head), t)
		if h.Size <= maxDocument && kept+h.Size <= maxDocuments && (looksLikeJSON(head) || h.Size < 512) {
			if s.small[name], err = small(whole); err != nil {
				return err
			}
			kept += h.Size
			continue
		}
		reader.key, reader.recent = name, recent{}
		ref := &Layer{Key: name, Digest: digestOf(name), Size: h.Size}
		if err := reader.blob(layerBlob{io.NopCloser(whole), nil, h.Size}, ref, l.verify); err != nil {
			failed[name] = err
		}
		layers[name] = reader.out
	}
	pictures, err := s.choice.from(ctx, s, "")
	if err != nil {
		return err
	}
	for _, p := range pictures {
		for i := range p.Layers {
			ref := &p.Layers[i]
			name := ref.Key
			if strings.Contains(name, ":") {
				if name, err = blobPath(name); err != nil {
					return err
				}
			}
			if to, ok := s.links[name]; ok {
				name = to
			}
			if err := failed[name]; err != nil {
				ref.Index = i
				return fmt.Errorf("%s: %w", ref.title(), err)
			}
			ref.Key = name
			if layers[name] != nil {
				l.layers[name] = layers[name]
				if l.verify {
					ref.Index = i
					if err := layers[name].check(ref); err != nil {
						return fmt.Errorf("%s: %w", ref.title(), err)
					}
				}
			} else if s.small[name] == nil {
				return fmt.Errorf("%s: %w", ref.title(), fs.ErrNotExist)
			}
		}
	}
	l.set(pictures)
	return nil
}

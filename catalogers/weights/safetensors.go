package weights

import (
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// tensors is what the headers of safetensors files say.
type tensors struct {
	files      int // that could be read
	metadata   map[string]string
	kinds      []string // of numbers, as they are met
	parameters uint64
}

// safetensorsHeader is the most bytes that a header may have.
const safetensorsHeader = 100_000_000

func safetensors(files []*catalogers.File, c *sbom.Component, out *sbom.Facts) tensors {
	w := tensors{metadata: make(map[string]string)}
	for _, f := range files {
		if path.Ext(f.Path) != ".safetensors" {
			continue
		}
		if err := w.read(f, c); err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		w.files++
	}
	return w
}

func (w *tensors) read(f *catalogers.File, c *sbom.Component) error {
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	defer f.Close()
	if p, ok := pointed(blob); ok {
		if h, ok := sbom.NewHash(sbom.SHA256, p.digest); ok {
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: f.Base(), Hashes: []sbom.Hash{h}})
		}
		return nil
	}
	text, err := header(blob)
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		if key == "__metadata__" {
			r.Object(func(key string) { w.metadata[key] = cmp.Or(w.metadata[key], r.Text()) })
			return
		}
		n := uint64(1)
		r.Object(func(key string) {
			switch key {
			case "dtype":
				w.kind(r.Text())
			case "shape":
				r.Array(func() { n *= uint64(max(0, r.Int())) })
			}
		})
		w.parameters += n
	})
	return r.Err() // padded by blanks
}

func (w *tensors) kind(name string) {
	for _, k := range w.kinds {
		if k == name {
			return
		}
	}
	if len(w.kinds) < 16 {
		w.kinds = append(w.kinds, name)
	}
}

// header gives the JSON at the head of a safetensors file, which its length in eight bytes precedes.
func header(blob catalogers.Blob) (string, error) {
	var size [8]byte
	if _, err := blob.ReadAt(size[:], 0); err != nil && err != io.EOF {
		return "", err
	}
	n := binary.LittleEndian.Uint64(size[:])
	switch {
	case n < 2 || blob.Size() < 10:
		return "", errors.New("is no safetensors file")
	case n > safetensorsHeader:
		return "", fmt.Errorf("has a header of %d bytes, more than the %d that the format allows", n, safetensorsHeader)
	case n > uint64(blob.Size()-8):
		return "", errors.New("ends within its header")
	}
	b := make([]byte, n)
	if _, err := blob.ReadAt(b, 8); err != nil && err != io.EOF {
		return "", err
	}
	if b[0] != '{' {
		return "", errors.New("is no safetensors file")
	}
	return string(b), nil
}

// describe adds to a model what its weights and the files beside them say.
func describe(c *sbom.Component, w tensors, parts ...*sbom.Component) {
	m := w.metadata
	c.Author, c.Description = clean(m["modelspec.author"]), clean(m["modelspec.description"])
	license(c, m["modelspec.license"], "", "")
	property(c, "safetensors:architecture", m["modelspec.architecture"])
	property(c, "safetensors:format", m["format"])
	property(c, "safetensors:parameters", number(w.parameters))
	for _, kind := range w.kinds {
		property(c, "safetensors:type", kind)
	}
	for _, p := range parts {
		c.Licenses = append(c.Licenses, p.Licenses...)
		c.References = append(c.References, p.References...)
		c.Properties = append(c.Properties, p.Properties...)
	}
}

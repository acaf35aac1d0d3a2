package weights

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// How much of a header is read. Vocabularies of half a million tokens need a tenth of it.
const (
	ggufHeader  = 256 << 20 // bytes
	ggufTensors = 1 << 20
	ggufNesting = 4 // of arrays
)

// gguf is a file while its header is read.
type gguf struct {
	r          *bufio.Reader
	order      binary.ByteOrder
	wide       bool              // lengths have 64 bits: since version 2
	text       map[string]string // of the keys that are kept
	count      map[string]uint64
	parameters uint64
}

func (g *gguf) header() error {
	var head [8]byte
	if _, err := io.ReadFull(g.r, head[:]); err != nil || string(head[:4]) != "GGUF" {
		return errors.New("is no GGUF file")
	}
	g.order = binary.LittleEndian
	version := g.order.Uint32(head[4:])
	if version&0xffff == 0 { // nothing else tells the byte order
		g.order = binary.BigEndian
		version = g.order.Uint32(head[4:])
	}
	if version < 1 || version > 3 {
		return fmt.Errorf("GGUF version %d is unknown", version)
	}
	g.wide = version > 1
	tensors, err := g.length()
	if err != nil {
		return err
	}
	pairs, err := g.length()
	for ; err == nil && pairs > 0; pairs-- {
		var key string
		var kind uint32
		if key, err = g.string(1 << 16); err != nil {
			break
		}
		if kind, err = g.uint32(); err == nil {
			err = g.value(key, kind, 0)
		}
	}
	for n := min(tensors, ggufTensors); err == nil && n > 0; n-- {
		err = g.tensor()
	}
	return err
}

// value reads a value of a kind; it keeps numbers and short texts of the keys that describe the model as a whole.
func (g *gguf) value(key string, kind uint32, depth int) error {
	kept := strings.HasPrefix(key, "general.") || strings.HasPrefix(key, "split.")
	switch kind {
	case 8:
		s, err := g.string(longest)
		if kept && err == nil {
			g.text[key] = s
		}
		return err
	case 9:
		of, err := g.uint32()
		if err != nil {
			return err
		}
		n, err := g.length()
		if size := ggufSize(of); err == nil && size > 0 {
			return g.skip(n, size)
		}
		if depth == ggufNesting {
			return errors.New("arrays nest too deep")
		}
		for ; err == nil && n > 0; n-- { // each has at least four bytes
			if of == 8 {
				_, err = g.string(0)
			} else {
				err = g.value("", of, depth+1)
			}
		}
		return err
	}
	size := ggufSize(kind)
	if size == 0 {
		return fmt.Errorf("%.100q has a value of the unknown kind %d", key, kind)
	}
	var b [8]byte
	if _, err := io.ReadFull(g.r, b[:size]); err != nil {
		return errCut
	}
	if kept && kind != 6 && kind != 12 {
		switch size {
		case 1:
			g.count[key] = uint64(b[0])
		case 2:
			g.count[key] = uint64(g.order.Uint16(b[:]))
		case 4:
			g.count[key] = uint64(g.order.Uint32(b[:]))
		case 8:
			g.count[key] = g.order.Uint64(b[:])
		}
	}
	return nil
}

// ggufSize is the size in bytes of the values of a kind, 0 where it varies.
func ggufSize(kind uint32) uint64 {
	if sizes := [...]uint64{1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8}; kind < uint32(len(sizes)) {
		return sizes[kind]
	}
	return 0
}

// tensor reads the description of a tensor, for the number of parameters.
func (g *gguf) tensor() error {
	if _, err := g.string(longest); err != nil {
		return err
	}
	dimensions, err := g.uint32()
	if err != nil || dimensions > 8 {
		return errCut
	}
	n := uint64(1)
	for range dimensions {
		d, err := g.length()
		if err != nil {
			return err
		}
		n *= d
	}
	g.parameters += n
	return g.skip(1, 4+8) // kind and offset
}

var errCut = errors.New("ends within its header")

func (g *gguf) uint32() (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(g.r, b[:]); err != nil {
		return 0, errCut
	}
	return g.order.Uint32(b[:]), nil
}

// length reads a number of bytes, elements or dimensions.
func (g *gguf) length() (uint64, error) {
	if !g.wide {
		n, err := g.uint32()
		return uint64(n), err
	}
	var b [8]byte
	if _, err := io.ReadFull(g.r, b[:]); err != nil {
		return 0, errCut
	}
	return g.order.Uint64(b[:]), nil
}

// string reads a text; one that is longer than the limit is passed over.
func (g *gguf) string(limit uint64) (string, error) {
	n, err := g.length()
	if err != nil || n > limit {
		if err == nil {
			err = g.skip(n, 1)
		}
		return "", err
	}
	b := make([]byte, n)
	if _, err := io.ReadFull(g.r, b); err != nil {
		return "", errCut
	}
	return string(b), nil
}

func (g *gguf) skip(n, size uint64) error {
	if n > ggufHeader/size {
		return errCut
	}
	if _, err := g.r.Discard(int(n * size)); err != nil {
		return errCut
	}
	return nil
}

package kernel

import (
	"bufio"
	"compress/gzip"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/zstd"
)

// unpackLimit is how much memory a packed file may ask for to be unpacked.
const unpackLimit = 64 << 20

// unpack gives what a packed file holds, by its first bytes.
func unpack(r io.Reader) (io.Reader, error) {
	b := bufio.NewReader(r)
	magic, _ := b.Peek(6)
	var unpacked io.Reader
	var err error
	switch m := string(magic); {
	case len(m) >= 2 && m[:2] == "\x1f\x8b":
		var z *gzip.Reader
		if z, err = gzip.NewReader(b); err == nil {
			z.Multistream(false) // kernels have their size and more behind them
			unpacked = z
		}
	case len(m) >= 6 && m == "\xfd7zXZ\x00":
		unpacked, err = newXZ(b)
	case len(m) >= 4 && m[:4] == "\x28\xb5\x2f\xfd":
		var z *zstd.Decoder
		if z, err = zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(unpackLimit)); err == nil {
			unpacked = z
		}
	default:
		return nil, errors.New("is packed in a way that is not read")
	}
	if err != nil {
		return nil, fmt.Errorf("cannot be unpacked: %w", err)
	}
	return unpacked, nil
}

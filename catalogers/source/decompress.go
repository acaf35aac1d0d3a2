package source

import (
	"bufio"
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
)

// windowLimit is the most bytes of what was unpacked that a decompressor keeps to copy from. What zstd --ultra -22 and twice what xz -9 writes
// still fits.
const windowLimit = 128 << 20

// compression tells by the first bytes how a stream is compressed; it is empty for what is not.
func compression(head []byte) string {
	is := func(magic string) bool { return len(head) >= len(magic) && string(head[:len(magic)]) == magic }
	switch {
	case is("\x1f\x8b"):
		return "gzip"
	case is("\x28\xb5\x2f\xfd"), len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18": // a frame to be skipped, as pzstd begins with one
		return "zstd"
	case is(xzMagic):
		return "xz"
	case is("BZh") && len(head) > 3 && head[3] >= '1' && head[3] <= '9':
		return "bzip2"
	case is("\x5d\x00\x00") && len(head) >= lzma.HeaderLen:
		// The format has no magic number: the properties that everybody writes, a dictionary of 64 KB at the least and a size that is
		// unknown or such as files have, as xz takes it for one.
		if size := binary.LittleEndian.Uint64(head[5:]); size == 1<<64-1 || size < 1<<38 {
			return "lzma"
		}
	}
	return ""
}

// decompress unpacks a stream that is compressed with gzip, zstd, xz, bzip2 or lzma, and says with which; one that is compressed with none of them is
// given as it is, with an empty name. Streams that follow one another are one, but for lzma.
func decompress(r io.Reader) (content io.ReadCloser, name string, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(lzma.HeaderLen)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	name, err = compression(head), nil
	switch name {
	case "gzip":
		content, err = gzip.NewReader(b)
	case "zstd":
		var d *zstd.Decoder
		if d, err = zstd.NewReader(b, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(windowLimit)); err == nil {
			content = d.IOReadCloser()
		}
	case "xz":
		content = io.NopCloser(&unpanicking{r: newXz(b)})
	case "bzip2":
		content = io.NopCloser(bzip2.NewReader(b))
	case "lzma":
		var d *lzma.Reader
		if d, err = (lzma.ReaderConfig{DictCap: windowLimit}).NewReader(b); err == nil {
			content = io.NopCloser(&unpanicking{r: d})
		}
	default:
		content = io.NopCloser(b)
	}
	if err != nil {
		return nil, name, fmt.Errorf("%s: %w", name, unexpected(err))
	}
	return content, name, nil
}

// unexpected is io.ErrUnexpectedEOF for io.EOF, and any other error as it is.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// unpanicking reads from a decoder that checks itself by panics.
type unpanicking struct {
	r   io.Reader
	err error
}

func (u *unpanicking) Read(p []byte) (n int, err error) {
	defer func() {
		if x := recover(); x != nil {
			u.err = fmt.Errorf("damaged: %v", x)
			n, err = 0, u.err
		}
	}()
	if u.err != nil {
		return 0, u.err
	}
	return u.r.Read(p)
}

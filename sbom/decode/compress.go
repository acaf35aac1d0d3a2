package decode

import (
	"bufio"
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
)

// windowLimit is the most bytes of what was unpacked that a decompressor keeps to copy from. What zstd --ultra -22 and twice what xz -9 writes
// still fits.
const windowLimit = 128 << 20

// Compression tells by its first bytes how a stream is compressed: "gzip", "zstd", "xz", "bzip2", "lzma", or "" for what is not.
func Compression(head []byte) string {
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

// Decompress unpacks a stream that is compressed with gzip, zstd, xz, bzip2 or lzma, and says with which; one that is compressed with none of them is
// given as it is, with an empty name. Streams that follow one another are one, but for lzma. What is damaged is an error while it is read, what asks for
// more than 128 MB of memory likewise; how much becomes of it is for the caller to bound.
func Decompress(r io.Reader) (content io.ReadCloser, name string, err error) {
	b := bufio.NewReaderSize(r, 64<<10)
	head, err := b.Peek(lzma.HeaderLen)
	if err != nil && err != io.EOF {
		return nil, "", err
	}
	name, err = Compression(head), nil
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

// Unpack gives the text that Decompress makes of a stream, and what precedes an error too. More than limit bytes are an error.
func Unpack(r io.Reader, limit int64) (string, error) {
	content, _, err := Decompress(r)
	if err != nil {
		return "", err
	}
	defer content.Close()
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(content, limit+1))
	if err == nil && n > limit {
		err = fmt.Errorf("unpacks to more than %d MB", limit>>20)
	}
	return b.String()[:min(n, limit)], err
}

// unexpected is io.ErrUnexpectedEOF for io.EOF, and any other error as it is.
func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// padding is what is missing to a multiple of four.
func padding(n int64) int64 { return -n & 3 }

// fill reads exactly what p holds; that there is less is io.ErrUnexpectedEOF.
func fill(r io.Reader, p []byte) error {
	_, err := io.ReadFull(r, p)
	if len(p) > 0 {
		err = unexpected(err)
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

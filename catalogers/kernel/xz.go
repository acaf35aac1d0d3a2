package kernel

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

// xz unpacks the one stream of an .xz file, https://tukaani.org/xz/xz-file-format.txt, without verifying it. The container is read here and not by the library,
// which gives every block as large a dictionary as it asks for, up to 4 GB. The kernel itself packs modules with one of 1 MB.
type xz struct {
	in    *bufio.Reader
	read  int64 // of in
	check int64 // bytes of checksum behind each block
	given int64 // bytes of dictionaries so far, each of which is cleared
	block io.Reader
	err   error
}

var errFilter = errors.New("is packed with filters that are not read")

func newXZ(in *bufio.Reader) (io.Reader, error) {
	var head [12]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return nil, io.ErrUnexpectedEOF
	}
	sizes := [...]int64{0, 4, 4, 4, 8, 8, 8, 16, 16, 16, 32, 32, 32, 64, 64, 64}
	return &xz{in: in, check: sizes[head[7]&0xf]}, nil
}

// ReadByte makes the library take no more than it needs.
func (x *xz) ReadByte() (byte, error) {
	b, err := x.in.ReadByte()
	if err == nil {
		x.read++
	}
	return b, err
}

// packed is what x reads from.
type packed struct{ *xz }

func (p packed) Read(b []byte) (int, error) {
	n, err := p.in.Read(b)
	p.read += int64(n)
	return n, err
}

func (x *xz) Read(b []byte) (n int, err error) {
	for x.err == nil {
		if x.block == nil {
			if x.err = x.begin(); x.err != nil {
				break
			}
		}
		if n, err = x.block.Read(b); err == io.EOF {
			x.block, err = nil, nil
			padding := (4 - x.read%4) % 4
			if _, err := io.CopyN(io.Discard, packed{x}, padding+x.check); err != nil {
				x.err = io.ErrUnexpectedEOF
			}
		}
		if err != nil {
			x.err = err
		}
		if n > 0 {
			return n, nil
		}
	}
	return 0, x.err
}

// begin reads the header of a block. The index, which follows the last one, begins with a zero.
func (x *xz) begin() error {
	size, err := x.ReadByte()
	switch {
	case err != nil:
		return io.ErrUnexpectedEOF
	case size == 0:
		return io.EOF
	}
	head := make([]byte, int(size)*4+3)
	if _, err := io.ReadFull(packed{x}, head); err != nil {
		return io.ErrUnexpectedEOF
	}
	flags, rest := head[0], head[1:]
	for _, sized := range [...]byte{0x40, 0x80} { // packed, unpacked
		if flags&sized != 0 {
			_, n := binary.Uvarint(rest)
			rest = rest[max(n, 0):]
		}
	}
	if flags&3 != 0 || len(rest) < 3 || rest[0] != 0x21 || rest[1] != 1 { // more filters than LZMA2: those for programs
		return errFilter
	}
	window, err := lzma.DecodeDictCap(rest[2])
	if x.given += window; err != nil || window > unpackLimit || x.given > 4*unpackLimit {
		return fmt.Errorf("asks for a dictionary of %d MB", window>>20)
	}
	x.read = 0
	x.block, err = lzma.Reader2Config{DictCap: max(int(window), lzma.MinDictCap)}.NewReader2(packed{x})
	return err
}

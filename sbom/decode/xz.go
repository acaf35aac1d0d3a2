package decode

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"

	"github.com/ulikunitz/xz/lzma"
)

const xzMagic = "\xfd7zXZ\x00"

// xzReader unpacks an .xz file, https://tukaani.org/xz/xz-file-format.txt. The container is read here and not by the library, which gives every block as large a
// dictionary as it asks for, up to 4 GB.
type xzReader struct {
	in      *bufio.Reader
	read    int64 // of in
	within  bool  // a stream
	flags   [2]byte
	blocks  uint64
	block   io.Reader // the content of the one that is being read; nil between two
	sum     hash.Hash // of it
	start   int64     // of its data
	granted int64     // bytes of dictionaries so far
	given   int64     // bytes of content so far
	err     error
}

func newXz(r *bufio.Reader) *xzReader { return &xzReader{in: r} }

// counted reads what x has to count.
type counted struct{ x *xzReader }

func (c counted) Read(p []byte) (int, error) {
	n, err := c.x.in.Read(p)
	c.x.read += int64(n)
	return n, err
}

func (c counted) ReadByte() (byte, error) {
	b, err := c.x.in.ReadByte()
	if err == nil {
		c.x.read++
	}
	return b, err
}

// Read reads what was packed.
func (x *xzReader) Read(p []byte) (n int, err error) {
	for x.err == nil && len(p) > 0 {
		if x.block == nil {
			x.err = x.advance()
			continue
		}
		n, err = x.block.Read(p)
		x.sum.Write(p[:n])
		x.given += int64(n)
		if err == io.EOF {
			err = x.endBlock()
		}
		if x.err = err; n > 0 {
			return n, nil
		}
	}
	return 0, x.err
}

// advance reads what stands between two blocks: the header of the next, or the end of a stream and the header of the next one.
func (x *xzReader) advance() error {
	if !x.within {
		return x.beginStream()
	}
	size, err := counted{x}.ReadByte()
	switch {
	case err != nil:
		return unexpected(err)
	case size == 0:
		return x.endStream()
	}
	header := make([]byte, (int(size)+1)*4)
	header[0] = size
	if err := fill(counted{x}, header[1:]); err != nil {
		return err
	}
	return x.beginBlock(header)
}

func (x *xzReader) beginStream() error {
	var h [12]byte
	for {
		_, err := io.ReadFull(counted{x}, h[:4])
		if err == io.EOF && x.read > 0 {
			return io.EOF
		} else if err != nil {
			return unexpected(err)
		}
		if h[0] != 0 || h[1] != 0 || h[2] != 0 || h[3] != 0 || x.read == 4 {
			break // else padding between streams
		}
	}
	if err := fill(counted{x}, h[4:]); err != nil {
		return err
	}
	if string(h[:6]) != xzMagic || h[6] != 0 || crc32.ChecksumIEEE(h[6:8]) != binary.LittleEndian.Uint32(h[8:]) {
		return errors.New("damaged header of a stream")
	}
	x.within, x.flags, x.blocks = true, [2]byte(h[6:8]), 0
	switch x.flags[1] {
	case 0:
		x.sum = unchecked{}
	case 1:
		x.sum = crc32.NewIEEE()
	case 4:
		x.sum = crc64.New(crc64.MakeTable(crc64.ECMA))
	case 10:
		x.sum = sha256.New()
	default:
		return fmt.Errorf("check %d is not known", x.flags[1])
	}
	return nil
}

// beginBlock reads the header of a block: flags, sizes where the flags say so, and the filters, of which only LZMA2 is understood.
func (x *xzReader) beginBlock(h []byte) error {
	body := h[:len(h)-4]
	if crc32.ChecksumIEEE(body) != binary.LittleEndian.Uint32(h[len(body):]) {
		return errors.New("damaged header of a block")
	}
	flags, rest, unpacked := body[1], body[2:], uint64(1<<63)
	number := func() uint64 {
		n, length := binary.Uvarint(rest)
		rest = rest[max(length, 0):]
		return n
	}
	if flags&0x40 != 0 {
		number()
	}
	if flags&0x80 != 0 {
		unpacked = number()
	}
	if filter, size := number(), number(); flags&0x3f != 0 || filter != 0x21 || size != 1 || len(rest) < 1 || rest[0] > 40 {
		return errors.New("a block is filtered in a way that is not known")
	}
	window, err := lzma.DecodeDictCap(rest[0])
	if err != nil {
		return err
	}
	window = int64(min(uint64(window), max(unpacked, lzma.MinDictCap)))
	// A dictionary has to be cleared: many small blocks may not each have a large one.
	if x.granted += window; window > windowLimit || x.granted > 2*windowLimit+1000*x.read+x.given {
		return fmt.Errorf("a block asks for a dictionary of %d bytes", window)
	}
	x.start = x.read
	block, err := lzma.Reader2Config{DictCap: int(max(window, lzma.MinDictCap))}.NewReader2(counted{x})
	if err != nil {
		return unexpected(err)
	}
	x.block = block
	x.sum.Reset()
	return nil
}

func (x *xzReader) endBlock() error {
	pad := make([]byte, padding(x.read-x.start))
	if err := fill(counted{x}, pad); err != nil {
		return err
	}
	sum := make([]byte, x.sum.Size())
	if err := fill(counted{x}, sum); err != nil {
		return err
	}
	x.block = nil
	x.blocks++
	want := x.sum.Sum(nil)
	if len(want) < sha256.Size { // the others are little endian
		for i, j := 0, len(want)-1; i < j; i, j = i+1, j-1 {
			want[i], want[j] = want[j], want[i]
		}
	}
	if string(want) != string(sum) {
		return errors.New("the checksum of a block differs")
	}
	return nil
}

// endStream reads the index, which repeats the sizes of the blocks, and the footer.
func (x *xzReader) endStream() error {
	start := x.read - 1
	sum := crc32.NewIEEE()
	sum.Write([]byte{0})
	in := tee{counted{x}, sum}
	blocks, err := binary.ReadUvarint(in)
	if err != nil {
		return unexpected(err)
	}
	if blocks != x.blocks {
		return fmt.Errorf("the index has %d blocks instead of %d", blocks, x.blocks)
	}
	for range 2 * blocks {
		if _, err := binary.ReadUvarint(in); err != nil {
			return unexpected(err)
		}
	}
	for padding(x.read-start) != 0 {
		if _, err := in.ReadByte(); err != nil {
			return unexpected(err)
		}
	}
	var tail [16]byte // the index's checksum; the footer: its own, the size of the index, the flags, "YZ"
	if err := fill(counted{x}, tail[:]); err != nil {
		return err
	}
	if sum.Sum32() != binary.LittleEndian.Uint32(tail[:]) || crc32.ChecksumIEEE(tail[8:14]) != binary.LittleEndian.Uint32(tail[4:]) ||
		[2]byte(tail[12:14]) != x.flags || string(tail[14:]) != "YZ" {
		return errors.New("damaged end of a stream")
	}
	x.within = false
	return nil
}

// tee adds the bytes that are read to a checksum.
type tee struct {
	io.ByteReader
	sum hash.Hash32
}

func (t tee) ReadByte() (byte, error) {
	b, err := t.ByteReader.ReadByte()
	if err == nil {
		t.sum.Write([]byte{b})
	}
	return b, err
}

// unchecked is the checksum of streams without one.
type unchecked struct{ hash.Hash }

func (unchecked) Write(p []byte) (int, error) { return len(p), nil }
func (unchecked) Sum(b []byte) []byte         { return b }
func (unchecked) Reset()                      {}
func (unchecked) Size() int                   { return 0 }

package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"math/bits"
)

// Files of Berkeley DB, https://github.com/berkeleydb/libdb/blob/v5.3.28/src/dbinc/db_page.h, in the byte order of the machine that wrote them: rpm
// has hashes, rpm 5 has trees. Values of more than a quarter of a page lie in chains of pages of their own.
const (
	bdbHashMagic = 0x00061561
	bdbTreeMagic = 0x00053162

	bdbPageHead = 26
	bdbMeta     = 512

	bdbHashUnsorted = 2 // types of pages
	bdbTreeInternal = 3
	bdbTreeLeaf     = 5
	bdbOverflow     = 7
	bdbHashMeta     = 8
	bdbHash         = 13

	bdbKeyData = 1 // types of items
	bdbOffPage = 3
)

// bdbOrder is the byte order of a file with one of the magic numbers, nil if it is none.
func bdbOrder(p []byte) binary.ByteOrder {
	for _, order := range [...]binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		if magic := order.Uint32(p); magic == bdbHashMagic || magic == bdbTreeMagic {
			return order
		}
	}
	return nil
}

type bdbFile struct {
	data  Source
	order binary.ByteOrder
	size  int64 // of a page
	last  uint32
	seen  []uint64 // bits, by page: each belongs to one place

	buf, overflow, value []byte
}

func bdb(data Source, order binary.ByteOrder) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		meta, err := fill(data, nil, 0, bdbMeta)
		if err != nil {
			yield(nil, fmt.Errorf("header: %w", err))
			return
		}
		word := func(at int) uint32 { return order.Uint32(meta[at:]) }
		f := &bdbFile{data: data, order: order, size: int64(word(20))}
		if version := word(16); version < 5 || version > 10 {
			yield(nil, fmt.Errorf("version %d of the format is unknown", version))
			return
		}
		if f.size < 512 || f.size > 1<<16 || f.size&(f.size-1) != 0 || meta[24] != 0 {
			yield(nil, errors.New("is encrypted, or no such file"))
			return
		}
		f.last = min(word(32), uint32(min(data.Size()/f.size, 1<<32-2)))
		f.seen = make([]uint64, f.last>>6+1)
		if word(12) == bdbTreeMagic {
			if _, err := f.tree(word(88), yield); err != nil {
				yield(nil, err)
			}
			return
		}
		for bucket := range min(word(72), f.last) + 1 { // up to the highest bucket
			// Buckets are added by powers of two, and each such group lies in one piece.
			page := bucket + word(96+4*bits.Len32(bucket))
			more, err := f.chain(page, yield)
			if err != nil {
				more = yield(nil, fmt.Errorf("bucket %d: %w", bucket, err))
			}
			if !more {
				return
			}
		}
	}
}

// page reads a page into a buffer.
func (f *bdbFile) page(n uint32, buf []byte) ([]byte, error) {
	if n == 0 || n > f.last {
		return buf, fmt.Errorf("page %d of %d does not exist", n, f.last)
	}
	if f.seen[n>>6]&(1<<(n&63)) != 0 {
		return buf, fmt.Errorf("page %d is reached twice", n)
	}
	f.seen[n>>6] |= 1 << (n & 63)
	buf, err := fill(f.data, buf, int64(n)*f.size, f.size)
	if err == nil && f.order.Uint32(buf[8:]) != n {
		err = errors.New("is another")
	}
	if err != nil {
		err = fmt.Errorf("page %d: %w", n, err)
	}
	return buf, err
}

// tree reads the leaves of a tree, the first of which is found by what is leftmost.
func (f *bdbFile) tree(root uint32, yield func([]byte, error) bool) (more bool, err error) {
	for n := root; ; {
		if f.buf, err = f.page(n, f.buf); err != nil {
			return true, err
		}
		switch p := f.buf; p[25] {
		case bdbTreeLeaf:
			f.seen[n>>6] &^= 1 << (n & 63) // it is read again
			return f.chain(n, yield)
		case bdbTreeInternal:
			at := int(f.order.Uint16(p[bdbPageHead:]))
			if at < bdbPageHead || at+12 > len(p) || f.order.Uint16(p[20:]) == 0 {
				return true, fmt.Errorf("page %d: its first item lies outside", n)
			}
			n = f.order.Uint32(p[at+4:])
		default:
			return true, fmt.Errorf("page %d is of type %d", n, p[25])
		}
	}
}

// chain reads the pages of one bucket, or the leaves of a tree.
func (f *bdbFile) chain(next uint32, yield func([]byte, error) bool) (more bool, err error) {
	for next != 0 {
		n := next
		if f.buf, err = f.page(n, f.buf); err != nil {
			return true, err
		}
		p := f.buf
		switch p[25] {
		case bdbHash, bdbHashUnsorted, bdbHashMeta, bdbTreeLeaf:
		default:
			return true, fmt.Errorf("page %d is of type %d", n, p[25])
		}
		next = f.order.Uint32(p[16:])
		items := int(f.order.Uint16(p[20:]))
		if bdbPageHead+2*items > len(p) {
			return true, fmt.Errorf("page %d: has %d items, more than it can hold", n, items)
		}
		end := len(p)
		for i := range items { // keys and values in turn
			at := int(f.order.Uint16(p[bdbPageHead+2*i:]))
			if at < bdbPageHead+2*items || at+4 > len(p) {
				return true, fmt.Errorf("page %d: item %d lies outside", n, i)
			}
			var item []byte
			kind := p[at]
			if p[25] == bdbTreeLeaf {
				item, kind = p[at+3:], p[at+2]
				if length := int(f.order.Uint16(p[at:])); kind == bdbKeyData && length <= len(item) {
					item = item[:length]
				} else if kind == bdbKeyData {
					return true, fmt.Errorf("page %d: item %d breaks off", n, i)
				}
			} else if at < end { // items lie from the end of the page on, each up to the one before
				item, end = p[at+1:end], at
			}
			if i%2 == 0 || kind >= 0x80 { // deleted
				continue
			}
			var value []byte
			var err error
			switch {
			case kind == bdbKeyData:
				value = item
			case kind == bdbOffPage && at+12 <= len(p):
				value, err = f.long(f.order.Uint32(p[at+4:]), int(f.order.Uint32(p[at+8:])))
			default:
				err = fmt.Errorf("is of type %d", kind)
			}
			if err == nil && len(value) <= 4 { // the number of the last package, under the key 0
				continue
			}
			if err != nil {
				err = fmt.Errorf("page %d: item %d: %w", n, i, err)
			}
			if !yield(value, err) {
				return false, nil
			}
		}
	}
	return true, nil
}

// long reads a value out of its chain of pages.
func (f *bdbFile) long(next uint32, size int) (value []byte, err error) {
	f.value = f.value[:0]
	for len(f.value) < size {
		n := next
		if f.overflow, err = f.page(n, f.overflow); err != nil {
			return nil, err
		}
		length := int(f.order.Uint16(f.overflow[22:]))
		if f.overflow[25] != bdbOverflow || length == 0 || bdbPageHead+length > len(f.overflow) || length > size-len(f.value) {
			return nil, fmt.Errorf("page %d is not part of a value", n)
		}
		f.value = append(f.value, f.overflow[bdbPageHead:][:length]...)
		next = f.order.Uint32(f.overflow[16:])
	}
	return f.value, nil
}

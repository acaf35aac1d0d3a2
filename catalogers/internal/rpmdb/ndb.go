package rpmdb

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
)

// rpm's own database of packages, https://github.com/rpm-software-management/rpm/blob/rpm-4.20.x/lib/backend/ndb/rpmpkg.c: pages of slots,
// then the headers, each between a head and a tail, in blocks of 16 bytes. All numbers are little-endian.
const (
	ndbMagic     = "RpmP"
	ndbSlotMagic = "Slot"
	ndbHeadMagic = "BlbS"
	ndbTailMagic = "BlbE"

	ndbHeader = 32 // of the file: it takes the place of the first slots
	ndbSlot   = 16
	ndbPage   = 4096
	ndbBlock  = 16
	ndbHead   = 16
	ndbTail   = 12
)

func ndb(data Source) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) {
		head, err := fill(data, nil, 0, ndbHeader)
		if err != nil {
			yield(nil, fmt.Errorf("header: %w", err))
			return
		}
		if version := binary.LittleEndian.Uint32(head[4:]); version != 0 {
			yield(nil, fmt.Errorf("version %d of the format is unknown", version))
			return
		}
		pages := int64(binary.LittleEndian.Uint32(head[12:]))
		left := data.Size() // of bytes for headers: they do not overlap
		var page, blob []byte
		for n := range pages {
			if page, err = fill(data, page, n*ndbPage, ndbPage); err != nil {
				yield(nil, fmt.Errorf("page %d of slots: %w", n, err))
				return
			}
			at := 0
			if n == 0 {
				at = ndbHeader
			}
			for ; at < ndbPage; at += ndbSlot {
				slot := page[at:][:ndbSlot]
				if string(slot[:4]) != ndbSlotMagic {
					yield(nil, fmt.Errorf("page %d of slots: what lies at %d is none", n, at))
					return
				}
				if binary.LittleEndian.Uint32(slot[8:]) == 0 { // free
					continue
				}
				if blob, err = ndbBlob(data, blob, slot); err == nil {
					if left -= int64(len(blob)); left < 0 {
						yield(nil, errors.New("headers overlap"))
						return
					}
				} else {
					err = fmt.Errorf("page %d of slots: %w", n, err)
				}
				if !yield(trim(blob), err) {
					return
				}
			}
		}
	}
}

// trim takes the tail off a blob.
func trim(blob []byte) []byte { return blob[:max(0, len(blob)-ndbTail)] }

// ndbBlob reads the header that a slot points to, with its tail.
func ndbBlob(data Source, buf, slot []byte) ([]byte, error) {
	word := binary.LittleEndian.Uint32
	at, size := int64(word(slot[8:]))*ndbBlock, int64(word(slot[12:]))*ndbBlock
	var head [ndbHead]byte
	if _, err := fill(data, head[:], at, ndbHead); err != nil {
		return buf[:0], err
	}
	length := int64(word(head[12:]))
	if string(head[:4]) != ndbHeadMagic || word(head[4:]) != word(slot[4:]) || ndbHead+length+ndbTail > size {
		return buf[:0], fmt.Errorf("no package lies at %d", at)
	}
	// Between the header and the tail, which ends the last block, there may be padding.
	buf, err := fill(data, buf, at+ndbHead, size-ndbHead)
	if err != nil {
		return buf, err
	}
	tail := buf[len(buf)-ndbTail:]
	if string(tail[8:]) != ndbTailMagic || int64(word(tail[4:])) != length {
		return buf[:0], fmt.Errorf("the package at %d has no end", at)
	}
	return buf[:length+ndbTail], nil
}

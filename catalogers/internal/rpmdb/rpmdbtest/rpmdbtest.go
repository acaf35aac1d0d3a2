// Package rpmdbtest writes rpm headers, databases and package files for tests.
package rpmdbtest

import (
	"bytes"
	"encoding/binary"
	"hash/adler32"
	"maps"
	"math/bits"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers/internal/rpmdb"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite/sqlitetest"
)

// Tags are the values of a header: string, []string, []byte, uint32, []uint32 and []uint16.
type Tags map[rpmdb.Tag]any

// Header gives the bytes of a header as databases hold it. Those tags that also stand in dribble follow, as what rpm changes when it installs.
func Header(tags, dribble Tags) []byte {
	var index, data []byte
	add := func(tag rpmdb.Tag, v any) {
		kind, count := uint32(0), uint32(1)
		align := func(n int) {
			for len(data)%n != 0 {
				data = append(data, 0)
			}
		}
		var value []byte
		switch v := v.(type) {
		case string:
			kind, value = 6, append([]byte(v), 0)
		case []string:
			kind, count = 8, uint32(len(v))
			for _, s := range v {
				value = append(append(value, s...), 0)
			}
		case []byte:
			kind, count, value = 7, uint32(len(v)), v
		case uint32:
			align(4)
			kind, value = 4, binary.BigEndian.AppendUint32(nil, v)
		case []uint32:
			align(4)
			kind, count = 4, uint32(len(v))
			for _, n := range v {
				value = binary.BigEndian.AppendUint32(value, n)
			}
		case []uint16:
			align(2)
			kind, count = 3, uint32(len(v))
			for _, n := range v {
				value = binary.BigEndian.AppendUint16(value, n)
			}
		}
		for _, n := range []uint32{uint32(tag), kind, uint32(len(data)), count} {
			index = binary.BigEndian.AppendUint32(index, n)
		}
		data = append(data, value...)
	}
	const immutable rpmdb.Tag = 63 // the region that was signed
	add(immutable, make([]byte, 16))
	for _, list := range []Tags{tags, dribble} {
		for _, tag := range slices.Sorted(maps.Keys(list)) {
			add(tag, list[tag])
		}
	}
	blob := binary.BigEndian.AppendUint32(nil, uint32(len(index)/16))
	blob = binary.BigEndian.AppendUint32(blob, uint32(len(data)))
	return append(append(blob, index...), data...)
}

// SQLite gives a database of rpm 4.16 and later.
func SQLite(headers ...[]byte) []byte {
	t := sqlitetest.Table{Name: "Packages", SQL: "CREATE TABLE 'Packages' (hnum INTEGER PRIMARY KEY AUTOINCREMENT,blob BLOB NOT NULL)"}
	for _, h := range headers {
		t.Rows = append(t.Rows, []any{nil, h})
	}
	return sqlitetest.Format{PageSize: 4096}.Write(t)
}

// NDB gives a database of rpm's own kind. There is a free slot between any two.
func NDB(headers ...[]byte) []byte {
	le := binary.LittleEndian.AppendUint32
	pages := (2+2*len(headers))/256 + 1
	slots := append([]byte("RpmP"), make([]byte, 28)...)
	binary.LittleEndian.PutUint32(slots[12:], uint32(pages))
	binary.LittleEndian.PutUint32(slots[16:], uint32(len(headers)+1))
	var blobs []byte
	for i, h := range headers {
		size := (16 + len(h) + 12 + 15) / 16
		slots = append(slots, "Slot"...)
		slots = le(le(le(slots, uint32(i+1)), uint32(pages*256+len(blobs)/16)), uint32(size))
		slots = append(append(slots, "Slot"...), make([]byte, 12)...)
		blob := append([]byte("BlbS"), le(le(le(nil, uint32(i+1)), 1700000000), uint32(len(h)))...)
		blob = append(blob, h...)
		blob = append(blob, make([]byte, size*16-len(blob)-12)...)
		blob = le(le(blob, adler32.Checksum(blob)), uint32(len(h)))
		blobs = append(append(blobs, blob...), "BlbE"...)
	}
	for len(slots) < pages*4096 {
		slots = append(append(slots, "Slot"...), make([]byte, 12)...)
	}
	return append(slots, blobs...)
}

// BDB gives a hash of Berkeley DB with buckets as it has them, in a byte order.
func BDB(order binary.ByteOrder, pageSize, buckets int, headers ...[]byte) []byte {
	file := make([][]byte, 1)
	page := func(kind byte) (n uint32, p []byte) {
		n, p = uint32(len(file)), make([]byte, pageSize)
		order.PutUint32(p[8:], n)
		p[25] = kind
		file = append(file, p)
		return n, p
	}
	meta := make([]byte, pageSize)
	file[0] = meta
	put := func(at int, v uint32) { order.PutUint32(meta[at:], v) }
	put(12, 0x00061561)
	put(16, 9)
	put(20, uint32(pageSize))
	meta[25] = 8
	put(72, uint32(buckets-1))
	// Groups of buckets by powers of two, with pages of other things between them.
	first := make(map[int]uint32)
	for group := 0; group <= bits.Len(uint(buckets-1)); group++ {
		begin, end := 0, 1
		if group > 0 {
			begin, end = 1<<(group-1), min(1<<group, buckets)
		}
		for b := begin; b < end; b++ {
			n, p := page(13)
			order.PutUint16(p[22:], uint16(pageSize))
			first[b] = n
			if b == begin {
				put(96+4*group, n-uint32(b))
			}
		}
		page(0)
	}
	last := maps.Clone(first)
	insert := func(b int, items ...[]byte) {
		p := file[last[b]]
		used := 0
		for _, item := range items {
			used += len(item) + 2
		}
		count, free := int(order.Uint16(p[20:])), int(order.Uint16(p[22:]))
		if free == 0 {
			free = pageSize
		}
		if 26+2*count+used > free {
			n, next := page(13)
			order.PutUint16(next[22:], uint16(pageSize))
			order.PutUint32(p[16:], n)
			last[b], p, count, free = n, next, 0, pageSize
		}
		for _, item := range items {
			free -= len(item)
			copy(p[free:], item)
			order.PutUint16(p[26+2*count:], uint16(free))
			count++
		}
		order.PutUint16(p[20:], uint16(count))
		order.PutUint16(p[22:], uint16(free))
	}
	key := func(n int) []byte {
		k := []byte{1, 0, 0, 0, 0}
		order.PutUint32(k[1:], uint32(n))
		return k
	}
	insert(0, key(0), key(len(headers)))
	for i, h := range headers {
		item := append([]byte{1}, h...)
		if len(h) > pageSize/4 {
			item = make([]byte, 12)
			item[0] = 3
			order.PutUint32(item[8:], uint32(len(h)))
			into := item[4:]
			for len(h) > 0 {
				n, p := page(7)
				order.PutUint32(into, n)
				size := copy(p[26:], h)
				order.PutUint16(p[22:], uint16(size))
				h, into = h[size:], p[16:]
			}
		}
		insert(i%buckets, key(i+1), item)
	}
	put(32, uint32(len(file)-1))
	return bytes.Join(file, nil)
}

// Archive gives a package file: a lead, the signature header and the header, and a payload.
func Archive(signature, header, payload []byte) []byte {
	file := append([]byte("\xed\xab\xee\xdb\x03\x00"), make([]byte, 90)...)
	magic := []byte("\x8e\xad\xe8\x01\x00\x00\x00\x00")
	file = append(append(file, magic...), signature...)
	for len(file)%8 != 0 {
		file = append(file, 0)
	}
	return append(append(append(file, magic...), header...), payload...)
}

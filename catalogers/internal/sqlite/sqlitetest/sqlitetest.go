// Package sqlitetest writes SQLite 3 databases for tests.
package sqlitetest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"unicode/utf16"
)

// Table is a table to write. Rows hold nil, int, string and []byte; their row ids count from 1.
type Table struct {
	Name, SQL string
	Rows      [][]any
}

// Format is how a database is written.
type Format struct {
	PageSize int
	Reserved int // bytes at the end of each page
	UTF16    binary.ByteOrder
}

// Write gives the bytes of a database with the tables.
func (f Format) Write(tables ...Table) []byte {
	w := writer{Format: f, usable: f.PageSize - f.Reserved, pages: [][]byte{make([]byte, f.PageSize)}}
	schema := make([][]any, len(tables))
	for i, t := range tables {
		schema[i] = []any{"table", t.Name, t.Name, int(w.tree(t.Rows)), t.SQL}
	}
	first := w.pages[0]
	copy(first, "SQLite format 3\x00")
	binary.BigEndian.PutUint16(first[16:], uint16(f.PageSize)) // 65536 is written as 1
	if f.PageSize == 1<<16 {
		first[17] = 1
	}
	first[18], first[19], first[20], first[21], first[22], first[23] = 1, 1, byte(f.Reserved), 64, 32, 32
	if next := w.leaf(first, 100, schema, 1); next != len(schema) {
		panic("the schema does not fit into its page")
	}
	encoding := uint32(1)
	if f.UTF16 == binary.LittleEndian {
		encoding = 2
	} else if f.UTF16 == binary.BigEndian {
		encoding = 3
	}
	for at, v := range map[int]uint32{24: 1, 28: uint32(len(w.pages)), 40: 1, 44: 4, 56: encoding, 92: 1, 96: 3040001} {
		binary.BigEndian.PutUint32(first[at:], v)
	}
	return bytes.Join(w.pages, nil)
}

// Log gives the bytes of a write-ahead log that turns one database into another, of which each page that differs is a frame. Order is that of its checksums;
// the last frame commits if it is told to.
func Log(before, after []byte, pageSize int, order binary.ByteOrder, commit bool) []byte {
	log := make([]byte, 32)
	put := binary.BigEndian.PutUint32
	magic := uint32(0x377f0682)
	if order == binary.BigEndian {
		magic++
	}
	for i, v := range []uint32{magic, 3007000, uint32(pageSize), 7, 0xdead, 0xbeef} {
		put(log[4*i:], v)
	}
	var a, b uint32
	sum := func(p []byte) {
		for ; len(p) >= 8; p = p[8:] {
			a += order.Uint32(p) + b
			b += order.Uint32(p[4:]) + a
		}
	}
	sum(log[:24])
	put(log[24:], a)
	put(log[28:], b)
	var changed []int
	for at := 0; at < len(after); at += pageSize {
		if at >= len(before) || !bytes.Equal(before[at:at+pageSize], after[at:at+pageSize]) {
			changed = append(changed, at)
		}
	}
	for i, at := range changed {
		h := make([]byte, 24)
		put(h, uint32(at/pageSize+1))
		if commit && i == len(changed)-1 {
			put(h[4:], uint32(len(after)/pageSize))
		}
		put(h[8:], 0xdead)
		put(h[12:], 0xbeef)
		page := after[at : at+pageSize]
		sum(h[:8])
		sum(page)
		put(h[16:], a)
		put(h[20:], b)
		log = append(append(log, h...), page...)
	}
	return log
}

type writer struct {
	Format
	usable int
	pages  [][]byte
}

func (w *writer) add() (n uint32, page []byte) {
	page = make([]byte, w.PageSize)
	w.pages = append(w.pages, page)
	return uint32(len(w.pages)), page
}

// tree writes the rows and gives the root of their tree.
func (w *writer) tree(rows [][]any) uint32 {
	type child struct {
		page uint32
		last int // row id
	}
	var level []child
	for first := 0; first < len(rows) || first == 0; {
		n, page := w.add()
		next := w.leaf(page, 0, rows[first:], first+1)
		if next == 0 && len(rows) > 0 {
			panic(fmt.Sprintf("row %d fits into no page", first))
		}
		first += next
		level = append(level, child{n, first})
		if len(rows) == 0 {
			break
		}
	}
	for len(level) > 1 {
		var above []child
		for len(level) > 0 {
			n, page := w.add()
			fit := min(len(level), (w.usable-12)/(4+9+2))
			if len(level)-fit == 1 { // the last needs a neighbour
				fit--
			}
			page[0] = 5
			end := w.usable
			for i, c := range level[:fit-1] {
				cell := binary.BigEndian.AppendUint32(nil, c.page)
				cell = varint(cell, uint64(c.last))
				end -= len(cell)
				copy(page[end:], cell)
				binary.BigEndian.PutUint16(page[12+2*i:], uint16(end))
			}
			binary.BigEndian.PutUint16(page[3:], uint16(fit-1))
			binary.BigEndian.PutUint16(page[5:], uint16(end))
			binary.BigEndian.PutUint32(page[8:], level[fit-1].page)
			above = append(above, child{n, level[fit-1].last})
			level = level[fit:]
		}
		level = above
	}
	return level[0].page
}

// leaf fills a page with as many rows as fit and tells how many those are.
func (w *writer) leaf(page []byte, head int, rows [][]any, id int) int {
	page[head] = 13
	end, count := w.usable, 0
	for _, row := range rows {
		cell := w.cell(w.record(row), id+count)
		if end-len(cell) < head+8+2*(count+1) {
			break
		}
		end -= len(cell)
		copy(page[end:], cell)
		binary.BigEndian.PutUint16(page[head+8+2*count:], uint16(end))
		count++
	}
	binary.BigEndian.PutUint16(page[head+3:], uint16(count))
	binary.BigEndian.PutUint16(page[head+5:], uint16(end)) // 65536 is written as 0
	return count
}

func (w *writer) cell(record []byte, id int) []byte {
	cell := varint(varint(nil, uint64(len(record))), uint64(id))
	u, p := w.usable, len(record)
	local := p
	if p > u-35 {
		m := (u-12)*32/255 - 23
		if local = m + (p-m)%(u-4); local > u-35 {
			local = m
		}
	}
	cell = append(cell, record[:local]...)
	if rest := record[local:]; len(rest) > 0 {
		n, page := w.add()
		cell = binary.BigEndian.AppendUint32(cell, n)
		for {
			rest = rest[copy(page[4:u], rest):]
			if len(rest) == 0 {
				break
			}
			n, next := w.add()
			binary.BigEndian.PutUint32(page, n)
			page = next
		}
	}
	for len(cell) < 4 {
		cell = append(cell, 0)
	}
	return cell
}

func (w *writer) record(row []any) []byte {
	var types, body []byte
	for _, v := range row {
		switch v := v.(type) {
		case nil:
			types = varint(types, 0)
		case int:
			switch {
			case v == 0 || v == 1:
				types = varint(types, uint64(8+v))
			case v == int(int8(v)):
				types, body = varint(types, 1), append(body, byte(v))
			case v == int(int32(v)):
				types, body = varint(types, 4), binary.BigEndian.AppendUint32(body, uint32(v))
			default:
				types, body = varint(types, 6), binary.BigEndian.AppendUint64(body, uint64(v))
			}
		case string:
			text := []byte(v)
			if w.UTF16 != nil {
				text = nil
				for _, u := range utf16.Encode([]rune(v)) {
					text = append(text, 0, 0)
					w.UTF16.PutUint16(text[len(text)-2:], u)
				}
			}
			types, body = varint(types, uint64(13+2*len(text))), append(body, text...)
		case []byte:
			types, body = varint(types, uint64(12+2*len(v))), append(body, v...)
		}
	}
	size := len(types) + 1
	if size > 127 {
		size++
	}
	return append(append(varint(nil, uint64(size)), types...), body...)
}

func varint(to []byte, v uint64) []byte {
	if v > 1<<56-1 {
		for i := range 8 {
			to = append(to, byte(v>>(57-7*i)-0)|0x80)
		}
		return append(to, byte(v))
	}
	n := 1
	for x := v >> 7; x > 0; x >>= 7 {
		n++
	}
	for i := n - 1; i > 0; i-- {
		to = append(to, byte(v>>(7*i))|0x80)
	}
	return append(to, byte(v&0x7f))
}

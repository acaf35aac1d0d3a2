package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"unicode/utf16"
)

// Row is one row of a table. It is good until the next one.
type Row struct {
	ID int64 // SQLite's rowid

	table   *Table
	payload []byte
	values  []value
}

// value is where a column's value lies in the payload, with its serial type.
type value struct {
	kind       uint64
	start, end int
}

const (
	utf16le = 2 // the database's text encoding; 1 is UTF-8
	utf16be = 3
)

// Int is the value of a column, counted from 0, if it is an integer, otherwise 0.
func (r *Row) Int(column int) int64 {
	v := r.value(column)
	switch v.kind {
	case 0:
		if column >= 0 && column == r.table.key { // an INTEGER PRIMARY KEY is the row id, and NULL stands in its place
			return r.ID
		}
	case 9:
		return 1
	case 1, 2, 3, 4, 5, 6:
		n := int64(int8(r.payload[v.start]))
		for _, b := range r.payload[v.start+1 : v.end] {
			n = n<<8 | int64(b)
		}
		return n
	}
	return 0
}

// Blob is the value of a column if it is a blob or a text, as the file holds it, otherwise nil. It is good until the next row.
func (r *Row) Blob(column int) []byte {
	v := r.value(column)
	if v.kind < 12 {
		return nil
	}
	return r.payload[v.start:v.end:v.end]
}

// Text is the value of a column if it is a text or a blob, otherwise empty. It is a copy.
func (r *Row) Text(column int) string {
	b := r.Blob(column)
	encoding := r.table.db.encoding
	if encoding < utf16le || r.value(column).kind&1 == 0 {
		return string(b)
	}
	var order binary.ByteOrder = binary.LittleEndian
	if encoding == utf16be {
		order = binary.BigEndian
	}
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = order.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// Null tells whether a column has no value: it is NULL, or was added to the table after the row.
func (r *Row) Null(column int) bool {
	return r.value(column).kind == 0 && (column < 0 || column != r.table.key)
}

func (r *Row) value(column int) value {
	if column < 0 || column >= len(r.values) {
		return value{}
	}
	return r.values[column]
}

// Rows walks the table in the order of its row ids. What cannot be read is an error in the place of its rows; the walk goes on behind it,
// at the next page.
func (t *Table) Rows() iter.Seq2[*Row, error] {
	return func(yield func(*Row, error) bool) {
		w := walk{db: t.db, seen: make([]uint64, t.db.last>>6+1), row: Row{table: t}, yield: yield}
		w.visit(t.root, 0)
	}
}

// maxDepth is that of SQLite's own walks: a tree of this depth is larger than any file.
const maxDepth = 20

type walk struct {
	db      *DB
	seen    []uint64 // bits, by page: a page belongs to one place
	levels  [maxDepth][]byte
	payload []byte // of a row that does not fit into its page
	row     Row
	yield   func(*Row, error) bool
}

func (w *walk) page(n uint32) ([]byte, error) {
	p, err := w.db.page(n)
	if err != nil {
		return nil, err
	}
	if w.seen[n>>6]&(1<<(n&63)) != 0 {
		return nil, fmt.Errorf("page %d is reached twice", n)
	}
	w.seen[n>>6] |= 1 << (n & 63)
	return p, nil
}

// visit walks the tree below a page. It returns false once nobody wants more.
func (w *walk) visit(n uint32, depth int) bool {
	more, err := w.enter(n, depth)
	if err != nil && more {
		return w.yield(nil, err)
	}
	return more
}

const (
	interior = 5 // pages of tables
	leaf     = 13
)

func (w *walk) enter(n uint32, depth int) (more bool, err error) {
	if depth == maxDepth {
		return true, fmt.Errorf("page %d lies too deep", n)
	}
	content, err := w.page(n)
	if err != nil {
		return true, err
	}
	page := append(w.levels[depth][:0], content...)
	w.levels[depth] = page
	head := 0
	if n == 1 {
		head = headerLen
	}
	kind, cells := page[head], int(binary.BigEndian.Uint16(page[head+3:]))
	pointers := head + 8
	if kind == interior {
		pointers += 4
	} else if kind != leaf {
		return true, fmt.Errorf("page %d is of type %d and not of a table with row ids", n, kind)
	}
	if pointers+2*cells > w.db.usable {
		return true, fmt.Errorf("page %d: has %d cells, more than it can hold", n, cells)
	}
	page = page[:w.db.usable]
	for i := range cells {
		at := int(binary.BigEndian.Uint16(page[pointers+2*i:]))
		if at < pointers || at+4 > len(page) {
			return true, fmt.Errorf("page %d: cell %d lies outside", n, i)
		}
		if kind == interior {
			if !w.visit(binary.BigEndian.Uint32(page[at:]), depth+1) {
				return false, nil
			}
			continue
		}
		if err := w.cell(page[at:]); err != nil {
			return true, fmt.Errorf("page %d: cell %d: %w", n, i, err)
		}
		if !w.yield(&w.row, nil) {
			return false, nil
		}
	}
	if kind == interior {
		return w.visit(binary.BigEndian.Uint32(page[head+8:]), depth+1), nil
	}
	return true, nil
}

var errCell = errors.New("breaks off")

// cell reads the row that begins there.
func (w *walk) cell(p []byte) error {
	length, n := varint(p)
	id, m := varint(p[n:])
	if n == 0 || m == 0 {
		return errCell
	}
	p = p[n+m:]
	w.row.ID = int64(id)
	if length > uint64(w.db.usable)*uint64(w.db.last) {
		return fmt.Errorf("has %d bytes, more than the file", length)
	}
	// How much of a row lies in its page: section 1.6, "cell payload overflow pages".
	local, usable := int(length), w.db.usable
	if most := usable - 35; local > most {
		least := (usable-12)*32/255 - 23
		if local = least + (int(length)-least)%(usable-4); local > most {
			local = least
		}
	}
	if local > len(p) {
		return errCell
	}
	if uint64(local) == length {
		return w.row.decode(p[:local])
	}
	if local+4 > len(p) {
		return errCell
	}
	w.payload = append(w.payload[:0], p[:local]...)
	for next := binary.BigEndian.Uint32(p[local:]); len(w.payload) < int(length); {
		page, err := w.page(next)
		if err != nil {
			return fmt.Errorf("overflow: %w", err)
		}
		next = binary.BigEndian.Uint32(page)
		w.payload = append(w.payload, page[4:4+min(usable-4, int(length)-len(w.payload))]...)
	}
	return w.row.decode(w.payload)
}

// decode finds the values in a record, section 2.1. Those behind the table's columns are left out.
func (r *Row) decode(p []byte) error {
	header, n := varint(p)
	if n == 0 || header < uint64(n) || header > uint64(len(p)) {
		return errors.New("the record's header is longer than the record")
	}
	r.payload, r.values = p, r.values[:0]
	at := int(header)
	for i := n; i < int(header) && len(r.values) < len(r.table.columns); {
		kind, n := varint(p[i:header])
		if n == 0 {
			return errCell
		}
		i += n
		size := uint64(0)
		switch {
		case kind >= 12:
			size = (kind - 12) / 2
		case kind >= 10:
			return fmt.Errorf("type %d of a value is unknown", kind)
		default:
			size = uint64(sizes[kind])
		}
		if size > uint64(len(p)-at) {
			return errCell
		}
		r.values = append(r.values, value{kind, at, at + int(size)})
		at += int(size)
	}
	return nil
}

// sizes are those of NULL, integers and reals, and of 0 and 1, by serial type.
var sizes = [10]uint8{0, 1, 2, 3, 4, 6, 8, 8, 0, 0}

// varint reads SQLite's variable-length integer and tells its length, 0 where it breaks off.
func varint(p []byte) (v uint64, n int) {
	for i, b := range p[:min(len(p), 9)] {
		if i == 8 {
			return v<<8 | uint64(b), 9
		}
		if v = v<<7 | uint64(b&0x7f); b < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}

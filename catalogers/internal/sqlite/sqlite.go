// Package sqlite reads the rows of tables of SQLite 3 files: package databases are such files. It knows the file format,
// https://www.sqlite.org/fileformat2.html, and no SQL.
//
// It is no driver on purpose. The one that needs no C compiler, modernc.org/sqlite, weighs 4.8 MB of the 25 MB that the program may have, costs time
// at every start, and insists on files on the disk, while databases lie in layers and archives as well. To walk a table takes a hundredth of that.
//
// The files are hostile: every page number, offset and length is checked, a page is visited once per walk, and nothing is allocated that the file
// could not fill.
package sqlite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Source is the content of a file.
type Source interface {
	io.ReaderAt
	Size() int64
}

// DB is an open database. It is not safe for concurrent use; walks may be nested.
type DB struct {
	data     Source
	log      *log
	pageSize int
	usable   int // of each page; what follows is reserved for extensions
	last     uint32
	encoding uint32

	window []byte // of data, from the page that was asked for on: chains mostly lie in sequence
	first  int64
}

const (
	magic     = "SQLite format 3\x00"
	headerLen = 100
)

// Open reads the header of a database. wal is the write-ahead log that lies beside it under its name with "-wal", nil where there is none: what was
// committed there and not yet moved into the database counts. A log that is not one of the database's, or breaks off, counts as far as SQLite
// itself would read it.
func Open(data, wal Source) (*DB, error) {
	db := &DB{data: data}
	if wal != nil {
		var err error
		if db.log, err = openLog(wal); err != nil {
			return nil, fmt.Errorf("write-ahead log: %w", err)
		}
	}
	var h [headerLen]byte
	from, at := data, int64(0)
	if db.log != nil {
		if offset, ok := db.log.frames[1]; ok {
			from, at = db.log.data, offset
		}
	}
	if n, err := from.ReadAt(h[:], at); n < len(h) {
		return nil, noDatabase(h[:n], err)
	}
	if string(h[:len(magic)]) != magic {
		return nil, errors.New("is no SQLite 3 database")
	}
	db.pageSize = int(binary.BigEndian.Uint16(h[16:]))
	if db.pageSize == 1 {
		db.pageSize = 1 << 16
	}
	db.usable = db.pageSize - int(h[20])
	if db.pageSize < 512 || db.pageSize&(db.pageSize-1) != 0 || db.usable < 480 {
		return nil, fmt.Errorf("has pages of %d bytes", db.pageSize)
	}
	if db.encoding = binary.BigEndian.Uint32(h[56:]); db.encoding > utf16be {
		return nil, fmt.Errorf("text encoding %d is unknown", db.encoding)
	}
	pages := data.Size() / int64(db.pageSize)
	if db.log != nil {
		if db.log.pageSize != db.pageSize {
			return nil, errors.New("the write-ahead log has another page size")
		}
		pages = max(pages, min(int64(db.log.last), pages+int64(len(db.log.frames))+1)) // a database has no holes, but for one page of locks
	}
	db.last = uint32(min(pages, 1<<32-2))
	return db, nil
}

func noDatabase(begin []byte, err error) error {
	switch {
	case len(begin) == 0 && err == io.EOF:
		return errors.New("is empty")
	case err != io.EOF:
		return err
	}
	return errors.New("is no SQLite 3 database")
}

// readAhead is how much of a database is read at once where pages follow each other.
const readAhead = 64 << 10

// page gives the bytes of a page, which are good until the next call.
func (db *DB) page(n uint32) ([]byte, error) {
	if n == 0 || n > db.last {
		return nil, fmt.Errorf("page %d of %d does not exist", n, db.last)
	}
	at, size := int64(n-1)*int64(db.pageSize), int64(db.pageSize)
	if db.log != nil {
		if offset, ok := db.log.frames[n]; ok {
			p := db.log.buf[frameLen:]
			return p, readFull(db.log.data, p, offset)
		}
	}
	if db.first <= at && at+size <= db.first+int64(len(db.window)) {
		return db.window[at-db.first:][:size], nil
	}
	// Only what follows the last page that was read is read ahead: the pages of a tree are elsewhere.
	length := size
	if at == db.first+int64(len(db.window)) {
		length = max(size, min(readAhead, db.data.Size()-at))
	}
	if int64(cap(db.window)) < length {
		db.window = make([]byte, length)
	}
	db.window, db.first = db.window[:length], at
	if err := readFull(db.data, db.window, at); err != nil {
		db.window = db.window[:0]
		return nil, fmt.Errorf("page %d: %w", n, err)
	}
	return db.window[:size], nil
}

// readFull reads all of p: a file that ends earlier than its size says is an error.
func readFull(r io.ReaderAt, p []byte, at int64) error {
	n, err := r.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case err == nil || err == io.EOF:
		return io.ErrUnexpectedEOF
	}
	return err
}

// Table finds a table by its name, in any letter case. It is an error if there is none.
func (db *DB) Table(name string) (*Table, error) {
	schema := &Table{db: db, root: 1, columns: []string{"type", "name", "tbl_name", "rootpage", "sql"}, key: -1}
	var broken error
	for row, err := range schema.Rows() {
		if err != nil {
			broken = err
			continue
		}
		if row.Text(0) != "table" || !strings.EqualFold(row.Text(1), name) {
			continue
		}
		root := row.Int(3)
		if root < 1 || root > int64(db.last) {
			return nil, fmt.Errorf("table %s: page %d of %d does not exist", name, root, db.last)
		}
		t := &Table{db: db, root: uint32(root)}
		if err := t.define(row.Text(4)); err != nil {
			return nil, fmt.Errorf("table %s: %w", name, err)
		}
		return t, nil
	}
	if broken != nil {
		return nil, fmt.Errorf("schema: %w", broken)
	}
	return nil, fmt.Errorf("has no table %s", name)
}

package rpmdb

import (
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite"
)

// Source is the content of a file.
type Source = sqlite.Source

// Database gives the headers of the packages in a database of any of the three kinds that rpm has had: SQLite (rpmdb.sqlite), its own
// (Packages.db) and a hash of Berkeley DB (Packages). wal is SQLite's write-ahead log, nil where there is none. A header is good
// until the next. What cannot be read is an error in its place, and what follows is read on, as far as it can be found.
func Database(data, wal Source) iter.Seq2[Header, error] {
	return func(yield func(Header, error) bool) {
		for blob, err := range blobs(data, wal) {
			var h Header
			if err == nil {
				h, err = Parse(blob)
			}
			if !yield(h, err) {
				return
			}
		}
	}
}

func blobs(data, wal Source) iter.Seq2[[]byte, error] {
	var begin [16]byte
	n, err := data.ReadAt(begin[:], 0)
	switch {
	case n == 0 && (err == nil || err == io.EOF):
		if wal != nil && wal.Size() > 0 {
			return packages(data, wal)
		}
		return failure(errors.New("is empty"))
	case n < len(begin) && err != io.EOF:
		return failure(err)
	case string(begin[:4]) == ndbMagic:
		return ndb(data)
	case bdbOrder(begin[12:]) != nil:
		return bdb(data, bdbOrder(begin[12:]))
	}
	if !strings.HasPrefix(sqliteMagic, string(begin[:n])) {
		return failure(errors.New("is no database of rpm"))
	}
	return packages(data, wal)
}

const sqliteMagic = "SQLite format 3\x00"

func failure(err error) iter.Seq2[[]byte, error] {
	return func(yield func([]byte, error) bool) { yield(nil, err) }
}

// packages reads the table with the headers, https://github.com/rpm-software-management/rpm/blob/rpm-4.20.x/lib/backend/sqlite.c.
func packages(data, wal Source) iter.Seq2[[]byte, error] {
	db, err := sqlite.Open(data, wal)
	if err != nil {
		return failure(err)
	}
	table, err := db.Table("Packages")
	if err != nil {
		return failure(err)
	}
	blob := table.Column("blob")
	if blob < 0 {
		return failure(errors.New("the table Packages has no column blob"))
	}
	return func(yield func([]byte, error) bool) {
		for row, err := range table.Rows() {
			if err != nil {
				if !yield(nil, err) {
					return
				}
				continue
			}
			if !yield(row.Blob(blob), nil) {
				return
			}
		}
	}
}

// fill reads size bytes from a place on into buf, which it grows as far as the file goes.
func fill(data Source, buf []byte, at, size int64) ([]byte, error) {
	if at < 0 || size < 0 || at > data.Size() || size > data.Size()-at {
		return buf[:0], fmt.Errorf("%d bytes at %d lie outside the file", size, at)
	}
	if int64(cap(buf)) < size {
		buf = make([]byte, size, size+size/4)
	}
	buf = buf[:size]
	n, err := data.ReadAt(buf, at)
	switch {
	case int64(n) == size:
		return buf, nil
	case err == nil || err == io.EOF:
		err = io.ErrUnexpectedEOF
	}
	return buf[:0], err
}

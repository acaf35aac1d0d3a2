package sqlite

import "github.com/sbomgen/sbomgen/catalogers"

// OpenFile opens the database that a file is, with the write-ahead log beside it where there is one: the cataloger must be allowed to open its name
// with "-wal". done closes the log when the database is no longer read.
func OpenFile(f *catalogers.File) (db *DB, done func(), err error) {
	done = func() {}
	blob, err := f.Blob()
	if err != nil {
		return nil, done, err
	}
	var log Source
	if wal, err := f.Beside(f.Base() + "-wal"); err == nil {
		done = wal.Close
		if b, err := wal.Blob(); err == nil && b.Size() > 0 {
			log = b
		}
	}
	db, err = Open(blob, log)
	return db, done, err
}

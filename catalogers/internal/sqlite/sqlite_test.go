package sqlite_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite"
	"github.com/sbomgen/sbomgen/catalogers/internal/sqlite/sqlitetest"
)

const things = "CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, n INT, data BLOB)"

// rows are some of each kind: short ones, and such as need many pages.
func rows(n int) (list [][]any) {
	for i := range n {
		size := []int{0, 3, 200, 450, 478, 1000, 70000}[i%7]
		list = append(list, []any{nil, fmt.Sprintf("thing %d ü€𝄞", i), []int{0, 1, -1, 300, -40000, 1 << 40, i}[i%7], bytes.Repeat([]byte{byte(i)}, size)})
	}
	return list
}

func read(t testing.TB, data, wal []byte, table string, columns ...string) (list []string, err error) {
	t.Helper()
	var log sqlite.Source
	if wal != nil {
		log = bytes.NewReader(wal)
	}
	db, err := sqlite.Open(bytes.NewReader(data), log)
	if err != nil {
		return nil, err
	}
	tab, err := db.Table(table)
	if err != nil {
		return nil, err
	}
	for row, e := range tab.Rows() {
		if e != nil {
			err = errors.Join(err, e)
			continue
		}
		line := fmt.Sprint(row.ID)
		for _, c := range columns {
			switch at := tab.Column(c); {
			case row.Null(at):
				line += "|null"
			case row.Int(at) != 0:
				line += fmt.Sprint("|", row.Int(at))
			case len(row.Blob(at)) > 64:
				line += fmt.Sprintf("|%d x %d", len(row.Blob(at)), row.Blob(at)[0])
			default:
				line += "|" + row.Text(at)
			}
		}
		list = append(list, line)
	}
	return list, err
}

func want(list [][]any) (lines []string) {
	for i, row := range list {
		line := fmt.Sprintf("%d|%d|%s", i+1, i+1, row[1])
		if n := row[2].(int); n != 0 {
			line += fmt.Sprint("|", n)
		} else {
			line += "|"
		}
		if data := row[3].([]byte); len(data) > 64 {
			line += fmt.Sprintf("|%d x %d", len(data), data[0])
		} else {
			line += "|" + string(data)
		}
		lines = append(lines, line)
	}
	return lines
}

func TestRowsOfEveryPageSizeAndEncodingAreRead(t *testing.T) {
	for size := 512; size <= 1<<16; size *= 2 {
		for _, f := range []sqlitetest.Format{{PageSize: size}, {PageSize: size, Reserved: 32}, {PageSize: size, UTF16: binary.LittleEndian}, {PageSize: size, UTF16: binary.BigEndian}} {
			list := rows(150)
			data := f.Write(sqlitetest.Table{Name: "other", SQL: "CREATE TABLE other (a)"}, sqlitetest.Table{Name: "things", SQL: things, Rows: list})
			got, err := read(t, data, nil, "Things", "ID", "name", "n", "data")
			if err != nil {
				t.Fatalf("%+v: %v", f, err)
			}
			if d := cmp.Diff(want(list), got); d != "" {
				t.Fatalf("%+v: %s", f, d)
			}
			if got, err := read(t, data, nil, "other", "a"); err != nil || len(got) != 0 {
				t.Fatalf("%+v: an empty table: %v, %v", f, got, err)
			}
		}
	}
}

func TestTheCommittedPartOfTheWriteAheadLogCounts(t *testing.T) {
	f := sqlitetest.Format{PageSize: 1024}
	table := sqlitetest.Table{Name: "things", SQL: things, Rows: rows(20)}
	before := f.Write(table)
	table.Rows = rows(40)
	after := f.Write(table)
	for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
		log := sqlitetest.Log(before, after, 1024, order, true)
		changed := func(at int) []byte {
			other := bytes.Clone(log)
			other[at] ^= 1
			return other
		}
		for _, c := range []struct {
			name string
			log  []byte
			want int
		}{
			{"whole", log, 40},
			{"with what was there before", append(bytes.Clone(log), log[32:]...), 40},
			{"broken off", log[:len(log)-1], 20},
			{"not committed", sqlitetest.Log(before, after, 1024, order, false), 20},
			{"empty", []byte{}, 20},
			{"only begun", log[:32], 20},
			{"another magic", changed(3), 20},
			{"a flipped salt of a frame", changed(32 + 8), 20},
			{"a flipped checksum of a frame", changed(32 + 16), 20},
			{"a flipped byte of a page", changed(len(log) - 1), 20},
			{"a flipped checksum of the header", changed(24), 20},
		} {
			got, err := read(t, before, c.log, "things", "id", "name", "n", "data")
			if err != nil {
				t.Errorf("%v, %s: %v", order, c.name, err)
			} else if d := cmp.Diff(want(rows(c.want)), got); d != "" {
				t.Errorf("%v, %s: %s", order, c.name, d)
			}
		}
	}
	if got, err := read(t, nil, sqlitetest.Log(nil, after, 1024, binary.LittleEndian, true), "things", "id"); err != nil || len(got) != 40 {
		t.Errorf("a database that is its log only: %d rows, %v", len(got), err)
	}
	other := sqlitetest.Format{PageSize: 2048}.Write(table)
	if _, err := read(t, before, sqlitetest.Log(nil, other, 2048, binary.LittleEndian, true)[:32+24+2048], "things", "id"); err != nil {
		t.Errorf("a log that never commits is no matter of its page size: %v", err)
	}
}

func TestColumnsAreReadOutOfTheDefinition(t *testing.T) {
	for _, c := range []struct {
		sql  string
		row  []any
		want string // of the columns id, b and "c d"
	}{
		{"CREATE TABLE t (id INTEGER PRIMARY KEY, b TEXT, [c d] INT)", []any{nil, "x", 7}, "1|1|x|7"},
		{"CREATE TABLE IF NOT EXISTS 't' ( id integer primary key autoincrement not null, b, \"c d\" )", []any{nil, "x", 7}, "1|1|x|7"},
		{"CREATE TABLE t(\n-- id, no, really\nb DECIMAL(10,2) CHECK (b > ',)'), /* x( */ `c d` TEXT DEFAULT '(', id INTEGER, CONSTRAINT p PRIMARY KEY (id), UNIQUE(b,id))", []any{"x", 7, nil}, "1|1|x|7"},
		{"CREATE TABLE t (id INTEGER, b, 'c d', PRIMARY KEY (id, b))", []any{5, "x", 7}, "1|5|x|7"},
		{"CREATE TABLE t (id INT PRIMARY KEY, v AS (id+1), b, s AS (1) STORED, [c d])", []any{5, "x", 1, 7}, "1|5|x|7"},
		{"CREATE TABLE t (id INTEGER PRIMARY KEY, b, [c d] DEFAULT 7)", []any{nil, "x"}, "1|1|x|null"},
	} {
		data := sqlitetest.Format{PageSize: 1024}.Write(sqlitetest.Table{Name: "t", SQL: c.sql, Rows: [][]any{c.row}})
		got, err := read(t, data, nil, "t", "id", "b", "c d")
		if err != nil || len(got) != 1 || got[0] != c.want {
			t.Errorf("%s: %v, %v, want %s", c.sql, got, err, c.want)
		}
	}
}

func TestWhatIsNoSuchDatabaseIsSaid(t *testing.T) {
	data := sqlitetest.Format{PageSize: 1024}.Write(sqlitetest.Table{Name: "t", SQL: "CREATE TABLE t (a PRIMARY KEY) WITHOUT ROWID"}, sqlitetest.Table{Name: "u", SQL: "CREATE VIRTUAL TABLE u"})
	change := func(at int, v ...byte) []byte {
		other := bytes.Clone(data)
		copy(other[at:], v)
		return other
	}
	for _, c := range []struct {
		data        []byte
		table, want string
	}{
		{nil, "t", "is empty"},
		{[]byte("hello"), "t", "is no SQLite 3 database"},
		{make([]byte, 4096), "t", "is no SQLite 3 database"},
		{data, "t", "table t: has no row ids"},
		{data, "u", "table u: its definition has no columns"},
		{data, "v", "has no table v"},
		{change(16, 3, 3), "t", "has pages of 771 bytes"},
		{change(16, 0, 0), "t", "has pages of 0 bytes"},
		{change(20, 255), "t", ""},
		{change(59, 4), "t", "text encoding 4 is unknown"},
		{change(100, 2), "t", "schema: page 1 is of type 2 and not of a table with row ids"},
		{data[:1023], "t", "schema: page 1 of 0 does not exist"},
	} {
		if _, err := read(t, c.data, nil, c.table); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %q", err, c.want)
		}
	}
}

func TestPagesThatLeadInCirclesEnd(t *testing.T) {
	data := sqlitetest.Format{PageSize: 512}.Write(sqlitetest.Table{Name: "things", SQL: things, Rows: rows(34)})
	const size = 512
	for page := size; page < len(data); page += size {
		other := bytes.Clone(data)
		switch other[page] {
		case 5: // every child is the page itself
			for i := range int(binary.BigEndian.Uint16(other[page+3:])) {
				at := int(binary.BigEndian.Uint16(other[page+12+2*i:]))
				binary.BigEndian.PutUint32(other[page+at:], uint32(page/size+1))
			}
			binary.BigEndian.PutUint32(other[page+8:], uint32(page/size+1))
		default: // the chain of an overflow, where it is one
			binary.BigEndian.PutUint32(other[page:], uint32(page/size+1))
		}
		bounded(t, other, nil)
	}
}

// bounded reads a database and holds it to bounds of time and memory.
func bounded(t testing.TB, data, wal []byte) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	list, _ := read(t, data, wal, "things", "id", "name", "n", "data")
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if took > time.Second {
		t.Errorf("took %v", took)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 64<<20+16*uint64(len(data)+len(wal)) {
		t.Errorf("allocated %d MB for %d rows", used>>20, len(list))
	}
}

func TestTruncatedFilesGiveWhatIsThereAndAnError(t *testing.T) {
	f := sqlitetest.Format{PageSize: 512}
	table := sqlitetest.Table{Name: "things", SQL: things, Rows: rows(30)}
	before := f.Write(table)
	table.Rows = rows(31)
	log := sqlitetest.Log(before, f.Write(table), 512, binary.LittleEndian, true)
	for n := 0; n < len(before); n += 64 {
		if _, err := read(t, before[:n], nil, "things", "data"); err == nil {
			t.Fatalf("%d of %d bytes: no error", n, len(before))
		}
	}
	for n := 0; n < len(log); n += 64 {
		if list, err := read(t, before, log[:n], "things", "data"); err != nil || len(list) != 30 {
			t.Fatalf("%d of %d bytes of the log: %d rows, %v", n, len(log), len(list), err)
		}
	}
}

func TestABrokenPageCostsOnlyItsRows(t *testing.T) {
	data := sqlitetest.Format{PageSize: 512}.Write(sqlitetest.Table{Name: "things", SQL: things, Rows: rows(34)})
	for page := 512; page < len(data); page += 512 {
		if data[page] != 13 {
			continue
		}
		was := data[page]
		data[page] = 10
		if list, err := read(t, data, nil, "things", "data"); err == nil || len(list) < 28 || len(list) >= 34 {
			t.Errorf("page %d: %d rows, %v", page/512+1, len(list), err)
		}
		data[page] = was
	}
}

func TestFlippedBytesAreBounded(t *testing.T) {
	f := sqlitetest.Format{PageSize: 512}
	table := sqlitetest.Table{Name: "things", SQL: things, Rows: rows(30)}
	data := f.Write(table)
	table.Rows = rows(40)
	log := sqlitetest.Log(data, f.Write(table), 512, binary.LittleEndian, true)
	random := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		a, b := bytes.Clone(data), bytes.Clone(log)
		for range 1 + random.IntN(4) {
			a[random.IntN(len(a))] = byte(random.Uint32())
			a[random.IntN(1024)] = byte(random.Uint32())
			b[random.IntN(len(b))] = byte(random.Uint32())
		}
		if random.IntN(2) == 0 {
			b = nil
		}
		bounded(t, a, b)
	}
}

func TestDatabasesThatSQLiteWritesAreRead(t *testing.T) {
	tool, err := exec.LookPath("sqlite3")
	if err != nil {
		t.Log("sqlite3 is not installed: nothing that it writes is compared")
		return
	}
	for _, setup := range []string{"", "PRAGMA page_size=65536;", "PRAGMA page_size=512; PRAGMA auto_vacuum=1;", "PRAGMA encoding='UTF-16le';"} {
		file := filepath.Join(t.TempDir(), "x.db")
		script := setup + `PRAGMA journal_mode=WAL; PRAGMA wal_autocheckpoint=0;
CREATE TABLE things (id INTEGER PRIMARY KEY, name TEXT, n INT, data BLOB);
WITH RECURSIVE c(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM c WHERE i < 3000) INSERT INTO things SELECT NULL, 'größe ' || i, i*i*i-500, zeroblob(i * 37 % 9000) FROM c;
PRAGMA wal_checkpoint(TRUNCATE);
DELETE FROM things WHERE id % 3 = 0; UPDATE things SET data = zeroblob(100000) WHERE id % 500 = 1; ALTER TABLE things ADD COLUMN more TEXT DEFAULT 'x';
ATTACH '` + file + `' AS again;
.shell cp ` + file + ` ` + file + `.copy
.shell cp ` + file + `-wal ` + file + `.copy-wal
.mode list
SELECT 'row', id, id, name, n, length(data) FROM things;`
		cmd := exec.Command(tool, file)
		cmd.Stdin = strings.NewReader(script)
		text, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s", err, text)
		}
		var expected []string
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "row|"); ok {
				expected = append(expected, rest)
			}
		}
		data, err1 := os.ReadFile(file + ".copy")
		wal, err2 := os.ReadFile(file + ".copy-wal")
		if err := errors.Join(err1, err2); err != nil || len(wal) == 0 || len(expected) != 2000 {
			t.Fatal(err, len(wal), len(expected))
		}
		db, err := sqlite.Open(bytes.NewReader(data), bytes.NewReader(wal))
		if err != nil {
			t.Fatal(err)
		}
		table, err := db.Table("things")
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for row, err := range table.Rows() {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, fmt.Sprintf("%d|%d|%s|%d|%d", row.ID, row.Int(table.Column("id")), row.Text(1), row.Int(2), len(row.Blob(3))))
		}
		if d := cmp.Diff(expected, got); d != "" {
			t.Errorf("%q: %s", setup, d)
		}
	}
}

func FuzzDatabase(f *testing.F) {
	format := sqlitetest.Format{PageSize: 512}
	table := sqlitetest.Table{Name: "things", SQL: things, Rows: rows(6)}
	data := format.Write(table)
	table.Rows = append(rows(6), rows(5)...)
	f.Add(data, []byte(nil))
	f.Add(data, sqlitetest.Log(data, format.Write(table), 512, binary.BigEndian, true))
	f.Add(sqlitetest.Format{PageSize: 1024, UTF16: binary.BigEndian}.Write(table), []byte{})
	f.Fuzz(func(t *testing.T, data, wal []byte) {
		start := time.Now()
		read(t, data, wal, "things", "id", "name", "n", "data")
		if took := time.Since(start); took > time.Second {
			t.Errorf("took %v", took)
		}
	})
}

func BenchmarkRows(b *testing.B) {
	data := sqlitetest.Format{PageSize: 4096}.Write(sqlitetest.Table{Name: "things", SQL: things, Rows: rows(2000)})
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		db, err := sqlite.Open(bytes.NewReader(data), nil)
		if err != nil {
			b.Fatal(err)
		}
		table, _ := db.Table("things")
		for _, err := range table.Rows() {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}

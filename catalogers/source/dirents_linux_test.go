//go:build linux && !portable

package source

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"
)

func TestFilesThatNobodyWantsCostNoMemory(t *testing.T) {
	allocations := func(files int) float64 {
		list := map[string]string{}
		for i := range files {
			list[fmt.Sprintf("file%d.js", i)] = ""
		}
		tree := open(t, lay(t, list), Options{})
		return testing.AllocsPerRun(5, func() {
			if _, err := tree.Walk(context.Background(), nothing{}, WalkOptions{Workers: 1}); err != nil {
				t.Error(err)
			}
		})
	}
	few, many := allocations(10), allocations(1010)
	if perFile := (many - few) / 1000; perFile > 0.01 {
		t.Errorf("%.2f allocations per file", perFile)
	}
}

// dirent is a record as getdents64(2) writes it.
func dirent(name string, typ byte, size int) []byte {
	rec := make([]byte, max(size, 19+len(name)+1))
	if size == 0 {
		size = len(rec)
	}
	binary.NativeEndian.PutUint16(rec[16:], uint16(size))
	rec[18] = typ
	copy(rec[19:], name)
	return rec
}

func TestDirentsAreReadOneByOne(t *testing.T) {
	buf := append(dirent("a", unix.DT_REG, 24), dirent("folder", unix.DT_DIR, 32)...)
	name, typ, rest, ok := nextDirent(buf)
	equal(t, []any{string(name), typ, ok}, []any{"a\x00", byte(unix.DT_REG), true})
	name, typ, rest, ok = nextDirent(rest)
	equal(t, []any{string(name), typ, ok, len(rest)}, []any{"folder\x00", byte(unix.DT_DIR), true, 0})
	for _, bad := range [][]byte{nil, buf[:19], dirent("a", 0, 24)[:20], dirent("a", 0, 3), bytes.ReplaceAll(dirent("abc", 0, 24), []byte{0, 0}, []byte{255, 255})} {
		if _, _, _, ok := nextDirent(bad); ok {
			t.Errorf("%q is taken for an entry", bad)
		}
	}
}

func FuzzDirents(f *testing.F) {
	f.Add(append(dirent("a", unix.DT_REG, 24), dirent("folder", unix.DT_DIR, 32)...))
	f.Add(dirent("x", 0, 1))
	f.Fuzz(func(t *testing.T, buf []byte) {
		for {
			name, _, rest, ok := nextDirent(buf)
			if !ok {
				return
			}
			if len(rest) >= len(buf) || bytes.IndexByte(name, 0) != len(name)-1 {
				t.Fatalf("%q of %q leaves %q", name, buf, rest)
			}
			buf = rest
		}
	})
}

func TestAKernelThatDoesNotTellKindsIsAsked(t *testing.T) {
	for _, typ := range []byte{unix.DT_REG, unix.DT_DIR, unix.DT_LNK, unix.DT_FIFO, unix.DT_SOCK, unix.DT_CHR, unix.DT_BLK} {
		if kindOf(typ) == isUnknown {
			t.Errorf("type %d is unknown", typ)
		}
	}
	tree := open(t, lay(t, map[string]string{"a/go.mod": "", "l": "-> a"}), Options{}).(*tree)
	l := tree.lister().(*folder)
	check(t, l.open("."))
	defer l.close()
	for _, want := range []struct {
		name string
		kind kind
	}{{"a", isFolder}, {"l", isLink}, {"gone", isRegular}} {
		l.rest = dirent(want.name, unix.DT_UNKNOWN, 0)
		name, k, err := l.next()
		if err != nil || k != want.kind {
			t.Errorf("%s: %d, %v", name, k, err)
		}
	}
}

func TestTheKernelsOwnFilesAreSkipped(t *testing.T) {
	tree := open(t, "/", Options{}).(*tree)
	if err := tree.lister().open("proc"); err != nil && err != ruleKernel {
		t.Error(err)
	} else if err == nil {
		t.Log("/proc is an ordinary folder here: left out")
	}
}

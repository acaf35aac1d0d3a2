package source

import (
	"bytes"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

type packedFile struct {
	name, content      string
	mode, inode, links uint32
}

// packCpio writes an archive in the format that the magic number names, with its trailer.
func packCpio(magic string, files ...packedFile) string {
	var b strings.Builder
	align := func() {
		for b.Len()%4 != 0 {
			b.WriteByte(0)
		}
	}
	for _, f := range append(files, packedFile{name: "TRAILER!!!", links: 1}) {
		b.WriteString(magic)
		for _, n := range []uint32{f.inode, f.mode, 0, 0, f.links, 0, uint32(len(f.content)), 8, 1, 0, 0, uint32(len(f.name) + 1), 0} {
			fmt.Fprintf(&b, "%08X", n)
		}
		b.WriteString(f.name + "\x00")
		align()
		b.WriteString(f.content)
		align()
	}
	return b.String()
}

type unpackedFile struct {
	Name, Content, Link string
	Mode                fs.FileMode
	Linked              bool
}

func unpackCpio(r io.Reader, contents bool) (files []unpackedFile, err error) {
	c := newCpio(r)
	for {
		f, err := c.next()
		if err == io.EOF {
			return files, nil
		} else if err != nil {
			return files, err
		}
		var data []byte
		if contents && f.link == "" {
			if data, err = io.ReadAll(c); err != nil {
				return files, err
			}
			if int64(len(data)) != f.size {
				return files, fmt.Errorf("%s: %d bytes instead of %d", f.name, len(data), f.size)
			}
		}
		files = append(files, unpackedFile{f.name, string(data), f.link, f.mode, f.inode != ""})
	}
}

var packedFiles = []packedFile{
	{"./usr", "", 0o040755, 1, 2},
	{"./usr/bin/program", "12345", 0o100755, 2, 1},
	{"./usr/bin/link", "program", 0o120777, 3, 1},
	{"./dev/null", "", 0o020666, 4, 1},
	{"./a", "", 0o100644, 5, 2},
	{"./b", "once for both", 0o100644, 5, 2},
	{"./empty", "", 0o100644, 6, 1},
}

func TestCpioArchivesAreReadWithLinksAndModes(t *testing.T) {
	want := []unpackedFile{
		{"./usr", "", "", fs.ModeDir | 0o755, false},
		{"./usr/bin/program", "12345", "", 0o755, false},
		{"./usr/bin/link", "", "program", fs.ModeSymlink | 0o777, false},
		{"./dev/null", "", "", fs.ModeDevice | fs.ModeCharDevice | 0o666, false},
		{"./a", "", "", 0o644, true},
		{"./b", "once for both", "", 0o644, true},
		{"./empty", "", "", 0o644, false},
	}
	for _, magic := range []string{"070701", "070702"} {
		packed := packCpio(magic, packedFiles...)
		got, err := unpackCpio(strings.NewReader(packed+"\x00\x00\x00"), true)
		check(t, err)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: (-want +got)\n%s", magic, diff)
		}
		if names, err := unpackCpio(strings.NewReader(strings.ToLower(packed[:5])+packed[5:]), false); err != nil || len(names) != len(want) {
			t.Errorf("%s, contents left out: %d files, %v", magic, len(names), err)
		}
	}
}

func TestTheNamesOfOneFileHaveItsInode(t *testing.T) {
	c := newCpio(strings.NewReader(packCpio("070701", packedFiles...)))
	var inodes []string
	for f, err := c.next(); err == nil; f, err = c.next() {
		if f.inode != "" {
			inodes = append(inodes, f.inode)
		}
	}
	if len(inodes) != 2 || inodes[0] != inodes[1] {
		t.Errorf("inodes %q", inodes)
	}
}

func TestDamagedCpioArchivesAreErrors(t *testing.T) {
	whole := packCpio("070701", packedFiles...)
	for cut := range len(whole) {
		if files, err := unpackCpio(strings.NewReader(whole[:cut]), true); err == nil {
			t.Errorf("cut at %d of %d: %d files and no error", cut, len(whole), len(files))
		}
	}
	huge := strings.Replace(packCpio("070701", packedFile{"x", "", 0o100644, 1, 1}), "00000002", "FFFFFFFF", 1)
	long := packCpio("070701", packedFile{strings.Repeat("x", 70000), "", 0o100644, 1, 1})
	for _, bad := range []string{"", "070707", packCpio("07070X"), "zzzzzz", strings.Replace(whole, "000041ED", "0000zzzz", 1), huge, long,
		packCpio("070701", packedFile{"x", strings.Repeat("y", 70000), 0o120777, 1, 1})} {
		if files, err := unpackCpio(strings.NewReader(bad), true); err == nil {
			t.Errorf("%.40q gives %v", bad, files)
		}
	}
	if _, err := unpackCpio(strings.NewReader(packCpio("07070X")), true); err == nil || !strings.Contains(err.Error(), "stripped") {
		t.Errorf("a stripped payload: %v", err)
	}
}

func TestArchivesOfCpioAreRead(t *testing.T) {
	tool, err := exec.LookPath("cpio")
	if err != nil {
		t.Log("cpio is missing: its archives were left out")
		return
	}
	dir := lay(t, map[string]string{"usr/bin/program": "12345", "usr/bin/link": "-> program"})
	for _, format := range []string{"newc", "crc"} {
		cmd := exec.Command(tool, "--quiet", "-o", "-H", format)
		cmd.Dir, cmd.Stdin = dir, strings.NewReader("usr\nusr/bin\nusr/bin/program\nusr/bin/link\n")
		packed, err := cmd.Output()
		check(t, err)
		files, err := unpackCpio(bytes.NewReader(packed), true)
		check(t, err)
		if len(files) != 4 || files[2].Content != "12345" || files[3].Link != "program" {
			t.Errorf("%s: %v", format, files)
		}
	}
}

func FuzzCpio(f *testing.F) {
	f.Add([]byte(packCpio("070701", packedFiles...)))
	f.Fuzz(func(t *testing.T, data []byte) {
		files, _ := unpackCpio(bytes.NewReader(data), true)
		for _, m := range files {
			if len(m.Content)+len(m.Name)+len(m.Link) > len(data) {
				t.Errorf("%d bytes have a file of %d", len(data), len(m.Content))
			}
		}
		unpackCpio(bytes.NewReader(data), false)
	})
}

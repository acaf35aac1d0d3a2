package section

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
)

// portableFile is a PE program with sections of the names, each with its name for a content, so many symbols of zeros, and the texts of long names
// behind them: "/N" is the name at N there.
func portableFile(symbols int, texts string, names ...string) []byte {
	var b bytes.Buffer
	head := make([]byte, 64)
	copy(head, "MZ")
	head[60] = 64
	b.Write(head)
	const optional = 112
	first := 64 + 24 + optional + 40*len(names)
	content := strings.Join(names, "")
	table := first + len(content)
	write := func(v any) { binary.Write(&b, binary.LittleEndian, v) }
	b.WriteString("PE\x00\x00")
	write([]uint16{0x8664, uint16(len(names))})
	write([]uint32{0, uint32(table), uint32(symbols)})
	write([]uint16{optional, 0x22, 0x20b})
	b.Write(make([]byte, optional-2))
	at := first
	for _, name := range names {
		var short [8]byte
		copy(short[:], name)
		write(short)
		write([]uint32{uint32(len(name)), uint32(at), uint32(len(name)), uint32(at), 0, 0, 0, 0x40000040})
		at += len(name)
	}
	b.WriteString(content)
	b.Write(make([]byte, 18*symbols))
	write(uint32(4 + len(texts)))
	b.WriteString(texts)
	return b.Bytes()
}

// counted counts the bytes that are read.
type counted struct {
	*bytes.Reader
	n int
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	n, err := c.Reader.ReadAt(p, at)
	c.n += n
	return n, err
}

func TestASectionOfAPortableExecutableIsFoundWithoutItsSymbols(t *testing.T) {
	const long = ".section_of_long_name"
	data := portableFile(100_000, "x\x00"+long+"\x00", ".text", "/4", "/6", ".dep-v0", "/x", "/99999999")
	for name, want := range map[string]string{".dep-v0": ".dep-v0", long: "/6", ".section_of_long": "", ".none": "", "/4": "/4"} {
		r := &counted{Reader: bytes.NewReader(data)}
		got, err := Find(r, name, 100)
		if string(got) != want || (err == nil) != (want != "") || want == "" && !errors.Is(err, ErrNone) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if r.n > 4<<10 {
			t.Errorf("%s: %d bytes of %d were read", name, r.n, len(data))
		}
	}
	if _, err := Find(bytes.NewReader(data), ".dep-v0", 3); err == nil {
		t.Error("a section beyond the limit is read")
	}
	if got, err := Find(io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data))), ".dep-v0", 100); string(got) != ".dep-v0" || err != nil {
		t.Errorf("%q, %v", got, err)
	}
	for cut := range bytes.LastIndex(data, []byte(".dep-v0")) + len(".dep-v0") {
		if got, err := Find(bytes.NewReader(data[:cut]), ".dep-v0", 100); err == nil {
			t.Errorf("cut at %d: %q", cut, got)
		}
	}
}

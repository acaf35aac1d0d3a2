package golang

import (
	"bytes"
	"encoding/binary"
	"testing"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable"
)

// variables is a PE program whose only section has variables of the content, of which the file says that they are length bytes.
func variables(content []byte, length uint32, flags uint32) []byte {
	data := make([]byte, 1024, 1024+len(content))
	le := binary.LittleEndian
	copy(data, "MZ")
	data[60] = 64
	copy(data[64:], "PE\x00\x00")
	le.PutUint16(data[68:], 0x8664)
	le.PutUint16(data[70:], 1)
	le.PutUint16(data[84:], 112) // bytes of the optional header
	le.PutUint16(data[88:], 0x20b)
	section := data[88+112:]
	copy(section, ".data")
	for i, v := range []uint32{length, 0x1000, length, 1024, 0, 0, 0, flags} {
		le.PutUint32(section[8+4*i:], v)
	}
	return append(data, content...)
}

func TestTheMarkOfBuildInformationIsFoundWhereverTheLinkerPutIt(t *testing.T) {
	const writable, constant, aligned = 0xc0000040, 0x40000040, 0xc0600040
	look := func(data []byte) bool {
		image, err := portable.Open(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		return marked(bytes.NewReader(data), image)
	}
	content := make([]byte, 700<<10)
	for _, at := range []int{0, 16, 1000, 256<<10 - 14, 256<<10 - 13, 256<<10 - 1, 256 << 10, 256<<10 + 1, 512<<10 - 20, 512<<10 - 40, len(content) - len(infoMark)} {
		clear(content)
		copy(content[at:], infoMark)
		for _, flags := range []uint32{writable, aligned} {
			if !look(variables(content, uint32(len(content)), flags)) {
				t.Errorf("at %d it is not found", at)
			}
		}
		if look(variables(content, uint32(len(content)), constant)) {
			t.Errorf("at %d it is found among what is no variable", at)
		}
		if look(variables(content, uint32(at+len(infoMark)-1), writable)) {
			t.Errorf("at %d it is found behind the section", at)
		}
	}
	clear(content)
	if look(variables(content, 1<<31, writable)) || look(variables(nil, 1<<31, writable)) || look(variables(nil, 0, writable)) {
		t.Error("it is found where it is not")
	}
}

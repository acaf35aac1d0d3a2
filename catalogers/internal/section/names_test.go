package section

import (
	"bytes"
	"debug/elf"
	"math/rand/v2"
	"os"
	"slices"
	"testing"
)

func TestMentionsKnowsTheSectionsOfARealProgram(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	f, err := elf.NewFile(bytes.NewReader(data))
	if err != nil {
		t.Log("left out: programs are no ELF files here")
		return
	}
	for _, s := range f.Sections[1:] {
		if mentioned, known := Mentions(bytes.NewReader(data), s.Name); !mentioned || !known {
			t.Errorf("%s: %v %v", s.Name, mentioned, known)
		}
	}
	if mentioned, known := Mentions(bytes.NewReader(data), ".none"); mentioned || !known {
		t.Error("knows a section that is not there")
	}
	if _, known := Mentions(bytes.NewReader(data[:len(data)/2]), ".text"); known {
		t.Error("knows the sections of a file that was cut before their headers")
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		d := slices.Clone(data[:64])
		d[16+r.IntN(48)] = byte(r.Uint32())
		Mentions(bytes.NewReader(append(d, data[64:4096]...)), ".text")
	}
}

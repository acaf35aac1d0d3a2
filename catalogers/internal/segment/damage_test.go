package segment_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/sbomgen/sbomgen/catalogers/internal/portable/portabletest"
	"github.com/sbomgen/sbomgen/catalogers/internal/segment"
)

func damage(data []byte) string {
	return segment.Damage(bytes.NewReader(data), int64(len(data)))
}

func TestAProgramThatIsCutShortOrPackedIsKnownByItsHeaders(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if got := damage(whole); got != "" {
		t.Errorf("a whole program: %q", got)
	}
	for percent := 1; percent < 100; percent += 7 {
		if damage(whole[:len(whole)*percent/100]) == "" {
			t.Errorf("cut to %d %%, it looks whole", percent)
		}
	}
	packed := bytes.Clone(whole)
	copy(packed[600:], "UPX!")
	if got := damage(packed); got == "" {
		t.Error("a packed program is not known")
	}
	pe := (&portabletest.File{Data: make([]byte, 4096)}).Bytes()
	if got := damage(pe); got != "" {
		t.Errorf("a whole PE file: %q", got)
	}
	for _, n := range []int{len(pe) - 600, 200, 150} {
		if damage(pe[:n]) == "" {
			t.Errorf("a PE file of %d bytes that is cut to %d looks whole", len(pe), n)
		}
	}
	for _, other := range []string{"", "MZ", "MZ and a program of DOS that is no PE file", "#!/bin/sh\n", "\xca\xfe\xba\xbe\x00\x00\x00\x41 a Java class"} {
		if got := damage([]byte(other)); got != "" {
			t.Errorf("%q: %q", other, got)
		}
	}
}

func FuzzDamage(f *testing.F) {
	f.Add((&portabletest.File{}).Bytes())
	f.Add([]byte("\x7fELF\x02\x01\x01"))
	f.Add([]byte("\xcf\xfa\xed\xfe\x07\x00\x00\x01"))
	f.Add([]byte("\xca\xfe\xba\xbe\x00\x00\x00\x02"))
	f.Fuzz(func(_ *testing.T, data []byte) { damage(data) })
}

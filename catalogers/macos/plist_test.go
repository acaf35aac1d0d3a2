package macos

import (
	"bytes"
	"encoding/binary"
	"math/rand/v2"
	"os/exec"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
)

// write builds a binary property list of a dictionary with texts, an integer between them, references and places of the given width.
func write(width int, pairs ...string) string {
	b := bytes.NewBufferString("bplist00")
	var places []int
	add := func(kind byte, n int, body []byte) {
		places = append(places, b.Len())
		if n < 15 {
			b.WriteByte(kind<<4 | byte(n))
		} else {
			b.Write([]byte{kind<<4 | 0xf, 0x11, byte(n >> 8), byte(n)})
		}
		b.Write(body)
	}
	number := func(n int) {
		var full [8]byte
		binary.BigEndian.PutUint64(full[:], uint64(n))
		b.Write(full[8-width:])
	}
	count := len(pairs)/2 + 1
	var refs []byte
	ref := func(n int) {
		var full [8]byte
		binary.BigEndian.PutUint64(full[:], uint64(n))
		refs = append(refs, full[8-width:]...)
	}
	for i := range count { // the keys, then the values; the last pair is a text and an integer
		ref(1 + 2*i)
	}
	for i := range count {
		ref(2 + 2*i)
	}
	add(0xd, count, refs)
	for _, s := range pairs {
		units := utf16.Encode([]rune(s))
		if strings.ContainsFunc(s, func(r rune) bool { return r > 0x7f }) {
			var body []byte
			for _, u := range units {
				body = binary.BigEndian.AppendUint16(body, u)
			}
			add(6, len(units), body)
		} else {
			add(5, len(s), []byte(s))
		}
	}
	add(5, 6, []byte("Number"))
	add(1, 0, []byte{7})
	table := b.Len()
	for _, p := range places {
		number(p)
	}
	trailer := make([]byte, 32)
	trailer[6], trailer[7] = byte(width), byte(width)
	binary.BigEndian.PutUint64(trailer[8:], uint64(len(places)))
	binary.BigEndian.PutUint64(trailer[24:], uint64(table))
	b.Write(trailer)
	return b.String()
}

var sample = []string{"CFBundleIdentifier", "org.example.App", "CFBundleShortVersionString", "1.2", "NSHumanReadableCopyright", "© Example 🚀", "Empty", ""}

func TestBinaryListsGiveTheirTexts(t *testing.T) {
	want := map[string]string{"CFBundleIdentifier": "org.example.App", "CFBundleShortVersionString": "1.2", "NSHumanReadableCopyright": "© Example 🚀", "Empty": ""}
	for _, width := range []int{2, 3, 4, 8} {
		got, err := readPlist(write(width, sample...))
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("width %d: %v %s", width, err, diff)
		}
	}
}

func TestListsThatOthersWriteAreRead(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Log("left out: there is no python3, whose plistlib writes binary property lists")
		return
	}
	for _, format := range []string{"FMT_BINARY", "FMT_XML"} {
		data, err := exec.Command(python, "-c", `import plistlib, sys
d = {"key %d" % i: i for i in range(300)}
d.update({"CFBundleIdentifier": "org.example.App", "CFBundleName": "Ünïcode & more", "Deep": {"CFBundleIdentifier": "wrong"}, "List": ["a", "b"], "Long": "x" * 500, "Yes": True})
sys.stdout.buffer.write(plistlib.dumps(d, fmt=plistlib.`+format+`))`).Output()
		if err != nil {
			t.Fatal(err)
		}
		got, err := readPlist(string(data))
		want := map[string]string{"CFBundleIdentifier": "org.example.App", "CFBundleName": "Ünïcode & more", "Long": strings.Repeat("x", 500)}
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v %s", format, err, diff)
		}
	}
}

func TestDamagedBinaryListsAreBounded(t *testing.T) {
	whole := write(2, sample...)
	begin := time.Now()
	for cut := range len(whole) {
		if _, err := readPlist(whole[:cut]); err == nil {
			t.Errorf("cut at %d: no error", cut)
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		data := []byte(whole)
		for range 1 + random.IntN(8) {
			data[random.IntN(len(data))] = byte(random.Uint32())
		}
		readPlist(string(data))
	}
	if took := time.Since(begin); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

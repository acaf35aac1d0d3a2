package source

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"testing"

	"github.com/klauspost/compress/gzip"
)

// rpmHeader writes a header of so many empty entries and bytes.
func rpmHeader(entries, data int) string {
	intro := binary.BigEndian.AppendUint32([]byte("\x8e\xad\xe8\x01\x00\x00\x00\x00"), uint32(entries))
	intro = binary.BigEndian.AppendUint32(intro, uint32(data))
	return string(intro) + strings.Repeat("\x00", 16*entries+data)
}

// packRpm writes a package around a payload; the signature has so many bytes of data.
func packRpm(signature int, payload string) string {
	pad := strings.Repeat("\x00", -signature&7)
	return rpmMagic + "\x03\x00" + strings.Repeat("\x00", 90) + rpmHeader(2, signature) + pad + rpmHeader(3, 13) + payload
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write([]byte(s))
	w.Close()
	return b.String()
}

func TestThePayloadOfAnRpmIsFound(t *testing.T) {
	files := packCpio("070701", packedFiles...)
	for signature := range 17 {
		for name, payload := range map[string]string{"": files, "gzip": gzipped(files)} {
			content, compressor, err := rpmPayload(strings.NewReader(packRpm(signature, payload)))
			if err != nil || compressor != name {
				t.Fatalf("signature of %d bytes: %q, %v", signature, compressor, err)
			}
			if got, err := unpackCpio(content, true); err != nil || len(got) != len(packedFiles) {
				t.Errorf("signature of %d bytes: %d files, %v", signature, len(got), err)
			}
		}
	}
}

func TestDamagedRpmsAreErrors(t *testing.T) {
	whole := packRpm(5, gzipped(packCpio("070701", packedFiles...)))
	head := len(packRpm(5, ""))
	for cut := range head {
		if _, _, err := rpmPayload(strings.NewReader(whole[:cut])); err == nil {
			t.Errorf("cut at %d of %d: no error", cut, head)
		}
	}
	for _, bad := range []string{
		"", "\x7fELF", strings.Replace(whole, "\x8e\xad", "\x8e\xae", 1),
		strings.Replace(whole, "\x00\x00\x00\x02\x00\x00\x00\x05", "\x00\x01\x00\x00\x00\x00\x00\x05", 1),
		strings.Replace(whole, "\x00\x00\x00\x02\x00\x00\x00\x05", "\x00\x00\x00\x02\x10\x00\x00\x00", 1),
	} {
		if _, _, err := rpmPayload(strings.NewReader(bad)); err == nil {
			t.Errorf("%.20q: no error", bad)
		}
	}
}

func FuzzRpmPayload(f *testing.F) {
	f.Add([]byte(packRpm(5, gzipped(packCpio("070701", packedFiles...)))))
	f.Add([]byte(packRpm(8, packCpio("070701", packedFiles...))))
	f.Fuzz(func(t *testing.T, data []byte) {
		content, _, err := rpmPayload(bytes.NewReader(data))
		if err == nil {
			unpackCpio(io.LimitReader(content, 1<<20), true)
			content.Close()
		}
	})
}

package decode

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"github.com/ulikunitz/xz/lzma"
)

// bzip2ed is "hello\n" twenty times, as bzip2 1.0.8 packs it.
const bzip2ed = "BZh91AY&SY\x04\x16\xd5\x8b\x00\x00\x1d\xc1\x00\x00\x10\x02\x44\xa0\x00\x30\xcd\x00\x52\xa3\x1a\x4c\x27\xc9\x84\xd1\x38\x5d\xc9\x14\xe1\x42\x40\x10\x5b\x56\x2c"

func check(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	io.WriteString(w, s)
	w.Close()
	return b.String()
}

func unpack(r io.Reader) (text, name string, err error) {
	content, name, err := Decompress(r)
	if err != nil {
		return "", name, err
	}
	defer content.Close()
	data, err := io.ReadAll(content)
	return string(data), name, err
}

// written gives what a writer that encode makes writes for the text.
func written(t testing.TB, text string, encode func(io.Writer) (io.WriteCloser, error)) string {
	t.Helper()
	var b bytes.Buffer
	w, err := encode(&b)
	check(t, err)
	_, err = io.WriteString(w, text)
	check(t, err)
	check(t, w.Close())
	return b.String()
}

func xzed(t testing.TB, text string, c xz.WriterConfig) string {
	return written(t, text, func(w io.Writer) (io.WriteCloser, error) { return c.NewWriter(w) })
}

func zstded(t testing.TB, text string) string {
	return written(t, text, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w) })
}

func lzmaed(t testing.TB, text string, c lzma.WriterConfig) string {
	return written(t, text, func(w io.Writer) (io.WriteCloser, error) { return c.NewWriter(w) })
}

// various is text that compresses, but not to nothing.
func various(length int) string {
	r := rand.New(rand.NewPCG(1, 2))
	b := make([]byte, length)
	for i := range b {
		b[i] = "acgt"[r.IntN(4)]
	}
	return string(b)
}

func TestStreamsAreUnpackedByTheirFirstBytes(t *testing.T) {
	text := various(300_000)
	for _, c := range []struct{ name, packed string }{
		{"gzip", gzipped(text)},
		{"zstd", zstded(t, text)},
		{"zstd", "\x53\x2a\x4d\x18\x04\x00\x00\x00skip" + zstded(t, text)},
		{"xz", xzed(t, text, xz.WriterConfig{CheckSum: xz.CRC32})},
		{"xz", xzed(t, text, xz.WriterConfig{CheckSum: xz.CRC64})},
		{"xz", xzed(t, text, xz.WriterConfig{CheckSum: xz.SHA256, DictCap: 1 << 16})},
		{"xz", xzed(t, text, xz.WriterConfig{NoCheckSum: true})},
		{"xz", xzed(t, text, xz.WriterConfig{BlockSize: 70_000})},
		{"lzma", lzmaed(t, text, lzma.WriterConfig{})},
		{"lzma", lzmaed(t, text, lzma.WriterConfig{SizeInHeader: true, Size: int64(len(text))})},
		{"", text},
	} {
		for _, r := range []io.Reader{strings.NewReader(c.packed), iotest.OneByteReader(strings.NewReader(c.packed))} {
			if got, name, err := unpack(r); got != text || name != c.name || err != nil {
				t.Errorf("%s: %s, %d bytes, %v", c.name, name, len(got), err)
			}
		}
		if c.name == "" || c.name == "lzma" {
			continue
		}
		if got, _, err := unpack(strings.NewReader(c.packed + c.packed)); got != text+text || err != nil {
			t.Errorf("%s twice: %d bytes, %v", c.name, len(got), err)
		}
	}
	if got, name, err := unpack(strings.NewReader(bzip2ed + bzip2ed)); got != strings.Repeat("hello\n", 40) || name != "bzip2" || err != nil {
		t.Errorf("bzip2 twice: %s, %q, %v", name, got, err)
	}
	for _, short := range []string{"", "B", "BZ", "BZh", "BZhx", "\x1f", "]", "]\x00\x00", "\x28\xb5"} {
		if got, name, err := unpack(strings.NewReader(short)); got != short || name != "" || err != nil {
			t.Errorf("%q is %q: %q, %v", short, name, got, err)
		}
	}
	if got, _, err := unpack(strings.NewReader(xzed(t, "a", xz.WriterConfig{}) + "\x00\x00\x00\x00" + xzed(t, "b", xz.WriterConfig{}))); got != "ab" || err != nil {
		t.Errorf("with padding between streams: %q, %v", got, err)
	}
	if got, _, err := unpack(strings.NewReader(xzed(t, "", xz.WriterConfig{}))); got != "" || err != nil {
		t.Errorf("nothing, packed: %q, %v", got, err)
	}
}

func TestMoreThanIsWantedIsNotUnpacked(t *testing.T) {
	text := various(3 << 20)
	for _, packed := range []string{text, gzipped(text), zstded(t, text)} {
		for limit, want := range map[int64]string{3<<20 + 1: "", 3 << 20: "", 3<<20 - 1: "unpacks to more than 2 MB", 1 << 20: "unpacks to more than 1 MB"} {
			got, err := Unpack(strings.NewReader(packed), limit)
			if got != text[:min(limit, int64(len(text)))] || (err == nil) != (want == "") || err != nil && err.Error() != want {
				t.Errorf("limit %d: %d bytes, %v", limit, len(got), err)
			}
		}
	}
	if got, err := Unpack(strings.NewReader(gzipped(text)[:200_000]), 1<<30); len(got) < 100_000 || err == nil {
		t.Errorf("what precedes an error: %d bytes, %v", len(got), err)
	}
}

func TestWhatTheToolsPackIsUnpacked(t *testing.T) {
	text := various(600_000)
	for _, c := range [][]string{
		{"gzip"}, {"bzip2"}, {"bzip2", "-1"}, {"zstd", "-q"}, {"zstd", "-q", "-19"}, {"zstd", "-q", "--ultra", "-22"},
		{"xz"}, {"xz", "-9e"}, {"xz", "-0", "-T2", "--block-size=300000"}, {"xz", "-C", "sha256"}, {"xz", "-C", "none"}, {"xz", "--format=lzma"},
	} {
		tool, err := exec.LookPath(c[0])
		if err != nil {
			t.Logf("%s is missing: what it packs was left out", c[0])
			continue
		}
		cmd := exec.Command(tool, append(c[1:], "-c")...)
		cmd.Stdin = strings.NewReader(text)
		packed, err := cmd.Output()
		check(t, err)
		want := c[0]
		if strings.HasSuffix(c[len(c)-1], "lzma") {
			want = "lzma"
		}
		got, name, err := unpack(bytes.NewReader(packed))
		if got != text || name != want || err != nil {
			t.Errorf("%v: %s, %d bytes, %v", c, name, len(got), err)
		}
		cut, half := packed[:len(packed)-1], packed[:len(packed)/2]
		if _, _, err := unpack(bytes.NewReader(cut)); err == nil && name != "lzma" { // whose last bytes may say nothing
			t.Errorf("%v: the last byte is missing, and nobody says so", c)
		}
		if _, _, err := unpack(bytes.NewReader(half)); err == nil {
			t.Errorf("%v: half is missing, and nobody says so", c)
		}
	}
}

func TestDamagedStreamsAreErrorsAndNeverPanics(t *testing.T) {
	text := various(2000)
	random := rand.New(rand.NewPCG(3, 4))
	for name, packed := range map[string]string{
		"gzip": gzipped(text), "zstd": zstded(t, text), "xz": xzed(t, text, xz.WriterConfig{DictCap: 1 << 16, BlockSize: 700}), "lzma": lzmaed(t, text, lzma.WriterConfig{DictCap: 1 << 16}),
	} {
		for cut := 14; cut < len(packed); cut++ {
			if got, _, err := unpack(strings.NewReader(packed[:cut])); err == nil {
				t.Errorf("%s cut at %d of %d: %d bytes and no error", name, cut, len(packed), len(got))
			}
		}
		for range 2000 {
			flipped := []byte(packed)
			for range 1 + random.IntN(3) {
				flipped[random.IntN(len(flipped))] ^= 1 << random.IntN(8)
			}
			content, as, err := Decompress(bytes.NewReader(flipped))
			if err != nil {
				continue
			}
			got, err := io.ReadAll(io.LimitReader(content, 1<<20))
			content.Close()
			if err == nil && as == name && name == "xz" && string(got) != text {
				t.Errorf("%s: flipped bits give other content and no error", name)
			}
		}
	}
}

// askFor rewrites the header of the first block of an .xz file, so that it asks for a dictionary of another size.
func askFor(packed string, size byte) string {
	b := []byte(packed)
	header := b[12 : 12+(int(b[12])+1)*4]
	at := bytes.Index(header, []byte{0x21, 1})
	header[at+2] = size
	sum := len(header) - 4
	binary.LittleEndian.PutUint32(header[sum:], crc32.ChecksumIEEE(header[:sum]))
	return string(b)
}

func TestDictionariesAreBounded(t *testing.T) {
	small := xzed(t, "hello", xz.WriterConfig{})
	for size, ok := range map[byte]bool{28: true, 30: true, 31: false, 38: false, 40: false, 41: false, 255: false} { // 64, 128, 192 MB, 2, 4 GB
		if got, _, err := unpack(strings.NewReader(askFor(small, size))); (err == nil && got == "hello") != ok {
			t.Errorf("dictionary %d: %q, %v", size, got, err)
		}
	}
	header := binary.LittleEndian.AppendUint32([]byte{0x5d}, 1<<31)
	if _, _, err := unpack(bytes.NewReader(append(header, slices.Repeat([]byte{0xff}, 20)...))); err == nil {
		t.Error("lzma with a dictionary of 2 GB is read")
	}
	huge := "\x28\xb5\x2f\xfd\x00\xa8\x01\x00\x00" // a window of 2 GB
	if _, _, err := unpack(strings.NewReader(huge)); err == nil {
		t.Error("zstd with a window of 2 GB is read")
	}
}

func TestManySmallBlocksDoNotEachHaveALargeDictionary(t *testing.T) {
	many := strings.Repeat(askFor(xzed(t, "hello", xz.WriterConfig{}), 28), 10_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := unpack(strings.NewReader(many))
	runtime.ReadMemStats(&after)
	if err == nil || after.TotalAlloc-before.TotalAlloc > 1<<30 {
		t.Errorf("%d MB were used, %v", (after.TotalAlloc-before.TotalAlloc)>>20, err)
	}
}

func TestAPanicOfADecoderIsAnError(t *testing.T) {
	u := &unpanicking{r: panicking{}}
	for range 2 {
		if n, err := u.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("%d, %v", n, err)
		}
	}
}

type panicking struct{}

func (panicking) Read([]byte) (int, error) { panic("inconsistent") }

func FuzzDecompress(f *testing.F) {
	text := various(500)
	for _, packed := range []string{gzipped(text), zstded(f, text), xzed(f, text, xz.WriterConfig{DictCap: 1 << 16, BlockSize: 200}), lzmaed(f, text, lzma.WriterConfig{DictCap: 1 << 16}), bzip2ed} {
		f.Add([]byte(packed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		content, _, err := Decompress(bytes.NewReader(data))
		if err != nil {
			return
		}
		io.Copy(io.Discard, io.LimitReader(content, 1<<20))
		content.Close()
	})
}

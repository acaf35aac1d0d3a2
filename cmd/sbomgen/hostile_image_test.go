package main

import (
	"archive/tar"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// cell is where a hostile target is scanned: it lies in work, TMPDIR is tmp, and what lies outside must never change.
type cell struct {
	t    *testing.T
	root string
}

func newCell(t *testing.T) cell {
	t.Helper()
	c := cell{t, t.TempDir()}
	for _, dir := range []string{"work", "tmp", "outside"} {
		if err := os.Mkdir(filepath.Join(c.root, dir), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c.put("outside/package-lock.json", []byte(`{"lockfileVersion":3,"packages":{"":{},"node_modules/stolen":{"version":"6.6.6"}}}`))
	return c
}

func (c cell) put(name string, data []byte) {
	c.t.Helper()
	p := filepath.Join(c.root, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		c.t.Fatal(err)
	}
	if err := os.WriteFile(p, data, 0o644); err != nil {
		c.t.Fatal(err)
	}
}

// files lists all that is there, with sizes and times.
func (c cell) files() []string {
	c.t.Helper()
	var list []string
	err := filepath.Walk(c.root, func(p string, info os.FileInfo, err error) error {
		if err == nil && !info.IsDir() {
			list = append(list, fmt.Sprintf("%s %d %v", strings.TrimPrefix(p, c.root), info.Size(), info.ModTime()))
		} else if err == nil {
			list = append(list, strings.TrimPrefix(p, c.root))
		}
		return err
	})
	if err != nil {
		c.t.Fatal(err)
	}
	return list
}

// command is the program in the cell.
func (c cell) command(args ...string) *exec.Cmd {
	p := exec.Command(program(c.t), args...)
	p.Dir = filepath.Join(c.root, "work")
	p.Env = append(os.Environ(), "TMPDIR="+filepath.Join(c.root, "tmp"))
	return p
}

// scan runs the program and proves what holds for every hostile input: it ends in order, says what is wrong in one line if it
// gives up, reads and writes nothing outside, and leaves nothing behind.
func (c cell) scan(args ...string) outcome {
	c.t.Helper()
	before := c.files()
	got := finish(c.t, c.command(append([]string{"scan"}, args...)...))
	switch {
	case got.code == 3:
		if line := strings.TrimSuffix(got.stderr, "\n"); !strings.HasPrefix(line, "sbomgen: ") || strings.Count(line, "\n") > 0 || len(line) > 1000 {
			c.t.Errorf("%v: not one line: %.2000s", args, got.stderr)
		}
	case got.code != 0:
		c.t.Errorf("%v: exit code %d: %.2000s", args, got.code, got.stderr)
	}
	for _, word := range []string{"broke off", "goroutine", "stolen", c.root} {
		if strings.Contains(got.stdout+got.stderr, word) {
			c.t.Errorf("%v: %q is told: %.2000s", args, word, got.stderr)
		}
	}
	if strings.ContainsAny(got.stderr, "\x1b\r\u202e") {
		c.t.Errorf("%v: what is told steers the terminal: %q", args, got.stderr)
	}
	if after := c.files(); !slices.Equal(before, after) {
		c.t.Errorf("%v: other files than before:\n%s\n%s", args, strings.Join(before, "\n"), strings.Join(after, "\n"))
	}
	return got
}

// expect holds what a scan said to what it must say.
func (got outcome) expect(t *testing.T, code int, words ...string) {
	t.Helper()
	if got.code != code {
		t.Errorf("exit code %d, not %d: %.2000s", got.code, code, got.stderr)
	}
	for _, w := range words {
		if !strings.Contains(got.stdout+got.stderr, w) {
			t.Errorf("nothing says %q:\n%.1000s\n%.2000s", w, got.stdout, got.stderr)
		}
	}
}

// member is one of a hostile tar.
type member struct {
	tar.Header
	body string
}

func regular(name, body string) member { return member{tar.Header{Name: name}, body} }

func other(kind byte, name, target string) member {
	return member{tar.Header{Typeflag: kind, Name: name, Linkname: target, Devmajor: 1, Devminor: 5}, ""}
}

// tarball writes members in their order.
func tarball(t *testing.T, members ...member) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := m.Header
		h.Mode, h.Size = 0o755, int64(len(m.body))
		if strings.ToValidUTF8(h.Name, "") != h.Name {
			h.Format = tar.FormatGNU
		}
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		io.WriteString(w, m.body)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// edited changes the header at the beginning of a tar, and the sum over it.
func edited(data []byte, edit func(header []byte)) []byte {
	data = bytes.Clone(data)
	h := data[:512]
	edit(h)
	copy(h[148:], "        ")
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return data
}

// number writes a number as GNU does where it is too large for octal digits.
func number(field []byte, n uint64) {
	clear(field)
	field[0] = 0x80
	binary.BigEndian.PutUint64(field[4:], n)
}

// lie writes another size into the header at the beginning of a tar.
func lie(data []byte, size uint64) []byte {
	return edited(data, func(h []byte) { number(h[124:136], size) })
}

// holes makes a file of so many bytes of a tar's first member, none of which the tar holds, in the old way of GNU:
// https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html.
func holes(data []byte, size uint64) []byte {
	return edited(data, func(h []byte) {
		h[156] = 'S'
		copy(h[257:], "ustar  \x00")
		clear(h[345:512])
		number(h[483:495], size)
	})
}

const goodPackages = `{"lockfileVersion":3,"packages":{"":{},"node_modules/good":{"version":"1.0.0"}}}`

// TestHostileLayers scans images with layers that no tool writes, each as a layout, an archive and a stream.
func TestHostileLayers(t *testing.T) {
	lock := "package-lock.json"
	deep := strings.Repeat("d/", 1000)
	for name, is := range map[string]struct {
		layer []byte
		code  int
		words []string // that it says
	}{
		"names that lead out": {tarball(t, regular("../../outside/"+lock, "{"), regular("/../"+lock, "{"), regular("/good/"+lock, goodPackages), regular("a/../../../"+lock, "{")), 0,
			[]string{"pkg:npm/good@1.0.0", "leads outside the tree"}},
		"devices and pipes": {tarball(t, other(tar.TypeFifo, "p/"+lock, ""), other(tar.TypeBlock, "b/"+lock, ""), other(tar.TypeChar, "c/"+lock, ""), regular("good/"+lock, goodPackages)), 0,
			[]string{"pkg:npm/good@1.0.0"}},
		"links out of the tree": {tarball(t, other(tar.TypeSymlink, "a/"+lock, "../../../../outside/"+lock), other(tar.TypeSymlink, "b/"+lock, "/outside/"+lock), other(tar.TypeSymlink, "etc", "/etc"),
			other(tar.TypeLink, "c/"+lock, "../../../outside/"+lock), other(tar.TypeLink, "d/"+lock, "/outside/"+lock), regular("etc/good/"+lock, goodPackages), regular("good/"+lock, goodPackages)), 0,
			[]string{"pkg:npm/good@1.0.0"}},
		"links in loops": {tarball(t, other(tar.TypeSymlink, "a/"+lock, "../b/"+lock), other(tar.TypeSymlink, "b/"+lock, "../a/"+lock), other(tar.TypeSymlink, "self", "."), other(tar.TypeSymlink, "up", "../up/up"),
			other(tar.TypeLink, "h/"+lock, "h/"+lock), other(tar.TypeLink, "i/"+lock, "j/"+lock), other(tar.TypeLink, "j/"+lock, "i/"+lock), regular("self/self/good/"+lock, goodPackages), regular("up/x/"+lock, "{")), 0,
			[]string{"pkg:npm/good@1.0.0"}},
		"members twice": {tarball(t, regular("good/"+lock, "{"), regular("good/"+lock, goodPackages), regular("x", ""), regular("x/"+lock, goodPackages), other(tar.TypeDir, lock, ""), regular(lock, goodPackages), other(tar.TypeDir, lock, "")), 0,
			[]string{"pkg:npm/good@1.0.0"}},
		"a size of 2^60":           {append(tarball(t, regular("good/"+lock, goodPackages))[:1024], lie(tarball(t, regular("x/"+lock, "{}")), 1<<60)...), 3, []string{"layer 1 ("}},
		"a size of 2^63":           {append(tarball(t, regular("good/"+lock, goodPackages))[:1024], lie(tarball(t, regular("x/"+lock, "{}")), 1<<63)...), 3, []string{"layer 1 ("}},
		"a size of nobody's files": {append(tarball(t, regular("good/"+lock, goodPackages))[:1024], lie(tarball(t, regular("x/data", "{}")), 1<<60)...), 3, []string{"layer 1 ("}},
		"holes of a terabyte":      {append(holes(tarball(t, regular("x/"+lock, "")), 1<<40)[:512], tarball(t, regular("good/"+lock, goodPackages))...), 0, []string{"pkg:npm/good@1.0.0", "has 1048576 MB"}},
		"holes of a gigabyte":      {append(holes(tarball(t, regular("x/"+lock, "")), 1<<30-1)[:512], tarball(t, regular("good/"+lock, goodPackages))...), 0, []string{"pkg:npm/good@1.0.0", "x/" + lock}},
		"odd names": {tarball(t, regular("new\nline\r\x1b[31m/"+lock, goodPackages), regular("\xff\xfe\xc0/"+lock, goodPackages), regular("nul/ /"+lock, goodPackages), regular("\u202e/"+lock, goodPackages), regular("bad\nname/"+lock, "{"), regular("\xff/"+lock, "{")), 0,
			[]string{"pkg:npm/good@1.0.0"}},
		"a thousand folders": {tarball(t, regular(deep+lock, goodPackages)), 0, []string{"pkg:npm/good@1.0.0"}},
		"half a million folders": {tarball(t, regular(strings.Repeat("d/", 400_000)+lock, "{"), regular("good/"+lock, goodPackages), other(tar.TypeSymlink, "l/"+lock, strings.Repeat("d/", 400_000))), 0,
			[]string{"pkg:npm/good@1.0.0", "has a name of more than 4096 bytes, or in more than 1024 folders"}},
		"whiteouts of what leads out": {tarball(t, regular("../.wh.outside", ""), regular(".wh..", ""), regular(".wh...", ""), regular("a/.wh./b", ""), regular(".wh..wh..opq", ""), other(tar.TypeSymlink, "l", "/../../outside"), regular("l/.wh.package-lock.json", ""),
			regular("good/"+lock, goodPackages)), 0, []string{"pkg:npm/good@1.0.0"}},
		"no tar":              {[]byte(strings.Repeat("this is no tar ", 1000)), 3, []string{"layer 1 (", "is no tar, or a damaged one"}},
		"an empty one":        {nil, 0, []string{"0 packages"}},
		"a header of garbage": {append(tarball(t, regular("good/"+lock, goodPackages))[:1024], bytes.Repeat([]byte{0xa5}, 4096)...), 3, []string{"layer 1 ("}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCell(t)
			p := picture{layers: [][]byte{is.layer}, stored: [][]byte{gzipped(is.layer)}, platform: "linux/amd64"}
			plain := picture{layers: p.layers, stored: p.layers, platform: p.platform}
			for file, data := range p.layout(nil) {
				c.put("work/layout/"+file, data)
			}
			c.put("work/plain.tar", tarred(plain.layout(nil)))
			c.put("work/saved.tar.gz", gzipped(tarred(plain.saved())))
			for _, target := range []string{"oci:layout", "plain.tar", "saved.tar.gz"} {
				got := c.scan(target, "-o", "purls")
				got.expect(t, is.code, is.words...)
				if is.code == 0 {
					if got := c.scan(target, "-q", "-o", "json"); !json.Valid([]byte(got.stdout)) {
						t.Errorf("%s: no JSON", target)
					}
					if got := c.scan(target, "-q", "-o", "table"); strings.ContainsAny(got.stdout, "\x1b\r\u202e") {
						t.Errorf("%s: the table steers the terminal: %q", target, got.stdout)
					}
				}
			}
		})
	}
}

// saveLayer puts an image of one layer, which is stored as it is given, into the cell.
func (c cell) saveLayer(stored []byte) {
	c.t.Helper()
	p := picture{layers: [][]byte{nil}, stored: [][]byte{stored}, platform: "linux/amd64"}
	c.put("work/image.tar", tarred(p.saved()))
}

// TestMillionsOfMembers scans layers of more members than any image has: those that nobody wants cost next to nothing, and the others have an end.
func TestMillionsOfMembers(t *testing.T) {
	for name, is := range map[string]struct {
		form  string
		code  int
		words []string
	}{
		"that nobody wants":    {"usr/share/%07d.png", 0, []string{"0 packages", "of 2100000 in"}},
		"that everybody wants": {"%07d/package-lock.json", 3, []string{"layer 1 (", "comes after more files and folders than are read"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var chunk bytes.Buffer
			w := tar.NewWriter(&chunk)
			for i := range 2100 {
				if err := w.WriteHeader(&tar.Header{Name: fmt.Sprintf(is.form, i)}); err != nil {
					t.Fatal(err)
				}
			}
			c := newCell(t)
			c.saveLayer(append(bytes.Repeat(gzipped(chunk.Bytes()), 1000), gzipped(make([]byte, 1024))...)) // streams that follow one another are one
			got := c.scan("image.tar", "-o", "purls")
			got.expect(t, is.code, is.words...)
			if got.peak > 800<<20 {
				t.Errorf("peak memory %d MB", got.peak>>20)
			}
		})
	}
}

// TestLayersThatGrowBeyondBelief scans layers that are nearly nothing as they are stored.
func TestLayersThatGrowBeyondBelief(t *testing.T) {
	zeros := bytes.Repeat(gzipped(make([]byte, 100<<20)), 100) // 10 GB
	file := func(name string) []byte {
		return append(gzipped(lie(tarball(t, regular(name, "")), 10<<30)[:512]), zeros...)
	}
	const bomb = "expands to more than 500 times its size"
	for name, is := range map[string]struct {
		target string
		data   []byte
		words  []string
	}{
		"a file that is wanted":        {"image.tar", file("package-lock.json"), []string{"layer 1 (", bomb}},
		"a file that nobody wants":     {"image.tar", file("data"), []string{"layer 1 (", bomb}},
		"what follows the layer":       {"image.tar", append(gzipped(tarball(t, regular("x", ""))), zeros...), []string{"layer 1 (", bomb}},
		"a layer in a compressed tar":  {"image.tar.gz", file(strings.Repeat("0", 64) + "/layer.tar"), []string{bomb}},
		"what follows the whole image": {"image.tar.gz", append(gzipped(tarred((&picture{layers: [][]byte{nil}, stored: [][]byte{tarball(t)}, platform: "linux/amd64"}).saved())), zeros...), nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCell(t)
			if is.target == "image.tar" {
				c.saveLayer(is.data)
			} else {
				c.put("work/image.tar.gz", is.data)
			}
			for _, args := range [][]string{{is.target, "-o", "purls"}, {is.target, "--verify", "-o", "purls"}} {
				began := time.Now()
				got := c.scan(args...)
				code := 3
				if is.words == nil {
					code = 0
				}
				if is.words != nil || args[1] != "--verify" {
					got.expect(t, code, is.words...)
				}
				if took := time.Since(began); took > 20*time.Second || got.peak > 400<<20 {
					t.Errorf("%v: took %v and %d MB", args, took, got.peak>>20)
				}
			}
		})
	}
}

// TestLayersThatLie scans images whose documents say something else of their layers, or of themselves, than is true.
func TestLayersThatLie(t *testing.T) {
	layer := tarball(t, regular("app/package-lock.json", goodPackages))
	base := picture{layers: [][]byte{layer}, stored: [][]byte{gzipped(layer)}, platform: "linux/amd64"}
	digest, size := digestOf(base.stored[0]), len(base.stored[0])
	lying := func(old, new string) map[string][]byte {
		p := base
		p.edit = func(document string) string { return strings.Replace(document, old, new, 1) }
		return p.layout(nil)
	}
	for name, is := range map[string]struct {
		files  map[string][]byte
		plain  string // says this without --verify
		verify string // and this with it
	}{
		"the truth":                    {base.layout(nil), "pkg:npm/good@1.0.0", "pkg:npm/good@1.0.0"},
		"a size that is too small":     {lying(fmt.Sprintf(`"size":%d`, size), `"size":10`), "pkg:npm/good@1.0.0", fmt.Sprintf("layer 1 (%.19s): has %d bytes, not the 10 that the manifest says", digest, size)},
		"a size that is too large":     {lying(fmt.Sprintf(`"size":%d`, size), `"size":99999999999`), "pkg:npm/good@1.0.0", "bytes, not the 99999999999 that the manifest says"},
		"a size that is no number":     {lying(fmt.Sprintf(`"size":%d`, size), `"size":"x"`), "Layers.Size is a string", "Layers.Size is a string"},
		"the diff id of another layer": {lying(digestOf(layer), digestOf(nil)), "pkg:npm/good@1.0.0", fmt.Sprintf("layer 1 (%.19s): its diff id is %s, not %s", digest, digestOf(layer), digestOf(nil))},
		"a layer that is not there":    {lying(digest, digestOf([]byte("x"))), "layer 1 (sha256:", "layer 1 (sha256:"},
		"a digest that is a path":      {lying(digest, "sha256:../../../../outside/package-lock.json"), "is no digest", "is no digest"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCell(t)
			for file, data := range is.files {
				c.put("work/layout/"+file, data)
			}
			c.put("work/image.tar", tarred(is.files))
			for _, target := range []string{"oci:layout", "image.tar"} {
				got := c.scan(target, "-o", "purls")
				got.expect(t, got.code, is.plain)
				got = c.scan(target, "--verify", "-o", "purls")
				got.expect(t, got.code, is.verify)
				if got.code == 0 != strings.HasPrefix(is.verify, "pkg:") {
					t.Errorf("%s: exit code %d with --verify", target, got.code)
				}
			}
		})
	}
	// A document that is not what its digest says is noticed in any case: it says which layers there are.
	for name := range base.layout(nil) {
		if name == "index.json" || name == "oci-layout" || name == blobName(digest) {
			continue
		}
		c := newCell(t)
		files := base.layout(nil)
		files[name] = append(files[name], ' ')
		c.put("work/image.tar", tarred(files))
		c.scan("image.tar").expect(t, 3, "its digest is sha256:")
	}
}

// TestImagesThatBreakOff cuts images at many places.
func TestImagesThatBreakOff(t *testing.T) {
	layer := tarball(t, regular("app/package-lock.json", goodPackages), regular("big", strings.Repeat("text that is long ", 3000)))
	p := picture{layers: [][]byte{layer}, stored: [][]byte{gzipped(layer)}, platform: "linux/amd64"}
	plain := picture{layers: p.layers, stored: p.layers, platform: p.platform}
	for name, data := range map[string][]byte{"oci.tar": tarred(p.layout(nil)), "docker.tar": tarred(plain.saved()), "docker.tar.gz": gzipped(tarred(p.saved()))} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newCell(t)
			kind, _, _ := strings.Cut(name, ".")
			for i := range 12 {
				c.put("work/"+name, data[:len(data)*i/12])
				got := c.scan(kind+"-archive:"+name, "-o", "purls")
				if want := map[int]string{0: "pkg:npm/good@1.0.0\n", 3: ""}[got.code]; got.stdout != want { // the end of a tar says nothing
					t.Errorf("%d: exit code %d with %q", i, got.code, got.stdout)
				}
			}
		})
	}
	// A layer that breaks off is named.
	c := newCell(t)
	for i := range 12 {
		cut := p
		cut.stored = [][]byte{p.stored[0][:len(p.stored[0])*i/12]}
		c.put("work/image.tar", tarred(cut.saved()))
		got := c.scan("image.tar", "-o", "purls")
		if i > 0 {
			got.expect(t, 3, "layer 1 (")
		}
	}
}

// TestAnInterruptedScanLeavesNothingBehind interrupts scans that hold files which they had no room for in memory, and one that waits for more.
func TestAnInterruptedScanLeavesNothingBehind(t *testing.T) {
	t.Parallel()
	var members []member
	text := strings.Repeat("text", 100_000)
	for i := range 200 {
		members = append(members, regular(fmt.Sprintf("%d/package-lock.json", i), text))
	}
	layer := tarball(t, members...)
	p := picture{layers: [][]byte{layer, layer, layer}, platform: "linux/amd64"}
	for range p.layers {
		p.stored = append(p.stored, gzipped(layer))
	}
	image := tarred(p.saved())
	interrupt := func(c cell, after time.Duration, stdin io.Reader, args ...string) {
		before := c.files()
		command := c.command(args...)
		command.Stdin = stdin
		var stderr bytes.Buffer
		command.Stderr = &stderr
		if err := command.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(after)
		command.Process.Signal(os.Interrupt)
		began := time.Now()
		command.Wait()
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("ends %v after it was interrupted", took)
		}
		if code := command.ProcessState.ExitCode(); code != 0 && code != 3 && code != -1 { // the signal may come first, or last
			t.Errorf("exit code %d: %s", code, stderr.String())
		}
		if after := c.files(); !slices.Equal(before, after) {
			t.Errorf("other files than before:\n%s\n%s", strings.Join(before, "\n"), strings.Join(after, "\n"))
		}
	}
	c := newCell(t)
	c.put("work/image.tar", image)
	for i := range 12 {
		interrupt(c, time.Duration(i)*25*time.Millisecond, nil, "scan", "image.tar", "--memory", "1KB", "-o", "purls")
	}
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	go w.Write(image[:len(image)/2])
	interrupt(c, 300*time.Millisecond, r, "scan", "-", "--memory", "1KB", "-o", "purls")
}

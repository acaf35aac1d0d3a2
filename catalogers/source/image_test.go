package source

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// initials wants files by the first letter of their names: f always, p if they are ELF programs, b beside others.
type initials struct{}

func (initials) Name(_ string, name []byte) Verdict {
	switch name[0] {
	case 'f':
		return Keep
	case 'p':
		return Peek
	}
	return No
}

func (initials) Head(_ string, _, head []byte) bool { return bytes.HasPrefix(head, []byte("\x7fELF")) }
func (initials) Beside(_ string, name []byte) bool  { return name[0] == 'b' }

// tarOf writes a tar of a list like "a/f=content d/ l->target h=>linked p!pipe": a file, a folder, a link, a hard link and what is special.
func tarOf(t testing.TB, list string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, word := range strings.Fields(list) {
		h := &tar.Header{Mode: 0o755}
		body := ""
		if name, to, ok := strings.Cut(word, "->"); ok {
			h.Name, h.Typeflag, h.Linkname = name, tar.TypeSymlink, to
		} else if name, to, ok := strings.Cut(word, "=>"); ok {
			h.Name, h.Typeflag, h.Linkname = name, tar.TypeLink, to
		} else if name, what, ok := strings.Cut(word, "!"); ok {
			h.Name = name
			switch what {
			case "pipe":
				h.Typeflag = tar.TypeFifo
			case "device":
				h.Typeflag, h.Devmajor, h.Devminor = tar.TypeChar, 1, 3
			case "whiteout":
				h.Typeflag = tar.TypeChar
			}
		} else if name, content, ok := strings.Cut(word, "="); ok {
			h.Name, h.Typeflag, h.Size = name, tar.TypeReg, int64(len(content))
			body = content
		} else {
			h.Name, h.Typeflag = word, tar.TypeDir
		}
		if strings.ToValidUTF8(h.Name, "") != h.Name {
			h.Format = tar.FormatGNU
		}
		check(t, w.WriteHeader(h))
		_, err := w.Write([]byte(body))
		check(t, err)
	}
	check(t, w.Close())
	return b.Bytes()
}

func digested(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

func inGzip(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func inZstd(data []byte) []byte {
	w, _ := zstd.NewWriter(nil)
	return w.EncodeAll(data, nil)
}

// sample is an image before it is put into a medium.
type sample struct {
	os, arch, variant string
	tars              [][]byte
	stored            [][]byte // the tars as they are stored; by default plain, gzip and zstd in turn
	labels            map[string]string
}

func (s sample) blob(i int) []byte {
	switch {
	case s.stored != nil:
		return s.stored[i]
	case i%3 == 1:
		return inGzip(s.tars[i])
	case i%3 == 2:
		return inZstd(s.tars[i])
	}
	return s.tars[i]
}

func (s sample) config() []byte {
	type m = map[string]any
	var ids []string
	history := []m{{"created_by": "ENV A=1", "empty_layer": true}}
	for i, t := range s.tars {
		ids = append(ids, digested(t))
		history = append(history, m{"created_by": fmt.Sprintf("COPY %d / # buildkit", i)})
	}
	return marshaled(m{
		"os": cmp.Or(s.os, "linux"), "architecture": cmp.Or(s.arch, "amd64"), "variant": s.variant, "created": "2024-05-06T07:08:09Z",
		"config": m{"Labels": s.labels}, "rootfs": m{"type": "layers", "diff_ids": ids}, "history": history,
	})
}

func marshaled(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return data
}

// pointing makes a descriptor of a blob.
func pointing(kind string, blob []byte) map[string]any {
	return map[string]any{"mediaType": kind, "digest": digested(blob), "size": len(blob)}
}

const (
	manifestType = "application/vnd.oci.image.manifest.v1+json"
	indexType    = "application/vnd.oci.image.index.v1+json"
	configType   = "application/vnd.oci.image.config.v1+json"
	layerType    = "application/vnd.oci.image.layer.v1.tar"
)

// manifest writes an image's manifest and puts its blobs among others, by their digests.
func (s sample) manifest(blobs map[string][]byte) []byte {
	add := func(data []byte) []byte { blobs[digested(data)] = data; return data }
	layers := []any{}
	for i := range s.tars {
		layers = append(layers, pointing(layerType+[]string{"", "+gzip", "+zstd"}[i%3], add(s.blob(i))))
	}
	return add(marshaled(map[string]any{"schemaVersion": 2, "mediaType": manifestType, "config": pointing(configType, add(s.config())), "layers": layers}))
}

// indexed writes an index of images of several platforms.
func indexed(blobs map[string][]byte, list ...sample) []byte {
	var entries []any
	for _, s := range list {
		p := pointing(manifestType, s.manifest(blobs))
		p["platform"] = map[string]any{"os": cmp.Or(s.os, "linux"), "architecture": cmp.Or(s.arch, "amd64"), "variant": s.variant}
		entries = append(entries, p)
	}
	index := marshaled(map[string]any{"schemaVersion": 2, "mediaType": indexType, "manifests": entries})
	blobs[digested(index)] = index
	return index
}

// tagged are manifests or indices by their tags.
type tagged map[string][]byte

// layout is an OCI layout, by the names of its files.
func layout(blobs map[string][]byte, tags tagged) map[string][]byte {
	files := map[string][]byte{"oci-layout": []byte(`{"imageLayoutVersion":"1.0.0"}`)}
	for digest, data := range blobs {
		files["blobs/"+strings.Replace(digest, ":", "/", 1)] = data
	}
	entries := []any{}
	for _, tag := range slices.Sorted(maps.Keys(tags)) {
		kind := manifestType
		if bytes.Contains(tags[tag], []byte(`"manifests"`)) {
			kind = indexType
		}
		p := pointing(kind, tags[tag])
		if tag != "" {
			p["annotations"] = map[string]any{"org.opencontainers.image.ref.name": tag}
		}
		entries = append(entries, p)
	}
	files["index.json"] = marshaled(map[string]any{"schemaVersion": 2, "manifests": entries})
	return files
}

func laid(t testing.TB, files map[string][]byte) string {
	t.Helper()
	asText := make(map[string]string)
	for name, data := range files {
		asText[name] = string(data)
	}
	return lay(t, asText)
}

// inTar writes files as a tar, sorted by name.
func inTar(t testing.TB, files map[string][]byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		h := &tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name])), Typeflag: tar.TypeReg}
		if to, ok := bytes.CutPrefix(files[name], []byte("-> ")); ok {
			h.Typeflag, h.Size, h.Linkname = tar.TypeSymlink, 0, string(to)
		}
		check(t, w.WriteHeader(h))
		if h.Size > 0 {
			_, err := w.Write(files[name])
			check(t, err)
		}
	}
	check(t, w.Close())
	return b.Bytes()
}

// savedImages is what docker save writes of images, by the names of its files.
func savedImages(named map[string]sample) map[string][]byte {
	files := make(map[string][]byte)
	var list []any
	for _, name := range slices.Sorted(maps.Keys(named)) {
		s := named[name]
		config := s.config()
		id := strings.TrimPrefix(digested(config), "sha256:")
		files[id+".json"] = config
		var layers []string
		for i := range s.tars {
			l := fmt.Sprintf("%s/layer.tar", strings.TrimPrefix(digested([]byte(id+strconv.Itoa(i))), "sha256:"))
			files[l] = s.tars[i]
			if s.stored != nil {
				files[l] = s.stored[i]
			}
			layers = append(layers, l)
		}
		list = append(list, map[string]any{"Config": id + ".json", "RepoTags": []string{name}, "Layers": layers})
	}
	files["manifest.json"] = marshaled(list)
	return files
}

func saveAs(t testing.TB, name string, data []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), name)
	check(t, os.WriteFile(file, data, 0o644))
	return file
}

// layersOf makes a sample of lists of members, lowest first.
func layersOf(t testing.TB, lists ...string) (s sample) {
	t.Helper()
	for _, l := range lists {
		s.tars = append(s.tars, tarOf(t, l))
	}
	return s
}

// everywhere gives targets that hold a sample, by what they are.
func everywhere(t testing.TB, s sample) map[string]string {
	t.Helper()
	docker := inTar(t, savedImages(map[string]sample{"img:1": s}))
	blobs := make(map[string][]byte)
	manifest := s.manifest(blobs)
	files := layout(blobs, tagged{"1": manifest})
	return map[string]string{
		"docker archive":            saveAs(t, "a.tar", docker),
		"docker archive in gzip":    saveAs(t, "b.tar.gz", inGzip(docker)),
		"OCI layout":                laid(t, files),
		"OCI archive":               "oci-archive:" + saveAs(t, "c.tar", inTar(t, files)),
		"OCI archive, packed again": saveAs(t, "d.tar.zst", inZstd(inTar(t, files))),
	}
}

// seen walks a tree and tells of every file its path, content and the number of its layer, and what could not be read.
func seen(t testing.TB, tree Tree, o WalkOptions) (files, odd string) {
	t.Helper()
	found, err := tree.Walk(context.Background(), initials{}, o)
	check(t, err)
	number := make(map[string]int)
	for _, m := range tree.About().Images {
		for i, l := range m.Layers {
			number[l.Key] = i
		}
	}
	var list, bad []string
	for _, e := range found.Files {
		layer, ok := number[e.Layer]
		if !ok {
			t.Errorf("%s comes from a layer %q that the image has not", e.Path, e.Layer)
		}
		list = append(list, fmt.Sprintf("%s=%s@%d", e.Path, read(t, tree, e.Path), layer))
	}
	for _, u := range found.Unreadable {
		bad = append(bad, fmt.Sprintf("%s: %v", u.Path, u.Err))
	}
	return strings.Join(list, " "), strings.Join(bad, "\n")
}

const elf = "\x7fELF"

func TestALinkToAFileThatNobodyAsksForIsReadAgainUnlessItStreamedBy(t *testing.T) {
	for what, target := range everywhere(t, layersOf(t, "x=0 d/x=1", "d/f->x up/f->/x gone/f->/nothing", ".wh.x=")) {
		files, odd := seen(t, open(t, target, Options{}), WalkOptions{})
		want := "d/f=1@0"
		if strings.Contains(what, "gzip") || strings.Contains(what, "packed") {
			want = ""
			if !strings.Contains(odd, "d/f: is a link to d/x, which had passed in the stream") {
				t.Errorf("%s has unreadable %q", what, odd)
			}
		} else if odd != "" {
			t.Errorf("%s has unreadable %q", what, odd)
		}
		if files != want {
			t.Errorf("%s has %q, not %q", what, files, want)
		}
	}
}

func TestLayersLieOverOneAnotherAsAContainerRuntimeLaysThem(t *testing.T) {
	long := strings.Repeat("long/", 60) + "f"
	for _, c := range []struct {
		name   string
		layers []string
		want   string
		odd    string
	}{
		{name: "one layer", layers: []string{"f=1 d/ d/f=2 x=3"}, want: "d/f=2@0 f=1@0"},
		{name: "a file is replaced", layers: []string{"f=1", "f=2", "d/f=3"}, want: "d/f=3@2 f=2@1"},
		{name: "a file is removed", layers: []string{"f=1 d/f=2", "d/.wh.f="}, want: "f=1@0"},
		{name: "a folder is removed", layers: []string{"f=1 d/e/f=2", ".wh.d="}, want: "f=1@0"},
		{name: "what is removed comes back", layers: []string{"f=1", ".wh.f=", "f=3"}, want: "f=3@2"},
		{name: "nothing is removed", layers: []string{"f=1", ".wh.other= d/.wh.f="}, want: "f=1@0"},
		{name: "a whiteout means only what is below", layers: []string{"f=1", "f=2 .wh.f="}, want: "f=2@1"},
		{name: "an opaque folder", layers: []string{"d/f=1 d/e/f=2 f=3", "d/.wh..wh..opq= d/f2=4"}, want: "d/f2=4@1 f=3@0"},
		{name: "an opaque folder that says so last", layers: []string{"d/f=1 d/e/f=2", "d/f2=4 d/e/f3=5 d/.wh..wh..opq="}, want: "d/e/f3=5@1 d/f2=4@1"},
		{name: "an opaque root", layers: []string{"f=1 d/f=2", ".wh..wh..opq= f2=3"}, want: "f2=3@1"},
		{name: "bookkeeping of AUFS", layers: []string{"f=1", ".wh..wh.plnk/ .wh..wh.aufs= .wh..wh.orph/"}, want: "f=1@0"},
		{name: "a whiteout as overlayfs spells it", layers: []string{"f=1", "f!whiteout"}, want: ""},
		{name: "a file becomes a folder", layers: []string{"f=1", "f/ f/f=2"}, want: "f/f=2@1"},
		{name: "a file becomes a folder that nobody lists", layers: []string{"f=1", "f/f=2"}, want: "f/f=2@1"},
		{name: "a folder becomes a file", layers: []string{"f/f=1 f/e/f=2", "f=3"}, want: "f=3@1"},
		{name: "a folder becomes a file and a folder again", layers: []string{"f/f=1", "f=2", "f/ f/f2=3"}, want: "f/f2=3@2"},
		{name: "a folder stays when it is listed again", layers: []string{"d/f=1", "d/"}, want: "d/f=1@0"},
		{name: "a folder becomes what nobody wants", layers: []string{"d/f=1", "d=x"}, want: ""},
		{name: "a folder becomes a link", layers: []string{"d/f=1", "d->e e/f=2"}, want: "e/f=2@1"},
		{name: "a file becomes a device", layers: []string{"f=1", "f!device"}, want: ""},
		{name: "a file becomes a pipe", layers: []string{"f=1 d/f=2", "d!pipe f!pipe"}, want: ""},
		{name: "a program becomes a script", layers: []string{"p=" + elf + "1 d/p=" + elf + "2", "p=script"}, want: "d/p=" + elf + "2@0"},
		{name: "a link to a file of another name", layers: []string{"b=1 f->b"}, want: "f=1@0"},
		{name: "a link across layers", layers: []string{"b=1", "d/f->../b", "b=2"}, want: "d/f=2@2"},
		{name: "a folder behind a link of a lower layer", layers: []string{"usr/lib/ lib->usr/lib", "lib/f=1"}, want: "usr/lib/f=1@1"},
		{name: "a folder behind an absolute link", layers: []string{"usr/lib/ lib->/usr/lib", "lib/f=1"}, want: "usr/lib/f=1@1"},
		{name: "a file behind a link is replaced", layers: []string{"usr/lib/f=1 lib->usr/lib", "lib/f=2"}, want: "usr/lib/f=2@1"},
		{name: "a file behind a link is removed", layers: []string{"usr/lib/f=1 lib->usr/lib", "lib/.wh.f="}, want: ""},
		{name: "a program behind a link becomes a script", layers: []string{"usr/bin/p=" + elf + " bin->usr/bin", "bin/p=script"}, want: ""},
		{name: "an opaque folder behind a link", layers: []string{"usr/lib/f=1 lib->usr/lib", "lib/.wh..wh..opq="}, want: ""},
		{name: "a removed link leaves its target", layers: []string{"usr/lib/f=1 lib->usr/lib", ".wh.lib="}, want: "usr/lib/f=1@0"},
		{name: "a link that is replaced by a folder", layers: []string{"usr/lib/f=1 lib->usr/lib", "lib/ lib/f=2"}, want: "lib/f=2@1 usr/lib/f=1@0"},
		{name: "a link out of the image", layers: []string{"out->../../.. out/f=1"}, want: "f=1@0"},
		{name: "links in a circle", layers: []string{"a->b b->a a/f=1"}, want: "a/f=1@0"},
		{name: "a hard link", layers: []string{"a/f=1 f2=>a/f"}, want: "a/f=1@0 f2=1@0"},
		{name: "a hard link to a lower layer", layers: []string{"a/f=1", "f2=>a/f"}, want: "a/f=1@0 f2=1@1"},
		{name: "a hard link outlives its target", layers: []string{"a/f=1 f2=>a/f", "a/.wh.f="}, want: "f2=1@0"},
		{name: "a hard link keeps what its target was", layers: []string{"a/f=1 f2=>a/f", "a/f=2"}, want: "a/f=2@1 f2=1@0"},
		{name: "a hard link to a hard link", layers: []string{"a/f=1 b/f=>a/f c/f=>b/f"}, want: "a/f=1@0 b/f=1@0 c/f=1@0"},
		{name: "an absolute hard link", layers: []string{"a/f=1 f2=>/a/f f3=>./a/f"}, want: "a/f=1@0 f2=1@0 f3=1@0"},
		{name: "a hard link to nothing", layers: []string{"f=>nothing g=1"}, want: "", odd: "f: is a hard link to nothing"},

		{name: "names that lead out", layers: []string{"../f=1 a/../../f=2 ok/f=3"}, want: "ok/f=3@0", odd: "f: leads outside the tree\nf: leads outside the tree"},
		{name: "names that are not clean", layers: []string{"/etc/f=1 ./f=2 a/../f3=3 .//b//f=4"}, want: "b/f=4@0 etc/f=1@0 f=2@0 f3=3@0"},
		{name: "a name twice", layers: []string{"f=1 f=2"}, want: "f=2@0"},
		{name: "a name twice, of a file and a folder", layers: []string{"f=1 f/ f/f=2"}, want: "f/f=2@0"},
		{name: "a name twice, of a folder and a file", layers: []string{"f/ f/f=2 f=1"}, want: "f=1@0"},
		{name: "names that are not UTF-8", layers: []string{"caf\xe9/f=1 f\xff=2"}, want: "caf\xe9/f=1@0 f\xff=2@0"},
		{name: "long names", layers: []string{long + "=1"}, want: long + "=1@0"},
		{name: "empty files", layers: []string{"f= p="}, want: "f=@0"},
		{name: "no files", layers: []string{"", "d/", ""}, want: ""},
		{name: "no layers", want: ""},
		{name: "the same layer twice", layers: []string{"f=1", ".wh.f= g/f=2", "f=1"}, want: "f=1@2 g/f=2@1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for what, target := range everywhere(t, layersOf(t, c.layers...)) {
				files, odd := seen(t, open(t, target, Options{}), WalkOptions{})
				if files != c.want {
					t.Errorf("%s has %q, not %q", what, files, c.want)
				}
				if c.odd == "" && odd != "" || !strings.HasPrefix(odd, c.odd) {
					t.Errorf("%s has unreadable %q, not %q", what, odd, c.odd)
				}
			}
		})
	}
}

// noise is text that does not shrink below half.
func noise(n int) string {
	sum := sha256.Sum256([]byte(strconv.Itoa(n)))
	text := hex.EncodeToString(sum[:])
	for len(text) < n {
		sum = sha256.Sum256(sum[:])
		text += hex.EncodeToString(sum[:])
	}
	return text[:n]
}

func TestAHardLinkToWhatNobodyWantedIsReadAgainWhereThatIsPossible(t *testing.T) {
	for what, target := range everywhere(t, layersOf(t, "y/f=0 z="+noise(2000), "x=1 g/f=>x z="+noise(2000))) {
		files, odd := seen(t, open(t, target, Options{}), WalkOptions{})
		want, gap := "g/f=1@1 y/f=0@0", ""
		if strings.Contains(target, "tar.") {
			want, gap = "y/f=0@0", "g/f: is a hard link to x, whose bytes were not kept while they streamed by"
		}
		if files != want || odd != gap {
			t.Errorf("%s has %q and unreadable %q", what, files, odd)
		}
	}
}

func TestFilesAreHandedOverWhileTheirLayerStreamsBy(t *testing.T) {
	s := layersOf(t, "f=1 g/f=2 b=3 x=4 h=>f", "f=5 i/f=>f", ".wh.g= p="+elf)
	for what, target := range everywhere(t, s) {
		tree := open(t, target, Options{})
		var mu sync.Mutex
		var whole, hidden []string
		found, err := tree.Walk(context.Background(), initials{}, WalkOptions{
			Whole: func(e Entry, b Blob) bool {
				mu.Lock()
				defer mu.Unlock()
				data, err := io.ReadAll(io.NewSectionReader(b, 0, b.Size()))
				check(t, err)
				whole = append(whole, e.Path+"="+string(data))
				return true
			},
			Hidden: func(now Tree, list []Entry) {
				for _, e := range list {
					hidden = append(hidden, e.Path)
					if _, err := now.Resolve(e.Path); err != nil {
						t.Errorf("%s: %s is gone already: %v", what, e.Path, err)
					}
				}
			},
		})
		check(t, err)
		slices.Sort(whole)
		if strings.Contains(target, "tar") && !strings.Contains(target, "tar.") {
			whole = nil // a plain layer in a file is read where it lies
		} else if what == "OCI layout" {
			equal(t, whole, []string{"f=5", "i/f=5", "p=" + elf}) // of the layers that are compressed
		} else {
			equal(t, whole, []string{"f=1", "f=5", "g/f=2", "i/f=5", "p=" + elf})
		}
		equal(t, hidden, []string{"f", "g/f"})
		equal(t, paths(found), []string{"f", "i/f", "p"})
	}
}

func TestFilesBeyondTheBudgetOfMemoryAreKeptElsewhere(t *testing.T) {
	spill := t.TempDir()
	for what, target := range everywhere(t, layersOf(t, "f="+strings.Repeat("1", 5000), "g/f="+strings.Repeat("2", 3000), "h/f=3")) {
		tree, err := Open(context.Background(), target, Options{Memory: 1, Spill: spill})
		check(t, err)
		files, odd := seen(t, tree, WalkOptions{})
		if want := "f=" + strings.Repeat("1", 5000) + "@0 g/f=" + strings.Repeat("2", 3000) + "@1 h/f=3@2"; files != want || odd != "" {
			t.Errorf("%s has %.100q and unreadable %q", what, files, odd)
		}
		check(t, tree.Close())
	}
	left, err := os.ReadDir(spill)
	check(t, err)
	equal(t, len(left), 0)
}

func TestAnImageTellsWhatItsConfigurationSays(t *testing.T) {
	s := layersOf(t, "f=1", "f=2")
	s.arch, s.variant = "arm64", "v8"
	s.labels = map[string]string{"org.opencontainers.image.base.name": "debian:12", "vendor": "us"}
	for what, target := range everywhere(t, s) {
		tree := open(t, target, Options{})
		seen(t, tree, WalkOptions{})
		about := tree.About()
		if len(about.Images) != 1 {
			t.Fatalf("%s holds %d images", what, len(about.Images))
		}
		m := about.Images[0]
		for i, l := range m.Layers {
			if l.Index != i || l.DiffID != digested(s.tars[i]) || l.Instruction != fmt.Sprintf("COPY %d /", i) {
				t.Errorf("%s: layer %d is %+v", what, i, l)
			}
		}
		equal(t, []any{about.Kind, m.Platform(), m.Tag, m.Config, m.Labels, m.Base.Name, m.Folder, m.Verified, about.Created.Year()},
			[]any{"image", "linux/arm64/v8", "1", digested(s.config()), s.labels, "debian:12", ".", false, 2024})
	}
}

func TestAnImageOnStandardInputIsRead(t *testing.T) {
	s := layersOf(t, "f=1", ".wh.f= g/f=2")
	docker := inTar(t, savedImages(map[string]sample{"img:1": s}))
	for what, data := range map[string][]byte{"plain": docker, "gzip": inGzip(docker), "zstd": inZstd(docker)} {
		files, odd := seen(t, open(t, "-", Options{Stdin: bytes.NewReader(data)}), WalkOptions{})
		if files != "g/f=2@1" || odd != "" {
			t.Errorf("%s has %q and unreadable %q", what, files, odd)
		}
	}
}

func TestOneOfSeveralImagesIsChosenByItsName(t *testing.T) {
	two := inTar(t, savedImages(map[string]sample{"a/x:1": layersOf(t, "f=1"), "b:2": layersOf(t, "f=2")}))
	file := saveAs(t, "two.tar", two)
	blobs := make(map[string][]byte)
	first, second := layersOf(t, "f=1").manifest(blobs), layersOf(t, "f=2").manifest(blobs)
	files := layout(blobs, tagged{"one": first, "two": second})
	dir := laid(t, files)
	oci := saveAs(t, "oci.tar", inTar(t, files))
	for target, want := range map[string]string{
		"docker-archive:" + file:             "holds several images: a/x:1, b:2",
		file:                                 "holds several images: a/x:1, b:2",
		"docker-archive:" + file + ":b:2":    "f=2@0",
		"docker-archive:" + file + ":a/x:1":  "f=1@0",
		"docker-archive:" + file + ":c":      "holds no image of that name",
		"oci:" + dir:                         "holds several images: one, two",
		"oci:" + dir + ":two":                "f=2@0",
		"oci:" + dir + ":none":               "holds no image called none",
		"oci:" + dir + "@" + digested(first): "f=1@0",
		"oci-archive:" + oci + ":one":        "f=1@0",
		"oci-archive:" + file:                "holds no OCI layout: there is no index.json",
	} {
		tree, err := Open(context.Background(), target, Options{})
		got := ""
		if err != nil {
			got = err.Error()
		} else {
			got, _ = seen(t, tree, WalkOptions{})
			check(t, tree.Close())
		}
		if got != want {
			t.Errorf("%s: %q, not %q", target, got, want)
		}
	}
}

func TestAPlatformIsChosen(t *testing.T) {
	plain, arm := layersOf(t, "lib/ f=1 l/f->/lib/b lib/b=x"), layersOf(t, "lib/ f=2 l/f->/lib/b lib/b=y", "g->../../../lib/b", "l/f2=2")
	arm.arch, arm.variant = "arm64", "v8"
	windows, newer := layersOf(t, "Files/f=3"), layersOf(t, "Files/f=4")
	windows.os, newer.os = "windows", "windows"
	blobs := make(map[string][]byte)
	index := indexed(blobs, plain, arm, windows, newer)
	files := layout(blobs, tagged{"": index})
	single := layersOf(t, "f=5")
	single.arch = "s390x"
	lone := saveAs(t, "lone.tar", inTar(t, savedImages(map[string]sample{"x:1": single})))
	for _, target := range []string{"oci:" + laid(t, files), saveAs(t, "oci.tar", inTar(t, files)), saveAs(t, "oci.tar.gz", inGzip(inTar(t, files)))} {
		for platform, want := range map[string]string{
			"linux/amd64":    "f=1@0 l/f=x@0",
			"linux/arm64":    "f=2@0 l/f=y@0 l/f2=2@2",
			"linux/arm64/v8": "f=2@0 l/f=y@0 l/f2=2@2",
			"linux/arm64/v7": "has no image for linux/arm64/v7, but for linux/amd64, linux/arm64/v8, windows/amd64, windows/amd64",
			"linux/s390x":    "has no image for linux/s390x, but for linux/amd64, linux/arm64/v8, windows/amd64, windows/amd64",
			"all": "linux/amd64/f=1@0 linux/amd64/l/f=x@0 linux/arm64/v8/f=2@0 linux/arm64/v8/l/f=y@0 linux/arm64/v8/l/f2=2@2 " +
				"windows/amd64-2/Files/f=4@0 windows/amd64/Files/f=3@0",
		} {
			if got := whatever(t, target, Options{Platform: platform}); got != want {
				t.Errorf("%s of %s: %q, not %q", platform, filepath.Base(target), got, want)
			}
		}
	}
	for platform, want := range map[string]string{"": "f=5@0", "all": "f=5@0", "linux/s390x": "f=5@0", "linux/arm64": "is an image for linux/s390x, not linux/arm64"} {
		if got := whatever(t, lone, Options{Platform: platform}); got != want {
			t.Errorf("%s of one image: %q, not %q", platform, got, want)
		}
	}
}

// whatever is what a target holds, what of it is unreadable, or why it cannot be opened or walked.
func whatever(t testing.TB, target string, o Options) string {
	t.Helper()
	tree, err := Open(context.Background(), target, o)
	if err != nil {
		return err.Error()
	}
	defer func() { check(t, tree.Close()) }()
	if _, err := tree.Walk(context.Background(), initials{}, WalkOptions{}); err != nil {
		return err.Error()
	}
	files, odd := seen(t, tree, WalkOptions{})
	return strings.TrimSpace(files + "\n" + odd)
}

// block is a header of a tar as POSIX.1-1988 has it, or with another magic.
func block(name string, kind byte, size int, magic string) []byte {
	h := make([]byte, 512)
	copy(h, name)
	copy(h[100:], fmt.Sprintf("%07o\x00%07o\x00%07o\x00%011o\x00%011o\x00        ", 0o755, 0, 0, size, 0))
	h[156] = kind
	copy(h[257:], magic)
	sum := 0
	for _, b := range h {
		sum += int(b)
	}
	copy(h[148:], fmt.Sprintf("%06o\x00 ", sum))
	return h
}

// filled is content up to whole blocks.
func filled(content string) []byte {
	return append([]byte(content), make([]byte, (512-len(content)%512)%512)...)
}

const (
	ustar = "ustar\x0000"
	gnu   = "ustar  \x00"
)

// record is a record of an extended header, which begins with its own length.
func record(key, value string) string {
	n := len(key) + len(value) + 3
	for n != len(strconv.Itoa(n))+len(key)+len(value)+3 {
		n = len(strconv.Itoa(n)) + len(key) + len(value) + 3
	}
	return fmt.Sprintf("%d %s=%s\n", n, key, value)
}

func TestEveryKindOfTarIsRead(t *testing.T) {
	long := strings.Repeat("n", 150) + "/f"
	end := make([]byte, 1024)
	extended := record("path", long) + record("GNU.sparse.major", "1") + record("GNU.sparse.minor", "0") + record("GNU.sparse.name", long) + record("GNU.sparse.realsize", "2000")
	old := block("f", 'S', 3, gnu)
	copy(old[386:], fmt.Sprintf("%011o\x00%011o\x00", 1000, 3)) // three bytes after a hole of a thousand
	copy(old[483:], fmt.Sprintf("%011o\x00", 1003))
	sum := 8 * int(' ')
	for i, b := range old {
		if i < 148 || i >= 156 {
			sum += int(b)
		}
	}
	copy(old[148:], fmt.Sprintf("%06o\x00 ", sum))
	for _, c := range []struct{ name, tar, want string }{
		{"of Unix V7", string(block("f", 0, 1, "")) + string(filled("1")), "f=1@0"},
		{"of Unix V7, a folder", string(block("d/", 0, 0, "")) + string(block("d/f", 0, 1, "")) + string(filled("1")), "d/f=1@0"},
		{"contiguous", string(block("f", '7', 1, ustar)) + string(filled("1")), "f=1@0"},
		{"GNU's long names", string(block("././@LongLink", 'L', len(long)+1, gnu)) + string(filled(long+"\x00")) + string(block("cut", '0', 1, gnu)) + string(filled("1")), long + "=1@0"},
		{"extended names", string(block("PaxHeaders/f", 'x', len(record("path", long)), ustar)) + string(filled(record("path", long))) + string(block("cut", '0', 1, ustar)) + string(filled("1")), long + "=1@0"},
		{"GNU's sparse files", string(old) + string(filled("end")), "f=" + strings.Repeat("\x00", 1000) + "end@0"},
		{"sparse files in extended headers", string(block("PaxHeaders/f", 'x', len(extended), ustar)) + string(filled(extended)) +
			string(block("GNUSparseFile/f", '0', 515, ustar)) + string(filled("1\n500\n3\n")) + string(filled("mid")),
			long + "=" + strings.Repeat("\x00", 500) + "mid" + strings.Repeat("\x00", 1497) + "@0"},
		{"global headers", string(block("pax_global_header", 'g', len(record("comment", "x")), ustar)) + string(filled(record("comment", "x"))) + string(block("f", '0', 1, ustar)) + string(filled("1")), "f=1@0"},
		{"without an end", "", ""},
		{"of a kind that nobody knows", string(block("f", 'Z', 1, ustar)) + string(filled("1")) + string(block("f2", '0', 1, ustar)) + string(filled("1")), "f2=1@0"},
	} {
		t.Run(c.name, func(t *testing.T) {
			for i, ending := range [...]string{string(end), string(end) + "what follows", ""} {
				s := sample{tars: [][]byte{[]byte(c.tar + ending)}}
				if i == 1 {
					s.tars[0] = append(s.tars[0], s.tars[0]...)
				}
				for what, target := range everywhere(t, s) {
					if files, odd := seen(t, open(t, target, Options{}), WalkOptions{}); files != c.want || odd != "" {
						t.Errorf("%s has %q and unreadable %q, not %q", what, files, odd, c.want)
					}
				}
			}
		})
	}
}

func TestADamagedLayerIsAnErrorThatNamesIt(t *testing.T) {
	s := layersOf(t, "f=1", "f2="+noise(3000)+" g/f="+noise(5000)+" x="+noise(9000), "f3=3")
	turn := 0
	for what, pack := range map[string]func([]byte) []byte{"gzip": inGzip, "zstd": inZstd, "plain": func(b []byte) []byte { return b }} {
		good := pack(s.tars[1])
		damage := make(map[string][]byte)
		cuts := 20
		if what == "gzip" {
			cuts = 50
		}
		for i := range cuts {
			at := len(good) * i / cuts
			damage[fmt.Sprintf("cut at %d", at)] = good[:at]
			garbled := bytes.Clone(good)
			garbled[at] ^= 0x55
			damage[fmt.Sprintf("garbled at %d", at)] = garbled
		}
		want, _ := seen(t, open(t, everywhere(t, s)["OCI archive"], Options{}), WalkOptions{})
		for how, bad := range damage {
			s := s
			s.stored = [][]byte{inGzip(s.tars[0]), bad, inGzip(s.tars[2])}
			blobs := make(map[string][]byte)
			files := layout(blobs, tagged{"": s.manifest(blobs)})
			medium := turn % 5 // each damage in one of them
			turn++
			var target string
			switch medium {
			case 0:
				target = laid(t, files)
			case 1:
				target = saveAs(t, "a.tar", inTar(t, files))
			case 2:
				target = saveAs(t, "a.tar.gz", inGzip(inTar(t, files)))
			case 3:
				target = saveAs(t, "d.tar", inTar(t, savedImages(map[string]sample{"x:1": s})))
			case 4:
				target = saveAs(t, "d.tar.gz", inGzip(inTar(t, savedImages(map[string]sample{"x:1": s}))))
			}
			got := whatever(t, target, Options{})
			named := strings.HasPrefix(got, "layer 2 (") && !strings.Contains(got, "\n")
			// Where a tar ends or what its files hold, nobody but its digest can tell; neither what a compressed one was meant to be, of which nothing is left.
			if !named && what != "plain" && len(bad) > 0 && got != want {
				t.Errorf("%s, %s, in medium %d: %.200q", what, how, medium, got)
			}
			if got := whatever(t, target, Options{Verify: true}); !strings.HasPrefix(got, "layer 2 (") && (!strings.HasPrefix(how, "garbled") || got != want) {
				t.Errorf("%s, %s, in medium %d, verified: %.200q", what, how, medium, got)
			}
		}
	}
}

func TestLayersThatLieAreFoundOutIfAnybodyAsks(t *testing.T) {
	s := layersOf(t, "f=1", "f=2 x="+noise(2000), "g/f=3")
	lie := func(change func(manifest, config map[string]any, blobs map[string][]byte)) string {
		blobs := make(map[string][]byte)
		var m, c map[string]any
		check(t, json.Unmarshal(s.manifest(blobs), &m))
		check(t, json.Unmarshal(s.config(), &c))
		change(m, c, blobs)
		config := marshaled(c)
		blobs[digested(config)] = config
		m["config"] = pointing(configType, config)
		made := marshaled(m)
		blobs[digested(made)] = made
		return laid(t, layout(blobs, tagged{"": made}))
	}
	second := func(m map[string]any) map[string]any { return m["layers"].([]any)[1].(map[string]any) }
	const truth = "f=2@1 g/f=3@2"
	for what, c := range map[string]struct {
		target, plain, verified string
	}{
		"the truth": {lie(func(map[string]any, map[string]any, map[string][]byte) {}), truth, truth},
		"its size": {lie(func(m, _ map[string]any, _ map[string][]byte) { second(m)["size"] = 7 }), truth,
			"layer 2 (" + short(digested(s.blob(1))) + "): has " + strconv.Itoa(len(s.blob(1))) + " bytes, not the 7 that the manifest says"},
		"its digest": {lie(func(m, _ map[string]any, blobs map[string][]byte) { blobs[digested(s.blob(1))] = inGzip(s.tars[0]) }), "f=1@1 g/f=3@2",
			"layer 2 (" + short(digested(s.blob(1))) + "): its digest is " + digested(inGzip(s.tars[0])) + ", not " + digested(s.blob(1))},
		"its diff id": {lie(func(_, c map[string]any, _ map[string][]byte) {
			c["rootfs"].(map[string]any)["diff_ids"].([]any)[1] = digested(nil)
		}), truth, "layer 2 (" + short(digested(s.blob(1))) + "): its diff id is " + digested(s.tars[1]) + ", not " + digested(nil)},
	} {
		if got := whatever(t, c.target, Options{}); got != c.plain {
			t.Errorf("%s: %q, not %q", what, got, c.plain)
		}
		if got := whatever(t, c.target, Options{Verify: true}); got != c.verified {
			t.Errorf("%s, verified: %q, not %q", what, got, c.verified)
		}
	}
	tree := open(t, lie(func(map[string]any, map[string]any, map[string][]byte) {}), Options{Verify: true})
	seen(t, tree, WalkOptions{})
	equal(t, tree.About().Images[0].Verified, true)
}

// grown repeats a gzip member, as if it were one of its own each time.
func grown(first []byte, member []byte, times int) []byte {
	return append(inGzip(first), bytes.Repeat(inGzip(member), times)...)
}

func TestALayerThatGrowsBeyondBeliefIsGivenUp(t *testing.T) {
	zeros := make([]byte, 16<<20)
	bomb := sample{tars: [][]byte{nil}, stored: [][]byte{grown(block("x", '0', 7<<30, ustar), zeros, 80)}}
	target := saveAs(t, "bomb.tar", inTar(t, savedImages(map[string]sample{"x:1": bomb})))
	if got := whatever(t, target, Options{}); !strings.Contains(got, "expands to more than 500 times its size") {
		t.Errorf("zeros: %.200q", got)
	}
	huge := sample{tars: [][]byte{nil}, stored: [][]byte{inGzip(append(block("f", '0', 1<<31, ustar), zeros...))}}
	target = saveAs(t, "huge.tar", inTar(t, savedImages(map[string]sample{"x:1": huge})))
	if got := whatever(t, target, Options{}); !strings.Contains(got, "unexpected EOF") {
		t.Errorf("a file that says it is huge: %.200q", got)
	}
}

func TestDocumentsThatMakeNoSenseAreErrorsThatSayWhat(t *testing.T) {
	s := layersOf(t, "f=1", "f=2")
	blobs := make(map[string][]byte)
	good := string(s.manifest(blobs))
	config := digested(s.config())
	manifests := map[string]string{
		"not json":                       "is no JSON, or of another shape: invalid character",
		"":                               "is no JSON, or of another shape: unexpected end of JSON input",
		"[]":                             "is no JSON, or of another shape: it is an array",
		"{}":                             "is no manifest of an image",
		"null":                           "is no manifest of an image",
		`{"layers":{}}`:                  "Layers is an object",
		`{"config":{"digest":"x"}}`:      "configuration x: ",
		`{"config":{"digest":"../x:y"}}`: "is no digest",
		`{"config":{"digest":"sha256:../../../etc/passwd"}}`:                                      "is no digest",
		`{"config":{"digest":"sha256:00"}}`:                                                       "configuration sha256:00: ",
		`{"config":{"digest":"` + config + `"}}`:                                                  "the configuration lists 2 layers, the manifest 0",
		strings.Replace(good, digested(s.blob(1)), "sha256:00", 1):                                "layer 2 (sha256:00): ",
		strings.Replace(good, digested(s.blob(1)), "sha256:../../x", 1):                           "is no digest",
		strings.Replace(good, digested(s.blob(1)), config, 1):                                     "layer 2 (" + short(config) + "): unexpected EOF",
		`{"config":{"digest":"` + config + `"},"layers":[` + strings.Repeat("{},", 2000) + `{}]}`: "is no manifest of an image",
		`{"manifests":[{"digest":"sha256:00"}]}`:                                                  "manifest sha256:00: ",
		`{"manifests":[{"digest":"sha256:00","platform":{"os":"unknown"}}]}`:                      "has no image for linux/" + runtime.GOARCH + ", but for none",
		strings.Repeat("[", 100_000):                                                              "is no JSON, or of another shape: invalid character '[' exceeded max depth",
	}
	for text, want := range manifests {
		files := layout(blobs, tagged{"": []byte(text)})
		files["blobs/"+strings.Replace(digested([]byte(text)), ":", "/", 1)] = []byte(text)
		for what, target := range map[string]string{"a layout": "oci:" + laid(t, files), "an archive": saveAs(t, "a.tar", inTar(t, files)), "a stream": saveAs(t, "a.tar.gz", inGzip(inTar(t, files)))} {
			if got := whatever(t, target, Options{}); !strings.Contains(got, want) || len(got) > 400 {
				t.Errorf("%.60q in %s: %.500q, not %q", text, what, got, want)
			}
		}
	}
	for text, want := range map[string]string{
		`not json`:                        "manifest.json: is no JSON",
		`{}`:                              "manifest.json: is no JSON, or of another shape: it is an object",
		`[]`:                              "holds no image of that name",
		`[{"Config":"none"}]`:             "configuration none: file does not exist",
		`[{"Config":"../../etc/passwd"}]`: "configuration ../../etc/passwd: file does not exist",
		`[{"Config":"c.json","Layers":["none"]}]`:          "layer 1 (none): file does not exist",
		`[{"Config":"c.json","Layers":["manifest.json"]}]`: "layer 1 (manifest.json): unexpected EOF",
	} {
		data := inTar(t, map[string][]byte{"manifest.json": []byte(text), "c.json": []byte(`{"os":"linux"}`)})
		for what, target := range map[string]string{"an archive": "docker-archive:" + saveAs(t, "a.tar", data), "a stream": "docker-archive:" + saveAs(t, "a.tar.gz", inGzip(data))} {
			if got := whatever(t, target, Options{}); !strings.Contains(got, want) {
				t.Errorf("%q in %s: %q, not %q", text, what, got, want)
			}
		}
	}
}

func TestAnIndexThatListsItselfEnds(t *testing.T) {
	// No digest can be that of a document that holds it; one of an algorithm that is not checked may lie.
	loop := []byte(`{"manifests":[{"digest":"sha512:aa"}]}`)
	files := layout(nil, tagged{"": loop})
	files["blobs/sha512/aa"] = loop
	files["index.json"] = loop
	if got := whatever(t, "oci:"+laid(t, files), Options{}); !strings.HasSuffix(got, "an index lists itself") {
		t.Error(got)
	}
	// Nor need one be deep to be endless.
	leaf := layersOf(t)
	blobs := make(map[string][]byte)
	below := leaf.manifest(blobs)
	for range 4 {
		entry := `{"digest":"` + digested(below) + `"}`
		below = []byte(`{"manifests":[` + strings.Repeat(entry+",", 63) + entry + `]}`)
		blobs[digested(below)] = below
	}
	begun := time.Now()
	if got := whatever(t, "oci:"+laid(t, layout(blobs, tagged{"": below})), Options{Platform: "all"}); got != "has more than 64 images" {
		t.Error(got)
	}
	wide := []byte(`{"manifests":[` + strings.Repeat(`{"digest":"sha512:bb"},`, 64) + `{"digest":"sha512:bb"}]}`)
	files["blobs/sha512/bb"], files["index.json"] = wide, wide
	if got := whatever(t, "oci:"+laid(t, files), Options{Platform: "all"}); !strings.HasSuffix(got, "an index lists itself") {
		t.Error(got)
	}
	if took := time.Since(begun); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}

func TestALayerThatTwoImagesOfAnArchiveShareIsWrittenOnceByOldDocker(t *testing.T) {
	s := layersOf(t, "f=1", "g/f=2")
	files := savedImages(map[string]sample{"x:1": s})
	var list []saved
	check(t, json.Unmarshal(files["manifest.json"], &list))
	first := list[0].Layers[0]
	files["shared/layer.tar"] = files[first]
	files[first] = []byte("-> ../shared/layer.tar")
	data := inTar(t, files)
	for _, target := range []string{saveAs(t, "a.tar", data), saveAs(t, "a.tar.gz", inGzip(data))} {
		if got := whatever(t, target, Options{}); got != "f=1@0 g/f=2@1" {
			t.Errorf("%s: %q", filepath.Base(target), got)
		}
	}
}

func TestReadingLayersEndsWithItsContext(t *testing.T) {
	for what, target := range everywhere(t, layersOf(t, "f=1", "f=2", "f=3")) {
		tree := open(t, target, Options{})
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if _, err := tree.Walk(ctx, initials{}, WalkOptions{}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", what, err)
		}
	}
}

func FuzzDockerArchive(f *testing.F) {
	for _, layers := range [][]string{{"f=1"}, {"f=1 d/f=2 l->d", "l/f=3 .wh.f= h=>d/f", "d/.wh..wh..opq= p=" + elf}, {}} {
		s := layersOf(f, layers...)
		f.Add(inTar(f, savedImages(map[string]sample{"x:1": s})))
		blobs := make(map[string][]byte)
		f.Add(inTar(f, layout(blobs, tagged{"": s.manifest(blobs)})))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		for _, o := range []Options{{}, {Platform: "all", Verify: true}} {
			results := make([]string, 0, 2)
			for _, open := range []func() (Tree, error){
				func() (Tree, error) {
					b, err := openBundle(blobOf(data))
					if err != nil {
						return nil, err
					}
					list, err := choose("", o).from(context.Background(), b, "")
					if err != nil {
						return nil, err
					}
					return newLayered(b, list, "", o), nil
				},
				func() (Tree, error) { return openStream(io.NopCloser(bytes.NewReader(data)), "", "", o) },
			} {
				tree, err := open()
				if err != nil {
					continue
				}
				found, err := tree.Walk(context.Background(), initials{}, WalkOptions{})
				if err == nil {
					for _, e := range found.Files {
						if blob, err := tree.Open(e.Path); err != nil {
							t.Fatalf("%q was found and cannot be opened: %v", e.Path, err)
						} else {
							blob.Close()
						}
					}
					results = append(results, strings.Join(paths(found), "\n"))
				}
				check(t, tree.Close())
			}
			if len(results) == 2 && results[0] != results[1] {
				t.Fatalf("as a file %q, as a stream %q", results[0], results[1])
			}
		}
	})
}

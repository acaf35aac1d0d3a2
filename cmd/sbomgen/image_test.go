package main

import (
	"archive/tar"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
)

// picture is a container image before it is put into a medium.
type picture struct {
	layers      [][]byte // tars
	stored      [][]byte // the layers as they are stored
	history     []string
	name        string // REPOSITORY:TAG, or a tag of a layout
	platform    string
	labels      map[string]string
	annotations map[string]string
	edit        func(document string) string // changes manifest and configuration before they have their digests; may be nil
}

// document is a manifest or configuration.
func (p *picture) document(v any) []byte {
	if p.edit == nil {
		return encoded(v)
	}
	return []byte(p.edit(string(encoded(v))))
}

type fields = map[string]any

func encoded(v any) []byte {
	data, err := json.Marshal(v)
	if err != nil {
		panic(err) // what is encoded is made here
	}
	return data
}

func digestOf(data []byte) string {
	sum := sha256.Sum256(data)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// config is the configuration, https://github.com/opencontainers/image-spec/blob/main/config.md.
func (p *picture) config() []byte {
	system, arch, _ := strings.Cut(p.platform, "/")
	arch, variant, _ := strings.Cut(arch, "/")
	history := []fields{{"created_by": "ENV PATH=/usr/bin", "empty_layer": true}}
	ids := []string{}
	for i, l := range p.layers {
		h := fields{}
		if i < len(p.history) {
			h["created_by"] = p.history[i]
		}
		ids, history = append(ids, digestOf(l)), append(history, h)
	}
	c := fields{"os": system, "architecture": arch, "created": "2024-05-06T07:08:09Z", "config": fields{"Labels": p.labels}, "history": history,
		"rootfs": fields{"type": "layers", "diff_ids": ids}}
	if variant != "" {
		c["variant"] = variant
	}
	return p.document(c)
}

// The media types of the OCI's documents and blobs.
const (
	typeManifest = "application/vnd.oci.image.manifest.v1+json"
	typeIndex    = "application/vnd.oci.image.index.v1+json"
	typeConfig   = "application/vnd.oci.image.config.v1+json"
	typeLayer    = "application/vnd.oci.image.layer.v1.tar"
)

func pointer(kind string, blob []byte) fields {
	return fields{"mediaType": kind, "digest": digestOf(blob), "size": len(blob)}
}

// blobName is where a layout has the blob of a digest.
func blobName(digest string) string { return "blobs/" + strings.Replace(digest, ":", "/", 1) }

// layout is the image as an OCI layout, by the names of its files: https://github.com/opencontainers/image-spec/blob/main/image-layout.md. Of one that is
// there already it becomes a further image, or a further platform of the image of that name.
func (p *picture) layout(there map[string][]byte) map[string][]byte {
	files := maps.Clone(there)
	if files == nil {
		files = make(map[string][]byte)
	}
	put := func(kind string, data []byte) fields {
		files[blobName(digestOf(data))] = data
		return pointer(kind, data)
	}
	layers := []fields{}
	for i := range p.stored {
		kind := typeLayer
		switch {
		case bytes.HasPrefix(p.stored[i], []byte("\x1f\x8b")):
			kind += "+gzip"
		case bytes.HasPrefix(p.stored[i], []byte("\x28\xb5\x2f\xfd")):
			kind += "+zstd"
		}
		layers = append(layers, put(kind, p.stored[i]))
	}
	m := fields{"schemaVersion": 2, "mediaType": typeManifest, "config": put(typeConfig, p.config()), "layers": layers}
	if p.annotations != nil {
		m["annotations"] = p.annotations
	}
	image := put(typeManifest, p.document(m))
	system, arch, _ := strings.Cut(p.platform, "/")
	arch, variant, _ := strings.Cut(arch, "/")
	is := map[string]string{"os": system, "architecture": arch}
	if variant != "" {
		is["variant"] = variant
	}
	image["platform"] = is
	var top, inner struct {
		Manifests []fields
	}
	json.Unmarshal(there["index.json"], &top)
	at := slices.IndexFunc(top.Manifests, func(f fields) bool { return fmt.Sprint(f["annotations"]) == fmt.Sprint(p.tag()) })
	if at < 0 {
		at, top.Manifests = len(top.Manifests), append(top.Manifests, nil)
	} else {
		json.Unmarshal(there[blobName(top.Manifests[at]["digest"].(string))], &inner)
	}
	entry := put(typeIndex, encoded(fields{"schemaVersion": 2, "mediaType": typeIndex, "manifests": append(inner.Manifests, image)}))
	entry["annotations"] = p.tag()
	top.Manifests[at] = entry
	files["index.json"] = encoded(fields{"schemaVersion": 2, "manifests": top.Manifests})
	files["oci-layout"] = []byte(`{"imageLayoutVersion":"1.0.0"}`)
	return files
}

// tag is what an entry of a layout's index says of the image's name.
func (p *picture) tag() map[string]string {
	if p.name == "" {
		return map[string]string{}
	}
	return map[string]string{"org.opencontainers.image.ref.name": p.name}
}

// saved is the image as docker save writes it before version 25, by the names of the members.
func (p *picture) saved() map[string][]byte {
	files := make(map[string][]byte)
	config := p.config()
	name := strings.TrimPrefix(digestOf(config), "sha256:") + ".json"
	files[name] = config
	m := fields{"Config": name, "RepoTags": []string{}}
	if p.name != "" {
		m["RepoTags"] = []string{p.name}
	}
	layers := []string{}
	for i := range p.layers {
		l := fmt.Sprintf("%064d/layer.tar", i+1)
		layers = append(layers, l)
		files[l] = p.stored[i]
	}
	m["Layers"] = layers
	files["manifest.json"] = encoded([]fields{m})
	return files
}

// tarred is files as a tar, in the order of their names.
func tarred(files map[string][]byte) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(files[name]))})
		w.Write(files[name])
	}
	w.Close()
	return b.Bytes()
}

func gzipped(data []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Write(data)
	w.Close()
	return b.Bytes()
}

func zstandard(data []byte) []byte {
	w, err := zstd.NewWriter(nil)
	if err != nil {
		panic(err) // no options, no error
	}
	return w.EncodeAll(data, nil)
}

// tarOf is a folder as a tar.
func tarOf(dir string) ([]byte, error) {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	err := filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || p == dir {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		target := ""
		if info.Mode()&fs.ModeSymlink != 0 {
			if target, err = os.Readlink(p); err != nil {
				return err
			}
		}
		h, err := tar.FileInfoHeader(info, target)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err != nil {
			return err
		}
		// The same folders give the same digests, wherever and whenever they were made.
		h = &tar.Header{Typeflag: h.Typeflag, Name: filepath.ToSlash(rel), Linkname: h.Linkname, Size: h.Size, Mode: 0o644 | h.Mode&0o100/0o100*0o111}
		if err := w.WriteHeader(h); err != nil || !info.Mode().IsRegular() {
			return err
		}
		data, err := os.ReadFile(p)
		if err == nil {
			_, err = w.Write(data)
		}
		return err
	})
	return b.Bytes(), errors.Join(err, w.Close())
}

// pairs is a flag that is given as KEY=VALUE, any number of times.
type pairs map[string]string

func (p pairs) String() string { return "" }

func (p pairs) Set(s string) error {
	key, value, ok := strings.Cut(s, "=")
	if !ok {
		return errors.New("is not KEY=VALUE")
	}
	p[key] = value
	return nil
}

// texts is a flag that is given any number of times.
type texts []string

func (t *texts) String() string     { return "" }
func (t *texts) Set(s string) error { *t = append(*t, s); return nil }

// image [FLAGS] FOLDER... makes an image whose layers are folders; a file .wh.NAME in one is a whiteout.
//
//	-to FORM:PATH     oci (a folder, which may hold others), oci-archive, docker, or docker-gzip; repeatable
//	-layers KIND      how layers are stored: plain, gzip or zstd
//	-history TEXT     by which instruction a layer came, in the order of the layers
//	-name NAME        the image's name, or its tag in a layout; one that is there gets a further platform
//	-platform OS/ARCH
//	-label, -annotation KEY=VALUE
//	-instead FOLDER   is stored in the place of the last layer, whose digests stay
func image(ts *testscript.TestScript, neg bool, args []string) {
	p := picture{labels: map[string]string{}}
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	var to, history texts
	annotations := pairs{}
	flags.Var(&to, "to", "")
	flags.Var(&history, "history", "")
	flags.Var(pairs(p.labels), "label", "")
	flags.Var(annotations, "annotation", "")
	flags.StringVar(&p.name, "name", "", "")
	flags.StringVar(&p.platform, "platform", "linux/amd64", "")
	layers := flags.String("layers", "gzip", "")
	instead := flags.String("instead", "", "")
	ts.Check(flags.Parse(args))
	if neg || len(to) == 0 {
		ts.Fatalf("usage: image -to FORM:PATH [FLAGS] FOLDER...")
	}
	p.history = history
	if len(annotations) > 0 {
		p.annotations = annotations
	}
	store := map[string]func([]byte) []byte{"plain": func(data []byte) []byte { return data }, "gzip": gzipped, "zstd": zstandard}[*layers]
	if store == nil {
		ts.Fatalf("layers are stored plain, gzip or zstd")
	}
	for _, dir := range flags.Args() {
		data, err := tarOf(ts.MkAbs(dir))
		ts.Check(err)
		p.layers, p.stored = append(p.layers, data), append(p.stored, store(data))
	}
	// The folder of a layer that is stored instead of the last.
	swap := func(files map[string][]byte) map[string][]byte {
		if *instead == "" {
			return files
		}
		data, err := tarOf(ts.MkAbs(*instead))
		ts.Check(err)
		for name := range files {
			if bytes.Equal(files[name], p.stored[len(p.stored)-1]) {
				files[name] = store(data)
			}
		}
		return files
	}
	for _, place := range to {
		form, at, _ := strings.Cut(place, ":")
		at = ts.MkAbs(at)
		switch form {
		case "oci":
			for name, data := range swap(p.layout(filesIn(at))) {
				file := filepath.Join(at, filepath.FromSlash(name))
				ts.Check(os.MkdirAll(filepath.Dir(file), 0o755))
				ts.Check(os.WriteFile(file, data, 0o644))
			}
		case "oci-archive":
			ts.Check(os.WriteFile(at, tarred(swap(p.layout(nil))), 0o644))
		case "docker":
			ts.Check(os.WriteFile(at, tarred(swap(p.saved())), 0o644))
		case "docker-gzip":
			ts.Check(os.WriteFile(at, gzipped(tarred(swap(p.saved()))), 0o644))
		default:
			ts.Fatalf("no form is called %s", form)
		}
	}
}

// filesIn reads what lies in a folder; nothing if there is none.
func filesIn(dir string) map[string][]byte {
	files := make(map[string][]byte)
	filepath.WalkDir(dir, func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		rel, err := filepath.Rel(dir, p)
		if err == nil {
			files[filepath.ToSlash(rel)], err = os.ReadFile(p)
		}
		return err
	})
	return files
}

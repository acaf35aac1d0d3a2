package source

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"path"
	"strings"
	"time"
)

// Image is what is known of a container image, from its manifest and configuration:
// https://github.com/opencontainers/image-spec/blob/main/config.md.
type Image struct {
	Name        string // the repository, with its registry where one is known: ghcr.io/owner/name
	Tag         string
	Digest      string // of the manifest, "sha256:" and hex; empty where the medium has none
	Index       string // digest of the index that was asked for, which lists the manifest; empty where a manifest was
	Config      string // digest of the configuration, likewise
	OS          string
	Arch        string
	Variant     string
	Labels      map[string]string
	Annotations map[string]string
	Base        Base
	Layers      []Layer // lowest first
	Folder      string  // where its files stand in the tree: "." or, of one of several platforms, "linux/amd64"
	Verified    bool    // sizes and digests of layers were checked
}

// Base is the image that an image says it was built from.
type Base struct{ Name, Digest string }

// Layer is one layer of an image.
type Layer struct {
	Key         string // what an Entry's Layer says
	Digest      string // of the layer as it is stored; empty where nobody says
	DiffID      string // digest of its tar
	Size        int64  // bytes as it is stored, -1 if unknown
	Instruction string // of the build file, as the history has it; arguments are left out
	Index       int    // in the image, from 0
}

// Platform is the platform as it is written: os/architecture[/variant].
func (m *Image) Platform() string {
	p := path.Join(m.OS, m.Arch)
	if m.Variant != "" {
		p += "/" + m.Variant
	}
	return p
}

// The limits of documents of images.
const (
	maxDocument = 16 << 20 // bytes of a manifest or configuration
	maxLayers   = 1000
	maxPictures = 64 // platforms of one index
)

// picture is an image before its layers are read.
type picture struct {
	Image
	created time.Time
	absent  bool // an index lists it, and nothing of it is there
}

// absentPicture stands for an image of which an index tells only that it exists.
func absentPicture(d *descriptor) *picture {
	p := &picture{Image: Image{Digest: d.Digest}, absent: true}
	if d.Platform != nil {
		p.OS, p.Arch, p.Variant = d.Platform.OS, d.Platform.Architecture, d.Platform.Variant
	}
	return p
}

// configuration is the configuration of an image.
type configuration struct {
	Created      time.Time
	OS           string
	Architecture string
	Variant      string
	Config       struct{ Labels map[string]string }
	RootFS       struct {
		DiffIDs []string `json:"diff_ids"`
	}
	History []struct {
		CreatedBy  string `json:"created_by"`
		Comment    string
		EmptyLayer bool `json:"empty_layer"`
	}
}

// descriptor points to a blob, https://github.com/opencontainers/image-spec/blob/main/descriptor.md.
type descriptor struct {
	MediaType   string
	Digest      string
	Size        int64
	Annotations map[string]string
	Platform    *struct{ OS, Architecture, Variant string }
}

// manifest is an image's, or an index of several.
type manifest struct {
	MediaType   string
	Config      descriptor
	Layers      []descriptor
	Manifests   []descriptor
	Annotations map[string]string
}

// parse reads a JSON document of an image.
func parse(data []byte, into any, what string) error {
	if err := json.Unmarshal(data, into); err != nil {
		return fmt.Errorf("%s: is no JSON, or of another shape: %w", what, syntax(err))
	}
	return nil
}

// syntax keeps of an error of the JSON package what says something without the type's Go name.
func syntax(err error) error {
	var kind *json.UnmarshalTypeError
	if errors.As(err, &kind) {
		article := "a"
		if kind.Value == "array" || kind.Value == "object" {
			article = "an"
		}
		return fmt.Errorf("%s is %s %s", cmp.Or(kind.Field, "it"), article, kind.Value)
	}
	return err
}

// configure takes over what a configuration says. Its layers must be those of the manifest.
func (p *picture) configure(data []byte) error {
	var c configuration
	if err := parse(data, &c, "configuration"); err != nil {
		return err
	}
	p.created = c.Created
	p.OS, p.Arch, p.Variant = cmp.Or(c.OS, p.OS), cmp.Or(c.Architecture, p.Arch), cmp.Or(c.Variant, p.Variant)
	p.Labels = c.Config.Labels
	if n := len(c.RootFS.DiffIDs); n > 0 && n != len(p.Layers) {
		return fmt.Errorf("the configuration lists %d layers, the manifest %d", n, len(p.Layers))
	}
	for i, id := range c.RootFS.DiffIDs {
		p.Layers[i].DiffID = id
	}
	i := 0
	for _, h := range c.History {
		if h.EmptyLayer {
			continue
		}
		if i < len(p.Layers) {
			p.Layers[i].Instruction = instruction(cmp.Or(h.CreatedBy, h.Comment))
		}
		i++
	}
	if i != len(p.Layers) { // the history does not speak of these layers
		for i := range p.Layers {
			p.Layers[i].Instruction = ""
		}
	}
	for i := range p.Layers {
		p.Layers[i].Index = i
	}
	p.Base = Base{p.note("org.opencontainers.image.base.name"), p.note("org.opencontainers.image.base.digest")}
	return nil
}

// note is what an annotation says, or the label of that name.
func (p *picture) note(key string) string { return cmp.Or(p.Annotations[key], p.Labels[key]) }

// instruction makes a line of a build file of a history entry. Docker writes its own shell before it, and the values of build
// arguments, which nobody should see: "|1 TOKEN=x /bin/sh -c make".
func instruction(by string) string {
	by = strings.TrimSpace(strings.TrimSuffix(strings.TrimSpace(by), "# buildkit"))
	run, isRun := strings.CutPrefix(by, "RUN ")
	if strings.HasPrefix(run, "|") {
		if at := strings.Index(run, "/bin/sh -c "); at >= 0 {
			run = run[at:]
		} else {
			return "RUN"
		}
		isRun = true
	}
	shell, isShell := strings.CutPrefix(run, "/bin/sh -c ")
	switch rest, nop := strings.CutPrefix(shell, "#(nop)"); {
	case nop:
		by = strings.TrimSpace(rest)
	case isShell:
		by = "RUN " + strings.TrimSpace(shell)
	case isRun:
		by = "RUN " + run
	}
	return shorten(strings.Join(strings.Fields(by), " "))
}

// reference splits a name as people write it, registry/owner/name:tag@digest.
func reference(ref string) (name, tag, digest string) {
	name, digest, _ = strings.Cut(ref, "@")
	if at := strings.LastIndexByte(name, ':'); at > strings.LastIndexByte(name, '/') {
		name, tag = name[:at], name[at+1:]
	}
	return name, tag, digest
}

// blobs are the blobs of an image where they are stored.
type blobs interface {
	// document reads a small blob whole.
	document(ctx context.Context, key string) ([]byte, error)
	// stored opens a layer.
	stored(ctx context.Context, key string) (layerBlob, error)
	close() error
}

// manifestPicture makes a picture of an image's manifest.
func manifestPicture(ctx context.Context, b blobs, m *manifest, digest string) (*picture, error) {
	if m.Config.Digest == "" || len(m.Layers) > maxLayers {
		return nil, errors.New("is no manifest of an image")
	}
	p := &picture{Image: Image{Digest: digest, Config: m.Config.Digest, Annotations: m.Annotations}}
	for _, l := range m.Layers {
		p.Layers = append(p.Layers, Layer{Key: l.Digest, Digest: l.Digest, Size: l.Size})
	}
	data, err := addressed(ctx, b, m.Config.Digest)
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", short(m.Config.Digest), err)
	}
	return p, p.configure(data)
}

// addressed reads a document by its digest, which must be its own: it is what says which layers an image has.
func addressed(ctx context.Context, b blobs, digest string) ([]byte, error) {
	data, err := b.document(ctx, digest)
	if err != nil {
		return nil, err
	}
	return data, matches(data, digest)
}

// matches compares a document with the digest by which it was found; an empty one says nothing.
func matches(data []byte, digest string) error {
	want, ok := strings.CutPrefix(digest, "sha256:")
	if sum := sha256.Sum256(data); ok && hex.EncodeToString(sum[:]) != want {
		return fmt.Errorf("its digest is sha256:%x", sum)
	}
	return nil
}

// short is a digest as people read it.
func short(digest string) string {
	const most = len("sha256:") + 12
	return digest[:min(len(digest), most)]
}

// merged lays annotations over those of what is around.
func merged(below, above map[string]string) map[string]string {
	all := maps.Clone(below)
	if all == nil {
		return above
	}
	maps.Copy(all, above)
	return all
}

// looksLikeJSON tells documents from layers.
func looksLikeJSON(head []byte) bool {
	head = bytes.TrimLeft(head, " \t\r\n")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[')
}

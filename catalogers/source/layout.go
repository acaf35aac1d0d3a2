package source

import (
	"archive/tar"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// layoutDir is an OCI image layout in a folder: https://github.com/opencontainers/image-spec/blob/main/image-layout.md.
type layoutDir struct{ root string }

// blobPath is where a layout has the blob of a digest.
func blobPath(digest string) (string, error) {
	algorithm, hex, ok := strings.Cut(digest, ":")
	if !ok || algorithm == "" || hex == "" || strings.ContainsAny(digest, `/\`) || strings.HasPrefix(digest, ".") {
		return "", fmt.Errorf("%q is no digest", shorten(digest))
	}
	return "blobs/" + algorithm + "/" + hex, nil
}

func (d layoutDir) open(name string) (Blob, error) {
	return openRegular(filepath.Join(d.root, filepath.FromSlash(name)))
}

func (d layoutDir) document(_ context.Context, key string) ([]byte, error) {
	p := key
	if strings.Contains(key, ":") {
		var err error
		if p, err = blobPath(key); err != nil {
			return nil, err
		}
	}
	blob, err := d.open(p)
	if err != nil {
		return nil, err
	}
	defer blob.Close()
	return small(io.NewSectionReader(blob, 0, blob.Size()))
}

func (d layoutDir) stored(_ context.Context, key string) (layerBlob, error) {
	p, err := blobPath(key)
	if err != nil {
		return layerBlob{}, err
	}
	blob, err := d.open(p)
	if err != nil {
		return layerBlob{}, err
	}
	return layerBlob{blobReader(blob), blob, blob.Size()}, nil
}

func (d layoutDir) close() error { return nil }

// blobReader reads a Blob from its start and closes it. Plain layers are read in their place later: their file must stay open.
func blobReader(b Blob) io.ReadCloser {
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(b, 0, b.Size()), keepOpen{}}
}

// keepOpen closes nothing: what a table points into is closed with it.
type keepOpen struct{}

func (keepOpen) Close() error { return nil }

// small reads a document.
func small(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxDocument+1))
	if err == nil && len(data) > maxDocument {
		err = fmt.Errorf("has more than %d MB", maxDocument>>20)
	}
	return data, err
}

// bundle is a tar of blobs: an OCI archive, or what docker save writes.
type bundle struct {
	file    Blob
	members map[string]region
	links   map[string]string
}

// openBundle lists the members of a tar.
func openBundle(file Blob) (*bundle, error) {
	b := &bundle{file: file, members: make(map[string]region), links: make(map[string]string)}
	section := io.NewSectionReader(file, 0, file.Size())
	t := tar.NewReader(section)
	last := ""
	for n := 0; ; n++ {
		h, err := t.Next()
		if err == io.EOF {
			return b, nil
		}
		if err != nil {
			return nil, brokenOff(err, last)
		}
		if n > maxBlobs {
			return nil, errTooMany
		}
		last = h.Name
		switch h.Typeflag {
		case tar.TypeReg:
			at, err := section.Seek(0, io.SeekCurrent)
			if err != nil {
				return nil, err
			}
			b.members[memberName(h.Name)] = regionOf(file, at, min(h.Size, max(0, file.Size()-at)))
		case tar.TypeSymlink, tar.TypeLink:
			b.links[memberName(h.Name)] = linkTarget(h)
		}
	}
}

// brokenOff says of an error of the tar package where in a tar of images it was: in the member that was read last.
func brokenOff(err error, last string) error {
	switch {
	case errors.Is(err, io.ErrUnexpectedEOF) && last == "":
		return errNoTar
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: breaks off", shorten(last))
	}
	return noPath(err)
}

// maxBlobs is the most members that a tar of images has.
const maxBlobs = 100_000

func memberName(name string) string { return strings.TrimPrefix(path.Clean("/"+name), "/") }

// linkTarget is the name of the member that a link in a tar of images means. Old versions of Docker write a layer that two images share once.
func linkTarget(h *tar.Header) string {
	if h.Typeflag == tar.TypeSymlink {
		return memberName(path.Join(path.Dir(h.Name), h.Linkname))
	}
	return memberName(h.Linkname)
}

// find gives a member by its name, or a blob by its digest.
func (b *bundle) find(key string) (region, error) {
	name := key
	if strings.Contains(key, ":") {
		p, err := blobPath(key)
		if err != nil {
			return region{}, err
		}
		name = p
	}
	if to, ok := b.links[name]; ok {
		name = to
	}
	r, ok := b.members[name]
	if !ok {
		return region{}, fs.ErrNotExist
	}
	return r, nil
}

func (b *bundle) document(_ context.Context, key string) ([]byte, error) {
	r, err := b.find(key)
	if err != nil {
		return nil, err
	}
	blob, _ := r.open()
	return small(io.NewSectionReader(blob, 0, blob.Size()))
}

func (b *bundle) stored(_ context.Context, key string) (layerBlob, error) {
	r, err := b.find(key)
	if err != nil {
		return layerBlob{}, err
	}
	blob, _ := r.open()
	return layerBlob{blobReader(blob), blob, blob.Size()}, nil
}

func (b *bundle) close() error { return b.file.Close() }

// saved is an entry of the manifest.json of docker save.
type saved struct {
	Config   string
	RepoTags []string
	Layers   []string
}

// fromIndex makes the pictures of a layout's index.json.
func (c *choice) fromIndex(ctx context.Context, b blobs) ([]*picture, error) {
	data, err := b.document(ctx, "index.json")
	if err != nil {
		return nil, fmt.Errorf("index.json: %w", err)
	}
	var index manifest
	if err := parse(data, &index, "index.json"); err != nil {
		return nil, err
	}
	list := index.Manifests
	if c.name != "" {
		list = slices.DeleteFunc(slices.Clone(list), func(d descriptor) bool { return !c.names(d.Digest, refNames(&d)...) })
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("holds no image%s", cmp.Or(" called "+c.name, ""))
	}
	// Several images of one name are platforms without an index of their own; otherwise the user has to say which.
	if names := allNames(list); len(names) > 1 && !c.all() && c.platform == "" {
		return nil, &severalError{names}
	}
	chosen, err := c.pick(list)
	if err != nil {
		return nil, err
	}
	var all []*picture
	for _, d := range chosen {
		some, err := c.pictures(ctx, b, d, 0)
		if err != nil {
			return nil, err
		}
		for _, p := range some {
			if p.Digest != d.Digest {
				p.Index = d.Digest
			}
			if names := refNames(&d); len(names) > 0 {
				p.called(names[0])
			}
		}
		all = append(all, some...)
	}
	return all, nil
}

// refNames are the names that an entry of a layout's index has.
func refNames(d *descriptor) (names []string) {
	for _, key := range [...]string{"io.containerd.image.name", "org.opencontainers.image.ref.name"} {
		if n := d.Annotations[key]; n != "" {
			names = append(names, n)
		}
	}
	return names
}

func allNames(list []descriptor) (names []string) {
	for i := range list {
		if n := refNames(&list[i]); len(n) > 0 && !slices.Contains(names, n[0]) {
			names = append(names, n[0])
		}
	}
	slices.Sort(names)
	return names
}

// severalError says that a target holds several images.
type severalError struct{ names []string }

func (e *severalError) Error() string {
	const most = 10
	more := ""
	if len(e.names) > most {
		more = fmt.Sprintf(" and %d more", len(e.names)-most)
	}
	return "holds several images: " + strings.Join(e.names[:min(most, len(e.names))], ", ") + more
}

// names tells whether the choice names an image by one of its names, its tag or its digest.
func (c *choice) names(digest string, names ...string) bool {
	if c.name == digest || "@"+digest == c.name {
		return true
	}
	for _, n := range names {
		if _, tag, _ := reference(n); n == c.name || tag == c.name {
			return true
		}
	}
	return false
}

// called takes over the name and tag of a picture, as a reference or as a bare tag.
func (p *picture) called(ref string) {
	name, tag, _ := reference(ref)
	if tag == "" && !strings.Contains(name, "/") { // an OCI layout has only tags
		name, tag = "", name
	}
	p.Name, p.Tag = cmp.Or(p.Name, name), cmp.Or(p.Tag, tag)
}

// fromSaved makes the pictures of docker save's manifest.json.
func (c *choice) fromSaved(ctx context.Context, b blobs) ([]*picture, error) {
	data, err := b.document(ctx, "manifest.json")
	if err != nil {
		return nil, fmt.Errorf("manifest.json: %w", err)
	}
	var list []saved
	if err := parse(data, &list, "manifest.json"); err != nil {
		return nil, err
	}
	if c.name != "" {
		list = slices.DeleteFunc(list, func(s saved) bool { return !c.names("", s.RepoTags...) })
	}
	if len(list) == 0 {
		return nil, errors.New("holds no image of that name")
	}
	if len(list) > 1 {
		var names []string
		for _, s := range list {
			names = append(names, s.RepoTags...)
		}
		return nil, &severalError{names}
	}
	s := &list[0]
	if len(s.Layers) > maxLayers {
		return nil, errTooMany
	}
	config, err := b.document(ctx, memberName(s.Config))
	if err == nil {
		err = matches(config, digestOf(s.Config))
	}
	if err != nil {
		return nil, fmt.Errorf("configuration %s: %w", shorten(s.Config), err)
	}
	p := &picture{Image: Image{Config: digestOf(s.Config)}}
	for _, name := range s.Layers {
		p.Layers = append(p.Layers, Layer{Key: memberName(name), Digest: digestOf(name), Size: -1})
	}
	if len(s.RepoTags) > 0 {
		p.called(s.RepoTags[0])
	}
	if err := p.configure(config); err != nil {
		return nil, err
	}
	return []*picture{p}, c.fits(p)
}

// digestOf is the digest that the name of a member holds: blobs/sha256/HEX, or HEX.json of a configuration. Layers in folders of their own are
// not called after theirs.
func digestOf(name string) string {
	dir, base := path.Split(name)
	hex := strings.TrimSuffix(base, ".json")
	if len(hex) == 64 && strings.Trim(hex, "0123456789abcdef") == "" && (dir == "" && hex != base || dir == "blobs/sha256/") {
		return "sha256:" + hex
	}
	return ""
}

// choose makes a choice of what the options say.
func choose(name string, o Options) *choice {
	return &choice{name: name, platform: o.Platform, local: "linux/" + runtime.GOARCH}
}

// splitTarget takes the name of an image off the path before it. The first colon, or at sign, behind which only a name can stand is where the
// path ends: names hold colons, too.
func splitTarget(target string) (file, name string) {
	if _, err := os.Stat(target); err == nil {
		return target, ""
	}
	for at, c := range target {
		if c != ':' && c != '@' {
			continue
		}
		if _, err := os.Stat(target[:at]); err == nil {
			return target[:at], target[at+1:]
		}
	}
	return target, ""
}

// openLayout opens an OCI layout in a folder, "DIR[:TAG]" or "DIR@DIGEST".
func openLayout(ctx context.Context, target string, o Options) (Tree, error) {
	dir, name := splitTarget(target)
	if _, err := os.Stat(filepath.Join(dir, "index.json")); err != nil {
		return nil, fmt.Errorf("is no OCI layout: index.json: %w", bare(err))
	}
	b := layoutDir{dir}
	pictures, err := choose(name, o).fromIndex(ctx, b)
	if err != nil {
		return nil, err
	}
	return newLayered(b, pictures, folderName(dir), o), nil
}

// openImageFile opens a tar that holds an image, "FILE[:NAME]"; kind is "oci", "docker", or empty for what it is.
func openImageFile(ctx context.Context, target, kind string, o Options) (Tree, error) {
	file, name := splitTarget(target)
	blob, err := openRegular(file)
	if err != nil {
		return nil, err
	}
	stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	unpacked, compressed, err := inflate(io.NewSectionReader(blob, 0, blob.Size()))
	if err != nil {
		blob.Close()
		return nil, err
	}
	if compressed != "" {
		return openStream(struct {
			io.Reader
			io.Closer
		}{unpacked, blob}, name, stem, o)
	}
	b, err := openBundle(blob)
	if err != nil {
		blob.Close()
		return nil, err
	}
	pictures, err := choose(name, o).from(ctx, b, kind)
	if err != nil {
		blob.Close()
		return nil, err
	}
	return newLayered(b, pictures, stem, o), nil
}

// What is said of a tar that holds something else than an image.
var (
	errNoImage  = errors.New("holds no image: neither index.json nor manifest.json")
	errNoLayout = errors.New("holds no OCI layout: there is no index.json")
	errNoSaved  = errors.New("holds no image that docker save wrote: there is no manifest.json")
)

// from makes the pictures of a tar of either kind.
func (c *choice) from(ctx context.Context, b blobs, kind string) (list []*picture, err error) {
	has := func(name string) bool { _, err := b.document(ctx, name); return err == nil }
	switch {
	case kind != "docker" && has("index.json") && has("oci-layout"):
		list, err = c.fromIndex(ctx, b)
	case kind != "oci" && has("manifest.json"):
		list, err = c.fromSaved(ctx, b)
	case kind == "oci":
		return nil, errNoLayout
	case kind == "docker":
		return nil, errNoSaved
	default:
		return nil, errNoImage
	}
	return list, err
}

// newLayered makes the Tree of pictures.
func newLayered(b blobs, pictures []*picture, name string, o Options) *layered {
	keep := &keeper{budget: o.Memory, parent: o.Spill}
	if o.Memory <= 0 {
		keep.budget = defaultMemory
	}
	t := newTable(keep)
	t.quit = append(t.quit, closer(b.close))
	l := &layered{table: t, blobs: b, verify: o.Verify, layers: make(map[string]*layer)}
	l.tree = tree{medium: t, about: func() About { return aboutImage(l.pictures, name) }}
	l.set(pictures)
	return l
}

// set says which images the tree is made of.
func (l *layered) set(pictures []*picture) {
	l.pictures, l.table.roots = pictures, nil
	for _, p := range pictures {
		p.Folder = "."
		if len(pictures) > 1 {
			p.Folder = p.Platform()
			if !fs.ValidPath(p.Folder) || p.Folder == "." {
				p.Folder = "unknown"
			}
		}
		for n, name := 2, p.Folder; slices.Contains(l.table.roots, p.Folder); n++ { // versions of Windows share a platform
			p.Folder = fmt.Sprintf("%s-%d", name, n)
		}
		l.table.roots = append(l.table.roots, p.Folder)
		for i := range p.Layers {
			p.Layers[i].Index = i
		}
	}
}

type closer func() error

func (c closer) Close() error { return c() }

func aboutImage(pictures []*picture, name string) About {
	a := About{Kind: "image", Name: name}
	for _, p := range pictures {
		if p.absent {
			continue
		}
		a.Images = append(a.Images, p.Image)
		if a.Created.IsZero() {
			a.Created = p.created
		}
	}
	return a
}

// maxDocuments is how many bytes of documents are kept of a stream.
const maxDocuments = 128 << 20

// streamed is a tar of an image that is read once, from its start: layers come before anybody says which they are.
type streamed struct {
	r      io.ReadCloser
	small  map[string][]byte
	links  map[string]string
	choice *choice
}

func openStream(r io.ReadCloser, name, stem string, o Options) (Tree, error) {
	s := &streamed{r: r, small: make(map[string][]byte), links: make(map[string]string), choice: choose(name, o)}
	return newLayered(s, nil, stem, o), nil
}

func (s *streamed) document(_ context.Context, key string) ([]byte, error) {
	if strings.Contains(key, ":") {
		p, err := blobPath(key)
		if err != nil {
			return nil, err
		}
		key = p
	}
	data, ok := s.small[key]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return data, nil
}

// stored gives a layer that is so small that it was kept among the documents.
func (s *streamed) stored(_ context.Context, key string) (layerBlob, error) {
	data, ok := s.small[key]
	if !ok {
		return layerBlob{}, errPassed
	}
	return layerBlob{io.NopCloser(bytes.NewReader(data)), bytes.NewReader(data), int64(len(data))}, nil
}

// errPassed says that a layer cannot be read again.
var errPassed = errors.New("streamed by")

func (s *streamed) close() error { return s.r.Close() }

// readAll reads the stream: documents are kept, layers read as they come.
func (s *streamed) readAll(ctx context.Context, r *reading, l *layered) error {
	t := tar.NewReader(s.r)
	layers := make(map[string]*layer)
	failed := make(map[string]error)
	reader := &layerReader{reading: r, ctx: ctx}
	kept := int64(0)
	name := ""
	for n := 0; ; n++ {
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return brokenOff(err, name)
		}
		if n > maxBlobs {
			return errTooMany
		}
		name = memberName(h.Name)
		switch h.Typeflag {
		case tar.TypeSymlink, tar.TypeLink:
			s.links[name] = linkTarget(h)
			continue
		case tar.TypeReg:
		default:
			continue
		}
		head := make([]byte, min(h.Size, 512))
		if _, err := io.ReadFull(t, head); err != nil {
			return err
		}
		whole := io.MultiReader(bytes.NewReader(head), t)
		if h.Size <= maxDocument && kept+h.Size <= maxDocuments && (looksLikeJSON(head) || h.Size < 512) {
			if s.small[name], err = small(whole); err != nil {
				return err
			}
			kept += h.Size
			continue
		}
		reader.key, reader.recent = name, recent{}
		ref := &Layer{Key: name, Digest: digestOf(name), Size: h.Size}
		if err := reader.blob(layerBlob{io.NopCloser(whole), nil, h.Size}, ref, l.verify); err != nil {
			failed[name] = err
		}
		layers[name] = reader.out
	}
	pictures, err := s.choice.from(ctx, s, "")
	if err != nil {
		return err
	}
	for _, p := range pictures {
		for i := range p.Layers {
			ref := &p.Layers[i]
			name := ref.Key
			if strings.Contains(name, ":") {
				if name, err = blobPath(name); err != nil {
					return err
				}
			}
			if to, ok := s.links[name]; ok {
				name = to
			}
			if err := failed[name]; err != nil {
				ref.Index = i
				return fmt.Errorf("%s: %w", ref.title(), err)
			}
			ref.Key = name
			if layers[name] != nil {
				l.layers[name] = layers[name]
				if l.verify {
					ref.Index = i
					if err := layers[name].check(ref); err != nil {
						return fmt.Errorf("%s: %w", ref.title(), err)
					}
				}
			} else if s.small[name] == nil {
				return fmt.Errorf("%s: %w", ref.title(), fs.ErrNotExist)
			}
		}
	}
	l.set(pictures)
	return nil
}

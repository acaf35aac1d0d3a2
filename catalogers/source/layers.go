package source

import (
	"bufio"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"hash/maphash"
	"io"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// layerBlob is a layer as it is stored.
type layerBlob struct {
	io.ReadCloser
	at   io.ReaderAt // the same bytes, where they can be read at any place
	size int64       // -1 if unknown
}

// layered is the Tree of an image. Its layers are read by Walk, which tells what of them is wanted.
type layered struct {
	tree
	table    *table
	blobs    blobs
	pictures []*picture
	name     func() About
	verify   bool
	read     bool
	layers   map[string]*layer // by key, where they were read already because they streamed by
}

// Walk reads the layers, each once and several at a time, lays them over one another and walks the result. Before a layer hides files
// that somebody wanted, they are told to WalkOptions.Hidden.
func (l *layered) Walk(ctx context.Context, want Wanted, o WalkOptions) (Found, error) {
	var odd []Unreadable
	if !l.read {
		l.read = true
		var err error
		if odd, err = l.load(ctx, want, o); err != nil {
			return Found{}, err
		}
	}
	o.Progress = nil // the layers were counted
	found, err := walk(ctx, l.table, want, o)
	found.Count = l.table.files
	for i := range found.Files {
		e := &found.Files[i]
		end, _, err := resolve(l.table, e.Path)
		if err != nil {
			continue
		}
		if n := l.table.find(end); n != nil {
			e.Layer, e.Size = l.key(n.layer), n.size
		}
	}
	found.Unreadable = append(found.Unreadable, odd...)
	slices.SortFunc(found.Unreadable, func(a, b Unreadable) int { return strings.Compare(a.Path, b.Path) })
	return found, err
}

// Layer is the key of the layer by which the file at a path came, or empty where there is none.
func (l *layered) Layer(p string) string {
	end, _, err := resolve(l.table, p)
	if err != nil {
		return ""
	}
	n := l.table.find(end)
	if n == nil {
		return ""
	}
	return l.key(n.layer)
}

// key is what entries of a layer say of it, by its number among the layers of all pictures.
func (l *layered) key(number int32) string {
	for _, p := range l.pictures {
		if int(number) < len(p.Layers) {
			return p.Layers[number].Key
		}
		number -= int32(len(p.Layers))
	}
	return ""
}

// load reads and lays the layers of all pictures.
func (l *layered) load(ctx context.Context, want Wanted, o WalkOptions) ([]Unreadable, error) {
	r := &reading{want: want, whole: o.Whole, progress: o.Progress, keep: l.table.keep, images: true, seed: maphash.MakeSeed()}
	if s, ok := l.blobs.(*streamed); ok {
		if err := s.readAll(ctx, r, l); err != nil {
			return nil, err
		}
	}
	if err := l.readAll(ctx, r, o.Workers); err != nil {
		return nil, err
	}
	var odd []Unreadable
	number := int32(0)
	for _, p := range l.pictures {
		if p.absent {
			odd = append(odd, Unreadable{p.Folder, fmt.Errorf("manifest %s: is listed, and not there", short(p.Digest))})
		}
		for i := range p.Layers {
			ref := &p.Layers[i]
			some, err := l.lay(ctx, r, p, number, o.Hidden)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", ref.title(), err)
			}
			odd = append(odd, some...)
			number++
			ref.Index = i
		}
		p.Verified = l.verify
	}
	odd = append(odd, l.aliases(ctx, r)...)
	for i := range odd {
		odd[i].Path = cmp.Or(odd[i].Path, ".")
	}
	l.layers = nil
	return odd, ctx.Err()
}

// title is how errors call a layer.
func (r *Layer) title() string {
	return fmt.Sprintf("layer %d (%s)", r.Index+1, short(cmp.Or(r.Digest, r.DiffID, r.Key)))
}

// lay lays the next layer of a picture.
func (l *layered) lay(ctx context.Context, r *reading, p *picture, number int32, tell func(Tree, []Entry)) ([]Unreadable, error) {
	ref := &p.Layers[l.index(p, number)]
	got := l.layers[ref.Key]
	hidden := got.hidden(l.table, r, p.Folder)
	if files := l.table.below(hidden, r.want); tell != nil && len(files) > 0 {
		entries := make([]Entry, len(files))
		for i, f := range files {
			n := l.table.find(f)
			entries[i] = Entry{Path: f, Size: n.size, Layer: l.key(n.layer), Folder: n.kind == isFolder}
		}
		tell(l, entries)
	}
	again, err := l.table.squash(got, hidden, p.Folder, number)
	if err != nil {
		return nil, err
	}
	odd := slices.Clone(got.odd)
	if len(again) > 0 {
		missed, err := l.reread(ctx, r, ref, again, p.Folder)
		if err != nil {
			return nil, err
		}
		odd = append(odd, missed...)
	}
	return odd, nil
}

func (l *layered) index(p *picture, number int32) int {
	for _, q := range l.pictures {
		if q == p {
			break
		}
		number -= int32(len(q.Layers))
	}
	return int(number)
}

// reread reads a layer once more, for the files that hard links with other names need.
func (l *layered) reread(ctx context.Context, r *reading, ref *Layer, again map[string][]string, prefix string) (odd []Unreadable, err error) {
	only := make(map[string]bool, len(again))
	for target := range again {
		only[target] = true
	}
	reader := &layerReader{reading: r, ctx: ctx, key: ref.Key, only: only}
	if err := l.one(reader, ref, false); err == errPassed {
		for target, links := range again {
			for _, p := range links {
				l.table.remove(p)
				odd = append(odd, Unreadable{p, fmt.Errorf("is a hard link to %s, whose bytes were not kept while they streamed by", shorten(target))})
			}
		}
		return odd, nil
	} else if err != nil {
		return nil, err
	}
	for i := range reader.out.entries {
		e := &reader.out.entries[i]
		for _, p := range again[e.path] {
			if n := l.table.find(p); n != nil {
				n.content, n.size = e.node.content, e.node.size
			}
		}
		delete(again, e.path)
	}
	for target, links := range again {
		for _, p := range links {
			l.table.remove(p)
			odd = append(odd, Unreadable{p, fmt.Errorf("is a hard link to %s, which the layer does not hold", shorten(target))})
		}
	}
	return odd, nil
}

// readAll reads the layers that were not read yet, the largest first: it decides how long all take.
func (l *layered) readAll(ctx context.Context, r *reading, workers int) error {
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	var todo []*Layer
	known := make(map[string]bool)
	for _, p := range l.pictures {
		for i := range p.Layers {
			if ref := &p.Layers[i]; !known[ref.Key] && l.layers[ref.Key] == nil {
				known[ref.Key] = true
				todo = append(todo, ref)
			}
		}
	}
	bySize := slices.Clone(todo)
	slices.SortStableFunc(bySize, func(a, b *Layer) int { return cmp.Compare(b.Size, a.Size) })
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	errs := make(map[*Layer]error)
	var mu sync.Mutex
	jobs := make(chan *Layer, len(bySize))
	for _, ref := range bySize {
		jobs <- ref
	}
	close(jobs)
	var wg sync.WaitGroup
	for range min(workers, len(bySize)) {
		wg.Go(func() {
			reader := &layerReader{reading: r, ctx: ctx}
			for ref := range jobs {
				reader.key, reader.recent = ref.Key, recent{}
				err := l.one(reader, ref, l.verify)
				mu.Lock()
				l.layers[ref.Key] = reader.out
				if err != nil {
					errs[ref] = err
					cancel()
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	for _, ref := range todo {
		if err := errs[ref]; err != nil && !errors.Is(err, context.Canceled) {
			return fmt.Errorf("%s: %w", ref.title(), err)
		}
	}
	for _, err := range errs {
		return err
	}
	return nil
}

// one reads one layer from where it is stored.
func (l *layered) one(reader *layerReader, ref *Layer, verify bool) error {
	blob, err := l.blobs.stored(reader.ctx, ref.Key)
	if err != nil {
		reader.out = new(layer)
		return err
	}
	defer blob.Close()
	return reader.blob(blob, ref, verify)
}

// errBomb says that something grows beyond what anything real does.
var errBomb = errors.New("expands to more than 500 times its size")

// The expansion that is believed: gzip makes of zeros a thousandth.
const (
	maxRatio  = 500
	freeRatio = 1 << 30 // bytes that are read at any ratio
)

// blob reads a layer, compressed or not. To verify is to compare its size and digests with what is said of it.
func (l *layerReader) blob(blob layerBlob, ref *Layer, verify bool) error {
	l.at = nil
	l.out = new(layer)
	packed := &counter{Reader: blob}
	var source io.Reader = packed
	var digest hash.Hash
	if verify && strings.HasPrefix(ref.Digest, "sha256:") {
		digest = sha256.New()
		source = io.TeeReader(packed, digest)
	}
	buffered := bufio.NewReaderSize(source, 1<<18)
	unpacked, compressed, err := decode.Decompress(buffered)
	if err != nil {
		return err
	}
	defer unpacked.Close()
	if compressed == "" && blob.at != nil && !verify {
		section := io.NewSectionReader(blob.at, 0, blob.size)
		l.at = blob.at
		return l.read(section, func() int64 { at, _ := section.Seek(0, io.SeekCurrent); return at })
	}
	var plain io.Reader = unpacked
	if compressed != "" {
		plain = &bounded{r: unpacked, packed: packed}
	}
	var diff hash.Hash
	if verify && (ref.DiffID == "" || strings.HasPrefix(ref.DiffID, "sha256:")) {
		diff = sha256.New()
		plain = io.TeeReader(plain, diff)
	}
	if err := l.read(plain, nil); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, plain); err != nil { // what follows the tar; the checksum of the compression stands at the end
		return err
	}
	if _, err := io.Copy(io.Discard, buffered); err != nil {
		return err
	}
	if !verify {
		return nil
	}
	l.out.size = packed.n
	if digest != nil {
		if got := "sha256:" + hex.EncodeToString(digest.Sum(nil)); got != ref.Digest {
			return fmt.Errorf("its digest is %s, not %s", got, ref.Digest)
		}
	}
	if diff != nil {
		l.out.diffID = "sha256:" + hex.EncodeToString(diff.Sum(nil))
	}
	return l.out.check(ref)
}

// check compares what was read of a layer with what is said of it.
func (l *layer) check(ref *Layer) error {
	if ref.Size >= 0 && l.size != ref.Size {
		return fmt.Errorf("has %d bytes, not the %d that the manifest says", l.size, ref.Size)
	}
	if ref.DiffID != "" && l.diffID != "" && l.diffID != ref.DiffID {
		return fmt.Errorf("its diff id is %s, not %s", l.diffID, ref.DiffID)
	}
	return nil
}

// inflate is decompress within bounds.
func inflate(r io.Reader) (content io.ReadCloser, name string, err error) {
	packed := &counter{Reader: r}
	content, name, err = decode.Decompress(packed)
	if err != nil {
		return nil, name, err
	}
	return struct {
		io.Reader
		io.Closer
	}{&bounded{r: content, packed: packed}, content}, name, nil
}

// bounded ends where a compressed stream expands beyond belief.
type bounded struct {
	r      io.Reader
	packed *counter
	n      int64
	quota  *Quota
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	b.n += int64(n)
	if b.n > freeRatio && b.n > maxRatio*b.packed.n {
		return 0, errBomb
	}
	if e := b.quota.take(int64(n)); e != nil {
		return 0, e
	}
	return n, err
}

package source

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"path"
	"slices"
	"strings"
	"sync/atomic"
)

// layer is what a layer's tar says, as far as anybody asked: https://github.com/opencontainers/image-spec/blob/main/layer.md.
type layer struct {
	entries []entry
	removed []string // paths that whiteouts take from the layers below
	emptied []string // folders of which nothing below stays
	other   []uint64 // hashes of the paths of files that nobody wanted, sorted: they hide what lies below
	odd     []Unreadable
	files   int64
	counted int64           // of what the lists hold, towards reading.noted
	gone    map[string]bool // what removed and emptied say, once somebody asks: a folder that is emptied ends in a slash

	size   int64  // bytes as it is stored; this and the next only where digests are checked
	diffID string // digest of its tar
}

type entry struct {
	path string
	node node
	hard hard
}

// hard tells of a hard link whose bytes are not known yet: node.target is the path of a file of this layer, or of one below.
type hard uint8

const (
	noHardLink  hard = iota
	maybeWanted      // if its first bytes say so: if those of its target did
	wanted
)

// The names of whiteouts.
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
	aufs     = ".wh..wh." // bookkeeping of a file system
)

// maxMembers is the most members of one tar that are read.
const maxMembers = 10_000_000

// reading is what the readers of layers have in common.
type reading struct {
	want     Wanted
	whole    func(Entry, Blob) bool
	progress *Progress
	keep     *keeper
	images   bool // whiteouts have a meaning
	seed     maphash.Seed

	members atomic.Int64 // of all tars
	noted   atomic.Int64 // of those, what takes room: entries, and what whiteouts name
}

// hash is a path's place in layer.other.
func (r *reading) hash(p string) uint64 { return maphash.String(r.seed, p) }

// layerReader reads one layer.
type layerReader struct {
	*reading
	ctx    context.Context
	key    string      // of the layer
	at     io.ReaderAt // the tar, where it can be read at any place; nil where it streams
	only   map[string]bool
	folder string // into which the members go; empty for the top
	buffer []byte
	recent recent
	out    *layer
}

// read reads a tar. With at, pos tells how far r has read in it.
func (l *layerReader) read(r io.Reader, pos func() int64) error {
	l.out = new(layer)
	t := tar.NewReader(r)
	for n := 0; ; n++ {
		if n&1023 == 0 && l.ctx.Err() != nil {
			return l.ctx.Err()
		}
		h, err := t.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return noPath(err)
		}
		if err := l.count(); err != nil {
			return err
		}
		if err := l.member(h, t, pos); err != nil {
			return fmt.Errorf("%s: %w", shorten(h.Name), err)
		}
	}
	slices.Sort(l.out.other)
	return nil
}

// count counts a member, and what was noted of those before it.
func (l *layerReader) count() error {
	held := int64(len(l.out.entries) + len(l.out.removed) + len(l.out.emptied))
	if l.members.Add(1) > maxMembers || l.noted.Add(held-l.out.counted) > maxNodes {
		return errTooMany
	}
	l.out.counted = held
	return nil
}

// strange notes a member that is not read, and why. Of the many that a hostile tar has, the first will do.
func (l *layerReader) strange(p string, err error) {
	const most = 1000
	switch n := len(l.out.odd); {
	case n < most:
		l.out.odd = append(l.out.odd, Unreadable{shorten(p), err})
	case n == most:
		l.out.odd = append(l.out.odd, Unreadable{".", errors.New("more members cannot be read than are listed")})
	}
}

// noPath words errors of the tar package like ours.
func noPath(err error) error {
	if errors.Is(err, tar.ErrHeader) {
		return errNoTar
	}
	return err
}

var errNoTar = errors.New("is no tar, or a damaged one")

// member judges one member of the tar.
func (l *layerReader) member(h *tar.Header, t io.Reader, pos func() int64) error {
	if tooLong(h.Name) || h.Typeflag == tar.TypeSymlink && tooLong(h.Linkname) {
		l.strange(h.Name, errLong)
		return nil
	}
	p := strings.TrimPrefix(path.Clean("/"+h.Name), "/")
	if climbs(h.Name) {
		l.strange(p, ErrOutside)
		return nil
	}
	if p == "" {
		return nil
	}
	if l.folder != "" {
		p = join(l.folder, p)
	}
	dir, name := path.Split(p)
	dir = strings.TrimSuffix(dir, "/")
	if dir == "" {
		dir = "."
	}
	if l.images && strings.HasPrefix(name, whiteout) {
		switch {
		case name == opaque:
			l.out.emptied = append(l.out.emptied, dir)
		case !strings.HasPrefix(name, aufs) && name != whiteout:
			l.out.removed = append(l.out.removed, join(dir, name[len(whiteout):]))
		}
		return nil
	}
	n := node{size: h.Size, program: h.Mode&0o111 != 0}
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
		n.kind = isRegular
		return l.regular(p, dir, name, n, h, t, pos)
	case tar.TypeLink:
		if l.only == nil {
			l.hardLink(p, dir, name, n, h)
		}
		return nil
	case tar.TypeDir:
		n.kind = isFolder
	case tar.TypeSymlink:
		n.kind, n.target = isLink, h.Linkname
	case tar.TypeChar, tar.TypeBlock:
		n.kind = isDevice
		if l.images && h.Typeflag == tar.TypeChar && h.Devmajor == 0 && h.Devminor == 0 { // overlayfs spells whiteouts so
			l.out.removed = append(l.out.removed, p)
			return nil
		}
	case tar.TypeFifo:
		n.kind = isPipe
	default:
		return nil
	}
	if l.only == nil {
		l.out.entries = append(l.out.entries, entry{path: p, node: n})
	}
	return nil
}

// errLong says that no path is so long: PATH_MAX of Linux is 4096 bytes, path_resolution(7).
var errLong = errors.New("has a name of more than 4096 bytes, or in more than 1024 folders")

func tooLong(name string) bool { return len(name) > 4096 || strings.Count(name, "/") > 1024 }

// climbs tells whether a name leads out of the folder that it is meant for.
func climbs(name string) bool {
	depth := 0
	for part := range strings.SplitSeq(name, "/") {
		switch part {
		case "", ".":
		case "..":
			if depth--; depth < 0 {
				return true
			}
		default:
			depth++
		}
	}
	return false
}

// shorten cuts names for messages: they come from anywhere.
func shorten(name string) string {
	const most = 200
	if len(name) > most {
		name = strings.ToValidUTF8(name[:most], "") + "..."
	}
	return name
}

// verdict is what becomes of a file's content.
type verdict uint8

const (
	drop verdict = iota
	show         // a cataloger starts with it
	hold         // it may be asked for beside another
)

// judge asks for a file by its name and, where that is not enough, its first bytes.
func (l *layerReader) judge(p, dir, name string, program bool, head func() []byte) verdict {
	if l.only != nil {
		if l.only[p] {
			return hold
		}
		return drop
	}
	bytes := []byte(name)
	switch l.want.Name(dir, bytes) {
	case Keep:
		return show
	case Peek:
		if (program || !needsMode(bytes)) && l.want.Head(dir, bytes, head()) {
			return show
		}
	}
	if l.want.Beside(dir, bytes) {
		return hold
	}
	return drop
}

func (l *layerReader) regular(p, dir, name string, n node, h *tar.Header, t io.Reader, pos func() int64) error {
	if l.only == nil {
		l.out.files++
		if l.progress != nil {
			l.progress.Files.Add(1)
		}
	}
	var head [HeadSize]byte
	got, failed := 0, error(nil)
	v := l.judge(p, dir, name, n.program, func() []byte {
		got, failed = io.ReadFull(t, head[:min(HeadSize, h.Size)])
		return head[:got]
	})
	if failed != nil && failed != io.EOF && failed != io.ErrUnexpectedEOF {
		return failed
	}
	if v == drop {
		if l.only == nil {
			l.out.other = append(l.out.other, l.hash(p))
		}
		return nil
	}
	if h.Size > maxKept {
		l.strange(p, fmt.Errorf("has %d MB, more than the %d MB that are read", h.Size>>20, maxKept>>20))
		l.out.other = append(l.out.other, l.hash(p))
		return nil
	}
	if l.progress != nil {
		l.progress.Kept.Add(1)
	}
	var err error
	if l.at != nil && !sparse(h) {
		n.content = regionOf(l.at, pos()-int64(got), h.Size)
	} else {
		n.content, err = l.take(Entry{Path: p, Size: h.Size, Layer: l.key}, head[:got], t, v)
	}
	l.out.entries = append(l.out.entries, entry{path: p, node: n})
	return err
}

// sparse tells a file of which the tar holds only parts.
func sparse(h *tar.Header) bool {
	if h.Typeflag == tar.TypeGNUSparse {
		return true
	}
	for key := range h.PAXRecords {
		if strings.HasPrefix(key, "GNU.sparse.") {
			return true
		}
	}
	return false
}

// large is from how many bytes on a file is not read into memory while it streams by.
const large = 24 << 20

// take reads a file that streams by, hands it to whom it may concern, and keeps it if it will be asked for again.
func (l *layerReader) take(e Entry, head []byte, rest io.Reader, v verdict) (content, error) {
	if e.Size > large {
		kept, err := l.keep.write(io.MultiReader(strings.NewReader(string(head)), rest), e.Size)
		if err != nil {
			return nil, err
		}
		if v == show && l.whole != nil {
			blob, err := kept.open()
			if err == nil && l.whole(e, blob) {
				return passed(head), nil
			}
		}
		return kept, nil
	}
	if int64(cap(l.buffer)) < e.Size {
		l.buffer = make([]byte, max(e.Size, min(2*int64(cap(l.buffer)), large)))
	}
	data := l.buffer[:e.Size]
	n := copy(data, head)
	if _, err := io.ReadFull(rest, data[n:]); err != nil {
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	if v == show && l.whole != nil && l.whole(e, blobOf(data)) {
		l.recent.add(e.Path, data)
		return passed(data[:min(HeadSize, len(data))]), nil
	}
	return l.keep.put(data)
}

// hardLink resolves a hard link to a file that came before it in the tar. Where that was dropped, or seen and dropped, under a name that means
// something else, the link needs its bytes.
func (l *layerReader) hardLink(p, dir, name string, n node, h *tar.Header) {
	target := strings.TrimPrefix(path.Clean("/"+h.Linkname), "/")
	if l.folder != "" {
		target = join(l.folder, target)
	}
	n.target = target
	at, known := l.recent.find(target)
	v := l.judge(p, dir, name, n.program, func() []byte { return at[:min(HeadSize, len(at))] })
	if known && v == show && l.whole != nil && l.whole(Entry{Path: p, Size: int64(len(at)), Layer: l.key}, blobOf(at)) {
		n.kind, n.size, n.content = isRegular, int64(len(at)), passed(at[:min(HeadSize, len(at))])
		l.out.entries = append(l.out.entries, entry{path: p, node: n})
		return
	}
	e := entry{path: p, node: n, hard: wanted}
	if v == drop {
		if e.hard = maybeWanted; l.want.Name(dir, []byte(name)) != Peek {
			l.out.other = append(l.out.other, l.hash(p))
			return
		}
	}
	l.out.entries = append(l.out.entries, e)
}

// recent holds the contents that were seen and dropped last: hard links to them follow soon.
type recent struct {
	paths []string
	data  map[string][]byte
	size  int
}

// The most bytes that are held, and what a file costs besides its own.
const (
	maxRecent  = 8 << 20
	recentCost = 256
)

func (r *recent) add(p string, data []byte) {
	if len(data) > maxRecent/2 {
		return
	}
	if r.data == nil {
		r.data = make(map[string][]byte)
	}
	if old, again := r.data[p]; again {
		r.size -= len(old)
	} else {
		r.paths, r.size = append(r.paths, p), r.size+recentCost
	}
	r.data[p] = slices.Clone(data)
	r.size += len(data)
	for r.size > maxRecent {
		oldest := r.paths[0]
		r.size -= len(r.data[oldest]) + recentCost
		delete(r.data, oldest)
		r.paths = r.paths[1:]
	}
}

func (r *recent) find(p string) ([]byte, bool) {
	data, ok := r.data[p]
	return data, ok
}

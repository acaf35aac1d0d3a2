package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// ErrNoArchive says that a file is none of the archives that OpenArchive knows.
var ErrNoArchive = errors.New("is no archive")

// OpenArchive opens an archive as a Tree: zip and what is built like it (whl, egg, nupkg, vsix, conda), tar compressed or not (crate, tgz, apk), gem, deb,
// ipk and rpm. Its name and its first bytes say which it is. A package's control files stand below DEBIAN, as dpkg-deb --raw-extract lays
// them out; the members of a gem and of a conda package are opened, too. The Blob must stay open until the Tree is closed. What is not zip is read when it
// is walked.
func OpenArchive(blob Blob, name string, o Options) (Tree, error) {
	var head [8]byte
	n, err := start(blob, head[:])
	if err != nil {
		return nil, err
	}
	magic := string(head[:n])
	name = strings.ToLower(name)
	a := newPacked(name, o)
	section := io.NewSectionReader(blob, 0, blob.Size())
	switch {
	case strings.HasPrefix(magic, "PK\x03\x04"), strings.HasPrefix(magic, "PK\x05\x06"):
		if err := a.zip(blob); err != nil {
			return nil, err
		}
		if path.Ext(name) == ".conda" {
			a.fill = a.conda
		}
	case magic == arMagic:
		a.fill = func(l *layerReader) error { return a.deb(l, section) }
	case strings.HasPrefix(magic, "\xed\xab\xee\xdb"):
		a.fill = func(l *layerReader) error { return a.rpm(l, section) }
	case path.Ext(name) == ".gem":
		a.fill = func(l *layerReader) error { return a.gem(l, section) }
	case path.Ext(name) == ".ipk":
		a.fill = func(l *layerReader) error { return a.ipk(l, section) }
	default:
		a.fill = func(l *layerReader) error { return a.tar(l, section, "") }
	}
	return a, nil
}

// packed is the Tree of an archive.
type packed struct {
	tree
	table *table
	fill  func(*layerReader) error // reads what can only be read from its start; nil when that is done
	quota *Quota
	odd   []Unreadable // members

	// Of a zip, what members that were opened had, and the most that is believed.
	inflated, stored         atomic.Int64 // bytes
	mostInflated, mostStored int64
}

// Quota is how many bytes archives may still expand to. All that are opened in one another share one: each for itself may be modest.
type Quota struct{ left atomic.Int64 }

// Grant lets archives expand to so many bytes more.
func (q *Quota) Grant(bytes int64) { q.left.Add(bytes) }

// take uses some of it up.
func (q *Quota) take(bytes int64) error {
	if q != nil && q.left.Add(-bytes) < 0 {
		return errQuota
	}
	return nil
}

var (
	errQuota   = errors.New("is not read to its end: the archives in one another expand beyond belief")
	errOverlap = errors.New("has members that overlap: they are more than the archive holds")
	errListing = fmt.Errorf("lists members in more than %d MB", maxListing>>20)
)

// maxListing is the most bytes of the directory of a zip: half a million members and more.
const maxListing = 64 << 20

func newPacked(name string, o Options) *packed {
	keep := &keeper{budget: o.Memory, parent: o.Spill}
	if o.Memory <= 0 {
		keep.budget = defaultMemory
	}
	t := newTable(keep)
	a := &packed{table: t, quota: o.Quota}
	a.tree = tree{medium: t, about: func() About { return About{Kind: "archive", Name: path.Base(name)} }}
	return a
}

// Walk reads the archive, where it has to be read from its start, and walks what is in it.
func (a *packed) Walk(ctx context.Context, want Wanted, o WalkOptions) (Found, error) {
	var odd []Unreadable
	if fill := a.fill; fill != nil {
		a.fill = nil
		r := &reading{want: want, whole: o.Whole, progress: o.Progress, keep: a.table.keep, seed: maphash.MakeSeed()}
		l := &layerReader{reading: r, ctx: ctx}
		err := fill(l)
		if ctx.Err() != nil {
			return Found{}, ctx.Err()
		}
		if err != nil { // what came before stays
			odd = append(odd, Unreadable{".", err})
		}
		o.Progress = nil
	}
	odd = append(odd, a.odd...)
	found, err := walk(ctx, a.table, want, o)
	found.Count = a.table.files
	found.Unreadable = append(found.Unreadable, odd...)
	return found, err
}

// lay puts what a reader read into the table.
func (a *packed) lay(l *layerReader) error {
	if l.out == nil {
		return nil
	}
	a.odd = append(a.odd, l.out.odd...)
	again, err := a.table.squash(l.out, nil, ".", 0)
	for _, links := range again { // of files that were dropped, as they are the same under the other name
		for _, p := range links {
			a.table.remove(p)
		}
	}
	return err
}

// tar reads a tar, compressed or not, into a folder of the tree.
func (a *packed) tar(l *layerReader, r io.Reader, folder string) error {
	packed := &counter{Reader: r}
	unpacked, compression, err := decode.Decompress(packed)
	if err != nil {
		return err
	}
	defer unpacked.Close()
	l.out, l.recent, l.folder = new(layer), recent{}, folder
	plain := &bounded{r: unpacked, packed: packed, quota: a.quota}
	if err = l.read(plain, nil); err == nil {
		_, err = io.Copy(io.Discard, plain) // the checksum of the compression stands at the end
	}
	if err != nil && len(l.out.entries) == 0 && compression == "" && (errors.Is(err, errNoTar) || errors.Is(err, io.ErrUnexpectedEOF)) {
		return ErrNoArchive
	}
	return errors.Join(err, a.lay(l))
}

// deb reads a Debian package, https://manpages.debian.org/stable/dpkg-dev/deb.5.en.html.
func (a *packed) deb(l *layerReader, r io.Reader) error {
	members, err := newAr(r)
	if err != nil {
		return err
	}
	var seen parts
	for {
		m, err := members.next()
		if err == io.EOF {
			return seen.missing("control.tar", "data.tar")
		}
		if err != nil {
			return err
		}
		seen = append(seen, m.name)
		if err := a.part(l, m.name, members); err != nil {
			return fmt.Errorf("%s: %w", shorten(m.name), err)
		}
	}
}

// parts are the names of the archives that a package is made of.
type parts []string

// missing is an error if there is none that begins in one of the ways: a package breaks off between two of them unseen.
func (p parts) missing(prefixes ...string) error {
	for _, prefix := range prefixes {
		if !slices.ContainsFunc(p, func(name string) bool { return strings.HasPrefix(strings.TrimPrefix(name, "./"), prefix) }) {
			return fmt.Errorf("holds no %s", prefix)
		}
	}
	return nil
}

// part reads a member of a package of Debian's or opkg's.
func (a *packed) part(l *layerReader, name string, r io.Reader) error {
	switch name = strings.TrimPrefix(name, "./"); {
	case strings.HasPrefix(name, "control.tar"):
		return a.tar(l, r, "DEBIAN")
	case strings.HasPrefix(name, "data.tar"):
		return a.tar(l, r, "")
	}
	return nil
}

// members visits the members of a tar whose members are archives.
func members(r io.Reader, visit func(name string, r io.Reader) error) error {
	unpacked, compression, err := inflate(r)
	if err != nil {
		return err
	}
	defer unpacked.Close()
	t := tar.NewReader(unpacked)
	for n := 0; ; n++ {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil && n == 0 && compression == "" {
			return ErrNoArchive
		}
		if err != nil {
			return noPath(err)
		}
		if h.Typeflag != tar.TypeReg {
			continue
		}
		if err := visit(h.Name, t); err != nil {
			return fmt.Errorf("%s: %w", shorten(h.Name), err)
		}
	}
}

func (a *packed) ipk(l *layerReader, r io.Reader) error {
	var seen parts
	err := members(r, func(name string, r io.Reader) error {
		seen = append(seen, name)
		return a.part(l, name, r)
	})
	return cmp.Or(err, seen.missing("control.tar", "data.tar"))
}

// gem reads a Ruby gem: a tar of metadata.gz and data.tar.gz, https://guides.rubygems.org/specification-reference/.
func (a *packed) gem(l *layerReader, r io.Reader) error {
	var seen parts
	err := members(r, func(name string, r io.Reader) error {
		seen = append(seen, name)
		switch name {
		case "metadata.gz", "metadata":
			unpacked, _, err := decode.Decompress(r)
			if err != nil {
				return err
			}
			defer unpacked.Close()
			data, err := small(unpacked)
			if err != nil {
				return err
			}
			return a.table.put("metadata", &node{kind: isRegular, size: int64(len(data)), content: inMemory(data)})
		case "data.tar.gz", "data.tar":
			return a.tar(l, r, "")
		}
		return nil
	})
	return cmp.Or(err, seen.missing("metadata", "data.tar"))
}

// rpm reads the files of an RPM package.
func (a *packed) rpm(l *layerReader, r io.Reader) error {
	packed := &counter{Reader: r}
	payload, _, err := rpmPayload(packed)
	if err != nil {
		return err
	}
	defer payload.Close()
	l.out, l.recent = new(layer), recent{}
	files := newCpio(&bounded{r: payload, packed: packed, quota: a.quota})
	for {
		f, err := files.next()
		if err == io.EOF {
			return a.lay(l)
		}
		if err == nil {
			err = l.count()
		}
		if err == nil && l.ctx.Err() != nil {
			err = l.ctx.Err()
		}
		if err == nil {
			err = l.member(f.header(), files, nil)
		}
		if err != nil {
			return errors.Join(err, a.lay(l))
		}
	}
}

// header is a cpio file as a tar has it.
func (f *cpioFile) header() *tar.Header {
	h := &tar.Header{Name: f.name, Size: f.size, Mode: int64(f.mode.Perm()), Linkname: f.link, Typeflag: tar.TypeReg}
	switch {
	case f.mode.IsDir():
		h.Typeflag = tar.TypeDir
	case f.mode&fs.ModeSymlink != 0:
		h.Typeflag = tar.TypeSymlink
	case f.mode&fs.ModeNamedPipe != 0:
		h.Typeflag = tar.TypeFifo
	case !f.mode.IsRegular():
		h.Typeflag = tar.TypeBlock
	}
	return h
}

// conda reads the tars in a conda package, https://docs.conda.io/projects/conda/en/stable/user-guide/concepts/packages.html.
func (a *packed) conda(l *layerReader) error {
	var names []string
	for name, n := range a.table.top.children {
		if n.kind == isRegular && strings.HasSuffix(name, ".tar.zst") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		blob, err := a.table.file(name)
		if err != nil {
			return err
		}
		err = a.tar(l, io.NewSectionReader(blob, 0, blob.Size()), "")
		blob.Close()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
	}
	return nil
}

// zip lists the members of a zip.
func (a *packed) zip(blob Blob) error {
	listing := &limited{r: blob, left: maxListing}
	z, err := zip.NewReader(listing, blob.Size())
	if listing.left < 0 {
		return errListing
	}
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return errors.New("is no zip, or a damaged one")
	}
	listing.left = math.MaxInt64
	a.mostInflated, a.mostStored = max(freeRatio, maxRatio*blob.Size()), maxOpened*blob.Size()+sizeable
	strange := &layerReader{out: new(layer)}
	defer func() { a.odd = append(a.odd, strange.out.odd...) }()
	for _, f := range z.File {
		name := strings.ReplaceAll(f.Name, `\`, "/")
		p := strings.TrimPrefix(path.Clean("/"+name), "/")
		switch {
		case tooLong(name):
			strange.strange(name, errLong)
			continue
		case climbs(name):
			strange.strange(p, ErrOutside)
			continue
		case p == "":
			continue
		}
		n := &node{kind: modeKind(f.Mode()), program: f.Mode()&0o111 != 0, size: int64(f.UncompressedSize64), content: zipped{a, f}}
		switch n.kind {
		case isFolder:
			n.content = nil
		case isLink:
			target, err := n.content.(zipped).text()
			if err != nil {
				continue
			}
			n.target, n.content = target, nil
		case isRegular:
			a.table.files++
		}
		if err := a.table.put(p, n); err != nil {
			return err
		}
	}
	return nil
}

// maxOpened is how often all members of a zip may be opened. More than the bytes that it has are those of members that overlap.
const maxOpened = 8

// limited stops zip.NewReader, which goes on reading the directory while there is any.
type limited struct {
	r    io.ReaderAt
	left int64
}

func (l *limited) ReadAt(p []byte, at int64) (int, error) {
	if l.left < 0 {
		return 0, errListing
	}
	n, err := l.r.ReadAt(p, at)
	if l.left != math.MaxInt64 {
		l.left -= int64(n)
	}
	return n, err
}

// zipped is a member of a zip.
type zipped struct {
	archive *packed
	file    *zip.File
}

func (z zipped) start(buf []byte) (int, error) {
	r, err := z.file.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	n, err := io.ReadFull(r, buf)
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return n, err
}

func (z zipped) text() (string, error) {
	buf := make([]byte, 4096)
	n, err := z.start(buf)
	return string(buf[:n]), err
}

func (z zipped) open() (Blob, error) {
	size := z.file.UncompressedSize64
	if size > maxKept {
		return nil, fmt.Errorf("has %d MB, more than the %d MB that are read", size>>20, maxKept>>20)
	}
	a := z.archive
	if a.inflated.Add(int64(size)) > a.mostInflated {
		return nil, errBomb
	}
	if a.stored.Add(int64(min(z.file.CompressedSize64, maxKept))) > a.mostStored {
		return nil, errOverlap
	}
	if err := a.quota.take(int64(size)); err != nil {
		return nil, err
	}
	r, err := z.file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size > large {
		c, err := a.table.keep.write(r, int64(size))
		if err != nil {
			return nil, err
		}
		return c.open()
	}
	var data bytes.Buffer
	if _, err := io.Copy(&data, io.LimitReader(r, int64(size)+1)); err != nil {
		return nil, err
	}
	if uint64(data.Len()) != size {
		return nil, errors.New("has another size than the zip says")
	}
	return blobOf(data.Bytes()), nil
}

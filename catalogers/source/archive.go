package source

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"
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
	table    *table
	fill     func(*layerReader) error // reads what can only be read from its start; nil when that is done
	inflated atomic.Int64             // bytes, of the members of a zip
	most     int64                    // of those
}

func newPacked(name string, o Options) *packed {
	keep := &keeper{budget: o.Memory, parent: o.Spill}
	if o.Memory <= 0 {
		keep.budget = defaultMemory
	}
	t := newTable(keep)
	a := &packed{table: t}
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
	unpacked, compression, err := decompress(packed)
	if err != nil {
		return err
	}
	defer unpacked.Close()
	l.out, l.recent, l.folder = new(layer), recent{}, folder
	err = l.read(&bounded{r: unpacked, packed: packed}, nil)
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
	for {
		m, err := members.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := a.part(l, m.name, members); err != nil {
			return fmt.Errorf("%s: %w", m.name, err)
		}
	}
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
	unpacked, _, err := decompress(r)
	if err != nil {
		return err
	}
	defer unpacked.Close()
	t := tar.NewReader(unpacked)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
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
	return members(r, func(name string, r io.Reader) error { return a.part(l, name, r) })
}

// gem reads a Ruby gem: a tar of metadata.gz and data.tar.gz, https://guides.rubygems.org/specification-reference/.
func (a *packed) gem(l *layerReader, r io.Reader) error {
	return members(r, func(name string, r io.Reader) error {
		switch name {
		case "metadata.gz", "metadata":
			unpacked, _, err := decompress(r)
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
	files := newCpio(&bounded{r: payload, packed: packed})
	for n := 0; ; n++ {
		f, err := files.next()
		if err == io.EOF {
			return a.lay(l)
		}
		if err == nil && (n >= maxMembers || len(l.out.entries) > maxNodes) {
			err = errTooMany
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
	z, err := zip.NewReader(blob, blob.Size())
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) {
		return errors.New("is no zip, or a damaged one")
	}
	a.most = max(freeRatio, maxRatio*blob.Size())
	for _, f := range z.File {
		p := strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(f.Name, `\`, "/")), "/")
		if climbs(f.Name) || p == "" {
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
	if z.archive.inflated.Add(int64(size)) > z.archive.most {
		return nil, errBomb
	}
	r, err := z.file.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	if size > large {
		c, err := z.archive.table.keep.write(r, int64(size))
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

// Package jar opens Java archives and the archives in them, within bounds that hold for hostile ones too.
//
// Source: https://docs.oracle.com/en/java/javase/21/docs/specs/jar/jar.html; a jar is a ZIP file, and wars, ears and the jars of Spring Boot
// (https://docs.spring.io/spring-boot/specification/executable-jar/nested-jars.html) hold further ones.
package jar

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// Patterns select the files that are Java archives by their names: besides jars those of servlets (war), Java EE (ear, par, sar), Apache
// NiFi (nar), Jenkins (hpi, jpi), Apache Karaf (kar) and Android (aar).
func Patterns() []string {
	return []string{"*.jar", "*.war", "*.ear", "*.par", "*.sar", "*.nar", "*.jpi", "*.hpi", "*.kar", "*.aar"}
}

// Extension gives the extension of a Java archive in lower case, without its dot; "" for another file.
func Extension(file string) string {
	switch ext := strings.ToLower(strings.TrimPrefix(path.Ext(file), ".")); ext {
	case "jar", "war", "ear", "par", "sar", "nar", "jpi", "hpi", "kar", "aar":
		return ext
	}
	return ""
}

// The bounds of what is read for one file, the archives in it included.
const (
	deepest        = 8         // archives in archives
	directoryLimit = 16 << 20  // bytes of one archive's directory: some 150,000 entries
	textLimit      = 8 << 20   // bytes of one entry that is read as text
	inflatedLimit  = 256 << 20 // bytes of all that is unpacked
	entriesLimit   = 20_000    // entries that are read
)

var (
	errDirectory = fmt.Errorf("has a directory of more than %d MB", directoryLimit>>20)
	errInflated  = fmt.Errorf("unpacks to more than %d MB; the rest is left out", inflatedLimit>>20)
	errEntries   = fmt.Errorf("has more than %d entries to read; the rest is left out", entriesLimit)
	errOverlap   = errors.New("has entries that overlap; the rest is left out")
)

// ErrNoArchive says that the file does not begin as a ZIP file does and cannot be read as one.
var ErrNoArchive = errors.New("is no ZIP file")

// budget is what may still be read for one file.
type budget struct {
	inflated, stored int64
	entries          int
	err              error // once something is used up
}

// take accounts for one entry of so many bytes.
func (b *budget) take(pool *int64, size int64, used error) error {
	switch b.entries--; {
	case b.err != nil:
	case b.entries < 0:
		b.err = errEntries
	case size > *pool:
		b.err = used
	default:
		*pool -= size
	}
	return b.err
}

// Archive is one archive.
type Archive struct {
	Place sbom.Location     // of the archive itself
	In    *Archive          // the archive that holds it; nil for the outermost
	Data  *io.SectionReader // its bytes
	Files []*zip.File

	left *budget
}

// Chain names the archive with those around it, outermost first: "app.war > WEB-INF/lib/x.jar".
func (a *Archive) Chain() string { return a.Place.Chain() }

// At is the place of an entry.
func (a *Archive) At(f *zip.File) sbom.Location {
	return sbom.Location{Archive: a.Chain(), Path: clean(f.Name)}
}

// clean makes a path of an entry's name, which may be any bytes.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(name, "_"))
	return strings.TrimPrefix(path.Clean("/"+strings.ReplaceAll(name, `\`, "/")), "/")
}

// Exhausted tells that nothing more will be read for the file. Walk says why; whoever visits an archive need not.
func (a *Archive) Exhausted() bool { return a.left.err != nil }

// Text reads a whole entry of at most 8 MB.
func (a *Archive) Text(f *zip.File) (string, error) {
	data, err := a.read(f, textLimit)
	return string(data), err
}

func (a *Archive) read(f *zip.File, limit int64) ([]byte, error) {
	if f.UncompressedSize64 > uint64(limit) {
		return nil, fmt.Errorf("has more than the %d MB that are read", limit>>20)
	}
	if err := a.left.take(&a.left.inflated, int64(f.UncompressedSize64), errInflated); err != nil {
		return nil, err
	}
	r, err := f.Open()
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return io.ReadAll(r) // which grows with what comes, and archive/zip stops where the directory lied
}

// Walk visits the archive at a path of the tree and all archives in it, each before those that it holds. What cannot be read goes to gap, with the chain of
// names that leads there.
func Walk(file string, data io.ReaderAt, size int64, visit func(*Archive), gap func(chain string, err error)) {
	a := &Archive{
		Place: sbom.Location{Path: file}, Data: io.NewSectionReader(data, 0, size),
		left: &budget{inflated: inflatedLimit, stored: inflatedLimit + deepest*size, entries: entriesLimit},
	}
	if err := a.open(); err != nil {
		gap(file, err)
		return
	}
	if err := a.walk(0, visit, gap); err != nil {
		gap(file, err)
	}
}

// walk returns the error after which nothing more is to be read.
func (a *Archive) walk(depth int, visit func(*Archive), gap func(chain string, err error)) error {
	visit(a)
	if a.left.err != nil {
		return a.left.err
	}
	for _, f := range a.Files {
		ext := Extension(f.Name)
		if ext == "" || f.FileInfo().IsDir() || Extension(a.Place.Path) == "aar" && f.Name == "classes.jar" { // the code of the library itself
			continue
		}
		inner := &Archive{Place: a.At(f), In: a, left: a.left}
		if depth == deepest {
			if err := a.left.take(&a.left.stored, 0, errOverlap); err != nil {
				return err
			}
			gap(inner.Chain(), fmt.Errorf("lies in more than %d archives", deepest))
			continue
		}
		err := a.enter(f, inner)
		if err == nil {
			err = inner.open()
		}
		switch {
		case err == nil:
			err = inner.walk(depth+1, visit, gap)
			if err != nil {
				return err
			}
		case a.left.err != nil:
			return a.left.err
		case err != ErrNoArchive || ext == "jar":
			gap(inner.Chain(), err)
		}
	}
	return nil
}

// enter gives an inner archive its bytes: those in the outer one where they are stored as they are, as Spring Boot does.
func (a *Archive) enter(f *zip.File, inner *Archive) error {
	if f.Method == zip.Store && f.CompressedSize64 == f.UncompressedSize64 {
		offset, err := f.DataOffset()
		if err != nil {
			return err
		}
		size := int64(min(f.UncompressedSize64, math.MaxInt64))
		if offset > a.Data.Size() || size > a.Data.Size()-offset {
			return io.ErrUnexpectedEOF
		}
		if err := a.left.take(&a.left.stored, size, errOverlap); err != nil {
			return err
		}
		inner.Data = io.NewSectionReader(a.Data, offset, size)
		return nil
	}
	data, err := a.read(f, inflatedLimit)
	if err != nil {
		return err
	}
	inner.Data = io.NewSectionReader(bytes.NewReader(data), 0, int64(len(data)))
	return nil
}

func (a *Archive) open() error {
	var magic [4]byte
	if _, err := a.Data.ReadAt(magic[:], 0); err != nil && err != io.EOF {
		return err
	}
	bounded := &bounded{data: a.Data, left: directoryLimit}
	z, err := zip.NewReader(bounded, a.Data.Size())
	if err != nil && err != zip.ErrInsecurePath {
		switch {
		case bounded.left < 0:
			return errDirectory
		case err == zip.ErrFormat && string(magic[:2]) != "PK":
			return ErrNoArchive
		}
		return err
	}
	bounded.left = math.MaxInt64
	a.Files = z.File
	return nil
}

// bounded stops zip.NewReader, which believes no count of entries and reads on while there are any.
type bounded struct {
	data io.ReaderAt
	left int64
}

func (b *bounded) ReadAt(p []byte, at int64) (int, error) {
	if b.left < 0 {
		return 0, errDirectory
	}
	n, err := b.data.ReadAt(p, at)
	if b.left != math.MaxInt64 {
		b.left -= int64(n)
	}
	return n, err
}

package source

import (
	"bufio"
	"bytes"
	"compress/zlib"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-git/go-billy/v5"
	"github.com/go-git/go-billy/v5/osfs"
	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/cache"
	"github.com/go-git/go-git/v5/storage/filesystem"
	"github.com/go-git/go-git/v5/storage/filesystem/dotgit"
)

// objects reads a repository's objects. Those in packs come from go-git, of which only the store below its porcelain is
// used: the whole of it brings net/http, ssh and OpenPGP, 4 MB and 2 ms of every start. The store is not made for
// several goroutines, hence the lock. Loose objects are read here, as the store would inflate one without bounds.
type objects struct {
	mu      sync.Mutex
	dirs    []string                    // the repository's own, then its alternates
	packs   []*filesystem.ObjectStorage // of each
	acyclic map[plumbing.Hash]bool      // objects whose chain of deltas has been followed to its end
	frugal  bool                        // leave packs alone whose indexes take long to read
}

// Limits of what is read out of a repository.
const (
	maxObject     = 512 << 20 // bytes of one file
	maxMetadata   = 64 << 20  // bytes of one commit, tag or folder
	maxChain      = 4096      // deltas on deltas; git itself writes 4,095 at most
	lazyObject    = 1 << 20   // bytes from which the store streams instead of holding
	maxAlternates = 16
	frugalIndex   = 64 << 20 // bytes of pack indexes, which are read whole: two million objects
)

func openObjects(common string, frugal bool) *objects {
	o := &objects{dirs: alternates(common), acyclic: map[plumbing.Hash]bool{}}
	o.frugal = frugal && indexSize(o.dirs) > frugalIndex
	for _, dir := range o.dirs {
		o.packs = append(o.packs, filesystem.NewObjectStorageWithOptions(dotgit.New(packFiles{osfs.New(dir)}),
			cache.NewObjectLRUDefault(), filesystem.Options{KeepDescriptors: true, LargeObjectThreshold: lazyObject}))
	}
	return o
}

func (o *objects) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, s := range o.packs {
		s.Close()
	}
}

// alternates lists a repository and those that it borrows objects from:
// https://git-scm.com/docs/gitrepository-layout, objects/info/alternates.
func alternates(common string) []string {
	list := []string{common}
	for i := 0; i < len(list); i++ {
		own := filepath.Join(list[i], "objects")
		text, _ := slurp(filepath.Join(own, "info", "alternates"), 1<<20)
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			dir := rooted(own, line)
			if line != "" && line[0] != '#' && filepath.Base(dir) == "objects" && len(list) < maxAlternates {
				list = append(list, filepath.Dir(dir))
			}
		}
	}
	return list
}

// indexSize is how many bytes must be read to find an object that is not loose.
func indexSize(dirs []string) (total int64) {
	for _, dir := range dirs {
		entries, _ := os.ReadDir(filepath.Join(dir, "objects", "pack"))
		for _, e := range entries {
			if filepath.Ext(e.Name()) != ".idx" {
				continue
			}
			if info, err := e.Info(); err == nil {
				total += info.Size()
			}
		}
	}
	return total
}

// packFiles opens packs and their indexes, if they are regular files, so that a named pipe stops nobody. It denies the
// store all else: loose objects, and the alternates, which it would open anew for every object.
type packFiles struct{ billy.Filesystem }

// Open opens a pack or an index for reading.
func (f packFiles) Open(name string) (billy.File, error) {
	if filepath.Base(filepath.Dir(name)) != "pack" {
		return nil, os.ErrNotExist
	}
	info, err := f.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errSpecial
	}
	return f.Filesystem.Open(name)
}

// stored is an object that was found, and not yet read.
type stored struct {
	typ  plumbing.ObjectType
	size int64
	read func() (io.ReadCloser, error)
}

// load reads the bytes. An object that holds less than it says ends early, as a file may.
func (s stored) load() ([]byte, error) {
	r, err := s.read()
	if err != nil {
		return nil, bare(err)
	}
	defer r.Close()
	var b bytes.Buffer
	_, err = io.Copy(&b, io.LimitReader(r, s.size))
	return b.Bytes(), err
}

// get finds an object. The lock is held.
func (o *objects) get(hash plumbing.Hash) (s stored, err error) {
	for i, dir := range o.dirs {
		if s, err = loose(dir, hash); !errors.Is(err, fs.ErrNotExist) {
			break
		}
		if o.frugal {
			continue
		}
		if s, err = o.packed(o.packs[i], hash); !errors.Is(err, plumbing.ErrObjectNotFound) {
			break
		}
	}
	if err == nil && s.size < 0 {
		err = errors.New("has a negative size")
	}
	if err != nil {
		return s, fmt.Errorf("git object %s: %w", hash, bare(err))
	}
	return s, nil
}

// loose finds an object that lies in a file of its own: its type, its size and its content, compressed.
func loose(dir string, hash plumbing.Hash) (s stored, err error) {
	name := hash.String()
	name = filepath.Join(dir, "objects", name[:2], name[2:])
	r, header, err := openLoose(name)
	if err != nil {
		return s, err
	}
	defer r.Close()
	s.read = func() (io.ReadCloser, error) {
		r, _, err := openLoose(name)
		return r, err
	}
	typ, size, _ := strings.Cut(header, " ")
	if s.typ, err = plumbing.ParseObjectType(typ); err == nil {
		s.size, err = strconv.ParseInt(size, 10, 64)
	}
	return s, err
}

func openLoose(name string) (r io.ReadCloser, header string, err error) {
	blob, err := openRegular(name)
	if err != nil {
		return nil, "", err
	}
	z, err := zlib.NewReader(io.NewSectionReader(blob, 0, blob.Size()))
	if err == nil {
		b := bufio.NewReader(z)
		var line []byte
		if line, err = b.ReadSlice(0); err == nil {
			return struct {
				io.Reader
				io.Closer
			}{b, blob}, string(line[:len(line)-1]), nil
		}
	}
	blob.Close()
	return nil, "", err
}

// packed finds an object in a pack.
func (o *objects) packed(packs *filesystem.ObjectStorage, hash plumbing.Hash) (stored, error) {
	if err := o.followDeltas(packs, hash); err != nil {
		return stored{}, err
	}
	obj, err := packs.EncodedObject(plumbing.AnyObject, hash)
	if err != nil {
		return stored{}, err
	}
	return stored{obj.Type(), obj.Size(), obj.Reader}, nil
}

// followDeltas makes sure that a chain of deltas ends: the store would follow a circle until the stack is full.
func (o *objects) followDeltas(packs *filesystem.ObjectStorage, hash plumbing.Hash) error {
	var chain []plumbing.Hash
	for !o.acyclic[hash] {
		if len(chain) > maxChain {
			return errors.New("chain of deltas without an end")
		}
		obj, err := packs.DeltaObject(plumbing.AnyObject, hash)
		if err != nil {
			return err
		}
		delta, ok := obj.(plumbing.DeltaObject)
		if !ok {
			break
		}
		chain = append(chain, hash)
		hash = delta.BaseHash()
	}
	for _, h := range chain {
		o.acyclic[h] = true
	}
	return nil
}

// content is the whole of a commit, tag or folder.
func (o *objects) content(hash plumbing.Hash, typ plumbing.ObjectType) ([]byte, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s, err := o.get(hash)
	switch {
	case err != nil:
		return nil, err
	case s.typ != typ:
		return nil, fmt.Errorf("git object %s: is a %s, not a %s", hash, s.typ, typ)
	case s.size > maxMetadata:
		return nil, fmt.Errorf("git object %s: has %d MB", hash, s.size>>20)
	}
	return s.load()
}

// blob opens a file's content; it is read when first asked for.
func (o *objects) blob(hash plumbing.Hash) (Blob, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	s, err := o.get(hash)
	switch {
	case err != nil:
		return nil, err
	case s.typ != plumbing.BlobObject:
		return nil, fmt.Errorf("git object %s: is a %s, not a file", hash, s.typ)
	case s.size > maxObject:
		return nil, fmt.Errorf("has %d MB, more than the %d MB that are read out of a repository", s.size>>20, maxObject>>20)
	}
	return &storedBlob{s.size, sync.OnceValues(func() ([]byte, error) {
		o.mu.Lock()
		defer o.mu.Unlock()
		return s.load()
	})}, nil
}

// storedBlob is a file of a revision, as a Blob.
type storedBlob struct {
	size int64
	read func() ([]byte, error)
}

func (b *storedBlob) Size() int64 { return b.size }

func (b *storedBlob) Close() error { return nil }

func (b *storedBlob) ReadAt(p []byte, off int64) (int, error) {
	data, err := b.read()
	if err != nil {
		return 0, err
	}
	return bytes.NewReader(data).ReadAt(p, off)
}

// commit is the part of a commit object that counts here.
type commit struct {
	tree    plumbing.Hash
	parents []plumbing.Hash
	when    time.Time
}

func (o *objects) commit(hash plumbing.Hash) (commit, error) {
	data, err := o.content(hash, plumbing.CommitObject)
	if err != nil {
		return commit{}, err
	}
	var c commit
	for line := range strings.Lines(string(data)) {
		key, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if !ok {
			break // the message follows
		}
		switch key {
		case "tree":
			c.tree = plumbing.NewHash(value)
		case "parent":
			c.parents = append(c.parents, plumbing.NewHash(value))
		case "committer": // name <mail> seconds zone
			fields := strings.Fields(value[strings.LastIndexByte(value, '>')+1:])
			if len(fields) > 0 {
				if s, err := strconv.ParseInt(fields[0], 10, 64); err == nil && s >= 0 && s < 1<<37 {
					c.when = time.Unix(s, 0).UTC()
				}
			}
		}
	}
	if c.tree.IsZero() {
		return commit{}, fmt.Errorf("git object %s: commit without a tree", hash)
	}
	return c, nil
}

// peel follows tags to the commit behind them.
func (o *objects) peel(hash plumbing.Hash) (plumbing.Hash, error) {
	for range 16 {
		o.mu.Lock()
		s, err := o.get(hash)
		o.mu.Unlock()
		if err != nil || s.typ == plumbing.CommitObject {
			return hash, err
		}
		data, err := o.content(hash, plumbing.TagObject)
		if err != nil {
			return hash, err
		}
		line, _, _ := strings.Cut(string(data), "\n")
		to, ok := strings.CutPrefix(line, "object ")
		if !ok || !isHash(to) {
			return hash, fmt.Errorf("git object %s: tag without an object", hash)
		}
		hash = plumbing.NewHash(to)
	}
	return hash, fmt.Errorf("git object %s: tag of tags without an end", hash)
}

// Package source is where bytes come from: a folder, a single file or a git revision, each as one Tree. It
// knows nothing of what the files mean; who walks a Tree says which of them it wants.
package source

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync/atomic"
	"time"
)

// Blob is the content of one file.
type Blob = interface {
	io.ReaderAt
	io.Closer
	Size() int64
}

// Tree is one medium's files. Paths are slash-separated, relative and cleaned; "." is the root. All
// methods but Close may be called from many goroutines.
type Tree interface {
	// Walk visits every regular file once, in parallel, and returns those that want asked to keep, sorted by
	// path, with what was skipped and what could not be read. The error is ctx's, or a malformed pattern.
	Walk(ctx context.Context, want Wanted, o WalkOptions) (Found, error)
	// Open opens a regular file. It follows links inside the tree; where one leads out of it the error is
	// ErrOutside, and where there is nothing fs.ErrNotExist.
	Open(path string) (Blob, error)
	// ReadDir lists a folder, sorted by name, without version control data.
	ReadDir(path string) ([]fs.DirEntry, error)
	// Resolve follows the links on the way to a path and tells where it ends, inside the tree.
	Resolve(path string) (string, error)
	// About tells what is known of the target as a whole.
	About() About
	// Close releases what the tree holds, temporary files included.
	Close() error
}

// Verdict is what a Wanted says of a file by its name.
type Verdict uint8

// The verdicts.
const (
	No   Verdict = iota // of no interest
	Keep                // wanted
	Peek                // wanted if its first bytes say so
)

// Wanted decides which files a Walk keeps. It is asked while names stream by (a folder's entries, a layer's
// headers), from many goroutines at once.
type Wanted interface {
	// Name judges the file called name in the folder dir ("." at the top). It must not retain name.
	Name(dir string, name []byte) Verdict
	// Head judges a file whose verdict was Peek by its first bytes: 16, or all of a shorter file. A file whose name
	// has no extension, or a number for one, gets so far only if it is executable. It must retain neither slice.
	Head(dir string, name []byte, head []byte) bool
	// Folder judges the folder called name in the folder dir: whether it shall be listed among the files. Of a tar, folders are known that it lists, and
	// those of wanted files. It must not retain name.
	Folder(dir string, name []byte) bool
	// Beside judges a file that is not wanted itself: whether it may be opened because of another. It is asked only by media
	// that cannot go back to a file, and must not retain name.
	Beside(dir string, name []byte) bool
}

// HeadSize is the most bytes that Wanted.Head is given.
const HeadSize = 16

// WalkOptions says how to walk.
type WalkOptions struct {
	// Exclude lists doublestar patterns for files and folders to leave out: without a slash on the base
	// name, otherwise on the whole path.
	Exclude  []string
	Progress *Progress // counts while the walk runs; may be nil
	Workers  int       // goroutines; 0 is one per processor

	// Whole, where set, is handed every wanted file while it streams by, by media that cannot go back to it. Yes
	// means that it will not be opened again. It is called from many goroutines, also for files that turn out to be hidden
	// by others, and must not retain the Blob.
	Whole func(Entry, Blob) bool
	// Hidden, where set, is told of the wanted files that the next layer of an image replaces or removes, while the tree
	// still shows them. They are sorted by path.
	Hidden func(Tree, []Entry)
}

// Progress counts what a running Walk has seen.
type Progress struct{ Files, Dirs, Kept atomic.Int64 }

func (p *Progress) add(files, dirs, kept int64) {
	if p != nil {
		p.Files.Add(files)
		p.Dirs.Add(dirs)
		p.Kept.Add(kept)
	}
}

// Found is what a Walk returns. Its lists are sorted by path.
type Found struct {
	Files       []Entry      // and folders that were asked for
	Skipped     []Skip       // left out on purpose, as far as anybody would miss it
	Unreadable  []Unreadable // should have been read
	Dirs, Count int64        // folders and regular files seen
}

// Entry is one file or folder that was kept.
type Entry struct {
	Path   string
	Size   int64  // bytes, -1 where the medium does not tell without being asked; of a folder it says nothing
	Layer  string // Key of the image layer that it comes from, else empty
	Folder bool
}

// Skip is a file or folder that was left out, and the rule that says so.
type Skip struct{ Path, Rule string }

// Unreadable is a file or folder that could not be read. Err does not name the path.
type Unreadable struct {
	Path string
	Err  error
}

// About is what is known of a target as a whole. Nothing in it names a user, a host or an absolute path.
type About struct {
	Kind    string    // "directory", "file", "git", "archive" or "image"
	Name    string    // the remote's owner/repo, else the folder's or file's name; empty for a file system's root
	Version string    // the tag of the commit, else 0.0.0-<12 digits of the commit>, else empty
	Created time.Time // when the commit was made, for a git revision; otherwise zero
	VCS     string    // URL of the remote, without user info; empty if there is none or it is local
	Commit  string    // full hash of the commit that is checked out or was asked for
	Images  []Image   // of a container image, one; of an index, one per platform that was read
}

// Options says what a target alone does not.
type Options struct {
	GitRef  string // read this revision of the repository that holds the target, instead of the files on disk
	RepoDir string // where a "git:REV" target looks for its repository; the current folder by default
	Spill   string // where temporary files go; the system's folder for them by default

	Platform string    // of an image: os/architecture[/variant], or "all" that an index has; by default linux on this architecture
	Memory   int64     // bytes of files that are kept in memory where they cannot be read again; 256 MB by default
	Verify   bool      // compare sizes and digests of layers with what manifest and configuration say
	Insecure bool      // speak plain HTTP to registries, or accept their certificates unseen
	Stdin    io.Reader // read for the target "-"

	Quota *Quota // of what OpenArchive unpacks; nil where there is none

	// Getenv gives the variables of the environment that say where daemons listen, as os.Getenv does: DOCKER_HOST, DOCKER_TLS_VERIFY,
	// DOCKER_CERT_PATH, CONTAINER_HOST, XDG_RUNTIME_DIR and HOME. By default there are none.
	Getenv func(string) string
}

// ErrOutside says that a path or a link leads out of the tree.
var ErrOutside = errors.New("leads outside the tree")

var (
	errFolder  = errors.New("is a folder")
	errSpecial = errors.New("is not a regular file")
	errTooMany = errors.New("comes after more files and folders than are read")
)

// Open opens a folder, a single file, an archive, an image in a file or a folder, or what a scheme names: "git:REV" a
// revision of a git repository, "oci:DIR[:TAG]" an OCI layout, "oci-archive:FILE" and "docker-archive:FILE" an image in a tar, "registry:REF" one of a
// registry, "docker:REF" and "podman:REF" one of a daemon here, "-" one on Options.Stdin. Nothing is fetched without a scheme that says so. A missing
// path is an error that wraps fs.ErrNotExist.
func Open(ctx context.Context, target string, o Options) (Tree, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	if rev, ok := strings.CutPrefix(target, "git:"); ok {
		dir := o.RepoDir
		if dir == "" {
			dir = "."
		}
		return openRevision(dir, rev)
	}
	if o.GitRef != "" {
		return openRevision(target, o.GitRef)
	}
	if target == "-" && o.Stdin != nil {
		return openStdin(o)
	}
	if open, rest := imageScheme(target); open != nil {
		return open(ctx, rest, o)
	}
	info, err := os.Stat(target)
	switch {
	case err != nil:
		return nil, bare(err)
	case info.IsDir() && isLayout(target):
		return openLayout(ctx, target, o)
	case info.IsDir():
		return openDirectory(target)
	case info.Mode().IsRegular():
		return openFile(ctx, target, o)
	}
	return nil, errSpecial
}

// bare strips the path from an error of the os package: who asked knows it, and says it first.
func bare(err error) error {
	var at *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &at):
		return at.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}

// clean is the canonical form of a path in a tree.
func clean(p string) (string, error) {
	p = path.Clean(p)
	if p == ".." || strings.HasPrefix(p, "../") || strings.HasPrefix(p, "/") {
		return "", ErrOutside
	}
	return p, nil
}

// join appends a name to a folder of the tree.
func join(dir, name string) string {
	if dir == "." {
		return name
	}
	return dir + "/" + name
}

// split is the folder and the base name of a path in the tree.
func split(p string) (dir string, name []byte) {
	dir, base := path.Split(p)
	if dir == "" {
		return ".", []byte(base)
	}
	return dir[:len(dir)-1], []byte(base)
}

package golang

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"
)

// ModuleCache reads the go.mod files that the go command keeps of every module version it has looked at
// (https://go.dev/ref/mod#module-cache). It remembers what it read, and is not for use by several goroutines at once.
type ModuleCache struct {
	files fs.FS
	read  map[module.Version]*cached
}

// NewModuleCache begins to read the module cache whose folder, GOMODCACHE, is files.
func NewModuleCache(files fs.FS) *ModuleCache {
	return &ModuleCache{files: files, read: make(map[module.Version]*cached)}
}

// cached is the go.mod of one module version.
type cached struct {
	requirements
	h1  string // as go.sum has it, for the go.mod alone
	err error
}

// requirements is what a go.mod says as that of a dependency.
type requirements struct {
	require []requirement
	pruned  bool // it lists all modules that its packages need
}

type requirement struct {
	module.Version
	indirect bool
}

// errNotCached says that the cache holds no go.mod of a module version.
var errNotCached = errors.New("is not in the module cache")

// of gives the requirements of a module version. want is the hash of its go.mod in go.sum, "" if there is none.
func (c *ModuleCache) of(m module.Version, want string) (requirements, error) {
	got := c.read[m]
	if got == nil {
		got = c.load(m)
		c.read[m] = got
	}
	if got.err == nil && want != "" && want != got.h1 {
		return requirements{}, errors.New("in the module cache is not the one that go.sum names")
	}
	return got.requirements, got.err
}

func (c *ModuleCache) load(m module.Version) *cached {
	name, err := cachedName(m)
	if err != nil {
		return &cached{err: err}
	}
	f, err := c.files.Open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return &cached{err: errNotCached}
	}
	if err != nil {
		return &cached{err: errors.New("in the module cache cannot be opened")}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, sizeLimit+1))
	if err != nil || len(data) > sizeLimit {
		return &cached{err: errors.New("in the module cache cannot be read")}
	}
	r, err := readRequirements(data)
	return &cached{requirements: r, h1: goModHash(data), err: err}
}

// cachedName is the name of a module's go.mod in the cache: capitals are escaped, so that the names also differ where the file
// system does not tell case apart (https://go.dev/ref/mod#goproxy-protocol).
func cachedName(m module.Version) (string, error) {
	escaped, err := module.EscapePath(m.Path)
	if err != nil {
		return "", errors.New("has a path that no module can have")
	}
	version, err := module.EscapeVersion(m.Version)
	if err != nil {
		return "", errors.New("has a version that no module can have")
	}
	return path.Join("cache/download", escaped, "@v", version+".mod"), nil
}

// readRequirements reads a go.mod as the go command reads those of dependencies: directives for main modules and unknown ones say nothing.
func readRequirements(data []byte) (requirements, error) {
	if bytes.Count(data, []byte("\n")) > linesLimit {
		return requirements{}, errors.New("is too long")
	}
	f, err := modfile.ParseLax("", bytes.TrimPrefix(data, []byte("\ufeff")), nil)
	if err != nil {
		return requirements{}, errors.New("cannot be understood")
	}
	return requirementsOf(f), nil
}

func requirementsOf(f *modfile.File) requirements {
	r := requirements{require: make([]requirement, len(f.Require)), pruned: pruned(f)}
	for i, one := range f.Require {
		r.require[i] = requirement{one.Mod, one.Indirect}
	}
	return r
}

// goModHash is the hash of a go.mod that go.sum holds: of a list of files in which it is the only one.
func goModHash(data []byte) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%x  go.mod\n", sha256.Sum256(data)))
	return "h1:" + base64.StdEncoding.EncodeToString(sum[:])
}

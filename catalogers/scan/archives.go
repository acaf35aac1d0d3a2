package scan

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// What is opened as a tree of its own. Java archives are read by their cataloger.
var (
	// packageArchives are packages as their ecosystems distribute them.
	packageArchives = []string{"whl", "egg", "gem", "nupkg", "crate", "deb", "udeb", "ipk", "rpm", "apk", "conda", "vsix"}
	// plainArchives may hold anything. Source releases and test data are full of them.
	plainArchives = []string{"zip", "tar", "tgz", "tar.gz", "tar.xz", "tar.zst", "tar.bz2", "tbz2", "txz"}
)

const (
	maxArchiveDepth = 8
	maxArchives     = 20_000
	freeExpansion   = 1 << 30 // bytes to which all archives of a tree may expand at any ratio
	maxExpansion    = 500     // times the size of those that lie in the tree itself
	digestLimit     = 1 << 30 // bytes of an archive whose digest is computed
)

// archiveMark stands for no cataloger in an index: the file is opened as a tree.
const archiveMark = -1

// wantArchives has an index want archives.
func (x *index) wantArchives(plain bool) {
	names := packageArchives
	if plain {
		names = append(names[:len(names):len(names)], plainArchives...)
	}
	for _, ext := range names {
		x.glob(newCandidate(archiveMark, "*."+ext))
	}
	x.caches = plain
}

// archives is the part of a scan that looks into archives.
type archives struct {
	ctx    context.Context
	scan   *passing
	o      *Options
	opened atomic.Int64
	quota  source.Quota
}

// inCache tells the folders in which package managers keep what they downloaded. It is not installed, and only opened on demand. What bundler puts below
// vendor/cache belongs to the project.
func inCache(dir string) bool {
	for at := dir; at != "."; at = path.Dir(at) {
		if base := path.Base(at); base == ".cache" || base == "cache" && path.Base(path.Dir(at)) != "vendor" {
			return true
		}
	}
	return false
}

// isArchive tells whether a file is opened as a tree, and whether it is a package.
func isArchive(file string, plain bool) (is, pack bool) {
	name := strings.ToLower(path.Base(file))
	for _, ext := range packageArchives {
		if strings.HasSuffix(name, "."+ext) {
			return true, true
		}
	}
	for _, ext := range plainArchives {
		if plain && strings.HasSuffix(name, "."+ext) {
			return true, false
		}
	}
	return false, false
}

// mounted is an archive as a folder of the tree around it: its files stand below its own path. Nothing in it reaches out of it.
type mounted struct {
	source.Tree
	at string
}

func (m mounted) inner(p string) (string, error) {
	switch rest, ok := strings.CutPrefix(p, m.at+"/"); {
	case p == m.at:
		return ".", nil
	case ok:
		return rest, nil
	}
	return "", fs.ErrNotExist
}

func (m mounted) Open(p string) (source.Blob, error) {
	in, err := m.inner(p)
	if err != nil {
		return nil, err
	}
	return m.Tree.Open(in)
}

func (m mounted) ReadDir(p string) ([]fs.DirEntry, error) {
	in, err := m.inner(p)
	if err != nil {
		return nil, err
	}
	return m.Tree.ReadDir(in)
}

func (m mounted) Resolve(p string) (string, error) {
	in, err := m.inner(p)
	if err != nil {
		return "", err
	}
	end, err := m.Tree.Resolve(in)
	return path.Join(m.at, end), err
}

// below is a Wanted for what is mounted at a path.
type below struct {
	source.Wanted
	at string
}

func (b below) Name(dir string, name []byte) source.Verdict {
	return b.Wanted.Name(path.Join(b.at, dir), name)
}
func (b below) Head(dir string, name, head []byte) bool {
	return b.Wanted.Head(path.Join(b.at, dir), name, head)
}
func (b below) Folder(dir string, name []byte) bool {
	return b.Wanted.Folder(path.Join(b.at, dir), name)
}
func (b below) Beside(dir string, name []byte) bool {
	return b.Wanted.Beside(path.Join(b.at, dir), name)
}

// look opens an archive that lies in a tree, and gives what is claimed of the files in it. chain are the archives around it, and own is what was
// claimed of the archive itself.
func (a *archives) look(tree catalogers.Tree, at string, chain []string, own []*sbom.Facts) *Result {
	r := new(Result)
	gap := func(err error) *Result {
		r.Gaps = append(r.Gaps, sbom.Gap{Path: at, Reason: reason(err)})
		return r
	}
	switch {
	case len(chain) >= maxArchiveDepth:
		return gap(fmt.Errorf("lies in %d archives: no deeper one is opened", len(chain)))
	case a.opened.Add(1) > maxArchives:
		return gap(fmt.Errorf("comes after %d archives: no more are opened", maxArchives))
	}
	blob, err := tree.Open(at)
	if err != nil {
		return gap(err)
	}
	defer blob.Close()
	if len(chain) == 0 {
		a.quota.Grant(maxExpansion * min(blob.Size(), math.MaxInt32))
	}
	_, pack := isArchive(at, true)
	sub, err := source.OpenArchive(blob, path.Base(at), source.Options{Memory: a.o.Memory, Quota: &a.quota})
	if err != nil {
		return gap(err)
	}
	defer sub.Close()
	chain = append(chain[:len(chain):len(chain)], at)
	p := &passing{index: a.scan.index, list: a.scan.list, progress: a.scan.progress, archives: a, done: make(map[place][]*sbom.Facts), at: at}
	found, err := sub.Walk(a.ctx, below{p.index, at}, source.WalkOptions{Exclude: nil, Workers: 1, Whole: p.whole})
	if err != nil {
		return gap(err)
	}
	for _, u := range found.Unreadable {
		if errors.Is(u.Err, source.ErrNoArchive) && (!pack || blob.Size() == 0) { // a name promises little
			return r
		}
		r.Gaps = append(r.Gaps, sbom.Gap{Path: path.Join(at, u.Path), Reason: reason(u.Err)})
	}
	for i := range found.Files {
		found.Files[i].Path = path.Join(at, found.Files[i].Path)
	}
	r.Files += found.Count
	jobs := plan(mounted{sub, at}, p, found.Files, r)
	for _, j := range jobs {
		j.run(p, chain)
		r.take(j, chain)
	}
	if pack {
		a.describe(slices.Concat(own, r.Facts), blob, at)
		if blob.Size() > 0 && len(r.Gaps) == 0 && !anything(own, r.Facts) && a.expects(at, blob) {
			return gap(errors.New("holds nothing that tells which package it is"))
		}
	}
	return r
}

// anything tells whether anything is claimed, or said to be wrong.
func anything(lists ...[]*sbom.Facts) bool {
	return slices.ContainsFunc(slices.Concat(lists...), func(f *sbom.Facts) bool { return f.Len() > 0 || len(f.Gaps()) > 0 })
}

// expects tells whether a cataloger would know an archive of that name. Android's .apk files are called like Alpine's.
func (a *archives) expects(at string, blob source.Blob) bool {
	ext := strings.ToLower(path.Ext(at))
	if ext == ".apk" && bytes.HasPrefix(start(blob), []byte("PK")) {
		return false
	}
	return slices.ContainsFunc(a.scan.list, func(c *catalogers.Cataloger) bool {
		return slices.ContainsFunc(c.Files, func(s catalogers.Selector) bool { return strings.Contains(s.Pattern, "*"+ext) })
	})
}

// describe gives the package that an archive is the digest of the archive's bytes, and all that lies in it where it is one of a distribution. Which
// package it is say the files in it, or the cataloger of the archive itself: of several, none does.
func (a *archives) describe(list []*sbom.Facts, blob source.Blob, at string) {
	var facts *sbom.Facts
	var key string
	var only *sbom.Component
	best := 0
	for _, f := range list {
		if f.Stage < sbom.Installed || f.Path != at && (len(f.Archive) == 0 || f.Archive[len(f.Archive)-1] != at) {
			continue
		}
		k, c, ok := f.Sole()
		if !ok {
			continue
		}
		switch says := rank(f, c); {
		case says > best:
			best, facts, key, only = says, f, k, c
		case says == best:
			only = nil // two say it, and nobody knows who is right
		}
	}
	if only == nil {
		return
	}
	facts.Is = at
	if distributed(only) {
		for _, f := range list {
			if f != facts {
				facts.Adopt(key, f)
			}
		}
	}
	if len(only.Hashes) > 0 || blob.Size() > digestLimit {
		return
	}
	sum := sha256.New()
	if _, err := io.Copy(sum, io.NewSectionReader(blob, 0, blob.Size())); err != nil {
		return
	}
	hashes := []sbom.Hash{{Algorithm: sbom.SHA256, Hex: hex.EncodeToString(sum.Sum(nil))}}
	switch only.PURL.Type {
	case purl.PyPI, purl.Gem, purl.Conda: // one version is distributed as several archives
		only.References = append(only.References, sbom.Reference{Type: sbom.Distribution, URL: path.Base(at), Hashes: hashes})
	default:
		only.Hashes = hashes
	}
}

// rank is how much a claim within an archive tells of the archive itself: most, that of a distribution's package; then what a cataloger of archives
// says.
func rank(f *sbom.Facts, c *sbom.Component) int {
	switch {
	case distributed(c):
		return 3
	case strings.HasSuffix(f.Cataloger, "-archive"):
		return 2
	}
	return 1
}

// distributed tells the packages of distributions, whose files all belong to them.
func distributed(c *sbom.Component) bool {
	switch c.PURL.Type {
	case purl.Deb, purl.RPM, purl.APK, purl.ALPM:
		return true
	}
	return false
}

// take adds what a job claimed.
func (r *Result) take(j *job, chain []string) {
	for _, f := range j.facts {
		f.Archive = chain
		r.Facts = append(r.Facts, f)
	}
	if in := j.inside; in != nil {
		r.Facts = append(r.Facts, in.Facts...)
		r.Gaps = append(r.Gaps, in.Gaps...)
		r.Skipped = append(r.Skipped, in.Skipped...)
		r.Files += in.Files
		r.Matched += in.Matched
	}
}

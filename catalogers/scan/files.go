package scan

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"

	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/sbom"
)

// everything is an index that wants every file, for who asks for files.
type everything struct{ *index }

// Name answers source.Wanted.
func (everything) Name(string, []byte) source.Verdict { return source.Keep }

// digests reads a file once for the digests that package databases have: SHA-256, and what older ones hold.
func digests(blob source.Blob) ([]sbom.Hash, error) {
	sums := [...]struct {
		algorithm sbom.Algorithm
		hash.Hash
	}{{sbom.SHA256, sha256.New()}, {sbom.SHA1, sha1.New()}, {sbom.MD5, md5.New()}}
	if _, err := io.Copy(io.MultiWriter(sums[0], sums[1], sums[2]), io.NewSectionReader(blob, 0, blob.Size())); err != nil {
		return nil, err
	}
	list := make([]sbom.Hash, len(sums))
	for i, s := range sums {
		list[i] = sbom.Hash{Algorithm: s.algorithm, Hex: hex.EncodeToString(s.Sum(nil))}
	}
	return list, nil
}

// filesOf lists files with their digests.
func filesOf(files []source.Entry, hashes map[place][]sbom.Hash) []sbom.File {
	list := make([]sbom.File, 0, len(files))
	for _, e := range files {
		if e.Folder {
			continue
		}
		list = append(list, sbom.File{Path: e.Path, Layer: e.Layer, Hashes: hashes[place{e.Layer, e.Path}]})
	}
	return list
}

// digest reads the file of a job for its digests.
func (j *job) digest() {
	f := j.files[0]
	defer f.Close()
	blob, err := f.Blob()
	if err == nil {
		j.hashes, err = digests(blob)
	}
	j.err = err
}

// digested takes over the digests of a job.
func (p *passing) digested(j *job, r *Result) {
	switch {
	case j.of == nil:
	case j.err != nil:
		r.Gaps = append(r.Gaps, sbom.Gap{Path: j.of.path, Reason: reason(j.err)})
	default:
		p.hashes[*j.of] = j.hashes
	}
}

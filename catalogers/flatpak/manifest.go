package flatpak

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// built claims what a bundle was built of: the modules of its manifest (https://docs.flatpak.org/en/latest/manifests.html), each by its first source that is an
// archive or a repository. Sources of other kinds are patches and files.
func (b *bundle) built(key string, out *sbom.Facts) {
	f, err := b.file.Beside("files/manifest.json")
	if err != nil {
		return
	}
	text, err := f.Text()
	if err != nil {
		out.GapAt(f.Path, "%v", err)
		return
	}
	r := decode.NewJSON(text)
	r.Object(func(name string) {
		if name == "modules" {
			r.Array(func() {
				readModule(r, func(line int, c sbom.Component) {
					module := c.PURL.String()
					if !out.Has(module) {
						out.AddIn(sbom.Location{Path: f.Path, Line: line}, module, c)
					}
					out.Relate(sbom.Relation{From: key, To: module, Kind: sbom.Contains})
				})
			})
		}
	})
	if err := r.Finish(); err != nil {
		out.GapAt(f.Path, "%v", err)
		out.BreakOff()
	}
}

// moduleSource is one of a module's: an archive with digests or a repository.
type moduleSource struct{ kind, url, ref, sha256, sha512 string }

func readModule(r *decode.JSONReader, claim func(line int, c sbom.Component)) {
	line, name := r.Line(), ""
	var first moduleSource
	r.Object(func(key string) {
		switch key {
		case "name":
			name = r.Text()
		case "modules":
			r.Array(func() { readModule(r, claim) })
		case "sources":
			r.Array(func() {
				if s := readSource(r); first.url == "" && (s.kind == "archive" || s.kind == "git") {
					first = s
				}
			})
		}
	})
	if c, ok := first.component(name); ok {
		claim(line, c)
	}
}

func readSource(r *decode.JSONReader) (s moduleSource) {
	commit, tag := "", ""
	r.Object(func(key string) {
		switch key {
		case "type":
			s.kind = r.Text()
		case "url":
			s.url = r.Text()
		case "commit":
			commit = r.Text()
		case "tag":
			tag = r.Text()
		case "sha256":
			s.sha256 = r.Text()
		case "sha512":
			s.sha512 = r.Text()
		}
	})
	if s.ref = commit; commit == "" {
		s.ref = tag
	}
	return s
}

func (s *moduleSource) component(name string) (sbom.Component, bool) {
	if s.kind == "git" {
		return repository.Component(s.url, s.ref, "")
	}
	url, ok := sbom.CleanURL(s.url)
	if !ok || name == "" || !strings.Contains(url, "://") {
		return sbom.Component{}, false
	}
	archive := sbom.Reference{Type: sbom.Distribution, URL: url}
	for _, d := range [...]struct {
		algorithm sbom.Algorithm
		text      string
	}{{sbom.SHA256, s.sha256}, {sbom.SHA512, s.sha512}} {
		if h, ok := sbom.NewHash(d.algorithm, d.text); ok {
			archive.Hashes = append(archive.Hashes, h)
		}
	}
	p := purl.New(purl.Generic, "", name, archiveVersion(url)).With("download_url", url)
	return sbom.Component{PURL: p, References: []sbom.Reference{archive}}, true
}

// archiveVersion is the version in the name of an archive: behind the first dash that a digit follows, or all of a name like v1.2.3.
func archiveVersion(url string) string {
	name := path.Base(url)
	for _, ext := range [...]string{".gz", ".xz", ".bz2", ".zst", ".lz", ".tar", ".tgz", ".zip"} {
		name = strings.TrimSuffix(name, ext)
	}
	if v := strings.TrimPrefix(name, "v"); v != "" && v[0] >= '0' && v[0] <= '9' {
		return v
	}
	for i := 0; i+1 < len(name); i++ {
		if rest := strings.TrimPrefix(name[i+1:], "v"); name[i] == '-' && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			return rest
		}
	}
	return ""
}

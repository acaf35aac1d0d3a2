package weights

import (
	"net/url"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// snapshot is a revision of a repository in the cache of the Hub's clients, models--OWNER--NAME/snapshots/COMMIT
// (https://huggingface.co/docs/hub/local-cache). The oldest models have no owner.
type snapshot struct {
	dir  string
	repo string // "owner/name"
	purl purl.PURL
}

// snapshotOf tells in which snapshot a file lies.
func snapshotOf(file string) (s snapshot, ok bool) {
	parts := strings.Split(file, "/")
	for i, part := range parts {
		id, is := strings.CutPrefix(part, "models--")
		if !is || i+3 >= len(parts) || parts[i+1] != "snapshots" || !commit(parts[i+2]) {
			continue
		}
		s.dir, s.repo = path.Join(parts[:i+3]...), strings.Replace(id, "--", "/", 1)
		s.purl = purl.New(purl.HuggingFace, "", s.repo, parts[i+2])
		return s, !s.purl.IsZero()
	}
	return s, false
}

func commit(s string) bool { return len(s) == 40 && strings.Trim(s, "0123456789abcdef") == "" }

// holds notes that a file belongs to the snapshot. Files that Git LFS keeps are stored under their SHA-256, and the snapshot links to
// them.
func (s snapshot) holds(c *sbom.Component, f *catalogers.File) {
	at, err := f.Resolve(f.Path)
	if err != nil {
		return
	}
	if h, ok := sbom.NewHash(sbom.SHA256, path.Base(at)); ok && path.Base(path.Dir(at)) == "blobs" {
		address := "https://huggingface.co/" + s.repo + "/resolve/" + path.Base(s.dir) + strings.TrimPrefix(f.Path, s.dir)
		if clean, ok := sbom.CleanURL(address); ok {
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: clean, Hashes: []sbom.Hash{h}})
		}
	}
}

// repository gives the purl of a repository of the Hub by its address.
func repository(address string) (purl.PURL, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host != "huggingface.co" && u.Host != "hf.co" {
		return purl.PURL{}, false
	}
	owner, name, _ := strings.Cut(strings.Trim(u.Path, "/"), "/")
	if name, _, _ = strings.Cut(name, "/"); !repoName(owner) || !repoName(name) || owner == "datasets" || owner == "spaces" {
		return purl.PURL{}, false
	}
	return purl.New(purl.HuggingFace, owner, name, ""), true
}

// repoName tells whether the Hub takes the text for the name of an owner or a repository.
func repoName(s string) bool {
	return s != "" && len(s) <= 96 && s[0] != '.' && s[0] != '-' &&
		strings.Trim(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == ""
}

// revision is the commit that a client of the Hub noted when it downloaded a repository into a folder of the user's choice.
func revision(f *catalogers.File) string {
	file, err := f.Beside(".cache/huggingface/download/config.json.metadata")
	if err != nil {
		return ""
	}
	text, err := file.Text()
	if line, _, _ := strings.Cut(text, "\n"); err == nil && commit(strings.TrimSpace(line)) {
		return strings.TrimSpace(line)
	}
	return ""
}

// refs notes which branches and tags of the repository stood at the revision.
func (s snapshot) refs(c *sbom.Component, f *catalogers.File) {
	list, _ := f.Glob(strings.Repeat("../", strings.Count(strings.TrimPrefix(f.Path, s.dir), "/")+1) + "refs/*")
	for _, at := range list[:min(len(list), 100)] {
		ref, err := f.At(at)
		if err != nil {
			continue
		}
		if text, err := ref.Text(); err == nil && strings.TrimSpace(text) == path.Base(s.dir) {
			property(c, "huggingface:ref", path.Base(at))
		}
	}
}

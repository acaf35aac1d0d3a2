// Package weights reads machine-learning models: the files that hold their weights, and the repositories of the Hugging Face
// Hub that these come in.
package weights

import (
	"io"
	"path"
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// guessed is the confidence, in percent, where only the name of a file tells what a model is called.
const guessed = 50

// property adds a property, unless the value is empty or too long. The name lacks what all begin with.
func property(c *sbom.Component, name, value string) {
	c.Property("sbomgen:"+name, clean(value))
}

// longest is how many bytes of one text of a model's metadata are kept. Chat templates and licence texts are longer.
const longest = 1000

// clean makes a text of metadata fit for a document; what is too long to be a name is dropped.
func clean(s string) string {
	if s = strings.TrimSpace(s); len(s) > longest {
		return ""
	}
	return strings.ToValidUTF8(s, "\uFFFD")
}

// number is a count as the value of a property, "" for none.
func number(n uint64) string {
	if n == 0 {
		return ""
	}
	return strconv.FormatUint(n, 10)
}

// stem is the name of a file without its extension.
func stem(file string) string {
	return strings.TrimSuffix(path.Base(file), path.Ext(file))
}

// license claims a licence by what the Hub and GGUF call it: "other" stands for the one that name and link tell.
func license(c *sbom.Component, id, name, link string) {
	if id == "other" && name != "" {
		id = name
	}
	if id = clean(id); id != "" && id != "unknown" {
		c.Licenses = append(c.Licenses, sbom.License{Text: id})
	}
	c.Link("license", link)
}

// lfs is what Git LFS leaves in the place of a file that it did not download
// (https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md).
type lfs struct{ digest, size string }

// pointed tells whether a file is such a pointer, and where to.
func pointed(blob catalogers.Blob) (p lfs, ok bool) {
	const magic = "version https://git-lfs.github.com/spec/v1\n"
	if blob.Size() > 1024 {
		return p, false
	}
	head := make([]byte, blob.Size())
	if n, err := blob.ReadAt(head, 0); err != nil && err != io.EOF || !strings.HasPrefix(string(head[:n]), magic) {
		return p, false
	}
	for line := range strings.Lines(string(head)) {
		switch key, value, _ := strings.Cut(strings.TrimSpace(line), " "); key {
		case "oid":
			p.digest = strings.TrimPrefix(value, "sha256:")
		case "size":
			p.size = value
		}
	}
	return p, true
}

// claim claims the model that a file is, of which only the name and the digest are known.
func (p lfs) claim(f *catalogers.File, out *sbom.Facts) {
	c := named(f)
	if h, ok := sbom.NewHash(sbom.SHA256, p.digest); ok {
		c.Hashes = []sbom.Hash{h}
	} else {
		out.GapAt(f.Path, "the digest is no SHA-256")
	}
	property(&c, "git-lfs:size", p.size)
	out.AddIn(sbom.Location{Path: f.Path}, f.Path, c)
}

// named is a model of which only the name of its file is known.
func named(f *catalogers.File) sbom.Component {
	return sbom.Component{Kind: sbom.Model, PURL: purl.New(purl.Generic, "", clean(stem(f.Path)), ""),
		Evidence: []sbom.Evidence{{Technique: sbom.FileName, Confidence: guessed}}}
}

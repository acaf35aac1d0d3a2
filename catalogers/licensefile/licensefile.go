// Package licensefile reads the licence texts and notices that lie beside packages.
package licensefile

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/jar"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license/text"
)

// New makes the cataloger of licence files. It claims no component: Resolve gives the files to the packages in whose folders they
// lie. With keep the texts stay in memory, for those who print them.
func New(keep bool) *catalogers.Cataloger {
	r := NewReader(keep)
	return &catalogers.Cataloger{
		Name:  "license-files",
		Doc:   "Licence texts and notices that lie beside packages, and in Java archives.",
		Stage: sbom.Installed,
		Files: slices.Concat(catalogers.Begins("license", "licence", "copying", "copyright", "notice", "unlicense", "third", "mit-license", "apache-license"),
			catalogers.Glob(jar.Patterns()...)),
		Group:      group,
		ParseGroup: r.parse,
	}
}

// SizeLimit is the most bytes of a licence file that is read; a bigger one counts as not recognised. The notices of browsers have
// three times as many.
const SizeLimit = 4 << 20

// mostStatements is how many copyright statements of one file are told of its package: those of bundled notices go to hundreds.
const mostStatements = 100

var errSize = errors.New("is too big")

// Reader recognises licence texts, each once.
type Reader struct {
	keep bool
	seen sync.Map // digest -> *sbom.LicenseFile
}

// NewReader makes a Reader. With keep the texts stay in its answers.
func NewReader(keep bool) *Reader { return &Reader{keep: keep} }

func (r *Reader) parse(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(".")
	for _, f := range files {
		out.Path = f.Path
		if jar.Extension(f.Path) != "" {
			r.archive(f, out)
			continue
		}
		content, err := read(f)
		if err == errSize {
			out.LicenseFile(sbom.LicenseFile{Path: f.Path, Dir: dir, Partly: true, Digest: f.Path})
			continue
		}
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		if l, ok := r.Read(f.Path, content); ok {
			l.Dir = dir
			out.LicenseFile(l)
		}
	}
	out.Path = dir
	return nil
}

func read(f *catalogers.File) (string, error) {
	blob, err := f.Blob()
	if err != nil {
		return "", err
	}
	defer f.Close()
	if blob.Size() > SizeLimit {
		return "", errSize
	}
	data := make([]byte, blob.Size())
	n, err := blob.ReadAt(data, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return "", err
	}
	return string(data[:n]), nil
}

// Read recognises the licence in a file. It gives nothing for one that is empty or no text.
func (r *Reader) Read(file, content string) (sbom.LicenseFile, bool) {
	if strings.TrimSpace(content) == "" || strings.IndexByte(content[:min(len(content), 1024)], 0) >= 0 {
		return sbom.LicenseFile{}, false
	}
	notice := isNotice(path.Base(file))
	sum := sha256.Sum256([]byte(content))
	key := fmt.Sprintf("%t %x", notice, sum)
	seen, ok := r.seen.Load(key)
	if !ok {
		statements := text.Copyrights(content)
		l := &sbom.LicenseFile{Notice: notice, Digest: fmt.Sprintf("%x", sum), Copyrights: statements[:min(len(statements), mostStatements)]}
		if !notice {
			matches := text.Detect(content)
			l.License = text.Expression(matches)
			// What a few lines more say is mostly who wrote it.
			l.Partly = (1-text.Coverage(matches))*float64(len(content)) > 300 && text.Coverage(matches) < 0.6
		}
		if r.keep {
			l.Text = content
		}
		seen, _ = r.seen.LoadOrStore(key, l)
	}
	l := *seen.(*sbom.LicenseFile)
	l.Path = file
	return l, true
}

package licensefile

import (
	"crypto/sha256"
	"fmt"
	"path"
	"strings"
	"sync"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license/text"
)

// SizeLimit is the most bytes of a licence file that is read; a bigger one counts as not recognised. The notices of browsers have
// three times as many.
const SizeLimit = 4 << 20

// mostStatements is how many copyright statements of one file are told of its package: those of bundled notices go to hundreds.
const mostStatements = 100

// Reader recognises licence texts, each once.
type Reader struct {
	keep bool
	seen sync.Map // digest -> *sbom.LicenseFile
}

// NewReader makes a Reader. With keep the texts stay in its answers.
func NewReader(keep bool) *Reader { return &Reader{keep: keep} }

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

package cyclonedx

import (
	"fmt"
	"io"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// How large a document may be: several times what a scan of 100,000 packages writes.
const (
	maxDocument   = 512 << 20 // bytes
	maxComponents = 512 << 10
)

// Read reads a document. It errs where the text is no CycloneDX document of version 1; references that lead nowhere
// and components that stand twice become Gaps of the graph.
//
// A document that we wrote gives the graph that was written. In others components are called after their purls, so that
// two documents can be compared; the root is the application at the top, and what it depends on is direct.
func Read(r io.Reader) (*sbom.Document, error) {
	var b strings.Builder
	n, err := io.Copy(&b, io.LimitReader(r, maxDocument+1))
	if err != nil {
		return nil, err
	}
	if n > maxDocument {
		return nil, fmt.Errorf("larger than %d bytes", maxDocument)
	}
	text := strings.TrimPrefix(b.String(), "\uFEFF")
	if strings.HasPrefix(strings.TrimLeft(text, " \t\r\n"), "<") {
		if text, err = jsonFromXML(text); err != nil {
			return nil, err
		}
	}
	s, err := parseJSON(text)
	if err != nil {
		return nil, err
	}
	return s.document()
}

// statement is what a document says, before its references are followed.
type statement struct {
	sbom.Document
	root         int // in components, -1 if the document names none
	components   []component
	dependencies []dependency
	compositions []composition
	gaps         []sbom.Gap
}

type component struct {
	sbom.Component // without ID; all properties are in Properties
	ref            string
	maker          sbom.Party // its manufacturer
	parent         int        // the component that it is nested in, -1 at the top
}

type dependency struct {
	ref                 string
	dependsOn, provides []string
}

type composition struct {
	degree       sbom.Completeness
	dependencies []string
}

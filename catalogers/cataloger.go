// Package catalogers is the contract between the formats and the scan: what a
// cataloger is, how it says which files it reads, and what a file lets it do.
package catalogers

import (
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Cataloger reads one format. It is a value: everything but Parse is data, so that the scan
// can plan, help and documentation can list, and tests can hold it to what it says.
type Cataloger struct {
	Name  string      // "<tool>-<file>"; it is written into documents and never changes
	Doc   string      // one sentence
	Stage sbom.Stage  // what seeing a package here means
	Emits []purl.Type // the types of the packages that it reports
	Files []Selector  // the files that start it

	// Beside lists, as patterns, what it may open besides: a pattern relative to the file's folder
	// ("package.json", "**/Cargo.toml", "../**/*.txt"), "^name" for the nearest ancestor folder that has it, or
	// "/path" from the tree's root.
	Beside []string

	// Parse claims what one file says. An error becomes a Gap at the file; what was claimed before stays.
	Parse func(*File, *sbom.Facts) error

	// Group, where set, replaces the one call per file by one per project: all matched files for whose
	// path it returns the same folder are handed to ParseGroup together, sorted by path. Files for which it returns
	// ok=false are left alone.
	Group      func(path string) (dir string, ok bool)
	ParseGroup func(dir string, files []*File, out *sbom.Facts) error
}

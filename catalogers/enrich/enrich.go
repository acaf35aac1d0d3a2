// Package enrich adds to what a scan found from outside the scanned tree: from caches that tools keep on this machine.
//
// An enricher is off until a user asks for it by name, runs after the scan and before Resolve, executes nothing and uses no
// network. What it finds are Facts like those of catalogers, so that they merge by the same rules. It is handed all
// that it may look at; it reads no environment.
package enrich

import (
	"context"
	"io/fs"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Enricher is one way to know more. It is a value, as a cataloger is.
type Enricher struct {
	Name  string   // the word that asks for it; it is written into documents and never changes
	Doc   string   // one sentence
	Cache string   // the local cache that it reads, as a key of Outside.Caches
	After []string // the catalogers whose Facts it adds to: where one of them found something, it can help

	// Types are the packages to whose licences it adds. Such an enricher is of use where licences are asked for.
	Types []purl.Type

	// Run returns further Facts. What it should have understood and could not is a Gap in them. It leaves the Facts that it is given as they
	// are, and stops early, with what it has, when the context ends.
	Run func(ctx context.Context, outside Outside, facts []*sbom.Facts) []*sbom.Facts
}

// Outside is what an enricher may look at besides the Facts.
type Outside struct {
	Tree   catalogers.Tree  // the tree that was scanned
	Caches map[string]fs.FS // local caches; one that is not there is absent or empty

	KeepTexts bool // licence texts are to be printed, and stay in the Facts
}

// All lists every enricher, in the order in which they run: those that find packages before those that read their licences.
var All = []*Enricher{&GoModuleCache, &MavenRepository, &GoLicenses, &CargoLicenses}

// order comes after that of all catalogers: what enrichers claim names no application that a manifest names.
const order = 1 << 20

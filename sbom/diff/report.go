// Package diff compares two graphs and reports what changed between them: which packages came and went, which changed
// their version, bytes, licence or source, and through whom.
//
// Packages are matched in phases by what identifies them, never by how alike their names look; what is unknown on one side
// is not a change. The report is plain data; WriteText, WriteJSON and WriteMarkdown render it, and Gates judge it.
package diff

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Schema names the report's form in JSON. Fields are only ever added within a version.
const Schema = "https://sbomgen.dev/schema/diff-1"

// Report is what changed from an old graph to a new one. Its lists are sorted, so that the same two graphs give the same
// report whatever order they were read in.
type Report struct {
	Schema string `json:"schema"`
	Old    Side   `json:"old"`
	New    Side   `json:"new"`
	// Counts counts the changes of each kind by its word, and edges-added and edges-removed. One change may be of several kinds.
	Counts   map[string]int `json:"counts"`
	Subjects []Subject      `json:"subjects"` // applications that are called otherwise now; never counted as changes
	Changes  []Change       `json:"changes"`
	Edges    []Edge         `json:"edges"`
	// NotComparable names the fields that one side never fills: nothing is said of their changes.
	NotComparable []Missing `json:"notComparable"`
	Known         []Known   `json:"known"`
}

// Side is one of the two graphs.
type Side struct {
	Target   string `json:"target,omitempty"` // what the user called it
	Name     string `json:"name"`             // of the root
	Version  string `json:"version,omitempty"`
	Packages int    `json:"packages"`
	Gaps     int    `json:"gaps"` // input that was not understood: what is missing may only be unseen
}

// Subject is an application, the root or a member of it, whose name or version changed.
type Subject struct {
	ID  sbom.ID `json:"id"`
	Old Name    `json:"old"`
	New Name    `json:"new"`
}

// Name is what something is called.
type Name struct {
	Name    string `json:"name"`
	Version string `json:"version,omitempty"`
}

// Kinds is a set of the ways in which a package changed.
type Kinds uint32

// The kinds of changes.
const (
	Added           Kinds = 1 << iota // a package that was not there
	Removed                           // a package that is gone
	Upgraded                          // to a newer version
	Downgraded                        // to an older version
	Changed                           // to a version that is neither older nor newer as far as is known
	VersionAdded                      // a further version of a package that stays
	VersionRemoved                    // one of several versions of a package that stays
	Moved                             // the same package under another name, with evidence
	Relicensed                        // another licence expression
	Rehashed                          // the same version, but other bytes
	SourceChanged                     // from another registry, repository or host
	Rescoped                          // needed for something else
	NowDirect                         // asked for by an application, and was not
	NowTransitive                     // no longer asked for by an application
	SupplierChanged                   // supplied by somebody else
	Requalified                       // for another architecture, distribution, classifier ...
)

// versionKinds are the kinds of which every change has at most one.
const versionKinds = Added | Removed | Upgraded | Downgraded | Changed | VersionAdded | VersionRemoved

// Has tells whether the set holds any of the kinds.
func (k Kinds) Has(any Kinds) bool { return k&any != 0 }

// kindWords are the words of the kinds, in their order.
var kindWords = [...]string{"added", "removed", "upgraded", "downgraded", "changed", "version-added", "version-removed", "moved", "relicensed",
	"rehashed", "source-changed", "rescoped", "now-direct", "now-transitive", "supplier-changed", "requalified"}

// Words lists the kinds' words, in the order of the constants.
func (k Kinds) Words() []string {
	var words []string
	for i, word := range kindWords {
		if k.Has(1 << i) {
			words = append(words, word)
		}
	}
	return words
}

// String joins the kinds' words with commas.
func (k Kinds) String() string { return strings.Join(k.Words(), ", ") }

// MarshalJSON writes the set as a list of words.
func (k Kinds) MarshalJSON() ([]byte, error) {
	return []byte(`["` + strings.Join(k.Words(), `","`) + `"]`), nil
}

// Change is everything that changed about one package.
type Change struct {
	Kinds   Kinds     `json:"kinds"`
	Package string    `json:"package"` // as people know it; the new name of what moved
	Type    purl.Type `json:"type,omitempty"`
	// Class is the part of the version that changed, in the words of version.Change, or "content" for what has no version.
	Class      string         `json:"class,omitempty"`
	Old        *Package       `json:"old,omitempty"`
	New        *Package       `json:"new,omitempty"`
	Evidence   string         `json:"evidence,omitempty"` // why the two sides are one package, where their names do not say so
	Beside     []string       `json:"beside,omitempty"`   // the other versions of the package, where one came or went
	License    *LicenseChange `json:"license,omitempty"`
	Hashes     []HashChange   `json:"hashes,omitempty"`
	Sources    []Swap         `json:"sources,omitempty"`
	Qualifiers []Swap         `json:"qualifiers,omitempty"`
	Supplier   *Swap          `json:"supplier,omitempty"`
	// Path is the shortest way from an application to the package in the new graph, in the old one for what is gone, along edges
	// that hold together in one application. Of long paths Omitted steps are left out behind the first six.
	Path    []Step `json:"path,omitempty"`
	Omitted int    `json:"omitted,omitempty"`
	// Cause is the step of the path whose own change brought this one about; nil for what an application asks for.
	Cause *Cause `json:"cause,omitempty"`
}

// Package is a package as one side has it.
type Package struct {
	ID       sbom.ID   `json:"id"`
	Kind     sbom.Kind `json:"kind"`
	PURL     string    `json:"purl,omitempty"`
	Name     string    `json:"name"`
	Version  string    `json:"version,omitempty"`
	Revision string    `json:"revision,omitempty"` // the commit, of a package that comes from a repository
	License  string    `json:"license,omitempty"`  // concluded, else declared, else observed; empty if unknown
	Category string    `json:"category,omitempty"` // of the licence
	Scope    string    `json:"scope,omitempty"`
	Direct   bool      `json:"direct"`
}

// text is the version and the commit.
func (p *Package) text() string {
	switch {
	case p == nil:
		return ""
	case p.Revision == "" || p.Revision == p.Version:
		return p.Version
	}
	return strings.TrimSpace(p.Version + " at " + p.Revision[:min(len(p.Revision), 12)])
}

// LicenseChange is a change from one licence expression to another.
type LicenseChange struct {
	Basis       string `json:"basis"` // declared, concluded, observed, or mixed where the sides know different ones
	Old         string `json:"old"`
	New         string `json:"new"`
	OldCategory string `json:"oldCategory"`
	NewCategory string `json:"newCategory"`
}

// HashChange is two sets of digests of one algorithm that have nothing in common.
type HashChange struct {
	Algorithm sbom.Algorithm `json:"algorithm"`
	Old       []string       `json:"old"`
	New       []string       `json:"new"`
}

// Swap is a value that was replaced by another.
type Swap struct {
	What string `json:"what"`
	Old  string `json:"old"`
	New  string `json:"new"`
}

// Step is one node of a path.
type Step struct {
	ID      sbom.ID `json:"id"`
	Name    string  `json:"name"`
	Version string  `json:"version,omitempty"`
}

// Cause is the ancestor whose change brought a change about.
type Cause struct {
	Kind string  `json:"kind"` // added, removed, upgraded, downgraded, changed, version-added, version-removed; edge: only the dependency is new
	ID   sbom.ID `json:"id"`
	Name string  `json:"name"`
	Old  string  `json:"old,omitempty"` // versions
	New  string  `json:"new,omitempty"`
}

// Edge is a relation that came or went between two packages that stay.
type Edge struct {
	Change string `json:"change"` // added or removed
	From   Step   `json:"from"`
	Kind   string `json:"kind"`
	To     Step   `json:"to"`
}

// Missing is a field that one side never fills.
type Missing struct {
	Field string `json:"field"` // licenses, hashes, scopes, direct, suppliers, sources, edges
	Side  string `json:"side"`  // old, new or both
}

// Known counts the packages of which a field is known on one side only: news, but no change.
type Known struct {
	Field  string `json:"field"` // licenses, hashes, suppliers, versions
	Gained int    `json:"gained"`
	Lost   int    `json:"lost"`
}

// Empty tells whether nothing changed.
func (r *Report) Empty() bool { return len(r.Changes) == 0 && len(r.Edges) == 0 }

func (r *Report) count() {
	r.Counts = map[string]int{"edges-added": 0, "edges-removed": 0}
	for i, word := range kindWords {
		r.Counts[word] = 0
		for j := range r.Changes {
			if r.Changes[j].Kinds.Has(1 << i) {
				r.Counts[word]++
			}
		}
	}
	for _, e := range r.Edges {
		r.Counts["edges-"+e.Change]++
	}
}

// Package sbom is the graph: what software is made of, where that was seen,
// and what could not be understood.
//
// Catalogers fill Facts, which are claims with a place. Resolve turns the Facts
// of a scan into one Graph, which is belief: built once, then only read.
// Readers of documents build the same Graph with a Builder.
package sbom

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// ID names a component within one graph. It is derived, never random: the
// canonical purl, "app:" and a path for applications, otherwise the kind with
// a digest or a path. Two instances of one package that differ in their bytes
// end in "#1", "#2".
type ID string

// Kind is what a component is, in the terms of CycloneDX's component types.
type Kind string

// The kinds of components.
const (
	Library         Kind = "library"
	Application     Kind = "application"
	Framework       Kind = "framework"
	OperatingSystem Kind = "operating-system"
	Container       Kind = "container"
	Platform        Kind = "platform"
	Device          Kind = "device"
	DeviceDriver    Kind = "device-driver"
	Firmware        Kind = "firmware"
	FileKind        Kind = "file"
	Data            Kind = "data"
	Model           Kind = "machine-learning-model"
	Crypto          Kind = "cryptographic-asset"
)

// Component is one thing that software is made of. One struct serves all
// ecosystems; what these fields cannot say is a Property.
type Component struct {
	ID      ID
	Kind    Kind      // empty in a claim means Library
	PURL    purl.PURL // zero where no purl exists
	Path    string    // of an application: its folder in the tree, "." is the top
	Group   string    // as the ecosystem spells it; only where the purl does not say
	Name    string    // as the ecosystem spells it; only where the purl does not say
	Version string    // only where the purl does not say

	Description string
	Copyright   string
	Author      string // who wrote it, as the package says
	Supplier    string // the organisation that supplies it, where a file names it
	Licenses    []License
	Hashes      []Hash // digests of the distributed artifact's bytes, nothing else
	References  []Reference
	CPEs        []string // CPE names as CPE spells them, that a rule or a document states; never guessed from names
	Properties  []Property

	Scope        Scope // the strongest scope in which anything asks for it
	Direct       bool  // an application asks for it by name
	Stage        Stage // the strongest stage at which it was seen
	Completeness Completeness
	Evidence     []Evidence
}

// Label is the name people know the component by: the purl's namespace and
// name, or the group and name of a component without a purl.
func (c *Component) Label() string {
	group, name := c.GroupName()
	if group == "" {
		return name
	}
	separator := "/"
	if c.PURL.Type == purl.Maven {
		separator = ":"
	}
	return group + separator + name
}

// GroupName splits the component's name as documents hold it: its own Group and
// Name where set, otherwise the purl's namespace and name.
func (c *Component) GroupName() (group, name string) {
	if c.Name != "" {
		return c.Group, c.Name
	}
	if !c.PURL.IsZero() {
		return c.PURL.Namespace, c.PURL.Name
	}
	return c.Group, strings.TrimPrefix(string(c.ID), "app:")
}

// VersionText is the component's version: its own where set, otherwise the purl's.
func (c *Component) VersionText() string {
	if c.Version != "" {
		return c.Version
	}
	return c.PURL.Version
}

// IsApplication tells whether the component is a root, a workspace member or an
// environment of the tree: something that is built or installed here, not a package.
func (c *Component) IsApplication() bool { return strings.HasPrefix(string(c.ID), "app:") }

// Stage is how far a package had come when it was seen.
type Stage uint8

// The stages, weakest first: the stronger wins in a merge.
const (
	Declared  Stage = iota // a manifest asks for a range
	Locked                 // a resolver chose a version
	Installed              // a package manager put it on disk
	Built                  // a compiler or packager put it into an artifact
)

// Stages lists the stages in their order.
var Stages = [...]Stage{Declared, Locked, Installed, Built}

// String is the word that users select the stage with.
func (s Stage) String() string {
	switch s {
	case Declared:
		return "declared"
	case Locked:
		return "locked"
	case Installed:
		return "installed"
	}
	return "built"
}

// Scope is what a dependency is needed for. On a path the weakest scope holds,
// over several paths the strongest.
type Scope uint8

// The scopes, weakest first.
const (
	ScopeUnset  Scope = iota // not said: Resolve derives it from the edges
	Development              // only to develop the project
	Test                     // only to test it
	Build                    // only to build it
	Optional                 // at run time, but the program also works without
	Peer                     // at run time, provided by whoever uses the package
	Runtime                  // at run time
)

// String is the scope's word in documents and on the command line.
func (s Scope) String() string {
	switch s {
	case Development:
		return "development"
	case Test:
		return "test"
	case Build:
		return "build"
	case Optional:
		return "optional"
	case Peer:
		return "peer"
	case Runtime:
		return "runtime"
	}
	return ""
}

// ParseScope reads the word that String writes; an unknown word gives ScopeUnset.
func ParseScope(word string) Scope {
	for s := Development; s <= Runtime; s++ {
		if s.String() == word {
			return s
		}
	}
	return ScopeUnset
}

// Shipped tells whether a component of this scope belongs to what runs, be it
// optionally, and not only to its making.
func (s Scope) Shipped() bool { return s == ScopeUnset || s >= Optional }

// Completeness is what is known of a component's own dependencies.
type Completeness uint8

// The degrees of completeness, weakest first.
const (
	Unknown    Completeness = iota // the files do not say what it depends on
	Incomplete                     // some of its dependencies are known
	Complete                       // all of its dependencies are known
)

// String is CycloneDX's word for the aggregate.
func (c Completeness) String() string {
	switch c {
	case Complete:
		return "complete"
	case Incomplete:
		return "incomplete"
	}
	return "unknown"
}

// License is one claim about a component's licence.
type License struct {
	Text     string // an SPDX expression where the source had one, otherwise the source's own words
	Basis    Basis
	Location Location // where the claim was read; zero where the component's evidence says it
}

// Basis is what a licence claim rests on.
type Basis uint8

// The bases of licence claims.
const (
	DeclaredLicense  Basis = iota // the package's own metadata says so
	ConcludedLicense              // a person or a curation decided so
	ObservedLicense               // a text beside the package was recognised
)

// Hash is a digest of an artifact's bytes.
type Hash struct {
	Algorithm Algorithm
	Hex       string // lower case
}

// Algorithm names a digest in CycloneDX's spelling.
type Algorithm string

// The digest algorithms met in lockfiles and package databases.
const (
	MD5        Algorithm = "MD5"
	SHA1       Algorithm = "SHA-1"
	SHA224     Algorithm = "SHA-224" // which CycloneDX lacks
	SHA256     Algorithm = "SHA-256"
	SHA384     Algorithm = "SHA-384"
	SHA512     Algorithm = "SHA-512"
	SHA3256    Algorithm = "SHA3-256"
	SHA3384    Algorithm = "SHA3-384"
	SHA3512    Algorithm = "SHA3-512"
	BLAKE2b256 Algorithm = "BLAKE2b-256"
	BLAKE2b384 Algorithm = "BLAKE2b-384"
	BLAKE2b    Algorithm = "BLAKE2b-512"
	BLAKE3     Algorithm = "BLAKE3"
)

// Reference is an address that belongs to a component.
type Reference struct {
	Type   string // CycloneDX's term: distribution, vcs, website, issue-tracker, documentation ...
	URL    string
	Hashes []Hash // of the bytes at that address, where a file says them
}

// The reference types that catalogers write.
const (
	Distribution = "distribution"
	VCS          = "vcs"
	Website      = "website"
	IssueTracker = "issue-tracker"
)

// Property is a fact without a field of its own. Names of ours begin with "sbomgen:".
type Property struct{ Name, Value string }

// Evidence is one sighting of a component.
type Evidence struct {
	Cataloger  string
	Stage      Stage
	Technique  Technique
	Confidence uint8 // percent; 100 where the file states identity outright
	Rule       string
	Location   Location
}

// Technique is how a sighting was made, in CycloneDX's terms.
type Technique string

// The techniques.
const (
	ManifestAnalysis Technique = "manifest-analysis"
	BinaryAnalysis   Technique = "binary-analysis"
	FileName         Technique = "filename"
	HashComparison   Technique = "hash-comparison"
	Attestation      Technique = "attestation"
)

// Location is a place in the scanned tree.
type Location struct {
	Path    string // slash-separated, relative to the tree's root
	Archive string // the chain of enclosing archives, outermost first: "app.war > lib/x.jar"
	Layer   string // digest of the image layer
	Line    int    // from 1; 0 where the format has no lines
	Offset  int64  // in bytes; 0 where lines say it better
}

// Chain names the place with the archives around it: "app.war > lib/x.jar". It is the Archive of whatever lies in the archive at that place.
func (l Location) Chain() string {
	if l.Archive == "" {
		return l.Path
	}
	return l.Archive + " > " + l.Path
}

// outermost is the path of the file in the tree: that of the archive around all others, where there is one.
func (l Location) outermost() string {
	if l.Archive == "" {
		return l.Path
	}
	file, _, _ := strings.Cut(l.Archive, " > ")
	return file
}

// inTree is the path of the file in the tree, in which archives are folders.
func (l Location) inTree() string {
	if l.Archive == "" {
		return l.Path
	}
	return strings.ReplaceAll(l.Archive, " > ", "/") + "/" + l.Path
}

// Gap is input that should have been understood and was not.
type Gap struct {
	Path      string
	Line      int
	Cataloger string
	Reason    string
}

// Skip is input that was left out on purpose.
type Skip struct {
	Path string
	Rule string
}

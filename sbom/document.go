package sbom

import "time"

// Document is a graph with what a document says about itself: who made it, when, with what.
type Document struct {
	Graph   *Graph
	Created time.Time // zero: no time is written
	Tool    Tool
	// Authors are the people or organisations that make the document's data, never the tool.
	Authors      []Party
	Supplier     Party     // of the root component
	Manufacturer Party     // of the root component
	Lifecycle    Lifecycle // the phase in which the data was gathered
	Version      int       // of the document, from 1; 0 means 1
	Serial       string    // urn:uuid of a document that was read; writers derive it from the content where it is empty
	Properties   []Property
}

// Tool is the program that made a document.
type Tool struct {
	Vendor, Name, Version string
}

// Party is a person or an organisation.
type Party struct {
	Name  string
	Email string
	URL   string
}

// Lifecycle is the phase of a product's life in which the data of a document was gathered, in CycloneDX's terms.
type Lifecycle string

// The phases that sbomgen can know: sources and lockfiles are read before a build, artifacts after it.
const (
	PreBuild  Lifecycle = "pre-build"
	BuildTime Lifecycle = "build"
	PostBuild Lifecycle = "post-build"
)

// Loss is something of a graph that a format could not carry.
type Loss struct {
	What  string // what was lost, as a noun: "requested ranges"
	Count int
}

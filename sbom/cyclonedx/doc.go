// Package cyclonedx writes graphs as CycloneDX documents and reads them back: JSON and XML, written in the versions 1.2 to
// 1.7 and read in all that there are (https://cyclonedx.org/specification/overview/, ECMA-424).
//
// How a graph becomes a document: the root is metadata.component, all other components stand in one flat list, sorted by id, and the
// bom-ref of each is its id. `dependencies` has an entry for every component: what it depends on, and the applications that
// it contains, so that everything hangs together for readers that know only this field. `compositions` say of every component how
// much is known of its dependencies. Sightings are evidence, Gaps are annotations and properties.
//
// What CycloneDX has no field for are properties that begin with "sbomgen:", listed in component.go and in docs/formats.md; with them
// a document of 1.3 or newer holds the whole document graph. What a version cannot hold at all Write counts and returns.
//
// Files: encoder.go knows how JSON and XML are spelled, and nothing of graphs; write.go, metadata.go, component.go, license.go and
// evidence.go say once, for both, what stands where in which version. parse.go knows the members of the JSON
// notation, assemble.go what they mean together, xml.go how XML becomes JSON.
package cyclonedx

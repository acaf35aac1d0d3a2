package spdx

import "github.com/sbomgen/sbomgen/sbom"

// The kinds of what documents cannot carry, in the order of lossName.
const (
	lostRanges = iota
	lostEdgeScopes
	lostEdgeEvidence
	lostHashes
	lostAlgorithms
	lostReferenceTypes
	lostAddresses
	lostCPEs
	lostCharacters
	losses
)

func lossName(kind int) string {
	return [...]string{
		lostRanges:         "requested ranges",
		lostEdgeScopes:     "edge scopes",
		lostEdgeEvidence:   "places and rules of edges",
		lostHashes:         "hashes that are no digests of their algorithm",
		lostAlgorithms:     "hashes of algorithms that only an annotation can name",
		lostReferenceTypes: "types of references",
		lostAddresses:      "addresses that no document may show",
		lostCPEs:           "malformed CPE names",
		lostCharacters:     "characters that no document may hold",
	}[kind]
}

func (w *writer) losses() []sbom.Loss {
	var list []sbom.Loss
	for kind, count := range w.lost {
		if count > 0 {
			list = append(list, sbom.Loss{What: lossName(kind), Count: count})
		}
	}
	return list
}

// edgeLosses counts what of the edges no version carries.
func (w *writer) edgeLosses() {
	for i := range w.g.Edges {
		e := &w.g.Edges[i]
		if e.Range != "" {
			w.lost[lostRanges]++
		}
		if e.Scope != sbom.ScopeUnset && (w.v != v30 || e.Kind != sbom.DependsOn) {
			w.lost[lostEdgeScopes]++
		}
		if e.Path != "" || e.Rule != "" {
			w.lost[lostEdgeEvidence]++
		}
	}
}

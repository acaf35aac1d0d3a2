package cyclonedx

import "github.com/sbomgen/sbomgen/sbom"

// The kinds of what documents cannot carry, in the order of lossNames.
const (
	lostRanges = iota
	lostEdgeScopes
	lostEdgeEvidence
	lostContains
	lostEdges
	lostLimits
	lostResolutions
	lostCompleteness
	lostGaps
	lostKinds
	lostMarks
	lostEvidence
	lostContext
	lostHashes
	lostReferenceHashes
	lostReferenceTypes
	lostAddresses
	lostLicenses
	lostConcluded
	lostPlaces
	lostProperties
	lostLifecycle
	lostMail
	lostVersions
	lostCharacters
	losses
)

func lossName(kind int) string {
	return [...]string{
		lostRanges:          "requested ranges",
		lostEdgeScopes:      "edge scopes",
		lostEdgeEvidence:    "places and rules of edges",
		lostContains:        "contains edges",
		lostEdges:           "edges of other kinds",
		lostLimits:          "limits of edges to some applications",
		lostResolutions:     "resolutions of applications",
		lostCompleteness:    "completeness marks",
		lostGaps:            "gaps",
		lostKinds:           "kinds of components",
		lostMarks:           "scopes, stages and direct marks",
		lostEvidence:        "evidence",
		lostContext:         "lines and catalogers of evidence",
		lostHashes:          "hashes that are no digests of their algorithm",
		lostReferenceHashes: "hashes of references",
		lostReferenceTypes:  "types of references",
		lostAddresses:       "addresses that no document may show",
		lostLicenses:        "licences",
		lostConcluded:       "marks of concluded licences",
		lostPlaces:          "places of licence claims",
		lostProperties:      "properties",
		lostLifecycle:       "lifecycles",
		lostMail:            "mail and web addresses of authors",
		lostVersions:        "ends of long versions",
		lostCharacters:      "characters that no document may hold",
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

// edgeLosses counts what of the edges no version carries, and what only properties carry where there are none.
func (w *writer) edgeLosses() {
	for i := range w.g.Edges {
		e := &w.g.Edges[i]
		if e.Range != "" {
			w.lost[lostRanges]++
		}
		if e.Scope != sbom.ScopeUnset {
			w.lost[lostEdgeScopes]++
		}
		if e.Path != "" || e.Rule != "" {
			w.lost[lostEdgeEvidence]++
		}
	}
}

package diff

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl/version"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// Gate is a kind of change that somebody does not want to pass unseen.
type Gate string

// GateWords lists the gates in the order of the manual.
var GateWords = [...]Gate{"any", "added", "removed", "downgraded", "major", "rehashed", "relicensed", "new-copyleft", "unknown-license", "source-changed", "direct-added"}

// ParseGates reads gates divided by commas. An unknown word is an error.
func ParseGates(list string) ([]Gate, error) {
	var gates []Gate
	for word := range strings.SplitSeq(list, ",") {
		switch g := Gate(strings.TrimSpace(word)); {
		case g == "":
		case !slices.Contains(GateWords[:], g):
			return nil, fmt.Errorf("no gate is called %q", string(g))
		case !slices.Contains(gates, g):
			gates = append(gates, g)
		}
	}
	return gates, nil
}

// Hit is a gate with what it stopped.
type Hit struct {
	Gate    Gate
	Changes []*Change
	Edges   int // relations that came or went, which only "any" stops
}

// Hits lists the gates that stop something, in the order given.
func (r *Report) Hits(gates []Gate) []Hit {
	var hits []Hit
	for _, g := range gates {
		hit := Hit{Gate: g}
		if g == "any" {
			hit.Edges = len(r.Edges)
		}
		for i := range r.Changes {
			if c := &r.Changes[i]; g.stops(c) {
				hit.Changes = append(hit.Changes, c)
			}
		}
		if len(hit.Changes)+hit.Edges > 0 {
			hits = append(hits, hit)
		}
	}
	return hits
}

// stops tells whether the gate stops a change.
func (g Gate) stops(c *Change) bool {
	switch g {
	case "any":
		return true
	case "added":
		return c.Kinds.Has(Added | VersionAdded)
	case "removed":
		return c.Kinds.Has(Removed | VersionRemoved)
	case "downgraded":
		return c.Kinds.Has(Downgraded)
	case "major":
		return c.Kinds.Has(Upgraded|Downgraded) && (c.Class == version.Major.String() || c.Class == version.Epoch.String())
	case "rehashed":
		return c.Kinds.Has(Rehashed)
	case "relicensed":
		return c.Kinds.Has(Relicensed)
	case "new-copyleft":
		return c.newCopyleft()
	case "unknown-license":
		return c.New != nil && c.New.License == "" && (c.Old == nil || c.Old.License != "") && c.Kinds.Has(versionKinds|Moved)
	case "source-changed":
		return c.Kinds.Has(SourceChanged)
	case "direct-added":
		return c.New != nil && c.New.Direct && c.Kinds.Has(Added|VersionAdded|NowDirect)
	}
	return false
}

// newCopyleft tells whether a copyleft licence came with the package, or asks for more than the one before.
func (c *Change) newCopyleft() bool {
	switch {
	case c.Kinds.Has(Added | VersionAdded):
		return copyleft(c.New.Category) > 0
	case c.License != nil:
		return copyleft(c.License.NewCategory) > copyleft(c.License.OldCategory)
	}
	return false
}

// copyleft ranks the categories of copyleft; 0 is none.
func copyleft(category string) int {
	return 1 + slices.Index([]string{license.WeakCopyleft.String(), license.StrongCopyleft.String(), license.NetworkCopyleft.String()}, category)
}

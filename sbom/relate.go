package sbom

import (
	"cmp"
	"fmt"
	"strings"
)

// relate turns the claimed relations into edges between components. It comes after merge, because a key stands
// for a claim, and a claim for a component.
//
// A required end that nothing answers to is a Gap: the file is broken, or we misread it. So is an alias to which two
// components answer, for the edge would be a guess.
func (r *resolver) relate() {
	n := 0
	for _, f := range r.facts {
		n += len(f.relations)
	}
	r.claimed = make([]heldEdge, 0, n)
	for i, f := range r.facts {
		app := r.contexts[r.owners[i]]
		for _, rel := range f.relations {
			if r.replaced(i, f, rel) {
				continue
			}
			from, place, ok, _ := r.end(i, f, rel.From)
			if !ok {
				r.gap(f, rel.Line, fmt.Sprintf("%s, which depends on %s, is not among its packages", brief(rel.From), brief(rel.To)))
				continue
			}
			to, toPlace, ok, unclear := r.end(i, f, rel.To)
			if !ok {
				if rel.MayMiss || rel.Scope == Optional || rel.Scope == Peer {
					continue
				}
				reason := fmt.Sprintf("%s depends on %s, which resolves nowhere", brief(rel.From), brief(rel.To))
				if unclear {
					reason = fmt.Sprintf("%s depends on %s, to which several packages answer", brief(rel.From), brief(rel.To))
				}
				r.gap(f, rel.Line, reason)
				r.components[from].Completeness = min(r.components[from].Completeness, Incomplete)
				continue
			}
			if from == to {
				continue
			}
			scope := rel.Scope
			if scope == ScopeUnset {
				scope = Runtime
			}
			r.claimed = append(r.claimed, heldEdge{Edge{From: from, To: to, Kind: rel.Kind, Scope: scope, Range: rel.Range, Rule: "relate", Path: cmp.Or(place, toPlace, f.Path), Line: rel.Line}, app})
		}
	}
}

// replaced tells a relation of a package that was collapsed into its owner, which has its own. What a program holds is still in it.
func (r *resolver) replaced(i int, f *Facts, rel Relation) bool {
	if len(r.collapsed) == 0 || r.collapsed[i] == nil {
		return false
	}
	if rel.From == f.owner && r.whole[i] {
		return true
	}
	at, ok, _ := f.lookup(rel.From)
	return ok && f.Stage < Built && r.isCollapsed(i, int(at))
}

// end finds the component that an end of a relation names, and the file that tells of it where that is not the one of the Facts.
func (r *resolver) end(i int, f *Facts, name string) (h Handle, place string, ok, unclear bool) {
	at, ok, unclear := f.lookup(name)
	if ok {
		return r.placed[i][at], f.claims[at].path, true, false
	}
	if name == f.owner {
		return r.owners[i], "", true, false
	}
	return 0, "", false, unclear
}

// brief shortens a key for a message: keys come from files, which may hold anything.
func brief(key string) string {
	const most = 200
	if len(key) <= most {
		return key
	}
	return strings.ToValidUTF8(key[:most], "") + "..."
}

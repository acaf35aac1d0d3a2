package spdx

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// relationshipID is the id of a relationship that leaves a component: no other kind of id holds an underscore.
func (w *writer) relationshipID(h sbom.Handle, what string) string {
	return strings.TrimPrefix(w.refs[h], refPrefix) + "_" + what
}

// relationships3 describes the edges that leave a component: those that say the same stand together, and with those of dependencies
// stands how much is known of them.
func (w *writer) relationships3(h sbom.Handle) {
	e, out := w.e, w.g.Out(h)
	told := false
	for scope := sbom.ScopeUnset; scope <= sbom.Runtime; scope++ {
		open := false
		for i := range out {
			if out[i].Kind != sbom.DependsOn || out[i].Scope != scope {
				continue
			}
			if !open {
				open, told = true, true
				w.dependencies(h, scope)
			}
			e.refWord(w.ns, w.refs[out[i].To])
		}
		if open {
			e.end()
			e.end()
		}
	}
	if !told {
		w.dependencies(h, sbom.ScopeUnset)
		if w.g.Components[h].Completeness == sbom.Complete {
			e.word("NoneElement")
		} else {
			e.word("NoAssertionElement")
		}
		e.end()
		e.end()
	}
	for kind := sbom.Contains; kind <= sbom.Patches; kind++ {
		w.edges3(h, kind)
	}
}

// dependencies opens the relationship for what a component depends on in a scope, and its list.
func (w *writer) dependencies(h sbom.Handle, scope sbom.Scope) {
	e := w.e
	id := "dependsOn"
	if scope == sbom.ScopeUnset {
		w.element("Relationship", w.relationshipID(h, id))
	} else {
		w.element("LifecycleScopedRelationship", w.relationshipID(h, id+"_"+scope.String()))
	}
	e.text("relationshipType", "dependsOn")
	switch scope {
	case sbom.ScopeUnset:
	case sbom.Optional, sbom.Peer: // at run time, but not as others are
		e.text("scope", sbom.Runtime.String())
		e.text("comment", edgeMark+scope.String())
	default:
		e.text("scope", scope.String())
	}
	e.text("completeness", completenessWord(w.g.Components[h].Completeness))
	e.ref("from", w.ns, w.refs[h])
	e.list("to")
}

// completenessWord is SPDX 3.0's word.
func completenessWord(c sbom.Completeness) string {
	if c == sbom.Unknown {
		return "noAssertion"
	}
	return c.String()
}

// edges3 describes the edges of another kind.
func (w *writer) edges3(h sbom.Handle, kind sbom.EdgeKind) {
	e, out := w.e, w.g.Out(h)
	word, inverse := relationshipType3(kind)
	open := false
	for i := range out {
		to := out[i].To
		switch {
		case out[i].Kind != kind:
			continue
		case inverse:
			w.element("Relationship", w.relationshipID(to, word+"_"+strings.TrimPrefix(w.refs[h], refPrefix)))
			e.text("relationshipType", word)
			e.ref("from", w.ns, w.refs[to])
			e.list("to")
			e.refWord(w.ns, w.refs[h])
			e.end()
			e.end()
			continue
		case !open:
			open = true
			id := word
			if word == "other" {
				id = kind.String()
			}
			w.element("Relationship", w.relationshipID(h, id))
			e.text("relationshipType", word)
			if word == "other" {
				e.text("comment", edgeMark+kind.String())
			}
			e.ref("from", w.ns, w.refs[h])
			e.list("to")
		}
		e.refWord(w.ns, w.refs[to])
	}
	if open {
		e.end()
		e.end()
	}
}

// relationshipType3 is SPDX 3.0's word for a kind of edges, and whether it tells them the other way round.
func relationshipType3(k sbom.EdgeKind) (word string, inverse bool) {
	switch k {
	case sbom.Contains:
		return "contains", false
	case sbom.BuiltFrom:
		return "generates", true
	case sbom.Describes:
		return "describes", false
	case sbom.Patches:
		return "patchedBy", true
	}
	return "other", false
}

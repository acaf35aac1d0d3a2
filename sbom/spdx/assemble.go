package spdx

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// assembly makes a graph of a statement.
type assembly struct {
	*statement
	b     sbom.Builder
	at    map[string]int // of each SPDX id, the package
	root  int
	next  map[sbom.ID]int // the number of the next instance; an id is taken if it is there
	place map[relation]int
	edges []edge
}

// relation is an edge between two packages, by their places.
type relation struct {
	from, to int
	kind     sbom.EdgeKind
}

type edge struct {
	relation
	scope sbom.Scope
	in    []sbom.ID // the applications in which it holds, nil for all
}

func (s *statement) document() (*sbom.Document, error) {
	a := &assembly{statement: s, at: make(map[string]int, len(s.packages)), next: make(map[sbom.ID]int, len(s.packages)),
		place: make(map[relation]int, len(s.relationships))}
	for _, note := range s.notes {
		s.interpret(note, &a.b)
	}
	a.index()
	described := a.describedPackages()
	a.identify(described)
	for _, r := range a.relationships {
		a.relate(r)
	}
	for i := range a.packages {
		a.relateNote(i)
	}
	a.join(described)
	for i := range a.packages {
		if err := a.b.Component(a.packages[i].Component); err != nil {
			return nil, err
		}
	}
	for _, e := range a.edges {
		a.b.Edge(a.packages[e.from].ID, a.packages[e.to].ID, sbom.Edge{Kind: e.kind, Scope: e.scope}, e.in...)
	}
	s.Serial = serialOf(s.namespace)
	g, err := a.b.Graph(a.packages[a.root].ID)
	if err != nil {
		return nil, err
	}
	a.Graph = g
	if a.ours() { // we derive them from what else is there
		delete(a.leftOut, "package packageFileName")
		delete(a.leftOut, "license text")
	}
	a.leftOut.Tell(&a.Document)
	return &a.Document, nil
}

// ours tells whether we wrote the document.
func (a *assembly) ours() bool {
	return a.Tool.Name == "sbomgen" || slices.ContainsFunc(a.packages, func(e element) bool { return e.note != "" })
}

// index finds the packages by their ids. One whose id is taken is left out.
func (a *assembly) index() {
	kept := a.packages[:0]
	for _, e := range a.packages {
		if _, taken := a.at[e.ref]; taken && e.ref != "" {
			a.b.Gap(sbom.Gap{Reason: fmt.Sprintf("two packages have the id %s", e.ref)})
			continue
		}
		a.at[e.ref] = len(kept)
		kept = append(kept, e)
	}
	a.packages = kept
	delete(a.at, "")
}

// describedPackages lists the packages that the document says it describes.
func (a *assembly) describedPackages() []int {
	var list []int
	seen := make(map[string]bool)
	add := func(ref string) {
		if i, ok := a.at[ref]; ok && !seen[ref] {
			seen[ref] = true
			list = append(list, i)
		}
	}
	for _, ref := range a.described {
		add(ref)
	}
	for _, r := range a.relationships {
		switch {
		case r.kind == "DESCRIBES" && a.noPackage(r.from):
			add(r.to)
		case r.kind == "DESCRIBED_BY" && a.noPackage(r.to):
			add(r.from)
		}
	}
	return list
}

// noPackage tells whether the id is that of the document, or of another element that is no package.
func (a *assembly) noPackage(ref string) bool { return ref == documentRef || a.passed[ref] }

// identify gives every package its id, the root first: the package that the document describes, or else one for the document.
func (a *assembly) identify(described []int) {
	if len(described) == 1 {
		a.root = described[0]
	} else {
		label := a.name
		if label == "" {
			label = "root"
		}
		a.root = len(a.packages)
		a.packages = append(a.packages, element{label: label, Component: sbom.Component{Kind: sbom.Application}})
	}
	name := func(i int) {
		e := &a.packages[i]
		a.read(e, i == a.root)
		base := e.ID
		for {
			if _, taken := a.next[e.ID]; !taken {
				break
			}
			a.next[base] = max(a.next[base], 1) + 1
			e.ID = sbom.ID(fmt.Sprintf("%s#%d", base, a.next[base]))
		}
		a.next[e.ID] = 0
	}
	name(a.root)
	for i := range a.packages {
		if i != a.root {
			name(i)
		}
	}
}

// read turns the fields of a package, and our note on it, into a component.
func (a *assembly) read(e *element, root bool) {
	c := &e.Component
	if c.Kind == "" {
		c.Kind = sbom.Library
		if root && e.note == "" {
			c.Kind = sbom.Application
		}
	}
	c.Group, c.Name = derivedName(e.label, c.PURL)
	c.Author, c.Supplier = e.originator.words(), e.supplier.words()
	n := readNote(e.note, c)
	if n == nil && e.label == c.PURL.Name {
		c.Group, c.Name = "", ""
	}
	if c.Version == c.PURL.Version {
		c.Version = ""
	}
	if n == nil || !n.licensed {
		c.Licenses = parseLicenses(e.declared, e.concluded, a.words)
	}
	c.References = parseAddresses(e.download, e.homepage, c.References, n != nil)
	if c.Description == "" {
		c.Description = e.summary
	} else if e.summary != "" && e.summary != c.Description {
		a.leftOut.Add("package summary", 1)
	}
	if n == nil {
		if e.sourceInfo != "" {
			a.leftOut.Add("package sourceInfo", 1)
		}
		if root {
			c.Path, c.ID = ".", "app:."
			a.Supplier = e.supplier.party()
			return
		}
		if c.ID = derivedID(c); c.ID == "" {
			c.ID = sbom.ID(fmt.Sprintf("%s:%s@%s", c.Kind, e.label, c.Version))
		}
		return
	}
	if !n.seen {
		c.Evidence = parseSightings(e.sourceInfo, c.Stage)
	}
	if c.ID == "" {
		if c.ID = derivedID(c); c.ID == "" {
			c.ID = sbom.ID(e.ref)
		}
	}
	e.edges, e.resolution = n.edges, n.resolution
}

// relate reads a relationship between packages, and what one to nothing tells of a package.
func (a *assembly) relate(r relationship) {
	kind, scope, inverse, ok := edgeOf(r)
	switch {
	case r.kind == "", r.from == none, r.from == noAssertion:
		return
	case a.noPackage(r.from) || a.noPackage(r.to):
		if r.kind != "DESCRIBES" && r.kind != "DESCRIBED_BY" {
			a.leftOut.Add("relationships of other elements than packages", 1)
		}
		return
	case !ok:
		a.leftOut.Add("relationships "+r.kind, 1)
		return
	}
	from, known := a.at[r.from]
	if known && kind == sbom.DependsOn && !inverse {
		c := &a.packages[from].Component
		if r.to == none {
			c.Completeness = sbom.Complete
		}
		c.Completeness = max(c.Completeness, r.completeness)
	}
	if r.to == none || r.to == noAssertion {
		return
	}
	to, found := a.at[r.to]
	if !known || !found {
		a.b.Gap(sbom.Gap{Reason: fmt.Sprintf("%s %s %s: no such package", r.from, r.kind, r.to)})
		return
	}
	if inverse {
		from, to = to, from
	}
	e := a.edge(relation{from, to, kind})
	e.scope = max(e.scope, scope)
	if kind == sbom.DependsOn && a.packages[from].note == "" {
		c := &a.packages[to].Component
		c.Direct = c.Direct || from == a.root
		if a.packages[to].note == "" {
			c.Scope = max(c.Scope, scope)
		}
	}
}

// edge finds or adds an edge.
func (a *assembly) edge(r relation) *edge {
	i, ok := a.place[r]
	if !ok {
		i = len(a.edges)
		a.place[r] = i
		a.edges = append(a.edges, edge{relation: r})
	}
	return &a.edges[i]
}

// edgeOf tells what a relationship is in the graph's terms, the words of SPDX 2 and, spelled like them, those of SPDX 3.
func edgeOf(r relationship) (kind sbom.EdgeKind, scope sbom.Scope, inverse, ok bool) {
	switch r.kind {
	case "DEPENDS_ON", "HAS_PREREQUISITE", "DYNAMIC_LINK", "STATIC_LINK", "HAS_DYNAMIC_LINK", "HAS_STATIC_LINK":
		scope = sbom.ParseScope(r.scope)
		if word, marked := strings.CutPrefix(r.comment, edgeMark); marked && r.kind == "DEPENDS_ON" {
			scope = sbom.ParseScope(word)
		}
		return sbom.DependsOn, scope, false, true
	case "HAS_OPTIONAL_DEPENDENCY":
		return sbom.DependsOn, sbom.Optional, false, true
	case "HAS_PROVIDED_DEPENDENCY":
		return sbom.DependsOn, sbom.Peer, false, true
	case "DEPENDENCY_OF", "PREREQUISITE_FOR":
		return sbom.DependsOn, sbom.ScopeUnset, true, true
	case "RUNTIME_DEPENDENCY_OF":
		return sbom.DependsOn, sbom.Runtime, true, true
	case "OPTIONAL_DEPENDENCY_OF":
		return sbom.DependsOn, sbom.Optional, true, true
	case "PROVIDED_DEPENDENCY_OF":
		return sbom.DependsOn, sbom.Peer, true, true
	case "BUILD_DEPENDENCY_OF", "BUILD_TOOL_OF":
		return sbom.DependsOn, sbom.Build, true, true
	case "TEST_DEPENDENCY_OF", "TEST_TOOL_OF":
		return sbom.DependsOn, sbom.Test, true, true
	case "DEV_DEPENDENCY_OF", "DEV_TOOL_OF":
		return sbom.DependsOn, sbom.Development, true, true
	case "CONTAINS":
		return sbom.Contains, 0, false, true
	case "CONTAINED_BY", "PACKAGE_OF":
		return sbom.Contains, 0, true, true
	case "GENERATED_FROM":
		return sbom.BuiltFrom, 0, false, true
	case "GENERATES":
		return sbom.BuiltFrom, 0, true, true
	case "PATCH_FOR", "PATCH_APPLIED":
		return sbom.Patches, 0, false, true
	case "PATCHED_BY":
		return sbom.Patches, 0, true, true
	case "METAFILE_OF", "DESCRIBES":
		return sbom.Describes, 0, false, true
	case "OTHER":
		return sbom.Provides, 0, false, r.comment == edgeMark+sbom.Provides.String()
	}
	return 0, 0, false, false
}

// relateNote reads what the note of an application tells of edges: whose resolution its own belong to, and which hold in it and not in
// others.
func (a *assembly) relateNote(i int) {
	e := &a.packages[i]
	if owner, ok := a.at[e.resolution]; ok {
		a.b.Context(e.ID, a.packages[owner].ID)
	}
	for _, text := range e.edges {
		from, rest, _ := strings.Cut(text, " ")
		arrow, to, _ := strings.Cut(rest, " ")
		f, okFrom := a.at[from]
		t, okTo := a.at[to]
		for kind := sbom.DependsOn; kind <= sbom.Patches && okFrom && okTo; kind++ {
			if strings.TrimSpace(edgeArrow(kind)) != arrow {
				continue
			}
			if at, ok := a.place[relation{f, t, kind}]; ok {
				if in := a.edges[at].in; len(in) == 0 || in[len(in)-1] != e.ID {
					a.edges[at].in = append(in, e.ID)
				}
			}
		}
	}
}

// join ties what the document describes to the root, where that is not the one package that it describes. A document that describes nothing is
// taken to describe what nothing else needs or holds.
func (a *assembly) join(described []int) {
	if len(described) == 1 {
		return
	}
	if len(described) == 0 {
		reached := make([]bool, len(a.packages))
		for _, e := range a.edges {
			reached[e.to] = reached[e.to] || e.from != e.to
		}
		for i := range a.packages {
			if !reached[i] && i != a.root {
				described = append(described, i)
			}
		}
	}
	for _, i := range described {
		a.edge(relation{a.root, i, sbom.Contains})
	}
}

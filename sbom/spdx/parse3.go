package spdx

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// node is an object of an SPDX 3.0 document. Which members it has depends on its class; all are read alike.
type node struct {
	class, id, name string
	members         []member
	hashes          []sbom.Hash
	references      []sbom.Reference
	identifiers     [][2]string // type and value
	customs         [][2]string // names of licences in an expression, and the elements they stand for
}

// member is a text or the id of an element, or a list of such.
type member struct {
	name, one string
	list      []string
}

// one is a member that is one text, or the first of a list.
func (n *node) one(name string) string {
	for i := range n.members {
		if m := &n.members[i]; m.name == name {
			if len(m.list) > 0 {
				return m.list[0]
			}
			return m.one
		}
	}
	return ""
}

// all is a member that is a list, or one text as a list.
func (n *node) all(name string) []string {
	for i := range n.members {
		if m := &n.members[i]; m.name == name {
			if m.one != "" {
				return []string{m.one}
			}
			return m.list
		}
	}
	return nil
}

// graph3 reads the objects of a document.
type graph3 struct {
	*decode.JSONReader
	nodes   []node
	scratch []member
}

func parseGraph(r *decode.JSONReader) []node {
	g := &graph3{JSONReader: r, nodes: []node{}}
	g.Array(func() { g.node() })
	return g.nodes
}

// node reads an object and returns its id. Elements may stand inside those that name them, where they need none of their own.
func (g *graph3) node() string {
	var n node
	isObject := g.Object(func(key string) {
		switch key {
		case "type", "@type":
			n.class = g.Text()
		case "spdxId", "@id":
			n.id = g.Text()
		case "name":
			n.name = g.Text()
		case "verifiedUsing":
			g.Array(func() {
				m := g.value()
				if digest := m.one("hashValue"); digest != "" {
					n.hashes = append(n.hashes, sbom.Hash{Algorithm: algorithmOf(m.one("algorithm")), Hex: strings.ToLower(digest)})
				}
			})
		case "externalRef":
			g.Array(func() {
				if m := g.value(); m.one("locator") != "" {
					n.references = append(n.references, reference3(m))
				}
			})
		case "externalIdentifier":
			g.Array(func() {
				m := g.value()
				n.identifiers = append(n.identifiers, [2]string{m.one("externalIdentifierType"), m.one("identifier")})
			})
		case "simplelicensing_customIdToUri":
			g.Array(func() {
				m := g.value()
				n.customs = append(n.customs, [2]string{m.one("key"), m.one("value")})
			})
		default:
			if m, ok := g.member(key); ok {
				n.members = append(n.members, m)
			}
		}
	})
	if n.id == "" {
		n.id = "_:" + strconv.Itoa(len(g.nodes))
	}
	if isObject && len(g.nodes) <= maxNodes {
		g.nodes = append(g.nodes, n)
	}
	return n.id
}

func (g *graph3) member(name string) (m member, ok bool) {
	m.name = name
	switch g.Kind() {
	case decode.String:
		m.one = g.Text()
	case decode.Object:
		m.one = g.node()
	case decode.Array:
		g.Array(func() {
			switch g.Kind() {
			case decode.String:
				m.list = append(m.list, g.Text())
			case decode.Object:
				m.list = append(m.list, g.node())
			}
		})
	default:
		return m, false
	}
	return m, true
}

// value reads an object that is no element: of its members the texts, and of lists the first.
func (g *graph3) value() *node {
	n := &node{members: g.scratch[:0]}
	g.Object(func(key string) {
		if list := g.Texts(); len(list) > 0 {
			n.members = append(n.members, member{name: key, one: list[0]})
		}
	})
	g.scratch = n.members
	return n
}

func reference3(m *node) sbom.Reference {
	kind, hashes := parseReferenceComment(m.one("comment"))
	r := sbom.Reference{Type: kind, URL: m.one("locator"), Hashes: hashes}
	if word := m.one("externalRefType"); word != "other" || kind == "" {
		r.Type = "other"
		for _, t := range externalRefTypes {
			if t[1] == word {
				r.Type = t[0]
			}
		}
		if word == "binaryArtifact" {
			r.Type = sbom.Distribution
		}
	}
	return r
}

// stated collects what the objects of a document say.
type stated struct {
	*statement
	at    map[string]*node
	place map[string]int  // of packages
	told  map[string]bool // collections whose roots were looked for
	ns    string
}

func stateGraph(nodes []node) (*statement, error) {
	if len(nodes) > maxNodes {
		return nil, fmt.Errorf("more than %d objects", maxNodes)
	}
	s := &stated{statement: newStatement(), at: make(map[string]*node, len(nodes)), place: make(map[string]int), told: make(map[string]bool)}
	var document *node
	for i := range nodes {
		n := &nodes[i]
		if s.at[n.id] == nil || n.class == "SpdxDocument" {
			s.at[n.id] = n
		}
		if n.class == "SpdxDocument" && document == nil {
			document = n
		}
	}
	if document != nil {
		s.name = document.name
		s.ns, _, _ = strings.Cut(document.id, "#")
		s.namespace = s.ns
		s.creation3(s.at[document.one("creationInfo")])
		s.roots(document)
	}
	s.elements(nodes)
	for i := range nodes {
		switch n := &nodes[i]; n.class {
		case "Relationship", "LifecycleScopedRelationship":
			s.relate(n)
		case "Annotation":
			s.annotated(n, document)
		case "simplelicensing_LicenseExpression":
			for _, custom := range n.customs {
				if text := s.at[custom[1]]; text != nil {
					s.extract(custom[0], text.one("simplelicensing_licenseText"), text.name)
				}
			}
		case "software_Sbom":
			for _, word := range n.all("software_sbomType") {
				if s.Lifecycle == "" {
					s.Lifecycle = lifecycleOf(word)
				}
			}
			if document == nil {
				s.roots(n)
			}
		}
	}
	if document == nil && len(s.packages) == 0 {
		return nil, errNone
	}
	return s.statement, nil
}

// creation3 reads who made the document, when and with what.
func (s *stated) creation3(n *node) {
	if n == nil {
		return
	}
	s.Created = parseTime(n.one("created"))
	for _, id := range n.all("createdUsing") {
		if tool := s.at[id]; tool != nil && s.Tool.Name == "" {
			s.Tool = parseTool(tool.name)
		} else {
			s.leftOut.Add("further tools", 1)
		}
	}
	for _, id := range n.all("createdBy") {
		switch by := s.at[id]; {
		case by == nil:
		case by.class == "SoftwareAgent":
			if s.Tool.Name == "" {
				s.Tool = parseTool(by.name)
			}
		default:
			s.Authors = append(s.Authors, s.agent(id).party())
		}
	}
}

// agent is the person or organisation with the id.
func (s *stated) agent(id string) agent {
	n := s.at[id]
	if n == nil {
		return agent{}
	}
	a := agent{kind: n.class, name: n.name}
	for _, identifier := range n.identifiers {
		if identifier[0] == "email" && a.mail == "" {
			a.mail = identifier[1]
		}
	}
	return a
}

// roots finds what a collection is about: the packages that it, or a collection that it is about, names as roots.
func (s *stated) roots(n *node) {
	if s.told[n.id] {
		return
	}
	s.told[n.id] = true
	for _, id := range n.all("rootElement") {
		if inner := s.at[id]; inner != nil && len(inner.all("rootElement")) > 0 && len(s.told) < maxCollections {
			s.roots(inner)
			continue
		}
		s.described = append(s.described, s.ref(id))
	}
}

// maxCollections is how many collections may be about one another.
const maxCollections = 100

// ref is an id as SPDX 2 has it: without the namespace of the document.
func (s *stated) ref(id string) string {
	if rest, ok := strings.CutPrefix(id, s.ns); ok && s.ns != "" && strings.HasPrefix(rest, "#"+refPrefix) {
		return rest[1:]
	}
	switch id {
	case "NoneElement", "https://spdx.org/rdf/3.0.1/terms/Core/NoneElement", "https://spdx.org/rdf/3.0.0/terms/Core/NoneElement":
		return none
	case "NoAssertionElement", "https://spdx.org/rdf/3.0.1/terms/Core/NoAssertionElement", "https://spdx.org/rdf/3.0.0/terms/Core/NoAssertionElement":
		return noAssertion
	}
	return id
}

// elements reads the packages.
func (s *stated) elements(nodes []node) {
	for i := range nodes {
		n := &nodes[i]
		switch n.class {
		case "software_Package", "ai_AIPackage", "dataset_DatasetPackage":
			if n.name == "" && strings.HasPrefix(n.id, "_:") {
				continue
			}
		case "":
			continue
		default:
			s.passed[s.ref(n.id)] = true
			s.pass(n.class)
			continue
		}
		e := element{ref: s.ref(n.id), label: n.name, download: n.one("software_downloadLocation"), homepage: n.one("software_homePage"),
			sourceInfo: n.one("software_sourceInfo")}
		switch e.Kind = kindOf(n.one("software_primaryPurpose")); {
		case e.Kind != "":
		case n.class == "ai_AIPackage":
			e.Kind = sbom.Model
		case n.class == "dataset_DatasetPackage":
			e.Kind = sbom.Data
		}
		e.set("versionInfo", n.one("software_packageVersion"))
		e.set("copyrightText", n.one("software_copyrightText"))
		e.Description, e.summary = n.one("description"), n.one("summary")
		s.identify(&e, n.one("software_packageUrl"))
		for _, identifier := range n.identifiers {
			switch identifier[0] {
			case "packageUrl":
				s.identify(&e, identifier[1])
			case "cpe23", "cpe22":
				s.enumerate(&e, identifier[1])
			default:
				s.leftOut.Add("package identifier "+identifier[0], 1)
			}
		}
		s.others(n)
		e.Hashes, e.References = n.hashes, n.references
		e.supplier = s.agent(n.one("suppliedBy"))
		for _, id := range n.all("originatedBy") {
			if e.originator.name == "" {
				e.originator = s.agent(id)
			}
		}
		s.place[n.id] = len(s.packages)
		s.add(e)
	}
}

// others counts the members of a package for which the graph has no place.
func (s *stated) others(n *node) {
	for i := range n.members {
		switch name := n.members[i].name; name {
		case "creationInfo", "description", "summary", "suppliedBy", "software_downloadLocation", "software_homePage", "software_sourceInfo", "software_primaryPurpose",
			"software_packageVersion", "software_copyrightText", "software_packageUrl":
		case "originatedBy":
			s.leftOut.Add("further originators of packages", len(n.all(name))-1)
		default:
			s.leftOut.Add("package "+name, 1)
		}
	}
}

// pass counts an element that is no package, unless it is of the classes that are read where others name them.
func (s *stated) pass(class string) {
	switch class {
	case "SpdxDocument", "software_Sbom", "Bom", "CreationInfo", "Person", "Organization", "SoftwareAgent", "Agent", "Tool", "Relationship", "LifecycleScopedRelationship", "Annotation",
		"simplelicensing_LicenseExpression", "simplelicensing_SimpleLicensingText":
		return
	}
	if !strings.HasPrefix(class, "expandedlicensing_") {
		s.leftOut.Add(class, 1)
	}
}

// relate reads a relationship: of licences, or between packages.
func (s *stated) relate(n *node) {
	kind := snake(n.one("relationshipType"))
	from, isPackage := s.place[n.one("from")]
	switch kind {
	case "HAS_DECLARED_LICENSE", "HAS_CONCLUDED_LICENSE":
		if to := n.all("to"); len(to) > 0 && isPackage {
			expression := s.expression(to[0])
			if kind == "HAS_DECLARED_LICENSE" {
				s.packages[from].declared = expression
			} else {
				s.packages[from].concluded = expression
			}
		}
		return
	}
	degree := sbom.Unknown
	switch n.one("completeness") {
	case "complete":
		degree = sbom.Complete
	case "incomplete":
		degree = sbom.Incomplete
	}
	for _, to := range n.all("to") {
		s.relateTo(relationship{from: s.ref(n.one("from")), kind: kind, to: s.ref(to), comment: n.one("comment"),
			scope: n.one("scope"), completeness: degree})
	}
}

// snake is a word of SPDX 3 as SPDX 2 spells such: dependsOn is DEPENDS_ON.
func snake(word string) string {
	b := make([]byte, 0, len(word)+4)
	for i := range len(word) {
		c := word[i]
		if 'A' <= c && c <= 'Z' {
			b = append(b, '_')
		}
		b = append(b, c)
	}
	return strings.ToUpper(string(b))
}

// expression is the licence with the id.
func (s *stated) expression(id string) string {
	const listed, none3, noAssertion3 = "https://spdx.org/licenses/", "expandedlicensing_NoneLicense", "expandedlicensing_NoAssertionLicense"
	switch {
	case id == none3, strings.HasSuffix(id, "/NoneLicense"):
		return none
	case id == noAssertion3, strings.HasSuffix(id, "/NoAssertionLicense"):
		return noAssertion
	}
	n := s.at[id]
	if n == nil {
		name, _ := strings.CutPrefix(id, listed)
		if name == id {
			return ""
		}
		return name
	}
	if expression := n.one("simplelicensing_licenseExpression"); expression != "" {
		return expression
	}
	if name, ok := strings.CutPrefix(id, listed); ok {
		return name
	}
	return n.name
}

func (s *stated) annotated(n, document *node) {
	by := s.creatorOf(n)
	if i, ok := s.place[n.one("subject")]; ok {
		s.annotate(by, n.one("statement"), &s.packages[i])
	} else if document != nil && n.one("subject") == document.id {
		s.annotate(by, n.one("statement"), nil)
	}
}

// creatorOf is the program that made an element, as SPDX 2 names it.
func (s *stated) creatorOf(n *node) string {
	if creation := s.at[n.one("creationInfo")]; creation != nil {
		if tool := s.at[creation.one("createdUsing")]; tool != nil {
			return "Tool: " + tool.name
		}
	}
	return ""
}

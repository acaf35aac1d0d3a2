package cyclonedx

import (
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// assembly makes a graph of a statement.
type assembly struct {
	*statement
	b         sbom.Builder
	ours      bool               // we wrote the document: its bom-refs are ids
	at        map[string]int     // of each bom-ref, the component
	links     []link             // that properties and nesting tell
	contained map[link]bool      // of applications; true where they are depended on as well
	limits    map[link][]sbom.ID // the applications in which an edge holds, where not in all
}

// link is an edge between two ids.
type link struct {
	from, to sbom.ID
	kind     sbom.EdgeKind
}

func (s *statement) document() (*sbom.Document, error) {
	a := &assembly{statement: s, ours: s.isOurs(), at: make(map[string]int, len(s.components)+1),
		contained: make(map[link]bool), limits: make(map[link][]sbom.ID)}
	a.identify()
	for i := range a.components {
		a.interpret(&a.components[i])
	}
	for _, c := range a.compositions {
		for _, ref := range c.dependencies {
			if i, ok := a.at[ref]; ok {
				a.components[i].Completeness = c.degree
			}
		}
	}
	a.edges()
	for i := range a.components {
		if c := &a.components[i]; c.ID != "" {
			if err := a.b.Component(c.Component); err != nil {
				return nil, err
			}
		}
	}
	for _, gap := range a.gaps {
		a.b.Gap(gap)
	}
	root := &a.components[a.root]
	if root.maker != (sbom.Party{}) {
		a.Manufacturer = root.maker
	}
	g, err := a.b.Graph(root.ID)
	if err != nil {
		return nil, err
	}
	a.Graph = g
	return &a.Document, nil
}

func (s *statement) isOurs() bool {
	if s.Tool.Name == "sbomgen" {
		return true
	}
	for i := range s.components {
		for _, p := range s.components[i].Properties {
			if reserved(p.Name) {
				return true
			}
		}
	}
	return false
}

// identify gives every component its id, the root first. A component whose bom-ref is taken keeps none and is left out.
func (a *assembly) identify() {
	if a.root < 0 {
		a.root = len(a.components)
		a.components = append(a.components, component{parent: -1, Component: sbom.Component{Kind: sbom.Application, Name: "root"}})
	}
	ids := make(map[sbom.ID]bool, len(a.components))
	next := make(map[sbom.ID]int) // the number of the next instance
	name := func(i int) {
		c := &a.components[i]
		if c.ref != "" {
			if _, taken := a.at[c.ref]; taken {
				a.gaps = append(a.gaps, sbom.Gap{Reason: fmt.Sprintf("two components have the bom-ref %s", c.ref)})
				return
			}
			a.at[c.ref] = i
		}
		c.ID = a.identity(c, i == a.root)
		for base := c.ID; ids[c.ID]; {
			next[base] = max(next[base], 1) + 1
			c.ID = sbom.ID(fmt.Sprintf("%s#%d", base, next[base]))
		}
		ids[c.ID] = true
	}
	name(a.root)
	for i := range a.components {
		if i != a.root {
			name(i)
		}
	}
}

// identity is the id by the rules of sbom.ID.
func (a *assembly) identity(c *component, root bool) sbom.ID {
	switch {
	case c.ref != "" && (a.ours || strings.HasPrefix(c.ref, "app:")):
		return sbom.ID(c.ref)
	case root:
		c.Path = "."
		return "app:."
	case !c.PURL.IsZero():
		return sbom.ID(c.PURL.Identity().String())
	case c.ref != "":
		return sbom.ID(c.ref)
	}
	return sbom.ID(fmt.Sprintf("%s:%s/%s@%s", c.Kind, c.Group, c.Name, c.Version))
}

// id is that of the component with the bom-ref. What has none keeps its name and becomes a Gap in the graph.
func (a *assembly) id(ref string) sbom.ID {
	if i, ok := a.at[ref]; ok {
		return a.components[i].ID
	}
	return sbom.ID(ref)
}

// interpret turns our properties back into what they say, and takes from the name what the purl says already.
func (a *assembly) interpret(c *component) {
	if c.ID == "" {
		return
	}
	if !c.PURL.IsZero() && c.Group == c.PURL.Namespace && c.Name == c.PURL.Name {
		c.Group, c.Name = "", ""
	}
	if c.Version == c.PURL.Version {
		c.Version = ""
	}
	if c.parent >= 0 {
		a.links = append(a.links, link{a.components[c.parent].ID, c.ID, sbom.Contains})
	}
	kept, words := c.Properties[:0], []string(nil)
	for _, p := range c.Properties {
		switch p.Name {
		case propKind:
			c.Kind = sbom.Kind(p.Value)
		case propDirect:
			c.Direct = p.Value == "true"
		case propScope:
			c.Scope = sbom.ParseScope(p.Value)
		case propStage:
			if stage, ok := parseStage(p.Value); ok {
				c.Stage = stage
			}
		case propPath:
			c.Path = p.Value
		case propCPE:
			c.CPE(p.Value, "")
		case propWords:
			words = append(words, p.Value)
		case propDeclared:
			c.Licenses = append(c.Licenses, sbom.License{Text: p.Value})
		case propConcluded:
			c.Licenses = append(c.Licenses, sbom.License{Text: p.Value, Basis: sbom.ConcludedLicense})
		case propObserved:
			c.Licenses = append(c.Licenses, sbom.License{Text: p.Value, Basis: sbom.ObservedLicense})
		default:
			if !a.relation(c, p) {
				kept = append(kept, p)
			}
		}
	}
	c.Properties = kept[:len(kept):len(kept)]
	if len(kept) == 0 {
		c.Properties = nil
	}
	spell(c.Licenses, words)
	for i := range c.Evidence {
		if e := &c.Evidence[i]; e.Stage == unknownStage {
			e.Stage = c.Stage
		}
	}
}

// relation reads a property that tells an edge, or where edges hold.
func (a *assembly) relation(c *component, p sbom.Property) bool {
	switch p.Name {
	case propApplication, propContainedBy:
		l := link{a.id(p.Value), c.ID, sbom.Contains}
		a.links = append(a.links, l)
		if c.IsApplication() {
			l.kind = sbom.DependsOn
			a.contained[l] = a.contained[l]
		}
	case propDependedOn:
		a.contained[link{a.id(p.Value), c.ID, sbom.DependsOn}] = true
	case propBuiltFrom:
		a.links = append(a.links, link{c.ID, a.id(p.Value), sbom.BuiltFrom})
	case propDescribes:
		a.links = append(a.links, link{c.ID, a.id(p.Value), sbom.Describes})
	case propPatches:
		a.links = append(a.links, link{c.ID, a.id(p.Value), sbom.Patches})
	case propProvides:
		a.links = append(a.links, link{c.ID, a.id(p.Value), sbom.Provides})
	case propResolution:
		a.b.Context(c.ID, a.id(p.Value))
	case propEdge:
		l, ok := a.limit(p.Value)
		if apps := a.limits[l]; ok && (len(apps) == 0 || apps[len(apps)-1] != c.ID) {
			a.limits[l] = append(apps, c.ID)
		}
		return ok
	default:
		return false
	}
	return true
}

// limit reads "from -> to" and, for other kinds of edges, "from -contains-> to".
func (a *assembly) limit(text string) (link, bool) {
	for kind := sbom.DependsOn; kind <= sbom.Patches; kind++ {
		arrow := edgeArrow(kind)
		for i, tries := 0, 0; tries < 8; i, tries = i+1, tries+1 { // an id of ours holds no arrow
			next := strings.Index(text[i:], arrow)
			if next < 0 {
				break
			}
			i += next
			from, okFrom := a.at[text[:i]]
			to, okTo := a.at[text[i+len(arrow):]]
			if okFrom && okTo {
				return link{a.components[from].ID, a.components[to].ID, kind}, true
			}
		}
	}
	return link{}, false
}

// edges adds all edges. An entry of dependsOn that only stands there because an application is contained is none.
func (a *assembly) edges() {
	added := make(map[link]bool)
	add := func(l link) {
		apps := a.limits[l]
		if apps != nil {
			if added[l] {
				return
			}
			added[l] = true
		}
		a.b.Edge(l.from, l.to, sbom.Edge{Kind: l.kind}, apps...)
	}
	for _, l := range a.links {
		add(l)
	}
	for _, d := range a.dependencies {
		from := a.id(d.ref)
		for _, ref := range d.dependsOn {
			l := link{from, a.id(ref), sbom.DependsOn}
			if both, contained := a.contained[l]; contained && !both {
				continue
			}
			add(l)
			if i, ok := a.at[ref]; ok && !a.ours && from == a.components[a.root].ID {
				a.components[i].Direct = true
			}
		}
		for _, ref := range d.provides {
			add(link{from, a.id(ref), sbom.Provides})
		}
	}
}

// spell gives licences back the words of their sources.
func spell(licenses []sbom.License, words []string) {
	for _, w := range words {
		text, _ := license.Spell(w)
		for i := range licenses {
			if licenses[i].Text == text {
				licenses[i].Text = w
				break
			}
		}
	}
}

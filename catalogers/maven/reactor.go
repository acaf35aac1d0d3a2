package maven

import (
	"path"
	"strings"
)

// reactor is all pom.xml files of a tree, with parents and BOMs found among them.
type reactor struct {
	list []*pom
	at   map[string]*pom   // by path
	by   map[string][]*pom // by "group:artifact"
	repo *Repository       // where parents and BOMs outside the tree are; nil reads none
}

// ancestry bounds how many parents are followed: no real project has ten.
const ancestry = 50

func newReactor(list []*pom, repo *Repository) *reactor {
	x := &reactor{list: list, repo: repo, at: make(map[string]*pom, len(list)), by: make(map[string][]*pom, len(list))}
	for _, p := range list {
		x.at[p.path] = p
		key := p.groupText() + ":" + p.artifact
		x.by[key] = append(x.by[key], p)
	}
	for _, p := range list {
		if p.parent != nil {
			p.up = x.parent(p)
		}
	}
	for _, p := range list { // a circle is cut where it is met
		steps := 0
		for q := p; q.up != nil; q = q.up {
			if steps++; steps > ancestry || q.up == p {
				q.up = nil
				break
			}
		}
	}
	for _, p := range list {
		p.index()
	}
	return x
}

// groupText is the group as it stands in the file or in its reference to the parent.
func (p *pom) groupText() string {
	if p.group == "" && p.parent != nil {
		return p.parent.group
	}
	return p.group
}

func (p *pom) versionText() string {
	if p.version == "" && p.parent != nil {
		return p.parent.version
	}
	return p.version
}

// parent finds the parent by its relative path, where that leads to the right project, or else by its coordinates.
func (x *reactor) parent(p *pom) *pom {
	ref := p.parent
	if !ref.anywhere {
		at := path.Join(p.dir, ref.relative)
		if path.Ext(at) != ".xml" {
			at = path.Join(at, "pom.xml")
		}
		q := x.at[at]
		if q != nil && q != p && (ref.artifact == "" || q.artifact == ref.artifact && q.groupText() == ref.group && sameVersion(q.versionText(), ref.version)) {
			return q
		}
	}
	for _, q := range x.by[ref.group+":"+ref.artifact] {
		if q != p && sameVersion(q.versionText(), ref.version) {
			return q
		}
	}
	return x.repo.pom(ref.group, ref.artifact, ref.version)
}

// sameVersion compares versions as they stand: what a property decides may be the same.
func sameVersion(a, b string) bool {
	return a == b || a == "" || b == "" || strings.Contains(a, "${") || strings.Contains(b, "${") || strings.ContainsAny(b, "[(")
}

// find gives the project of the tree with the coordinates. Without a version any will do.
func (x *reactor) find(group, artifact, version string) *pom {
	for _, p := range x.by[group+":"+artifact] {
		if v, _ := p.expand(p.versionText()); version == "" || v == version || strings.Contains(version, "${") || strings.Contains(v, "${") {
			return p
		}
	}
	return nil
}

// outside names the parent that lies outside the tree, or "".
func (p *pom) outside() string {
	for p.up != nil {
		p = p.up
	}
	if p.parent == nil {
		return ""
	}
	return p.parent.group + ":" + p.parent.artifact + ":" + p.parent.version
}

const (
	expansions = 200     // of one text: each may hold others
	textLimit  = 2 << 10 // bytes
)

// expand puts in the properties of the project and its parents. A text of which not all are known stays as it is
// (https://maven.apache.org/ref/current/maven-model-builder/#model-interpolation).
func (p *pom) expand(text string) (expanded string, known bool) {
	expanded = text
	for range expansions {
		from := strings.LastIndex(expanded, "${")
		if from < 0 {
			return expanded, true
		}
		length := strings.IndexByte(expanded[from:], '}')
		if length < 0 || len(expanded) > textLimit {
			break
		}
		value, ok := p.property(expanded[from+2 : from+length])
		if !ok {
			break
		}
		expanded = expanded[:from] + value + expanded[from+length+1:]
	}
	return text, false
}

func (p *pom) property(name string) (string, bool) {
	for q := p; q != nil; q = q.up {
		if value, ok := q.properties[name]; ok {
			return value, true
		}
	}
	field, _ := strings.CutPrefix(name, "project.")
	field, _ = strings.CutPrefix(field, "pom.")
	value := ""
	switch field {
	case "groupId":
		value = p.groupText()
	case "artifactId":
		value = p.artifact
	case "version":
		value = p.versionText()
	case "packaging":
		value = p.packaging
	case "parent.groupId", "parent.version", "parent.artifactId":
		if p.parent == nil {
			return "", false
		}
		switch field {
		case "parent.groupId":
			value = p.parent.group
		case "parent.version":
			value = p.parent.version
		default:
			value = p.parent.artifact
		}
	}
	return value, value != "" && value != "${"+name+"}"
}

// imported is a BOM that a dependencyManagement takes in.
type imported struct{ group, artifact, version string }

// mapKey is what a dependency is managed by (https://maven.apache.org/ref/current/maven-model/apidocs/org/apache/maven/model/Dependency.html#getManagementKey()).
func mapKey(group, artifact, kind, classifier string) string {
	if kind == "" {
		kind = "jar"
	}
	return group + ":" + artifact + ":" + kind + ":" + classifier
}

// index sorts what the project itself manages.
func (p *pom) index() {
	p.lookups = make(map[string]*dependency, len(p.managed))
	for _, d := range p.managed {
		if d.scope == "import" {
			p.imports = append(p.imports, imported{d.group, d.artifact, d.version})
			continue
		}
		key := mapKey(d.group, d.artifact, d.kind, d.classifier)
		if strings.Contains(key, "${") {
			p.wild = append(p.wild, d)
		} else if _, known := p.lookups[key]; !known {
			p.lookups[key] = d
		}
	}
}

// named gives what the project and its parents manage under names that hold properties, in the project's words.
func (p *pom) named() map[string]*dependency {
	if p.spoken == nil {
		p.spoken = make(map[string]*dependency)
		for q := p; q != nil; q = q.up {
			for _, d := range q.wild {
				group, _ := p.expand(d.group)
				artifact, _ := p.expand(d.artifact)
				kind, _ := p.expand(d.kind)
				classifier, _ := p.expand(d.classifier)
				if key := mapKey(group, artifact, kind, classifier); p.spoken[key] == nil {
					p.spoken[key] = d
				}
			}
		}
	}
	return p.spoken
}

// manages gives what the project or its parents manage under a key.
func (p *pom) manages(key string) (*dependency, bool) {
	for q := p; q != nil; q = q.up {
		if d, ok := q.lookups[key]; ok {
			return d, true
		}
	}
	d, ok := p.named()[key]
	return d, ok
}

// manager answers for one project what is managed.
type manager struct {
	reactor *reactor
	pom     *pom
	boms    []*pom
	missing []string // BOMs that lie outside the tree, and parents of BOMs
}

// bomLimit bounds how many BOMs one project takes in, with those that they take in.
const bomLimit = 300

func (x *reactor) manager(p *pom) *manager {
	m := &manager{reactor: x, pom: p}
	m.add(p, map[*pom]bool{p: true})
	return m
}

// add takes in the BOMs of a project and its parents.
func (m *manager) add(p *pom, seen map[*pom]bool) {
	for q := p; q != nil; q = q.up {
		for _, i := range q.imports {
			group, _ := p.expand(i.group)
			artifact, _ := p.expand(i.artifact)
			version, _ := p.expand(i.version)
			bom := m.reactor.find(group, artifact, version)
			if bom == nil {
				bom = m.reactor.repo.pom(group, artifact, version)
			}
			if bom == nil {
				m.missing = append(m.missing, group+":"+artifact+":"+version)
			} else if !seen[bom] && len(m.boms) < bomLimit {
				seen[bom] = true
				m.boms = append(m.boms, bom)
				m.add(bom, seen)
			}
		}
	}
	if parent := p.outside(); parent != "" && p != m.pom {
		m.missing = append(m.missing, parent)
	}
}

// find gives what is managed under a key, and the project in whose words: the project's own, its parents', then that of its BOMs in their
// order.
func (m *manager) find(key string) (d *dependency, in *pom, ok bool) {
	if d, ok = m.pom.manages(key); ok {
		return d, m.pom, true
	}
	for _, bom := range m.boms {
		if d, ok = bom.manages(key); ok {
			return d, bom, true
		}
	}
	return nil, nil, false
}

// dependencies visits what a project depends on by itself and through its parents, each once.
func (m *manager) dependencies(yield func(*resolved) bool) {
	seen := make(map[string]bool)
	for q := m.pom; q != nil; q = q.up {
		for _, d := range q.dependencies {
			r := m.resolve(d)
			if key := mapKey(r.group, r.artifact, r.kind, r.classifier); !seen[key] {
				seen[key] = true
				if !yield(&r) {
					return
				}
			}
		}
	}
}

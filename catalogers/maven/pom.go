package maven

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// POM reads all pom.xml files of a tree together: parents and BOMs are found among them, by path or by coordinates, and a module that another
// depends on is an application. What only a parent or BOM outside the tree decides has no version, and a property names
// what decides it. Plugins are part of the build, not of what it makes.
//
// Source: https://maven.apache.org/pom.html, https://maven.apache.org/guides/introduction/introduction-to-dependency-mechanism.html.
var POM = catalogers.Cataloger{
	Name:       "maven-pom",
	Doc:        "Maven projects and modules and the packages that their pom.xml asks for, with versions from parents, BOMs and properties in the tree.",
	Stage:      sbom.Declared,
	Emits:      []purl.Type{purl.Maven},
	Files:      catalogers.Named("pom.xml"),
	Group:      projects,
	ParseGroup: parsePOMs,
}

// projects leaves out what archives hold of the packages in them, and the templates of archetypes.
func projects(file string) (string, bool) {
	return ".", !strings.Contains("/"+file, "/META-INF/maven/") && !strings.Contains("/"+file, "/archetype-resources/")
}

func parsePOMs(_ string, files []*catalogers.File, out *sbom.Facts) error {
	var list []*pom
	parts := make(map[*pom]*sbom.Facts)
	for _, f := range files {
		text, err := f.Text()
		var p *pom
		if err == nil {
			p, err = readPOM(f.Path, f.Dir(), text)
		}
		if p == nil && err == nil {
			continue // the file of something else
		}
		part := out.For(f.Path)
		if err != nil {
			line := 0
			if at, ok := err.(*decode.LineError); ok {
				line, err = at.Line, at.Err
			}
			part.Gap(line, "%v", err)
			part.BreakOff()
		}
		if p != nil {
			list = append(list, p)
			parts[p] = part
		}
	}
	x := newReactor(list, nil)
	for _, p := range list {
		x.claim(p, parts[p])
	}
	return nil
}

// claim claims a project with what it depends on.
func (x *reactor) claim(p *pom, out *sbom.Facts) {
	app := p.application(out)
	for _, module := range p.modules {
		at := path.Join(p.dir, module)
		if path.Ext(at) != ".xml" {
			at = path.Join(at, "pom.xml")
		}
		if m := x.at[at]; m != nil && m.dir != p.dir {
			out.Relate(sbom.Relation{From: app, To: out.Application(m.dir, sbom.Component{}), Kind: sbom.Contains})
		}
	}
	manager := x.manager(p)
	for r := range manager.dependencies {
		r.claim(manager, app, out)
	}
}

func (p *pom) application(out *sbom.Facts) string {
	group, _ := p.expand(p.groupText())
	artifact, _ := p.expand(p.artifact)
	version, _ := p.expand(p.versionText())
	if strings.Contains(version, "${") {
		version = ""
	}
	c := sbom.Component{Group: group, Name: cmp.Or(artifact, path.Base(p.dir)), Version: version, Description: p.description,
		Evidence: []sbom.Evidence{{Location: sbom.Location{Path: p.path, Line: p.line}}}}
	if group != "" && artifact != "" && !strings.Contains(group+artifact, "${") {
		c.PURL = component(group, artifact, version).PURL
	}
	for q := p; q != nil && len(c.Licenses) == 0; q = q.up {
		for _, name := range q.licenses {
			if name != "" {
				c.Licenses = append(c.Licenses, sbom.License{Text: name, Basis: sbom.DeclaredLicense})
			}
		}
	}
	c.References = p.references(p.scm, p.url)
	return out.Application(p.dir, c)
}

// references gives the addresses of a project that are known as they are.
func (p *pom) references(scm, site string) (list []sbom.Reference) {
	for _, r := range [...]sbom.Reference{{Type: sbom.VCS, URL: scm}, {Type: sbom.Website, URL: site}} {
		address, known := p.expand(r.URL)
		if url, ok := sbom.CleanURL(address); ok && known {
			list = append(list, sbom.Reference{Type: r.Type, URL: url})
		}
	}
	return list
}

// resolved is a dependency in the words of the project that has it, with what is managed.
type resolved struct {
	dependency
	decided string // what outside the tree decides the version, where that is so
}

func (m *manager) resolve(d *dependency) resolved {
	r := resolved{dependency: *d}
	word := func(field *string, in *pom) bool {
		text, ok := in.expand(*field)
		*field = text
		return ok
	}
	for _, field := range [...]*string{&r.group, &r.artifact, &r.kind, &r.classifier, &r.scope, &r.optional} {
		word(field, m.pom)
	}
	known := word(&r.version, m.pom)
	if found, in, ok := m.find(mapKey(r.group, r.artifact, r.kind, r.classifier)); ok {
		if r.version == "" {
			r.version = found.version
			known = word(&r.version, in)
		}
		if r.scope == "" {
			r.scope = found.scope
			word(&r.scope, in)
		}
		if len(r.exclusions) == 0 {
			r.exclusions = found.exclusions
		}
	}
	if r.version == "" || !known {
		outside := m.missing
		if parent := m.pom.outside(); parent != "" {
			outside = append([]string{parent}, outside...)
		}
		r.decided = cmp.Or(strings.Join(outside, ", "), r.version)
	}
	return r
}

func (r *resolved) claim(m *manager, app string, out *sbom.Facts) {
	if r.group == "" || r.artifact == "" || strings.Contains(r.group+r.artifact, "${") {
		if r.decided == "" && m.pom.outside() == "" {
			out.Gap(r.line, "a dependency has no groupId or no artifactId: %.100s:%.100s", r.group, r.artifact)
		}
		return
	}
	edge := sbom.Relation{From: app, Range: r.version, Scope: mavenScope(r.scope, r.optional), Line: r.line}
	if module := m.reactor.find(r.group, r.artifact, r.version); module != nil {
		if module.dir != m.pom.dir {
			edge.To = out.Application(module.dir, sbom.Component{})
			out.Relate(edge)
		}
		return
	}
	c := component(r.group, r.artifact, exact(r.version))
	kind, classifier := artifact(r.kind, r.classifier)
	c.PURL = c.PURL.With("type", kind).With("classifier", classifier)
	switch {
	case r.decided != "":
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:maven:version-decided-by", Value: r.decided})
	case r.version == "" && !m.inactive():
		out.Gap(r.line, "%s:%s has no version, and nothing in the tree or outside could decide it", r.group, r.artifact)
	}
	for _, e := range r.exclusions {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:maven:excludes", Value: e})
	}
	edge.To = mapKey(r.group, r.artifact, r.kind, r.classifier)
	out.AddIn(sbom.Location{Path: r.home.path, Line: r.line}, edge.To, c)
	out.Relate(edge)
}

// inactive tells whether a profile that is not active could decide more.
func (m *manager) inactive() bool {
	for q := m.pom; q != nil; q = q.up {
		if q.inactive {
			return true
		}
	}
	return false
}

// artifact gives the extension and classifier that a type stands for
// (https://maven.apache.org/ref/current/maven-core/artifact-handlers.html). An extension of jar is "".
func artifact(kind, classifier string) (extension, as string) {
	switch kind {
	case "", "jar", "maven-plugin", "ejb", "bundle":
		return "", classifier
	case "test-jar":
		return "", cmp.Or(classifier, "tests")
	case "ejb-client":
		return "", cmp.Or(classifier, "client")
	case "java-source":
		return "", cmp.Or(classifier, "sources")
	case "javadoc":
		return "", cmp.Or(classifier, "javadoc")
	}
	return kind, classifier
}

// mavenScope gives what a dependency is for.
func mavenScope(scope, optional string) sbom.Scope {
	switch scope {
	case "test":
		return sbom.Test
	case "provided", "system":
		return sbom.Peer
	}
	if optional == "true" {
		return sbom.Optional
	}
	return sbom.Runtime
}

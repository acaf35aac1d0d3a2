package maven

import (
	"cmp"
	"strings"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// pom is a pom.xml as it stands, without what it inherits.
//
// Source: https://maven.apache.org/ref/current/maven-model/maven.html. It is read here and not with a library of Maven's model, because a
// scan wants the line of every dependency, keeps those that only an outside parent could complete, and must survive properties that double
// each other.
type pom struct {
	path, dir string

	group, artifact, version string
	packaging                string
	name, description, url   string
	scm                      string
	licenses                 []string
	parent                   *parentRef
	section                       // of the project itself, with its active profiles
	inactive                 bool // it has profiles that are not active by default
	line                     int

	up      *pom                   // the parent, where the tree or the repository has it
	cached  bool                   // it lies in the repository, not in the tree
	lookups map[string]*dependency // managed, by mapKey
	imports []imported
	wild    []*dependency          // managed under names that hold properties
	spoken  map[string]*dependency // those of the parents too, under what the names say in this project
}

// section is what a project and each of its profiles may hold.
type section struct {
	properties   map[string]string
	managed      []*dependency
	dependencies []*dependency
	modules      []string
}

type parentRef struct {
	group, artifact, version string

	relative string
	anywhere bool // an empty relativePath: not to be looked for by path
}

// dependency is one <dependency>, as it stands.
type dependency struct {
	group, artifact, version string
	kind, classifier         string
	scope, optional          string
	exclusions               []string
	line                     int
	home                     *pom
}

// readPOM reads a pom.xml. It gives nil for the file of something else.
func readPOM(path, dir, text string) (*pom, error) {
	var p *pom
	r := decode.NewXML(text)
	r.Children(func(root string) {
		if root != "project" {
			return
		}
		p = &pom{path: path, dir: dir, line: r.Line()}
		p.properties = make(map[string]string)
		var profiles []profile
		r.Children(func(field string) {
			if field == "profiles" {
				r.Children(func(string) { profiles = append(profiles, p.profile(r)) })
				return
			}
			p.field(r, field)
		})
		p.activate(profiles)
	})
	return p, r.Err()
}

func (p *pom) field(r *decode.XMLReader, field string) {
	switch field {
	case "groupId":
		p.group = r.Text()
	case "artifactId":
		p.artifact = r.Text()
	case "version":
		p.version = r.Text()
	case "packaging":
		p.packaging = r.Text()
	case "name":
		p.name = r.Text()
	case "description":
		p.description = strings.Join(strings.Fields(r.Text()), " ")
	case "url":
		p.url = r.Text()
	case "scm":
		r.Children(func(name string) {
			if name == "url" {
				p.scm = r.Text()
			}
		})
	case "licenses":
		r.Children(func(string) {
			var name, url string
			r.Children(func(field string) {
				switch field {
				case "name":
					name = r.Text()
				case "url":
					url = r.Text()
				}
			})
			p.licenses = append(p.licenses, cmp.Or(name, url))
		})
	case "parent":
		p.parent = readParent(r)
	default:
		p.section.field(r, field, p)
	}
}

func readParent(r *decode.XMLReader) *parentRef {
	ref := &parentRef{relative: "../pom.xml"}
	r.Children(func(name string) {
		switch name {
		case "groupId":
			ref.group = r.Text()
		case "artifactId":
			ref.artifact = r.Text()
		case "version":
			ref.version = r.Text()
		case "relativePath":
			ref.relative = r.Text()
			ref.anywhere = ref.relative == ""
		}
	})
	return ref
}

func (s *section) field(r *decode.XMLReader, field string, home *pom) {
	switch field {
	case "properties":
		if s.properties == nil {
			s.properties = make(map[string]string)
		}
		r.Children(func(name string) { s.properties[name] = r.Text() })
	case "dependencies":
		r.Children(func(string) { s.dependencies = append(s.dependencies, readDependency(r, home)) })
	case "dependencyManagement":
		r.Children(func(string) { // dependencies
			r.Children(func(string) { s.managed = append(s.managed, readDependency(r, home)) })
		})
	case "modules", "subprojects": // the latter since model 4.1
		r.Children(func(string) { s.modules = append(s.modules, r.Text()) })
	}
}

func readDependency(r *decode.XMLReader, home *pom) *dependency {
	d := &dependency{line: r.Line(), home: home}
	r.Children(func(field string) {
		switch field {
		case "groupId":
			d.group = r.Text()
		case "artifactId":
			d.artifact = r.Text()
		case "version":
			d.version = r.Text()
		case "type":
			d.kind = r.Text()
		case "classifier":
			d.classifier = r.Text()
		case "scope":
			d.scope = r.Text()
		case "optional":
			d.optional = r.Text()
		case "exclusions":
			r.Children(func(string) {
				var group, artifact string
				r.Children(func(field string) {
					switch field {
					case "groupId":
						group = r.Text()
					case "artifactId":
						artifact = r.Text()
					}
				})
				d.exclusions = append(d.exclusions, group+":"+artifact)
			})
		}
	})
	return d
}

// profile is a set of changes that is made to a project where it is active.
type profile struct {
	section
	byDefault bool
	absence   bool // active where a property is not set
}

func (p *pom) profile(r *decode.XMLReader) profile {
	var f profile
	elsewhere := false // something decides that is not known here; all conditions must hold
	r.Children(func(field string) {
		if field != "activation" {
			f.section.field(r, field, p)
			return
		}
		r.Children(func(by string) {
			switch by {
			case "activeByDefault":
				f.byDefault = strings.EqualFold(r.Text(), "true")
			case "jdk", "os", "file", "packaging", "condition":
				elsewhere = true
			case "property":
				name, value := "", ""
				r.Children(func(field string) {
					switch field {
					case "name":
						name = r.Text()
					case "value":
						value = r.Text()
					}
				})
				f.absence = strings.HasPrefix(name, "!") && value == "" || strings.HasPrefix(value, "!")
			}
		})
	})
	f.absence = f.absence && !elsewhere
	return f
}

// activate adds the profiles that are active where nobody says anything: those that are so while a property is not set, or else those that are
// so by default (https://maven.apache.org/guides/introduction/introduction-to-profiles.html). Those of a JDK, an operating system or
// a file are left out: what builds is not known here.
func (p *pom) activate(profiles []profile) {
	absent := false
	for i := range profiles {
		absent = absent || profiles[i].absence
	}
	for i := range profiles {
		f := &profiles[i]
		if !f.absence && (absent || !f.byDefault) {
			p.inactive = true
			continue
		}
		for name, value := range f.properties {
			p.properties[name] = value
		}
		p.managed = append(f.managed, p.managed...)
		p.dependencies = append(p.dependencies, f.dependencies...)
		p.modules = append(p.section.modules, f.modules...)
	}
}

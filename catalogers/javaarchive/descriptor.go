package javaarchive

import (
	"archive/zip"
	"cmp"
	"fmt"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/jar"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// coordinates name a package of Maven.
type coordinates struct{ group, artifact, version string }

func (c coordinates) complete() bool { return plain(c.group) && plain(c.artifact) }

func (c coordinates) purl() purl.PURL { return purl.New(purl.Maven, c.group, c.artifact, c.version) }

// descriptor is what Maven puts into an archive of one package: META-INF/maven/<group>/<artifact>/pom.properties and pom.xml
// (https://maven.apache.org/shared/maven-archiver/).
type descriptor struct {
	coordinates
	place       sbom.Location
	description string
	url, scm    string
	licenses    []string
	needs       []need
}

// need is a dependency of a pom.xml.
type need struct {
	group, artifact, version string
	scope, optional          string
}

// isDescriptor tells whether an entry is a descriptor. Those of the application itself may lie among its classes.
func isDescriptor(entry string) bool {
	base := path.Base(entry)
	return (base == "pom.properties" || base == "pom.xml") && (strings.HasPrefix(entry, "META-INF/maven/") || strings.Contains(entry, "/classes/META-INF/maven/"))
}

// descriptors reads those of one archive, in the order of their entries.
func descriptors(a *jar.Archive, gap func(sbom.Location, error)) []*descriptor {
	var list []*descriptor
	at := make(map[string]*descriptor) // by folder
	read := func(name string, fill func(*descriptor, string) error) {
		for _, f := range a.Files {
			if path.Base(f.Name) != name || !isDescriptor(f.Name) || f.FileInfo().IsDir() {
				continue
			}
			if d, err := describe(a, f, at[path.Dir(f.Name)], fill); a.Exhausted() {
				return
			} else if err != nil {
				gap(a.At(f), err)
			} else if at[path.Dir(f.Name)] == nil {
				at[path.Dir(f.Name)] = d
				list = append(list, d)
			}
		}
	}
	read("pom.properties", (*descriptor).properties)
	read("pom.xml", (*descriptor).pom)
	return list
}

func describe(a *jar.Archive, f *zip.File, known *descriptor, fill func(*descriptor, string) error) (*descriptor, error) {
	text, err := a.Text(f)
	if err != nil {
		return nil, err
	}
	d := known
	if d == nil {
		d = &descriptor{place: a.At(f)}
	}
	if err := fill(d, text); err != nil {
		return nil, err
	}
	if !d.complete() {
		return nil, fmt.Errorf("has no groupId or no artifactId")
	}
	return d, nil
}

// properties reads a pom.properties, which is written by Maven: no escapes but of ":" and "=".
func (d *descriptor) properties(text string) error {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || line[0] == '!' {
			continue
		}
		at := strings.IndexAny(line, "=:")
		if at < 0 {
			continue
		}
		value := strings.ReplaceAll(strings.TrimSpace(line[at+1:]), `\`, "")
		switch strings.TrimSpace(line[:at]) {
		case "groupId":
			d.group = value
		case "artifactId":
			d.artifact = value
		case "version":
			if plain(value) {
				d.version = value
			}
		}
	}
	return nil
}

// pom reads what a pom.xml adds: licences, addresses, dependencies; without a pom.properties the coordinates too.
func (d *descriptor) pom(text string) error {
	var own, parent coordinates
	r := decode.NewXML(text)
	r.Children(func(root string) {
		if root != "project" {
			return
		}
		r.Children(func(field string) {
			switch field {
			case "parent":
				r.Children(func(name string) { parent.field(r, name) })
			case "description":
				d.description = strings.Join(strings.Fields(r.Text()), " ")
			case "url":
				d.url = r.Text()
			case "scm":
				r.Children(func(name string) {
					if name == "url" {
						d.scm = r.Text()
					}
				})
			case "licenses":
				r.Children(func(string) {
					r.Children(func(name string) {
						if name == "name" {
							d.licenses = append(d.licenses, r.Text())
						}
					})
				})
			case "dependencies":
				r.Children(func(string) { d.needs = append(d.needs, readNeed(r)) })
			default:
				own.field(r, field)
			}
		})
	})
	d.group = cmp.Or(d.group, own.group, parent.group)
	d.artifact = cmp.Or(d.artifact, own.artifact)
	if v := cmp.Or(own.version, parent.version); d.version == "" && plain(v) {
		d.version = v
	}
	for i := range d.needs {
		n := &d.needs[i]
		switch n.group {
		case "${project.groupId}", "${pom.groupId}", "${groupId}":
			n.group = d.group
		case "${project.parent.groupId}":
			n.group = parent.group
		}
	}
	return r.Err()
}

func (c *coordinates) field(r *decode.XMLReader, name string) {
	switch name {
	case "groupId":
		c.group = r.Text()
	case "artifactId":
		c.artifact = r.Text()
	case "version":
		c.version = r.Text()
	}
}

func readNeed(r *decode.XMLReader) (n need) {
	r.Children(func(name string) {
		switch name {
		case "groupId":
			n.group = r.Text()
		case "artifactId":
			n.artifact = r.Text()
		case "version":
			n.version = r.Text()
		case "scope":
			n.scope = r.Text()
		case "optional":
			n.optional = r.Text()
		}
	})
	return n
}

// describes fills in what the pom.xml says of the package.
func (d *descriptor) describes(c *sbom.Component) {
	c.Description = d.description
	for _, name := range d.licenses {
		if name != "" {
			c.Licenses = append(c.Licenses, sbom.License{Text: name, Basis: sbom.DeclaredLicense})
		}
	}
	for _, r := range [...]sbom.Reference{{Type: sbom.VCS, URL: d.scm}, {Type: sbom.Website, URL: d.url}} {
		if url, ok := sbom.CleanURL(r.URL); ok && !strings.Contains(url, "${") && !strings.Contains(r.URL, "${") {
			c.References = append(c.References, sbom.Reference{Type: r.Type, URL: url})
		}
	}
}

// Package bower reads what Bower and its users write.
package bower

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads bower.json, https://github.com/bower/spec/blob/master/json.md. In bower_components it is a package's own, and passed over.
//
// Bower has no purl type: a package is generic, of the registry registry.bower.io.
var Manifest = catalogers.Cataloger{
	Name:  "bower-json",
	Doc:   "The project of a bower.json and the Bower packages that it asks for.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("bower.json"),
	Parse: parseManifest,
}

// Installed reads the .bower.json that Bower leaves in every package of bower_components: the manifest with what was resolved.
var Installed = catalogers.Cataloger{
	Name:       "bower-installed",
	Doc:        "Bower packages installed in bower_components, with edges, licences and commits.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.Generic},
	Files:      catalogers.Named(".bower.json"),
	Group:      func(at string) (string, bool) { return path.Dir(path.Dir(at)), true },
	ParseGroup: parseInstalled,
}

const registry = "https://registry.bower.io"

// manifest is a bower.json or .bower.json.
type manifest struct {
	name, version, description, home, release, source, original, commit string
	licenses                                                            []string
	direct                                                              bool
	needs                                                               []need
	line                                                                int // of the name
}

type need struct {
	name, spec string
	scope      sbom.Scope
	line       int
}

func read(text string) (manifest, error) {
	var m manifest
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "name":
			m.line, m.name = r.Line(), r.Text()
		case "version":
			m.version = r.Text()
		case "description":
			m.description = r.Text()
		case "homepage":
			m.home = r.Text()
		case "license":
			m.licenses = r.Texts()
		case "_release":
			m.release = r.Text()
		case "_source":
			m.source = r.Text()
		case "_originalSource":
			m.original = r.Text()
		case "_direct":
			m.direct = r.Bool()
		case "_resolution":
			r.Object(func(key string) {
				if key == "commit" {
					m.commit = r.Text()
				}
			})
		case "dependencies", "devDependencies":
			scope := sbom.Runtime
			if key == "devDependencies" {
				scope = sbom.Development
			}
			r.Object(func(name string) {
				line := r.Line()
				m.needs = append(m.needs, need{name, r.Text(), scope, line})
			})
		}
	})
	return m, r.Finish()
}

func (m *manifest) describe() sbom.Component {
	c := sbom.Component{Description: m.description}
	for _, l := range m.licenses {
		c.Licenses = append(c.Licenses, sbom.License{Text: l})
	}
	if home, ok := sbom.CleanURL(m.home); ok {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
	}
	return c
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	if strings.Contains("/"+f.Path, "/bower_components/") {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	m, err := read(text)
	if m.name != "" {
		c := m.describe()
		c.Name, c.Version = m.name, m.version
		c.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: m.line}}}
		out.Application(f.Dir(), c)
	}
	for _, n := range m.needs {
		spec, _, _ := strings.Cut(n.spec, "#")
		if n.name == "" || strings.HasPrefix(spec, ".") || strings.HasPrefix(spec, "/") { // a folder of the machine
			continue
		}
		c, rng := asked(n)
		if !out.Has(n.name) {
			out.AddAt(n.line, n.name, c)
		}
		out.Relate(sbom.Relation{From: out.Owner(), To: n.name, Range: rng, Scope: n.scope, Line: n.line})
	}
	return err
}

// asked reads a dependency: a range, "package#range", "owner/name#range" of GitHub, or an address with "#range".
func asked(n need) (c sbom.Component, rng string) {
	source, rng, ok := strings.Cut(n.spec, "#")
	c = sbom.Component{PURL: purl.New(purl.Generic, "", n.name, "")}
	switch {
	case !ok && !strings.Contains(source, "/"):
		c.PURL = c.PURL.With("repository_url", registry)
		return c, source
	case strings.Contains(source, ":"):
		c.FromGit(source, "")
	case strings.Contains(source, "/"):
		c.FromGit("https://github.com/"+source, "")
	default:
		c.PURL = purl.New(purl.Generic, "", source, "").With("repository_url", registry)
	}
	return c, rng
}

func parseInstalled(dir string, files []*catalogers.File, out *sbom.Facts) error {
	owner := out.Own(path.Dir(dir))
	for _, f := range files {
		text, err := f.Text()
		var m manifest
		if err == nil {
			m, err = read(text)
		}
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		key := path.Base(f.Dir()) // dependencies are named as folders
		version := m.release
		if version == "" {
			version = m.version
		}
		if version == "" {
			out.GapAt(f.Path, "%.80q has no version", key)
			continue
		}
		c := m.describe()
		name := key
		if strings.Contains(m.original, "/") {
			c.PURL = purl.New(purl.Generic, "", name, version)
			c.FromGit(m.source, m.commit)
		} else {
			if m.original != "" {
				name = m.original
			}
			c.PURL = purl.New(purl.Generic, "", name, version).With("repository_url", registry)
			if clean, ok := sbom.CleanURL(m.source); ok {
				c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: clean})
			}
		}
		out.AddIn(sbom.Location{Path: f.Path, Line: max(m.line, 1)}, key, c)
		if m.direct {
			out.Relate(sbom.Relation{From: owner, To: key, MayMiss: true})
		}
		for _, n := range m.needs {
			if n.scope == sbom.Runtime {
				out.Relate(sbom.Relation{From: key, To: n.name, Range: n.spec, Line: n.line, MayMiss: true})
			}
		}
	}
	out.Edges(sbom.Complete)
	return nil
}

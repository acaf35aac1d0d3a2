package vcpkg

import (
	"cmp"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads vcpkg.json, https://learn.microsoft.com/vcpkg/reference/vcpkg-json. The manifest of a port, which lies beside a
// portfile.cmake, is a recipe for others and no project: it is passed over.
//
// Versions follow from the baseline, a commit of the registry, unless "overrides" pins them.
var Manifest = catalogers.Cataloger{
	Name:   "vcpkg-json",
	Doc:    "C and C++ packages that a vcpkg.json asks for, with overrides, features and host tools.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.VCPkg},
	Files:  catalogers.Named("vcpkg.json"),
	Beside: []string{"portfile.cmake"},
	Parse:  parseManifest,
}

// wish is one entry of "dependencies".
type wish struct {
	name, atLeast, platform string
	host                    bool
	feature                 string // of the project, that asks for it
	line                    int
}

type manifest struct {
	name, version, license, description, home, baseline string
	line                                                int // of the name
	defaults                                            map[string]bool
	wishes                                              []wish
	pins                                                map[string]sbom.Component
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	if recipe, err := f.Beside("portfile.cmake"); err == nil {
		recipe.Close()
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	m := manifest{defaults: make(map[string]bool), pins: make(map[string]sbom.Component)}
	r.Object(func(key string) { m.field(r, key, out) })
	app := out.Owner()
	if m.name != "" {
		c := sbom.Component{Name: m.name, Version: m.version, Description: m.description,
			Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: m.line}}}}
		if m.license != "" {
			c.Licenses = []sbom.License{{Text: m.license}}
		}
		if home, ok := sbom.CleanURL(m.home); ok {
			c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
		}
		out.Application(f.Dir(), c)
	}
	for _, w := range m.wishes {
		if w.name == m.name && m.name != "" {
			continue // its own further features
		}
		c, pinned := m.pins[w.name]
		if !pinned {
			c = port(w.name, "", "")
			c.PURL = c.PURL.With("repository_revision", m.baseline)
		}
		if w.platform != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:vcpkg:platform", Value: w.platform})
		}
		if !out.Has(w.name) {
			out.AddAt(w.line, w.name, c)
		}
		edge := sbom.Relation{From: app, To: w.name, Scope: sbom.Runtime, Line: w.line}
		switch {
		case w.host:
			edge.Scope = sbom.Build
		case w.feature != "" && !m.defaults[w.feature]:
			edge.Scope = sbom.Optional
		}
		if w.atLeast != "" {
			edge.Range = ">=" + w.atLeast
		}
		out.Relate(edge)
	}
	return r.Finish()
}

func (m *manifest) field(r *decode.JSONReader, key string, out *sbom.Facts) {
	switch key {
	case "name":
		m.line, m.name = r.Line(), r.Text()
	case "version", "version-string", "version-semver", "version-date":
		m.version = r.Text()
	case "license":
		m.license = r.Text()
	case "description":
		m.description, _, _ = strings.Cut(strings.Join(r.Texts(), "\n"), "\n")
	case "homepage":
		m.home = r.Text()
	case "builtin-baseline":
		m.baseline = r.Text()
	case "default-features":
		r.Array(func() { m.defaults[read(r).name] = true })
	case "dependencies":
		m.dependencies(r, "", out)
	case "features":
		r.Object(func(feature string) {
			r.Object(func(key string) {
				if key == "dependencies" {
					m.dependencies(r, feature, out)
				}
			})
		})
	case "overrides":
		r.Array(func() {
			var name, version, revision string
			r.Object(func(key string) {
				switch key {
				case "name":
					name = r.Text()
				case "version", "version-string", "version-semver", "version-date":
					version = r.Text()
				case "port-version":
					revision = strings.TrimSpace(r.Raw())
				}
			})
			if name != "" && version != "" {
				m.pins[name] = port(name, version, revision)
			}
		})
	}
}

func (m *manifest) dependencies(r *decode.JSONReader, feature string, out *sbom.Facts) {
	r.Array(func() {
		w := read(r)
		if w.feature = feature; isName(w.name) {
			m.wishes = append(m.wishes, w)
		} else if r.Err() == nil {
			out.Gap(w.line, "%.80q is no name of a port", w.name)
		}
	})
}

// read reads a dependency or a default feature: a name, or an object with one.
func read(r *decode.JSONReader) wish {
	w := wish{line: r.Line()}
	if r.Kind() == decode.String {
		w.name = r.Text()
		return w
	}
	r.Object(func(key string) {
		switch key {
		case "name":
			w.name = r.Text()
		case "version>=":
			w.atLeast = cmp.Or(r.Text(), w.atLeast)
		case "platform":
			w.platform = r.Text()
		case "host":
			w.host = r.Bool()
		}
	})
	return w
}

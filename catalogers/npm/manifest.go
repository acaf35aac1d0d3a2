package npm

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// manifest is what a package.json says
// (https://docs.npmjs.com/cli/v11/configuring-npm/package-json).
type manifest struct {
	name, version       string
	description, author string
	homepage            string
	repository          string // as written: an address or a shorthand
	issues              string // the address of the tracker
	licenses            []sbom.License
	requires            requirements
	bundled             []string // names of dependencies that the package's own tarball holds
	bundlesAll          bool
	workspaces          []string   // globs of folders; with "!" they take away
	overrides           []override // npm's overrides, pnpm's and yarn's resolutions
	line                int        // of the name, 0 without one

	id, resolved, integrity string // what npm until version 6 noted in the manifests that it installed
	mocked                  bool   // stands where yarn left out a package for another platform
}

// override replaces what is asked for: at any place, or only below others.
type override struct {
	selector string // as written; npm's nested ones joined by ">"
	spec     string
}

// readManifest reads a package.json. What precedes an error is returned with it.
func readManifest(text string) (manifest, error) {
	var m manifest
	err := m.read(text)
	return m, err
}

func (m *manifest) read(text string) error {
	r := decode.NewJSON(text)
	object := r.Object(func(key string) { m.field(r, key) })
	m.requires.settle()
	if m.id == "" || m.id != m.name+"@"+m.version { // it speaks of another package
		m.resolved, m.integrity = "", ""
	}
	if err := r.Finish(); err != nil || object {
		return err
	}
	return errors.New("is no JSON object")
}

// field reads the value of one member of a package.json, if it is one that is kept.
func (m *manifest) field(r *decode.JSONReader, key string) {
	switch key {
	case "name":
		m.line = r.Line()
		m.name = strings.TrimSpace(r.Text())
	case "version":
		m.version = strings.TrimSpace(r.Text())
	case "description":
		m.description = r.Text()
	case "author":
		m.author = person(r)
	case "homepage":
		m.homepage = r.Text()
	case "repository":
		m.repository = member(r, "url")
	case "bugs":
		m.issues = member(r, "url")
	case "license", "licenses", "licence":
		if list := licenses(r); len(m.licenses) == 0 {
			m.licenses = list
		}
	case "_id":
		m.id = r.Text()
	case "mocked":
		m.mocked = r.Bool()
	case "_resolved":
		m.resolved = r.Text()
	case "_integrity":
		m.integrity = r.Text()
	case "bundleDependencies", "bundledDependencies":
		if r.Kind() == decode.Bool {
			m.bundlesAll = r.Bool()
		} else {
			m.bundled = r.Texts()
		}
	case "workspaces": // a list, or yarn's object with the list in it
		if r.Kind() != decode.Object {
			m.workspaces = r.Texts()
			return
		}
		r.Object(func(key string) {
			if key == "packages" {
				m.workspaces = r.Texts()
			}
		})
	case "overrides", "resolutions":
		m.override(r, "")
	case "pnpm":
		r.Object(func(key string) {
			if key == "overrides" {
				m.override(r, "")
			}
		})
	default:
		m.requires.field(r, key)
	}
}

func (m *manifest) override(r *decode.JSONReader, below string) {
	r.Object(func(key string) {
		selector := key
		switch {
		case below == "":
		case key == ".":
			selector = below
		default:
			selector = below + ">" + key
		}
		if r.Kind() == decode.String {
			m.overrides = append(m.overrides, override{selector, r.Text()})
		} else if len(selector) < 1000 {
			m.override(r, selector)
		}
	})
}

// describe adds to a component what the package says of itself.
func (m *manifest) describe(c *sbom.Component) {
	c.Description, c.Author, c.Licenses = m.description, m.author, m.licenses
	add := func(kind, address string) {
		if address != "" {
			c.References = append(c.References, sbom.Reference{Type: kind, URL: address})
		}
	}
	add(sbom.VCS, page(m.repository))
	add(sbom.Website, stripped(m.homepage))
	add(sbom.IssueTracker, stripped(m.issues))
}

// member reads a text, or the member of that name of an object.
func member(r *decode.JSONReader, name string) (text string) {
	if r.Kind() != decode.Object {
		return r.Text()
	}
	r.Object(func(key string) {
		if key == name {
			text = r.Text()
		}
	})
	return text
}

// person reads somebody in either spelling, "Name <address> (url)" or an object, and leaves the url out.
func person(r *decode.JSONReader) string {
	if r.Kind() != decode.Object {
		text, _, _ := strings.Cut(r.Text(), "(")
		return strings.TrimSpace(text)
	}
	var name, email string
	r.Object(func(key string) {
		switch key {
		case "name":
			name = strings.TrimSpace(r.Text())
		case "email":
			email = strings.TrimSpace(r.Text())
		}
	})
	if name == "" || email == "" {
		return name + email
	}
	return name + " <" + email + ">"
}

// licenses reads the licence of a package in every spelling that npm ever took: a text, an object with the member type,
// or a list of either, which is a choice.
func licenses(r *decode.JSONReader) []sbom.License {
	if r.Kind() != decode.Array {
		return licensed(member(r, "type"))
	}
	var names []string
	words := true
	r.Array(func() {
		if name := strings.TrimSpace(member(r, "type")); name != "" {
			names = append(names, name)
			words = words && !strings.ContainsAny(name, " ,/\t")
		}
	})
	if words && len(names) > 1 {
		return licensed("(" + strings.Join(names, " OR ") + ")")
	}
	var list []sbom.License
	for _, name := range names {
		list = append(list, licensed(name)...)
	}
	return list
}

func licensed(text string) []sbom.License {
	if text = strings.TrimSpace(text); text == "" {
		return nil
	}
	return []sbom.License{{Text: text, Basis: sbom.DeclaredLicense}}
}

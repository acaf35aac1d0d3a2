package golang

import (
	"go/version"
	"path"
	"strings"

	"golang.org/x/mod/modfile"
	"golang.org/x/mod/module"

	"github.com/sbomgen/sbomgen/sbom"
)

// claim says what the go.mod files tell, with the modules at the selected versions.
func (b *build) claim(out *sbom.Facts, selected map[string]string, known sbom.Completeness) {
	for _, m := range b.mains {
		out.Application(m.dir, m.component(known))
	}
	if b.work != nil {
		out.Application(b.file.Dir(), sbom.Component{Completeness: known})
	}
	for _, m := range b.mains {
		from, tools := out.Application(m.dir, sbom.Component{}), b.tools(m)
		for _, r := range b.requires(m) {
			where := sbom.Location{Path: m.file, Line: r.Syntax.Start.Line}
			key := b.module(out, module.Version{Path: r.Mod.Path, Version: selected[r.Mod.Path]}, where)
			edge := sbom.Relation{From: from, To: key, Range: r.Mod.Version}
			if m.file == out.Path {
				edge.Line = where.Line
			}
			if !r.Indirect {
				out.Relate(edge)
			}
			for _, t := range tools[r.Mod.Path] {
				// Tools are run, not linked: "go tool" and go:generate use them on the project's sources.
				if edge.Scope = sbom.Development; edge.Line != 0 {
					edge.Line = t.Syntax.Start.Line
				}
				out.Relate(edge)
				if c := out.Component(key); c != nil && c.Kind != sbom.Application {
					c.Properties = addProperty(c.Properties, propertyTool, t.Path)
				}
			}
		}
	}
	b.claimStandardLibrary(out)
}

func addProperty(list []sbom.Property, name, value string) []sbom.Property {
	p := sbom.Property{Name: name, Value: value}
	for _, q := range list {
		if p == q {
			return list
		}
	}
	return append(list, p)
}

// component is the main module as an application.
func (m *mainModule) component(known sbom.Completeness) sbom.Component {
	c := library(m.path, "")
	c.Completeness = known
	c.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: m.file, Line: m.Module.Syntax.Start.Line}}}
	for _, x := range m.Exclude {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyExclude, Value: x.Mod.String()})
	}
	for _, g := range m.Godebug {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyGodebug, Value: g.Key + "=" + g.Value})
	}
	return c
}

// module claims a module of the build, seen at a place, and returns its key. A main module and one that a folder of the tree stands
// in for are the applications there.
func (b *build) module(out *sbom.Facts, m module.Version, where sbom.Location) string {
	if own := b.byPath[m.Path]; own != nil {
		return out.Application(own.dir, sbom.Component{})
	}
	seen := sbom.Evidence{Location: where}
	if key, ok := b.keys[m.Path]; ok {
		if c := out.Component(key); c != nil {
			c.Evidence = append(c.Evidence, seen)
		}
		return key
	}
	key, c, source := m.String(), sbom.Component{}, m
	to, replaced := b.replaced(m)
	switch {
	case !replaced:
		c = library(m.Path, m.Version)
	case to.dir != "":
		key = out.Application(to.dir, sbom.Component{PURL: library(m.Path, "").PURL, Evidence: []sbom.Evidence{seen}})
		b.keys[m.Path] = key
		return key
	case to.Path == "":
		c = localOnly(m.Path, m.Version)
	default:
		key, c = to.Version.String(), library(to.Path, to.Version.Version)
		if to.Path != m.Path {
			c.Properties = append(c.Properties, sbom.Property{Name: propertyReplaces, Value: m.String()})
		}
		source = to.Version
	}
	if b.summed && c.PURL.Version != "" {
		c.Properties = append(c.Properties, b.sums.of(source, out))
	}
	if known := out.Component(key); known != nil { // it stands in for two
		known.Evidence = append(known.Evidence, seen)
		for _, p := range c.Properties {
			known.Properties = addProperty(known.Properties, p.Name, p.Value)
		}
	} else {
		c.Evidence = []sbom.Evidence{seen}
		out.AddIn(where, key, c)
	}
	b.keys[m.Path] = key
	return key
}

// tools gives, by path, the required modules that hold a package which a tool directive names: of those whose path
// begins the package's, the one with the longest. The main module's own tools are left out.
func (b *build) tools(m *mainModule) map[string][]*modfile.Tool {
	if len(m.Tool) == 0 {
		return nil
	}
	required := make(map[string]bool, len(m.Require))
	for _, r := range m.Require {
		required[r.Mod.Path] = true
	}
	found := make(map[string][]*modfile.Tool)
	for _, t := range m.Tool {
		for p := t.Path; p != "." && p != "/" && p != m.path; p = path.Dir(p) {
			if required[p] {
				found[p] = append(found[p], t)
				break
			}
		}
	}
	return found
}

// claimStandardLibrary claims the standard library, which every program is linked with. Its version is the least that the
// build accepts: a newer toolchain may build it, and no file says which one does. Hence the confidence.
func (b *build) claimStandardLibrary(out *sbom.Facts) {
	var least directive
	for _, d := range b.directives() {
		if version.IsValid("go"+d.version) && (least.version == "" || version.Compare("go"+d.version, "go"+least.version) > 0) {
			least = d
		}
	}
	if least.version == "" {
		return
	}
	key := standardLibrary + "@" + least.version
	c := standardLibraryOf(least.version)
	c.Evidence = []sbom.Evidence{{Confidence: 50, Location: sbom.Location{Path: least.file, Line: least.line}}}
	c.Properties = []sbom.Property{{Name: propertyVersion, Value: least.name + " directive, which asks for this version or a later one"}}
	out.Add(key, c)
	for _, m := range b.mains {
		edge := sbom.Relation{From: out.Application(m.dir, sbom.Component{}), To: key, Range: least.name + " " + least.text}
		if least.file == out.Path {
			edge.Line = least.line
		}
		out.Relate(edge)
	}
}

// directive is a go or toolchain line.
type directive struct {
	name, text string
	version    string // as the standard library's
	file       string
	line       int
}

func (b *build) directives() []directive {
	var list []directive
	add := func(file string, g *modfile.Go, t *modfile.Toolchain) {
		if g != nil {
			list = append(list, directive{"go", g.Version, g.Version, file, g.Syntax.Start.Line})
		}
		if t != nil { // "go1.22.1-vendor" is a build of 1.22.1
			v, _, _ := strings.Cut(strings.TrimPrefix(t.Name, "go"), "-")
			list = append(list, directive{"toolchain", t.Name, v, file, t.Syntax.Start.Line})
		}
	}
	if b.work != nil {
		add(b.file.Path, b.work.Go, b.work.Toolchain)
	}
	for _, m := range b.mains {
		add(m.file, m.Go, m.Toolchain)
	}
	return list
}

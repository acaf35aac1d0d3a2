package luarocks

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Rockspec reads *.rockspec, https://github.com/luarocks/luarocks/blob/main/docs/rockspec_format.md. One of a version in development (scm, dev,
// cvs) describes the project around it; one of a release describes the rock that was released, and is claimed as that. Where luarocks.lock lies
// beside, it also says what the project asks for.
var Rockspec = catalogers.Cataloger{
	Name:   "luarocks-rockspec",
	Doc:    "Lua rocks described by *.rockspec and what they ask for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.LuaRocks},
	Files:  catalogers.Glob("*.rockspec"),
	Beside: []string{"luarocks.lock"},
	Parse:  parseRockspec,
}

func parseRockspec(f *catalogers.File, out *sbom.Facts) error {
	if _, installed := treeOf(f.Path); installed {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	spec, err := read(text)
	name, version := spec.get("package").text, spec.get("version").text
	if !isName(name) || version == "" {
		if err == nil {
			out.Gap(0, "has no package or no version")
		}
		return err
	}
	c := describe(spec)
	line := 0
	for _, x := range spec.fields {
		if x.key == "package" {
			line = x.line
		}
	}
	var from []string
	if released(version) {
		c.PURL = rock(name, version)
		out.AddAt(line, name, c)
		from = append(from, name)
		if lock, err := f.Beside("luarocks.lock"); err == nil {
			lock.Close()
			from = append(from, out.Owner())
		}
	} else {
		c.Name, c.Version, c.Evidence = name, version, []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: line}}}
		from = append(from, out.Application(f.Dir(), c))
	}
	for _, section := range [...]struct {
		name  string
		scope sbom.Scope
	}{{"dependencies", sbom.Runtime}, {"build_dependencies", sbom.Build}, {"test_dependencies", sbom.Test}} {
		for _, d := range spec.get(section.name).table.elements() {
			to, rng, ok := requirement(d.value.text)
			if !ok {
				out.Gap(d.line, "%.80q is no dependency", d.value.text)
				continue
			}
			if to == "lua" || to == name {
				continue
			}
			key := "? " + to
			if !out.Has(key) {
				out.AddAt(d.line, key, sbom.Component{PURL: rock(to, "")})
			}
			for _, who := range from {
				out.Relate(sbom.Relation{From: who, To: key, Range: rng, Scope: section.scope, Line: d.line})
			}
		}
	}
	return err
}

// released tells whether a version is one of a release, "1.0-2", and not of a repository's head.
func released(version string) bool {
	word, _, _ := strings.Cut(version, "-")
	switch strings.TrimRight(word, "0123456789.") {
	case "scm", "dev", "cvs", "git", "master", "main":
		return false
	}
	return true
}

// requirement splits "name >= 1.0, < 2" into the name and the range.
func requirement(text string) (name, rng string, ok bool) {
	text = strings.TrimSpace(text)
	end := strings.IndexAny(text, " \t<>=~")
	if end < 0 {
		return text, "", isName(text)
	}
	return text[:end], strings.TrimSpace(text[end:]), isName(text[:end])
}

// describe gives what a rockspec says of its rock besides the name.
func describe(spec *table) sbom.Component {
	d := spec.get("description").table
	c := sbom.Component{Description: strings.Join(strings.Fields(d.get("summary").text), " "), Author: d.get("maintainer").text}
	if l := d.get("license").text; l != "" {
		c.Licenses = []sbom.License{{Text: l}}
	}
	if home, ok := sbom.CleanURL(d.get("homepage").text); ok {
		c.References = append(c.References, sbom.Reference{Type: sbom.Website, URL: home})
	}
	source := spec.get("source").table
	address, ok := sbom.CleanURL(source.get("url").text)
	switch {
	case !ok:
	case strings.HasPrefix(address, "git"), strings.HasSuffix(address, ".git"), strings.HasPrefix(address, "hg"), strings.HasPrefix(address, "svn"):
		c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: address})
	default:
		r := sbom.Reference{Type: sbom.Distribution, URL: address}
		if h, ok := sbom.NewHash(sbom.MD5, source.get("md5").text); ok {
			r.Hashes = []sbom.Hash{h}
		}
		c.References = append(c.References, r)
	}
	return c
}

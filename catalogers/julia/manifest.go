// Package julia reads what Julia's package manager writes.
package julia

import (
	"maps"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads Manifest.toml: format 1, of tables [[Name]], and 2, of tables [[deps.Name]].
//
// Source: https://pkgdocs.julialang.org/v1/toml-files/#Manifest.toml. "deps" is a list of names or, where a name stands for two packages, a table of UUIDs.
// Packages of the standard library have a version only from Julia 1.10 on. git-tree-sha1 is that of a source tree, not of an archive. Other tools
// have files of this name: one without a UUID is none of Julia's.
var Manifest = catalogers.Cataloger{
	Name:   "julia-manifest",
	Doc:    "Julia packages resolved in Manifest.toml, with their edges, repositories and tree hashes.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Julia},
	Files:  append(catalogers.Named("Manifest.toml", "JuliaManifest.toml"), catalogers.Glob("Manifest-v*.toml", "JuliaManifest-v*.toml")...),
	Beside: []string{"Project.toml", "JuliaProject.toml"},
	Parse:  parseManifest,
}

type entry struct {
	name, uuid, version, tree, repo, rev, subdir, path string
	deps                                               any
	line                                               int
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "uuid") {
		return nil
	}
	var tables map[string]any
	if err := decode.TOML(text, &tables); err != nil {
		return err
	}
	prefix := ""
	if format, ok := tables["manifest_format"].(string); ok {
		if !strings.HasPrefix(format, "2.") {
			out.Gap(0, "manifest_format %.20q is unknown; read as 2.0", format)
		}
		tables, _ = tables["deps"].(map[string]any)
		prefix = "deps."
	}
	list := entries(tables)
	lines := headers(text)
	for i := range list {
		list[i].line = lines[prefix+list[i].name]
	}
	for _, m := range members(f) {
		out.Application(m, sbom.Component{})
	}
	for i := range list {
		list[i].claim(f, out)
	}
	for i := range list {
		list[i].relate(out)
	}
	out.Edges(sbom.Complete)
	return nil
}

// headers gives the line of every "[[name]]"; of two packages of a name, that of the first.
func headers(text string) map[string]int {
	lines := make(map[string]int)
	for line, rest := 1, text; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		if name, _, ok := strings.Cut(strings.TrimPrefix(l, "[["), "]]"); ok && strings.HasPrefix(l, "[[") && lines[name] == 0 {
			lines[name] = line
		}
	}
	return lines
}

// entries lists the packages, sorted by name.
func entries(tables map[string]any) []entry {
	var list []entry
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		items, _ := tables[name].([]any)
		for _, item := range items {
			t, _ := item.(map[string]any)
			text := func(key string) string { s, _ := t[key].(string); return s }
			list = append(list, entry{name: name, uuid: text("uuid"), version: text("version"), tree: text("git-tree-sha1"), repo: text("repo-url"),
				rev: text("repo-rev"), subdir: text("repo-subdir"), path: text("path"), deps: t["deps"]})
		}
	}
	return list
}

func (e *entry) claim(f *catalogers.File, out *sbom.Facts) {
	if !isUUID(e.uuid) {
		out.Gap(e.line, "%.80q has no UUID", e.name)
		return
	}
	c := sbom.Component{PURL: pkg(e.name, e.version, e.uuid)}
	switch at, inside := f.Within(e.path); {
	case e.path != "" && inside:
		out.Alias(out.Application(at, sbom.Component{Name: e.name, Version: e.version, PURL: c.PURL,
			Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: e.line}}}}), e.uuid)
		out.Alias("app:"+at, e.name)
		return
	case e.path != "":
		c.Properties = []sbom.Property{{Name: "sbomgen:julia:source", Value: "directory"}}
	case e.repo != "":
		c.FromGit(e.repo, e.rev)
		c.PURL = c.PURL.WithSubpath(e.subdir)
	}
	if e.tree != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:julia:git-tree-sha1", Value: e.tree})
	}
	out.AddAt(e.line, e.uuid, c, e.name)
}

func (e *entry) relate(out *sbom.Facts) {
	if !isUUID(e.uuid) {
		return
	}
	switch deps := e.deps.(type) {
	case []any:
		for _, d := range deps {
			name, _ := d.(string)
			out.Relate(sbom.Relation{From: e.uuid, To: name, Line: e.line})
		}
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(deps)) {
			uuid, _ := deps[name].(string)
			out.Relate(sbom.Relation{From: e.uuid, To: uuid, Line: e.line})
		}
	}
}

// members lists the folders of the projects that share the manifest, since Julia 1.12.
func members(f *catalogers.File) []string {
	var list []string
	for _, name := range [...]string{"JuliaProject.toml", "Project.toml"} {
		p, err := readProject(f, name)
		if err != nil {
			continue
		}
		for _, m := range p.Workspace.Projects {
			if at, ok := f.Within(m); ok {
				list = append(list, at)
			}
		}
		break
	}
	return list
}

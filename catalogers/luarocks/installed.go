package luarocks

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Installed reads a tree of rocks: lib/luarocks/rocks-5.1/name/version/name-version.rockspec for each, and the tree's manifest, which tells
// the version that every dependency resolved to.
//
// Source: https://github.com/luarocks/luarocks/blob/main/docs/file_locations.md and luarocks/manif/writer.lua. A tree in lua_modules belongs to the
// project around it.
var Installed = catalogers.Cataloger{
	Name:       "luarocks-installed",
	Doc:        "Lua rocks installed in a tree, with edges and licences.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.LuaRocks},
	Files:      catalogers.Glob("**/luarocks/rocks*/manifest", "**/luarocks/rocks*/*/*/*.rockspec"),
	Group:      treeOf,
	ParseGroup: parseTree,
}

func parseTree(dir string, files []*catalogers.File, out *sbom.Facts) error {
	root := path.Dir(path.Dir(path.Dir(dir))) // of root/lib/luarocks/rocks-5.1
	if path.Base(root) == "lua_modules" {
		root = path.Dir(root)
	}
	out.Own(root)
	var repository *table
	for _, f := range files {
		if f.Base() == "manifest" {
			repository = readAt(f, out).get("repository").table
		}
	}
	for _, f := range files {
		if f.Base() != "manifest" {
			claimRock(f, readAt(f, out), repository, out)
		}
	}
	out.Edges(sbom.Complete)
	return nil
}

// claimRock adds an installed rock and the edges that the manifest knows, or else those of its rockspec.
func claimRock(f *catalogers.File, spec, repository *table, out *sbom.Facts) {
	version, name := path.Base(f.Dir()), path.Base(path.Dir(f.Dir()))
	key := name + " " + version
	if spec == nil || out.Has(key) || !isName(name) {
		return
	}
	c := describe(spec)
	c.PURL = rock(name, version)
	out.AddIn(sbom.Location{Path: f.Path, Line: 1}, key, c, name)
	if items := repository.get(name).table.get(version).table.elements(); len(items) > 0 {
		if resolved := items[0].value.table.get("dependencies").table; resolved != nil {
			for _, d := range resolved.fields {
				if d.key != "lua" {
					out.Relate(sbom.Relation{From: key, To: d.key + " " + d.value.text, MayMiss: true}) // it may come from another tree
				}
			}
			return
		}
	}
	for _, d := range spec.get("dependencies").table.elements() {
		if to, rng, ok := requirement(d.value.text); ok && to != "lua" && !strings.Contains(to, "/") {
			out.Relate(sbom.Relation{From: key, To: to, Range: rng, MayMiss: true})
		}
	}
}

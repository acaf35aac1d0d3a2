package zig

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Manifest reads build.zig.zon, https://github.com/ziglang/zig/blob/master/doc/build.zig.zon.md: a package and, by hash, the ones that it needs; it is
// manifest and lock in one. The hash is of the unpacked files; since Zig 0.14 it begins with the package's name and version.
//
// Zig has no purl type: a package is generic, with where it comes from.
var Manifest = catalogers.Cataloger{
	Name:  "zig-zon",
	Doc:   "The package of a build.zig.zon and the Zig packages that it pins by hash, with their sources.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("build.zig.zon"),
	Parse: parseManifest,
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	v, err := read(text)
	app := out.ApplicationAt(1, f.Dir(), sbom.Component{Name: v.get("name").text, Version: v.get("version").text})
	if err == nil {
		out.Component(app).Completeness = sbom.Complete
	}
	for _, d := range v.get("dependencies").fields {
		scope := sbom.Runtime
		if d.value.get("lazy").text == "true" {
			scope = sbom.Optional
		}
		if p := d.value.get("path").text; p != "" {
			if at, ok := f.Within(p); ok {
				out.Relate(sbom.Relation{From: app, To: out.Application(at, sbom.Component{}), Scope: scope, Line: d.line})
			}
			continue
		}
		url, hash := d.value.get("url").text, d.value.get("hash").text
		if d.name == "" || url == "" {
			if err == nil {
				out.Gap(d.line, "%.80q says neither a url nor a path", d.name)
			}
			continue
		}
		name, version := pinned(d.name, url, hash)
		c := sbom.Component{PURL: purl.New(purl.Generic, "", name, version)}
		locate(&c, url)
		c.Property("sbomgen:zig:hash", hash)
		if name != d.name {
			c.Property("sbomgen:zig:imported-as", d.name)
		}
		out.AddAt(d.line, d.name, c)
		out.Relate(sbom.Relation{From: app, To: d.name, Scope: scope, Line: d.line})
	}
	return err
}

package zig

import (
	"path"
	"strings"

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
	app := out.Application(f.Dir(), sbom.Component{Name: v.get("name").text, Version: v.get("version").text,
		Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: 1}}}})
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
		if hash != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:zig:hash", Value: hash})
		}
		if name != d.name {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:zig:imported-as", Value: d.name})
		}
		out.AddAt(d.line, d.name, c)
		out.Relate(sbom.Relation{From: app, To: d.name, Scope: scope, Line: d.line})
	}
	return err
}

// pinned gives a package's name and version: from a hash such as "zf-0.10.2-OIRy8aiIAACLrBkNJk6aX6jzDmFhSwpSAEYrPmn_nVM1", else the version is the
// commit, tag or name of the archive.
func pinned(name, url, hash string) (string, string) {
	if n, rest, ok := strings.Cut(hash, "-"); ok && n != "N" { // "N-V-...": the package says neither
		if i := len(rest) - 45; i > 0 && rest[i] == '-' { // 33 bytes in base64
			return n, rest[:i]
		}
	}
	if _, ref, ok := strings.Cut(url, "#"); ok {
		return name, ref
	}
	url, _, _ = strings.Cut(url, "?")
	base := path.Base(url)
	for _, ext := range [...]string{".tar.gz", ".tar.xz", ".tar.zst", ".tgz", ".tar", ".zip"} {
		base = strings.TrimSuffix(base, ext)
	}
	return name, strings.TrimPrefix(base, name+"-")
}

func locate(c *sbom.Component, url string) {
	if strings.HasPrefix(url, "git+") {
		home, commit, _ := strings.Cut(url, "#")
		home, ref, _ := strings.Cut(home, "?ref=")
		if commit == "" {
			commit = ref
		}
		c.FromGit(home, commit)
		return
	}
	if clean, ok := sbom.CleanURL(url); ok {
		c.PURL = c.PURL.With("download_url", clean)
		c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: clean})
	}
}

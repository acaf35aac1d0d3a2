package maven

import (
	"maps"
	"path"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Catalog reads the version catalogs of Gradle, of which gradle/libs.versions.toml is the usual one.
//
// Source: https://docs.gradle.org/current/userguide/version_catalogs.html. Which of a build's projects uses an entry stands in their build
// scripts, which are programs: the build as a whole asks for it. A plugin is a package under the name of its marker
// (https://docs.gradle.org/current/userguide/plugins.html#sec:plugin_markers).
var Catalog = catalogers.Cataloger{
	Name:  "gradle-catalog",
	Doc:   "Maven packages and plugins that a version catalog of Gradle (libs.versions.toml) names.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Maven},
	Files: catalogers.Glob("*.versions.toml"),
	Parse: parseCatalog,
}

type catalog struct {
	Versions  map[string]any `toml:"versions"`
	Libraries map[string]any `toml:"libraries"`
	Plugins   map[string]any `toml:"plugins"`
}

func parseCatalog(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if path.Base(f.Dir()) == "gradle" {
		out.Own(path.Dir(f.Dir()))
	}
	var c catalog
	if err := decode.TOML(text, &c); err != nil {
		return err
	}
	lines := decode.Keys(text)
	for _, section := range [...]struct {
		name    string
		entries map[string]any
		scope   sbom.Scope
	}{{"libraries", c.Libraries, sbom.Runtime}, {"plugins", c.Plugins, sbom.Build}} {
		for _, alias := range slices.Sorted(maps.Keys(section.entries)) {
			line := lines[decode.KeyPath(section.name, alias)]
			group, artifact, version := c.entry(section.entries[alias])
			if group == "" || artifact == "" {
				out.Gap(line, "%s %.100q names no module", section.name, alias)
				continue
			}
			key := group + ":" + artifact + ":" + version
			if !out.Has(key) {
				out.AddAt(line, key, component(group, artifact, exact(version)))
			}
			out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: version, Scope: section.scope, Line: line})
		}
	}
	return nil
}

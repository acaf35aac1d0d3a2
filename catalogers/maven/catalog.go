package maven

import (
	"cmp"
	"maps"
	"path"
	"slices"
	"strings"

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

// entry reads a library or a plugin: "group:artifact:version", "id:version", or a table.
func (c *catalog) entry(value any) (group, artifact, version string) {
	if text, ok := value.(string); ok {
		parts := strings.Split(text, ":")
		switch len(parts) {
		case 2:
			return parts[0], parts[0] + ".gradle.plugin", parts[1]
		case 3:
			return parts[0], parts[1], c.version(parts[2])
		}
		return "", "", ""
	}
	t, _ := value.(map[string]any)
	word := func(key string) string { s, _ := t[key].(string); return s }
	group, artifact = word("group"), word("name")
	if module := word("module"); module != "" {
		group, artifact, _ = strings.Cut(module, ":")
	}
	if id := word("id"); id != "" {
		group, artifact = id, id+".gradle.plugin"
	}
	if ref := word("version.ref"); ref != "" {
		return group, artifact, c.version(map[string]any{"ref": ref})
	}
	return group, artifact, c.version(t["version"])
}

// version gives what a version asks for: a text, a reference to [versions], or a rich version
// (https://docs.gradle.org/current/userguide/dependency_versions.html#sec:rich-version-constraints).
func (c *catalog) version(value any) string {
	if text, ok := value.(string); ok {
		return strings.TrimSuffix(text, "!!") // short for strictly
	}
	t, _ := value.(map[string]any)
	word := func(key string) string { s, _ := t[key].(string); return s }
	if ref := word("ref"); ref != "" {
		if other, ok := c.Versions[ref].(map[string]any); ok && other["ref"] != nil {
			return "" // no version refers to another
		}
		return c.version(c.Versions[ref])
	}
	asked := cmp.Or(word("strictly"), word("require"), word("prefer"))
	if preferred := word("prefer"); exact(asked) == "" && preferred != "" {
		return preferred
	}
	return asked
}

package maven

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// GradleLock reads the lockfiles of Gradle: one per project and, for the plugins, one per build script since Gradle 7; before that one per
// configuration in gradle/dependency-locks.
//
// Source: https://docs.gradle.org/current/userguide/dependency_locking.html#lock_state_location_and_format. A line is
// "group:artifact:version=configurations". What is direct, and what needs what, the format does not tell.
var GradleLock = catalogers.Cataloger{
	Name:  "gradle-lock",
	Doc:   "Maven packages pinned in Gradle's lockfiles; their configurations tell tests, building and running apart.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Maven},
	Files: catalogers.Glob("*.lockfile"),
	Parse: parseGradleLock,
}

func parseGradleLock(f *catalogers.File, out *sbom.Facts) error {
	configuration := "" // where one file is for one configuration
	switch base := f.Base(); {
	case base == "gradle.lockfile", base == "settings-gradle.lockfile":
	case base == "buildscript-gradle.lockfile", base == "settings-buildscript-gradle.lockfile":
	case path.Base(f.Dir()) == "dependency-locks":
		out.Own(path.Dir(path.Dir(f.Dir())))
		configuration = strings.TrimSuffix(base, ".lockfile")
	default:
		return nil // of something else
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	building := strings.Contains(f.Base(), "buildscript") || strings.HasPrefix(f.Base(), "settings-")
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' || strings.HasPrefix(line, "empty=") {
			continue
		}
		module, configurations, listed := strings.Cut(line, "=")
		if !listed {
			configurations = configuration
		}
		group, artifact, version, ok := coordinates(module)
		if !ok || !listed && configuration == "" {
			out.Gap(n, "%.100q is no locked module", line)
			continue
		}
		c := component(group, artifact, version)
		c.Scope = sbom.Build
		if !building {
			c.Scope = gradleScope(configurations)
		}
		if out.Has(module) { // the configurations of a module stand together
			continue
		}
		out.AddAt(n, module, c)
	}
	return nil
}

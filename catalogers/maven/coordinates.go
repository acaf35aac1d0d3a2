// Package maven reads what Maven, Gradle and sbt write: packages of Maven repositories.
package maven

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// component is a package by its coordinates. It has no version where the version is none that a repository could hold.
func component(group, artifact, version string) sbom.Component {
	return sbom.Component{PURL: purl.New(purl.Maven, group, artifact, version)}
}

// coordinates takes "group:artifact:version" apart.
func coordinates(text string) (group, artifact, version string, ok bool) {
	group, rest, _ := strings.Cut(text, ":")
	artifact, version, _ = strings.Cut(rest, ":")
	ok = group != "" && artifact != "" && version != "" && !strings.ContainsAny(text, " \t\"<>") && !strings.Contains(version, ":")
	return group, artifact, version, ok
}

// exact gives the version that a requirement pins: a plain one, which Maven and Gradle take unless another requirement is stronger, and
// [1.0]. Ranges and words for the newest leave the choice open
// (https://maven.apache.org/pom.html#dependency-version-requirement-specification).
func exact(text string) string {
	if pin, ok := strings.CutPrefix(text, "["); ok && strings.HasSuffix(pin, "]") && !strings.Contains(pin, ",") {
		text = strings.TrimSpace(strings.TrimSuffix(pin, "]"))
	}
	switch strings.ToLower(text) {
	case "latest", "release", "latest.release", "latest.integration":
		return ""
	}
	if strings.ContainsAny(text, "[](),${}* ") || strings.HasSuffix(text, "+") { // 1.+ is Gradle's
		return ""
	}
	return text
}

package precommit

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// additional reads a package that a hook installs, in the words of the language's installer.
func additional(language, text string) (c sbom.Component, constraint string, ok bool) {
	if strings.Contains(text, "://") || strings.HasPrefix(text, ".") || strings.HasPrefix(text, "-") {
		return c, "", false
	}
	switch language {
	case "python":
		text, _, _ = strings.Cut(text, ";")
		name, constraint := strings.TrimSpace(text), ""
		if i := strings.IndexAny(name, "=<>!~ "); i >= 0 {
			name, constraint = name[:i], strings.TrimSpace(name[i:])
		}
		name, _, _ = strings.Cut(name, "[")
		version, pinned := strings.CutPrefix(constraint, "==")
		if !pinned || strings.ContainsAny(version, "*,") {
			version = ""
		}
		return sbom.Component{PURL: purl.New(purl.PyPI, "", name, strings.TrimSpace(version))}, constraint, name != ""
	case "node":
		name, version := text, ""
		if at := strings.LastIndexByte(text, '@'); at > 0 {
			name, version = text[:at], text[at+1:]
		}
		constraint = version
		if strings.Count(version, ".") != 2 || version[0] < '0' || version[0] > '9' || strings.ContainsAny(version, "x* |") {
			version = ""
		}
		return sbom.Component{PURL: purl.New(purl.NPM, "", name, version)}, constraint, name != ""
	}
	return c, "", false
}

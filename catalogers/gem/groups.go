package gem

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// groups reads the Gemfile beside for what each gem is for.
func (l *lock) groups() map[string]sbom.Scope {
	scopes := make(map[string]sbom.Scope)
	name := strings.TrimSuffix(l.file.Base(), ".lock")
	switch name {
	case "gems.locked":
		name = "gems.rb"
	case "Gemfile.next":
		name = "Gemfile"
	}
	text, err := l.file.TextBeside(name)
	if err != nil {
		return scopes
	}
	g := readGemfile(text)
	for _, a := range g.gems {
		scopes[a.name] = max(scopes[a.name], a.scope)
	}
	if !g.gemspec {
		return scopes
	}
	specs, _ := l.file.Glob("*.gemspec")
	for _, at := range specs {
		if text, err = l.file.TextBeside("/" + at); err != nil {
			continue
		}
		for _, d := range readSpec(text).dependencies {
			if _, known := scopes[d.name]; !known {
				scopes[d.name] = d.scope
			}
		}
	}
	return scopes
}

// scopeOf is what groups are for. A gem in several is needed where any of them is; of a group that no word of the trade names, an
// application may need everything.
func scopeOf(groups []string, optional bool) sbom.Scope {
	if len(groups) == 0 {
		return sbom.Runtime
	}
	scope := sbom.ScopeUnset
	for _, g := range groups {
		scope = max(scope, groupScope(g))
	}
	if optional {
		scope = min(scope, sbom.Optional)
	}
	return scope
}

func groupScope(group string) sbom.Scope {
	switch strings.ToLower(group) {
	case "test", "tests", "spec", "cucumber", "test_harness":
		return sbom.Test
	case "development", "dev", "developer", "lint", "linting", "linter", "linters", "rubocop", "doc", "docs", "documentation", "ci", "tools", "debug", "debugging", "benchmark", "benchmarks", "bench", "profile", "profiling":
		return sbom.Development
	case "build", "release", "deploy", "deployment":
		return sbom.Build
	}
	return sbom.Runtime
}

package pypi

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// groupScope is what a dependency group of a project is for. Groups are never part of what is
// distributed (PEP 735); the name tells tests from the rest of development.
func groupScope(group string) sbom.Scope {
	if nameScope(group) == sbom.Test {
		return sbom.Test
	}
	return sbom.Development
}

// nameScope is what the usual names of groups and requirements files speak of: "requirements-dev",
// "test_requirements", "docs".
func nameScope(name string) sbom.Scope {
	scope := sbom.Runtime
	for word := range strings.FieldsFuncSeq(strings.ToLower(name), func(r rune) bool { return r == '-' || r == '_' || r == '.' || r == ' ' }) {
		switch word {
		case "test", "tests", "testing", "pytest", "unittest", "unittests":
			scope = min(scope, sbom.Test)
		case "dev", "develop", "devel", "development", "local", "lint", "linting", "linters", "style", "format", "typing", "types", "mypy",
			"doc", "docs", "documentation", "sphinx", "ci", "tox", "debug", "precommit", "benchmark", "benchmarks":
			scope = min(scope, sbom.Development)
		case "build", "packaging":
			scope = min(scope, sbom.Build)
		case "optional", "extra", "extras":
			scope = min(scope, sbom.Optional)
		}
	}
	return scope
}

package maven

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// gradleScope gives the strongest scope of a list of configurations. The names are those that Gradle's own plugins and those of Kotlin and
// Android use, in any letter case and with the names of source sets and variants before them.
func gradleScope(configurations string) sbom.Scope {
	scope := sbom.ScopeUnset
	for name := range strings.SplitSeq(configurations, ",") {
		lower := strings.ToLower(strings.TrimSpace(name))
		s := sbom.Runtime
		switch {
		case strings.Contains(lower, "test"):
			s = sbom.Test
		case strings.HasSuffix(lower, "compileclasspath"), strings.HasSuffix(lower, "compileonly"):
			s = sbom.Peer // needed to compile, provided by others at run time unless a runtime classpath has it too
		case strings.HasSuffix(lower, "runtimeclasspath"):
		case strings.HasSuffix(lower, "annotationprocessor"), strings.HasPrefix(lower, "kapt"), strings.HasPrefix(lower, "ksp"),
			strings.HasPrefix(lower, "kotlincompiler"), strings.HasPrefix(lower, "kotlinbuildtools"), strings.HasPrefix(lower, "kotlinklib"), strings.HasPrefix(lower, "kotlinnative"):
			s = sbom.Build
		default:
			switch lower {
			case "classpath", "checkstyle", "pmd", "spotbugs", "spotbugsplugins", "codenarc", "detekt", "ktlint", "errorprone", "jacocoagent", "jacocoant", "lintchecks", "zinc", "scalacompilerplugins":
				s = sbom.Build
			}
		}
		scope = max(scope, s)
	}
	return scope
}

// sbtScope gives what a configuration is for (https://www.scala-sbt.org/1.x/docs/Library-Dependencies.html#Ivy+Configurations).
func sbtScope(configuration string) sbom.Scope {
	switch strings.ToLower(configuration) {
	case "test", "test-internal", "it", "integrationtest":
		return sbom.Test
	case "provided", "compile-internal", "runtime-internal":
		return sbom.Peer
	case "optional":
		return sbom.Optional
	case "plugin", "scala-tool", "scala-doc-tool", "scalafmt":
		return sbom.Build
	}
	return sbom.Runtime
}

// Package jvm reads what Java runtimes and programs that were compiled from Java say of themselves.
package jvm

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Release reads the file "release" at the top of every Java runtime since 7: lines NAME="value"
// (https://openjdk.org/jeps/220 and the specification of java.lang.Runtime.Version).
var Release = catalogers.Cataloger{
	Name:  "jvm-release",
	Doc:   "Java runtimes by their release files: which distribution of Java, its version and modules.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("release"),
	Parse: parseRelease,
}

// distributions tells by whom a runtime was built, by the beginning of IMPLEMENTOR.
var distributions = []struct{ implementor, name, cpe string }{
	{"Eclipse Adoptium", "temurin", "cpe:2.3:a:eclipse:temurin"},
	{"Temurin", "temurin", "cpe:2.3:a:eclipse:temurin"},
	{"AdoptOpenJDK", "adoptopenjdk", "cpe:2.3:a:oracle:openjdk"},
	{"Azul", "zulu", "cpe:2.3:a:azul:zulu"},
	{"Amazon", "corretto", "cpe:2.3:a:amazon:corretto"},
	{"BellSoft", "liberica", "cpe:2.3:a:bell-sw:liberica"},
	{"Microsoft", "microsoft-openjdk", "cpe:2.3:a:microsoft:openjdk"},
	{"SAP", "sapmachine", "cpe:2.3:a:oracle:openjdk"},
	{"Alibaba", "dragonwell", "cpe:2.3:a:oracle:openjdk"},
	{"Tencent", "kona", "cpe:2.3:a:oracle:openjdk"},
	{"JetBrains", "jetbrains-runtime", "cpe:2.3:a:oracle:openjdk"},
	{"GraalVM", "graalvm", "cpe:2.3:a:oracle:graalvm"},
}

func parseRelease(f *catalogers.File, out *sbom.Facts) error {
	const limit = 256 << 10 // a file that lists every module of a large image has 10 kB
	blob, err := f.Blob()
	if err != nil {
		return err
	}
	if blob.Size() > limit {
		return nil
	}
	text, err := f.Text()
	if err != nil || !strings.Contains(text, "JAVA_VERSION=") {
		return err
	}
	values, first := make(map[string]string), 0
	number := 0
	for line := range strings.Lines(text) {
		number++
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok {
			continue
		}
		if name == "JAVA_VERSION" {
			first = number
		}
		values[name] = strings.Trim(value, `"`)
	}
	version := javaVersion(values)
	if first == 0 {
		return nil
	}
	if version == "" || version[0] < '0' || version[0] > '9' {
		out.Gap(first, "the version of Java is %.80q", version)
		return nil
	}
	name, cpe := distribution(values)
	c := sbom.Component{Kind: sbom.Application, PURL: purl.New(purl.Generic, "", name, version), Supplier: values["IMPLEMENTOR"]}
	known := values["JAVA_VERSION"]
	if v := values["GRAALVM_VERSION"]; v != "" {
		known = v // which vulnerabilities of GraalVM are told by
	}
	if !strings.ContainsAny(known, " :*?\\") {
		c.Properties = []sbom.Property{{Name: "sbomgen:cpe23", Value: cpe + ":" + strings.ReplaceAll(known, "+", `\+`) + ":*:*:*:*:*:*:*"}}
	}
	for _, p := range [...]struct{ name, value string }{
		{"runtime-version", values["JAVA_RUNTIME_VERSION"]}, {"implementor-version", values["IMPLEMENTOR_VERSION"]}, {"variant", values["JVM_VARIANT"]},
		{"image", values["IMAGE_TYPE"]}, {"graalvm", values["GRAALVM_VERSION"]}, {"source", values["SOURCE"]}, {"modules", values["MODULES"]},
	} {
		if v := strings.TrimSpace(p.value); v != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:jvm:" + p.name, Value: v})
		}
	}
	out.Own(".")
	out.AddAt(first, "runtime", c)
	return nil
}

// javaVersion is the version with its build, which is what bugs are fixed in: "17.0.13+11" of "17.0.13+11-LTS", and "1.8.0_392-b08". What packagers append is no
// part of it.
func javaVersion(values map[string]string) string {
	version := values["JAVA_VERSION"]
	if full := values["JAVA_RUNTIME_VERSION"]; strings.HasPrefix(full, version) {
		if plus := strings.IndexByte(full, '+'); plus > 0 {
			head, _, _ := strings.Cut(full[plus:], "-")
			return full[:plus] + head
		}
		if rest := full[len(version):]; strings.HasPrefix(rest, "-b") {
			build, _, _ := strings.Cut(rest[1:], "-")
			return version + "-" + build
		}
	}
	return version
}

func distribution(values map[string]string) (name, cpe string) {
	implementor := values["IMPLEMENTOR"]
	if values["GRAALVM_VERSION"] != "" {
		return "graalvm", "cpe:2.3:a:oracle:graalvm"
	}
	for _, d := range distributions {
		if strings.HasPrefix(implementor, d.implementor) {
			return d.name, d.cpe
		}
	}
	switch {
	case strings.HasPrefix(implementor, "IBM") || strings.HasPrefix(implementor, "International Business Machines"):
		return "semeru", "cpe:2.3:a:ibm:semeru_runtime"
	case strings.HasPrefix(implementor, "Oracle") && values["BUILD_TYPE"] == "commercial":
		return "oracle-jdk", "cpe:2.3:a:oracle:jdk"
	}
	return "openjdk", "cpe:2.3:a:oracle:openjdk"
}

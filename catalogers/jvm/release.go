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
	c.CPE(cpe, known)
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

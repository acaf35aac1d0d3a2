package jvm

import "strings"

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

package diff

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// relocated matches packages whose ecosystem or project says under which name they go on.
func (m *matching) relocated() { m.byKey(relocation) }

// relocation gives the name that a package's old and new names have in common, and who says so; the zero purl where no rule
// knows the package.
func relocation(p purl.PURL) (as purl.PURL, evidence string) {
	switch p.Type {
	case purl.Golang:
		if p.Namespace == "" {
			return purl.PURL{}, ""
		}
		return purl.New(purl.Golang, "", modulePath(p.Namespace+"/"+p.Name), ""), "the module path but for the major version"
	case purl.NPM:
		namespace, name := npmName(p.Namespace, p.Name)
		return purl.New(purl.NPM, namespace, name, ""), "the project renamed its packages"
	case purl.Maven:
		group, artifact := mavenName(p.Namespace, p.Name)
		return purl.New(purl.Maven, group, artifact, ""), "the project renamed its artifacts"
	case purl.Deb:
		if name := withoutSoname(p.Name); strings.HasPrefix(name, "lib") && name != p.Name {
			return purl.New(purl.Deb, p.Namespace, name, ""), "the library's name but for its soname"
		}
	}
	return purl.PURL{}, ""
}

// modulePath is a module's path without its major version: https://go.dev/ref/mod#major-version-suffixes. gopkg.in serves what lies
// on GitHub: gopkg.in/yaml.v3 is github.com/go-yaml/yaml (https://labix.org/gopkg.in).
func modulePath(path string) string {
	if rest, ok := strings.CutPrefix(path, "gopkg.in/"); ok {
		if i := strings.LastIndex(rest, ".v"); i > 0 && isNumber(rest[i+2:]) {
			if rest = rest[:i]; !strings.Contains(rest, "/") {
				rest = "go-" + rest + "/" + rest
			}
			return "github.com/" + rest
		}
	}
	if i := strings.LastIndex(path, "/v"); i > 0 && isNumber(path[i+2:]) {
		return path[:i]
	}
	return path
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// npmName gives the later name of packages that moved into a scope:
// https://babeljs.io/docs/v7-migration#package-renames, https://github.com/rollup/plugins,
// https://tanstack.com/query/v4/docs/framework/react/guides/migrating-to-react-query-4,
// https://popper.js.org/docs/v2/migration-guide/, https://mui.com/material-ui/migration/migration-v4/.
func npmName(namespace, name string) (string, string) {
	switch namespace {
	case "":
		switch name {
		case "react-query":
			return "@tanstack", "react-query"
		case "popper.js":
			return "@popperjs", "core"
		}
		if rest, ok := strings.CutPrefix(name, "babel-plugin-transform-"); ok {
			return "@babel", "plugin-transform-" + strings.TrimPrefix(rest, "es2015-")
		}
		if rest, ok := strings.CutPrefix(name, "babel-"); ok {
			return "@babel", rest
		}
		if rest, ok := strings.CutPrefix(name, "rollup-plugin-"); ok {
			return "@rollup", "plugin-" + rest
		}
	case "@material-ui":
		switch name {
		case "core":
			return "@mui", "material"
		case "icons":
			return "@mui", "icons-material"
		}
		return "@mui", name
	}
	return namespace, name
}

// mavenName gives the later name of artifacts that their projects relocated:
// https://webtide.com/renaming-from-javax-to-jakarta/, the release notes of MySQL Connector/J 8.0.31, and those of Bouncy Castle 1.71,
// whose jars say in their names for which Java they are made.
func mavenName(group, artifact string) (string, string) {
	switch {
	case strings.HasPrefix(group, "javax."):
		return "jakarta." + group[len("javax."):], strings.Replace(artifact, "javax.", "jakarta.", 1)
	case group == "mysql" && artifact == "mysql-connector-java":
		return "com.mysql", "mysql-connector-j"
	case group == "org.bouncycastle":
		if i := strings.LastIndex(artifact, "-jdk"); i > 0 {
			return group, artifact[:i]
		}
	}
	return group, artifact
}

// withoutSoname drops from the name of a Debian library what names its soname, and the mark of the change to a 64-bit time_t:
// https://www.debian.org/doc/debian-policy/ch-sharedlibs.html, https://wiki.debian.org/ReleaseGoals/64bit-time.
func withoutSoname(name string) string {
	return strings.TrimRight(strings.TrimSuffix(name, "t64"), "0123456789.-")
}

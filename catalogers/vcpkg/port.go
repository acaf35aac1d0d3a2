// Package vcpkg reads what vcpkg and its users write.
package vcpkg

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// port is one version of a package. "1.2#3" is version 1.2 in its third packaging,
// https://learn.microsoft.com/vcpkg/users/versioning.
func port(name, version, revision string) sbom.Component {
	if v, r, ok := strings.Cut(version, "#"); ok {
		version, revision = v, r
	}
	if revision == "0" {
		revision = ""
	}
	return sbom.Component{PURL: purl.New(purl.VCPkg, "", name, version).With("port_version", revision)}
}

// isName tells whether a text can be the name of a port,
// https://learn.microsoft.com/vcpkg/reference/vcpkg-json#name.
func isName(s string) bool {
	return s != "" && strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789-") == ""
}

// project is the folder whose packages are installed at a path: the one with vcpkg_installed, in manifest mode; otherwise
// the one with vcpkg's own "installed".
func project(at string) string {
	for dir := path.Dir(at); dir != "."; dir = path.Dir(dir) {
		if base := path.Base(dir); base == "vcpkg_installed" || base == "installed" {
			return path.Dir(dir)
		}
	}
	return "."
}

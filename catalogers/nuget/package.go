// Package nuget reads what NuGet, the .NET SDK and Paket write, and the project files that they work from.
package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// packageKey is the key of a package: ids and versions are compared without case
// (https://learn.microsoft.com/nuget/reference/nuspec#id).
func packageKey(id, version string) string { return strings.ToLower(id + "/" + version) }

func component(id, version string) sbom.Component {
	return sbom.Component{PURL: purl.New(purl.NuGet, "", id, version)}
}

// withContentHash adds what NuGet calls the content hash. It is the SHA-512 of the package without its signature, and nuget.org signs all
// packages: it is the digest of no file that can be fetched (https://github.com/NuGet/Home/issues/10787).
func withContentHash(c sbom.Component, hash string) sbom.Component {
	if hash = strings.TrimPrefix(hash, "sha512-"); hash != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:nuget:content-hash", Value: "sha512-" + hash})
	}
	return c
}

// inside gives the path in the tree that a reference of a project file or lockfile leads to, from a folder, and whether it is one: they are
// written with either slash.
func inside(dir, reference string) (string, bool) {
	at := strings.ReplaceAll(reference, `\`, "/")
	if at == "" || strings.HasPrefix(at, "/") || strings.ContainsAny(at, ":*?$@%") {
		return "", false
	}
	at = path.Join(dir, at)
	return at, at != ".." && !strings.HasPrefix(at, "../")
}

// stem is a file's name without its extension.
func stem(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

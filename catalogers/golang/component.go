// Package golang reads what Go projects and programs say of their modules: go.mod, go.work, vendor/modules.txt and the
// build information inside compiled programs; and, when it is handed a module cache, the module graph.
//
// The reference for all of it is https://go.dev/ref/mod.
package golang

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// The properties of modules and of the applications that are built from them.
const (
	// propertyH1 is the hash that go.sum and programs record. It covers the list of the files in the module with their
	// SHA-256 sums, not the bytes of the zip that is downloaded, and so is no digest of the artifact
	// (https://go.dev/ref/mod#go-sum-files).
	propertyH1       = "sbomgen:golang:h1"
	propertySum      = "sbomgen:golang:sum"            // what go.sum lacks
	propertyReplaces = "sbomgen:golang:replaces"       // the module that this one stands in for
	propertyReplaced = "sbomgen:golang:replaced-by"    // what stands in for this module
	propertyRequired = "sbomgen:golang:required"       // the version that was asked for, where another thing stands in
	propertyTool     = "sbomgen:golang:tool"           // a package that a tool directive names
	propertyExclude  = "sbomgen:golang:exclude"        // a version that must not be selected
	propertyGodebug  = "sbomgen:golang:godebug"        // a runtime setting of the main module
	propertyVersion  = "sbomgen:golang:version-source" // where a version that nothing states outright comes from
	propertySetting  = "sbomgen:golang:setting:"       // and the key of a build setting
	propertyMain     = "sbomgen:golang:main"           // the import path of a program's main package
)

// standardLibrary is the name that purl, OSV and the Go vulnerability database know the standard library by.
const standardLibrary = "stdlib"

// library is the component of a module. People and tools know a module by its whole path, of which the last
// element alone ("v2") says nothing.
func library(path, version string) sbom.Component {
	c := sbom.Component{Name: path, PURL: purl.New(purl.Golang, "", path, version)}
	if repository := repository(path); repository != "" {
		c.References = []sbom.Reference{{Type: sbom.VCS, URL: repository}}
	}
	return c
}

// standardLibraryOf is the component of the standard library, which needs no other.
func standardLibraryOf(version string) sbom.Component {
	c := library(standardLibrary, version)
	c.Completeness = sbom.Complete
	return c
}

// repository is the address of the repository that holds a module, where the path itself says it: on the hosts that the
// go command knows without asking (https://go.dev/ref/mod#vcs-find).
func repository(path string) string {
	if !strings.HasPrefix(path, "github.com/") && !strings.HasPrefix(path, "bitbucket.org/") {
		return ""
	}
	parts := strings.SplitN(path, "/", 4)
	if len(parts) < 3 || parts[1] == "" || parts[2] == "" {
		return ""
	}
	return "https://" + strings.Join(parts[:3], "/")
}

// localOnly is the component of a module whose source is a folder that the tree does not hold. Its version is unknown: what
// was required names other code, which is kept as a property.
func localOnly(path, required string) sbom.Component {
	c := library(path, "")
	c.References = nil
	c.Properties = append(c.Properties, sbom.Property{Name: propertyReplaced, Value: "a local folder"})
	if required != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: propertyRequired, Value: required})
	}
	return c
}

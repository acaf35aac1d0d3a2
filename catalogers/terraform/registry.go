package terraform

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// publicRegistry is where addresses without a host lead, in Terraform; OpenTofu has one of its own with the same names.
const publicRegistry = "registry.terraform.io"

// provider is the provider at an address: [host/]namespace/name.
func provider(address, version string) (sbom.Component, bool) {
	parts := strings.Split(address, "/")
	switch len(parts) {
	case 1: // https://developer.hashicorp.com/terraform/language/providers/requirements#implied-local-names
		parts = []string{publicRegistry, "hashicorp", parts[0]}
	case 2:
		parts = append([]string{publicRegistry}, parts...)
	}
	if len(parts) != 3 || parts[0] == "" || parts[1] == "" || parts[2] == "" || strings.ContainsAny(address, " $") {
		return sbom.Component{}, false
	}
	if parts[0] == "terraform.io" && parts[1] == "builtin" {
		return sbom.Component{}, false
	}
	p := purl.New(purl.Generic, parts[1], parts[2], version).With("repository_url", "https://"+parts[0])
	return sbom.Component{PURL: p}, true
}

// registered is a module of a registry.
func registered(address, folder, version string) (sbom.Component, bool) {
	parts := strings.Split(address, "/")
	if len(parts) == 3 {
		parts = append([]string{publicRegistry}, parts...)
	}
	if len(parts) != 4 || !strings.Contains(parts[0], ".") || parts[1] == "" || parts[2] == "" || parts[3] == "" || strings.ContainsAny(address, " ") {
		return sbom.Component{}, false
	}
	p := purl.New(purl.Generic, parts[1]+"/"+parts[2], parts[3], version).With("repository_url", "https://"+parts[0])
	return sbom.Component{PURL: p.WithSubpath(folder)}, true
}

// pinned is the version that a constraint admits if it admits one, https://developer.hashicorp.com/terraform/language/expressions/version-constraints.
func pinned(constraint string) string {
	version := strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(constraint), "="))
	if version == "" || version[0] < '0' || version[0] > '9' || strings.ContainsAny(version, ",<>~! $") {
		return ""
	}
	return version
}

// Package repository names what is fetched from a repository of git: actions, flake inputs, hooks, modules, roles, submodules.
package repository

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Component is what lies in the repository at an address, at a ref (a commit, tag or branch; "" if unknown) and in a folder ("" for the
// whole). Repositories of GitHub and Bitbucket have purl types of their own; others are generic, with vcs_url. It
// returns false for an address that is none that others could follow: a path of the machine, a variable.
func Component(address, ref, folder string) (sbom.Component, bool) {
	address = strings.TrimPrefix(address, "git+")
	if strings.ContainsAny(address, "${} \t") || strings.HasPrefix(address, "git::") {
		return sbom.Component{}, false
	}
	home, ok := sbom.CleanURL(address)
	scheme, place, found := strings.Cut(home, "://")
	if !ok || !found {
		return sbom.Component{}, false
	}
	place, _, _ = strings.Cut(place, "?")
	place = strings.TrimSuffix(strings.TrimRight(place, "/"), ".git")
	host, path, _ := strings.Cut(place, "/")
	path = strings.Trim(path, "/")
	if host = strings.ToLower(host); host == "" || path == "" {
		return sbom.Component{}, false
	}
	if scheme == "git" || scheme == "ssh" {
		host, _, _ = strings.Cut(host, ":")
	}
	web := "https://" + host + "/" + path
	var p purl.PURL
	owner, name, _ := strings.Cut(path, "/")
	switch hosted := owner != "" && name != "" && !strings.Contains(name, "/"); {
	case hosted && (host == "github.com" || host == "www.github.com" || host == "ssh.github.com"):
		web = "https://github.com/" + path
		p = purl.New(purl.GitHub, owner, name, ref)
	case hosted && host == "bitbucket.org":
		p = purl.New(purl.Bitbucket, owner, name, ref)
	default:
		if scheme == "http" {
			web = home
		}
		at := "git+" + web
		if ref != "" {
			at += "@" + ref
		}
		p = purl.New(purl.Generic, "", path[strings.LastIndexByte(path, '/')+1:], ref).With("vcs_url", at)
	}
	if p.IsZero() {
		return sbom.Component{}, false
	}
	return sbom.Component{PURL: p.WithSubpath(folder), References: []sbom.Reference{{Type: sbom.VCS, URL: web}}}, true
}

// Commit tells whether a ref is the full name of a commit, which nobody can move.
func Commit(ref string) bool {
	return (len(ref) == 40 || len(ref) == 64) && strings.Trim(ref, "0123456789abcdef") == ""
}

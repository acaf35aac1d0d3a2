// Package carthage reads what Carthage writes.
package carthage

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Resolved reads Cartfile.resolved: what was chosen, without edges. What was asked for stands in Cartfile, and for development in
// Cartfile.private. Carthage has no purl type: what lives on GitHub is a package of it, all else is generic.
//
// Source: https://github.com/Carthage/Carthage/blob/master/Documentation/Artifacts.md.
var Resolved = catalogers.Cataloger{
	Name:   "carthage-resolved",
	Doc:    "Frameworks pinned in Cartfile.resolved; Cartfile and Cartfile.private beside it tell which of them were asked for.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.GitHub, purl.Bitbucket, purl.Generic},
	Files:  catalogers.Named("Cartfile.resolved"),
	Beside: []string{"Cartfile", "Cartfile.private"},
	Parse:  parseResolved,
}

func parseResolved(f *catalogers.File, out *sbom.Facts) error {
	if strings.Contains("/"+f.Path, "/Carthage/Checkouts/") {
		return nil // what a framework that was fetched was developed with
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	entries(text, func(line int, e entry) {
		c, ok := e.component()
		if !ok || e.version == "" {
			out.Gap(line, "%.80q names no framework and version", e.text)
			return
		}
		if !out.Has(e.key()) {
			out.AddAt(line, e.key(), c)
		}
	})
	for _, manifest := range [...]struct {
		name  string
		scope sbom.Scope
	}{{"Cartfile", sbom.Runtime}, {"Cartfile.private", sbom.Development}} {
		other, err := f.Beside(manifest.name)
		if err != nil {
			continue
		}
		if text, err = other.Text(); err != nil {
			continue
		}
		entries(text, func(_ int, e entry) {
			out.Relate(sbom.Relation{From: out.Owner(), To: e.key(), Range: e.version, Scope: manifest.scope, MayMiss: true})
		})
	}
	return nil
}

// entry is one line: an origin, an address and what follows.
type entry struct{ origin, address, version, text string }

func entries(text string, yield func(line int, e entry)) {
	n := 0
	for l := range strings.Lines(text) {
		n++
		l = strings.TrimSpace(l)
		if l == "" || l[0] == '#' {
			continue
		}
		origin, rest, _ := strings.Cut(l, `"`)
		address, rest, _ := strings.Cut(rest, `"`)
		rest, _, _ = strings.Cut(rest, " #")
		yield(n, entry{strings.TrimSpace(origin), address, strings.Trim(strings.TrimSpace(rest), `"`), l})
	}
}

// home is the address of the repository.
func (e *entry) home() (string, bool) {
	address := strings.TrimSuffix(e.address, ".git")
	if e.origin == "github" && !strings.Contains(address, ":") {
		address = "https://github.com/" + address
	}
	return sbom.CleanURL(address)
}

// key is the address without the ways to reach it.
func (e *entry) key() string {
	home, ok := e.home()
	if !ok {
		home = e.address
	}
	_, rest, _ := strings.Cut(home, "://")
	return strings.ToLower(e.origin[:min(1, len(e.origin))] + " " + rest)
}

func (e *entry) component() (c sbom.Component, ok bool) {
	home, clean := e.home()
	name := strings.TrimSuffix(path.Base(strings.TrimRight(e.address, "/")), ".git")
	switch {
	case e.address == "" || name == "." || name == "/":
		return c, false
	case e.origin == "binary":
		// The address is that of a list of archives by version, not of the framework.
		c = sbom.Component{PURL: purl.New(purl.Generic, "", strings.TrimSuffix(name, ".json"), e.version), Kind: sbom.Framework}
		if clean && strings.Contains(home, "://") {
			c.PURL = c.PURL.With("repository_url", home)
		}
		return c, true
	case e.origin != "github" && e.origin != "git":
		return c, false
	case !clean: // a folder of the machine
		return sbom.Component{Name: name, Version: e.version}, true
	}
	_, rest, _ := strings.Cut(home, "://")
	host, at, _ := strings.Cut(rest, "/")
	switch host {
	case "github.com":
		c.PURL = purl.New(purl.GitHub, "", at, e.version)
	case "bitbucket.org":
		c.PURL = purl.New(purl.Bitbucket, "", at, e.version)
	default:
		c.PURL = purl.New(purl.Generic, "", name, e.version).With("vcs_url", "git+"+home+"@"+e.version)
	}
	c.References = []sbom.Reference{{Type: sbom.VCS, URL: home}}
	return c, true
}

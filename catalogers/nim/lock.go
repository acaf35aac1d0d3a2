// Package nim reads what Nimble writes.
package nim

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads nimble.lock, https://nim-lang.github.io/nimble/lock-file.html: packages by name with the commit of each and the names that it needs. The
// checksum is of the checked out files, not of an archive. Tasks have packages of their own, for development.
//
// Nim has no purl type: a package is generic, with its repository.
var Lock = catalogers.Cataloger{
	Name:  "nimble-lock",
	Doc:   "Nim packages pinned in nimble.lock, with edges and commits.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Named("nimble.lock"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if v := r.Int(); v != 1 && v != 2 {
				out.Gap(line, "version %d is unknown", v)
			}
		case "packages":
			packages(r, sbom.ScopeUnset, out)
		case "tasks":
			r.Object(func(string) { packages(r, sbom.Development, out) })
		}
	})
	out.Edges(sbom.Complete)
	return r.Finish()
}

func packages(r *decode.JSONReader, scope sbom.Scope, out *sbom.Facts) {
	r.Object(func(name string) {
		line := r.Line()
		var version, commit, url, method, sum string
		var needs []string
		r.Object(func(key string) {
			switch key {
			case "version":
				version = r.Text()
			case "vcsRevision":
				commit = r.Text()
			case "url":
				url = r.Text()
			case "downloadMethod":
				method = r.Text()
			case "dependencies":
				needs = r.Texts()
			case "checksums":
				r.Object(func(kind string) {
					if kind == "sha1" {
						sum = r.Text()
					}
				})
			}
		})
		if r.Err() != nil || out.Has(name) && scope != sbom.ScopeUnset {
			return
		}
		if name == "" || version == "" {
			out.Gap(line, "%.80q has no name or no version", name)
			return
		}
		c := sbom.Component{PURL: purl.New(purl.Generic, "", name, strings.TrimPrefix(version, "#")), Scope: scope}
		if name == "nim" { // the compiler, which a lock may pin
			c.Scope = sbom.Build
		}
		if method == "git" || method == "" {
			c.FromGit(url, commit)
		} else if home, ok := sbom.CleanURL(url); ok {
			c.PURL = c.PURL.With("vcs_url", method+"+"+home+"@"+commit)
		}
		if sum != "" {
			c.Properties = []sbom.Property{{Name: "sbomgen:nim:tree-sha1", Value: sum}}
		}
		out.AddAt(line, name, c)
		for _, to := range needs {
			out.Relate(sbom.Relation{From: name, To: to, Line: line, MayMiss: to == "nim"})
		}
	})
}

// Package precommit reads the configuration of pre-commit.
package precommit

import (
	"cmp"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Config reads .pre-commit-config.yaml, https://pre-commit.com/#pre-commit-configyaml---top-level: the repositories of hooks with their revs,
// and what hooks install besides, where the file says the language.
var Config = catalogers.Cataloger{
	Name:  "pre-commit-config",
	Doc:   "Repositories of hooks in .pre-commit-config.yaml with their revs, and the additional dependencies of hooks whose language is said.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.GitHub, purl.Bitbucket, purl.Generic, purl.PyPI, purl.NPM},
	Files: catalogers.Named(".pre-commit-config.yaml", ".pre-commit-config.yml"),
	Parse: parseConfig,
}

func parseConfig(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	docs, err := decode.Nodes(text)
	if len(docs) == 0 {
		return err
	}
	list := docs[0].Get("repos")
	if docs[0].Kind() == decode.Array { // until pre-commit 1.0
		list = docs[0]
	}
	for repo := range list.Items() {
		address, rev := repo.Get("repo"), repo.Get("rev")
		if rev.Kind() == decode.End {
			rev = repo.Get("sha")
		}
		switch at := address.Text(); at {
		case "local", "meta":
		case "":
			out.Gap(repo.Line(), "a repository without an address")
		default:
			c, ok := repository.Component(at, rev.Text(), "")
			if !ok {
				if strings.Contains(at, "://") {
					out.Gap(address.Line(), "a repository whose address cannot be read")
				}
				break
			}
			if tag, ok := strings.CutPrefix(rev.Comment(), "frozen:"); ok { // pre-commit autoupdate --freeze
				c.Property("sbomgen:pre-commit:tag", strings.TrimSpace(tag))
			}
			out.Ask(c, sbom.Relation{Scope: sbom.Development, Line: address.Line()})
		}
		for hook := range repo.Get("hooks").Items() {
			for dependency := range hook.Get("additional_dependencies").Items() {
				if c, constraint, ok := additional(hook.Get("language").Text(), dependency.Text()); ok {
					out.Ask(c, sbom.Relation{Range: constraint, Scope: sbom.Development, Line: dependency.Line()})
				}
			}
		}
	}
	return cmp.Or(err, docs[0].Err())
}

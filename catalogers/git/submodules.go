// Package git reads what git keeps in a working tree.
package git

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Submodules reads .gitmodules, https://git-scm.com/docs/gitmodules. The commit of a submodule stands in the tree of its parent and not
// in the file: the version is unknown. An address that is relative to the parent's own names a repository beside it.
var Submodules = catalogers.Cataloger{
	Name:  "git-submodules",
	Doc:   "Repositories that .gitmodules embeds, with their addresses, folders and branches.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.GitHub, purl.Bitbucket, purl.Generic},
	Files: catalogers.Named(".gitmodules"),
	Parse: parseSubmodules,
}

func parseSubmodules(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	list := readSubmodules(text, out)
	for i := range list {
		list[i].claim(out)
	}
	return nil
}

func (s *submodule) claim(out *sbom.Facts) {
	if s.address == "" {
		if s.name != "" {
			out.Gap(s.line, "the submodule %.80q has no url", s.name)
		}
		return
	}
	c, ok := repository.Component(s.address, "", "")
	if !ok {
		name := strings.TrimSuffix(path.Base(strings.TrimRight(s.address, "/")), ".git")
		if !strings.HasPrefix(s.address, "./") && !strings.HasPrefix(s.address, "../") || name == ".." || name == "." {
			out.Gap(s.line, "the address of the submodule %.80q cannot be followed", s.name)
			return
		}
		c = sbom.Component{PURL: purl.New(purl.Generic, "", name, "")}
	}
	if s.folder != "" && !path.IsAbs(s.folder) {
		c.Property("sbomgen:git:path", path.Clean(s.folder))
	}
	out.Ask(c, sbom.Relation{Range: s.branch, Line: s.line})
}

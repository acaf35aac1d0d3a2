package hex

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Mixfile reads what a mix.exs says in literals: what the project is, and the tuples of its functions named deps
// (https://hexdocs.pm/mix/Mix.Tasks.Deps.html). A mix.exs is a program; what only running it would tell is left out.
var Mixfile = catalogers.Cataloger{
	Name:   "mix-exs",
	Doc:    "The Elixir project that mix.exs describes, and the packages that it asks for in literals.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Hex},
	Files:  catalogers.Named("mix.exs"),
	Beside: []string{"hex_metadata.config", "../../mix.lock"},
	Parse:  parseMixfile,
}

func parseMixfile(f *catalogers.File, out *sbom.Facts) error {
	if fetched(f) {
		return nil
	}
	source, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(source, "Mix.Project") {
		out.Gap(0, "holds no project of Mix")
	}
	owner := out.Owner()
	if name := attribute(source, "app: :"); name != "" {
		version := strings.Trim(attribute(source, `version: "`)+attribute(source, `@version "`), `"`)
		owner = out.Application(f.Dir(), sbom.Component{Name: name, Version: version, PURL: purl.New(purl.Hex, "", name, version)})
	}
	for _, a := range readMixfile(source) {
		r := sbom.Relation{From: owner, To: a.name, Range: a.constraint, Scope: a.scope, Line: a.line}
		at, inside := a.folder(f.Dir())
		switch {
		case inside:
			r.To = out.Application(at, sbom.Component{})
		case at != "":
			continue // outside the tree
		case !out.Has(a.name):
			c := pkg(a.name, "", "")
			if a.git != "" {
				c = fromRepository(a.name, "git", a.git, a.ref, "")
				c.Name, c.Version = "", "" // a branch or tag is no version
			} else if v := strings.TrimSpace(strings.TrimPrefix(a.constraint, "==")); v != "" && strings.Count(v, ".") == 2 && strings.Trim(v, "0123456789.") == "" {
				c = pkg(a.name, v, "")
			}
			out.AddAt(a.line, a.name, c)
		}
		out.Relate(r)
	}
	return nil
}

// attribute is the word that follows a mark first.
func attribute(source, mark string) string {
	_, rest, _ := strings.Cut(source, mark)
	return rest[:len(rest)-len(strings.TrimLeft(rest, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-+"))]
}

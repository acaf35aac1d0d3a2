// Package dub reads what DUB, the package manager of D, writes.
package dub

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Selections reads dub.selections.json, https://dub.pm/dub-guide/selections/: versions by name, or an object with a version and a repository, or a path. It has
// no edges; dub.json or dub.sdl beside tells what the project asks for.
//
// D has no purl type: a package is generic, of the registry code.dlang.org.
var Selections = catalogers.Cataloger{
	Name:   "dub-selections",
	Doc:    "D packages pinned in dub.selections.json; dub.json or dub.sdl tells which are direct.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Generic},
	Files:  catalogers.Named("dub.selections.json"),
	Beside: []string{"dub.json", "dub.sdl"},
	Parse:  parseSelections,
}

func parseSelections(f *catalogers.File, out *sbom.Facts) error {
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
		case "fileVersion":
			line := r.Line()
			if v := r.Int(); v != 1 {
				out.Gap(line, "fileVersion %d is unknown", v)
			}
		case "versions":
			r.Object(func(name string) { selection(r, name, f, out) })
		}
	})
	for _, a := range asked(f) {
		name, _, _ := strings.Cut(a.name, ":")                                              // a sub-package is a part of its package
		out.Relate(sbom.Relation{From: out.Owner(), To: name, Range: a.rng, MayMiss: true}) // what other configurations ask for is not selected
	}
	return r.Finish()
}

func selection(r *decode.JSONReader, name string, f *catalogers.File, out *sbom.Facts) {
	line := r.Line()
	var version, repository, path string
	if r.Kind() == decode.String {
		version = r.Text()
	} else {
		r.Object(func(key string) {
			switch key {
			case "version":
				version = r.Text()
			case "repository":
				repository = r.Text()
			case "path":
				path = r.Text()
			}
		})
	}
	if r.Err() != nil {
		return
	}
	if name == "" || version == "" && path == "" {
		out.Gap(line, "%.80q has no name or no version", name)
		return
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, "", name, strings.TrimPrefix(version, "~"))} // "~master" is a branch
	switch {
	case path != "":
		if at, ok := f.Within(path); ok {
			out.Alias(out.Application(at, sbom.Component{}), name)
			return
		}
		c = sbom.Component{Name: name, Properties: []sbom.Property{{Name: "sbomgen:dub:source", Value: "directory"}}}
	case repository != "":
		c.FromGit(repository, version)
	default:
		c.PURL = c.PURL.With("repository_url", "https://code.dlang.org")
	}
	out.AddAt(line, name, c)
}

type ask struct{ name, rng string }

// asked lists what the recipe beside asks for, in any of its configurations.
func asked(f *catalogers.File) []ask {
	for _, name := range [...]string{"dub.json", "dub.sdl"} {
		other, err := f.Beside(name)
		if err != nil {
			continue
		}
		text, err := other.Text()
		if err != nil {
			return nil
		}
		if name == "dub.json" {
			var list []ask
			readJSON(decode.NewJSONC(text), &list)
			return list
		}
		return readSDL(text)
	}
	return nil
}

func readJSON(r *decode.JSONReader, list *[]ask) {
	r.Object(func(key string) {
		switch key {
		case "dependencies":
			r.Object(func(name string) {
				a := ask{name: name}
				if r.Kind() == decode.String {
					a.rng = r.Text()
				} else {
					r.Object(func(key string) {
						if key == "version" {
							a.rng = r.Text()
						}
					})
				}
				*list = append(*list, a)
			})
		case "configurations":
			r.Array(func() { readJSON(r, list) })
		}
	})
}

// readSDL reads the lines dependency "name" version="range" of a recipe in SDLang.
func readSDL(text string) []ask {
	var list []ask
	for line := range strings.SplitSeq(text, "\n") {
		rest, ok := strings.CutPrefix(strings.TrimSpace(line), "dependency ")
		_, rest, quoted := strings.Cut(rest, `"`)
		name, rest, closed := strings.Cut(rest, `"`)
		if !ok || !quoted || !closed {
			continue
		}
		_, rng, _ := strings.Cut(rest, `version="`)
		rng, _, _ = strings.Cut(rng, `"`)
		list = append(list, ask{name, rng})
	}
	return list
}

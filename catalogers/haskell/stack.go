package haskell

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Stack reads the extra-deps of stack.yaml: packages that a project takes from outside its snapshot, whoever needs them.
//
// Source: https://docs.haskellstack.org/en/stable/topics/package_location/. A repository or an archive does not tell what its packages are
// called; stack.yaml.lock does.
var Stack = catalogers.Cataloger{
	Name:   "stack-yaml",
	Doc:    "Haskell packages beyond the snapshot that stack.yaml asks for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Hackage, purl.Generic},
	Files:  catalogers.Named("stack.yaml"),
	Beside: []string{"stack.yaml.lock"},
	Parse:  parseStack,
}

func parseStack(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	locked := f.Has("stack.yaml.lock")
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		if key != "extra-deps" {
			return
		}
		r.Array(func() {
			var l location
			line := r.Line()
			l.read(r)
			switch {
			case r.Err() != nil:
			case l.hackage == "":
				if !locked {
					l.unnamed(line, out)
				}
			case strings.ContainsAny(l.hackage, `/\`) || strings.HasPrefix(l.hackage, "."): // a folder, or an archive by its address
				if l.url = l.hackage; !locked && strings.Contains(l.url, "://") {
					l.unnamed(line, out)
				}
			default:
				id, revision, _ := strings.Cut(l.hackage, "@")
				if name, version, ok := splitID(id); ok && version == "" { // the newest of the index
					addOnce(out, line, hackage(name, ""))
					return
				}
				if strings.HasPrefix(revision, "rev:") {
					l.hackage = id
				}
				l.claim(line, out)
			}
		})
	})
	return r.Finish()
}

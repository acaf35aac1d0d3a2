package opam

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Locked reads *.opam.locked, which `opam lock` writes: a copy of the file whose "depends" holds one version of everything that is needed, and
// "pin-depends" where that is not from the repository, https://opam.ocaml.org/doc/man/opam-lock.html. It has no edges.
var Locked = catalogers.Cataloger{
	Name:   "opam-locked",
	Doc:    "OCaml packages pinned in *.opam.locked, with what they are for and their sources.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Opam},
	Files:  catalogers.Glob("*.opam.locked"),
	Beside: []string{"*.opam"},
	Parse:  parseLocked,
}

func parseLocked(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	siblings, _ := f.Glob("*.opam")
	out.Own(place(f, siblings))
	s, err := parse(text)
	pins := make(map[string]string) // "name.version" -> address
	for _, pin := range s.get("pin-depends").items {
		if pair := pin.texts(); len(pair) == 2 {
			pins[pair[0]] = pair[1]
		}
	}
	for _, d := range dependencies(s.get("depends"), sbom.Runtime) {
		if d.exact == "" {
			out.Gap(d.line, "%s has no version", d.name)
			continue
		}
		c := sbom.Component{PURL: purl.New(purl.Opam, "", d.name, d.exact)}
		if d.scope != sbom.Runtime {
			c.Scope = d.scope
		}
		fromPin(&c, pins[d.name+"."+d.exact])
		out.AddAt(d.line, d.name, c)
	}
	return err
}

// fromPin notes the source of a package that is not from the repository.
func fromPin(c *sbom.Component, source string) {
	address, commit, _ := strings.Cut(source, "#")
	clean, ok := sbom.CleanURL(address)
	switch {
	case !ok:
	case strings.HasPrefix(clean, "git"), strings.HasPrefix(clean, "ssh"):
		c.FromGit(clean, commit)
	default:
		c.PURL = c.PURL.With("download_url", clean)
		c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: clean})
	}
}

package haskell

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Freeze reads what `cabal freeze` writes: constraints that allow one version of every package, and their flags.
//
// Source: https://cabal.readthedocs.io/en/stable/cabal-project-description-file.html#cfg-field-constraints. "any.p ==1" holds
// wherever p is needed, "p ==1" for the packages themselves, "setup.p" and "q:setup.p" for Setup scripts; "==1 || ==2" stands where a plan
// holds two versions; "installed" means the version that comes with GHC, which the file does not tell.
var Freeze = catalogers.Cataloger{
	Name:  "cabal-freeze",
	Doc:   "Haskell packages pinned in cabal.project.freeze, with their flags.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Hackage},
	Files: catalogers.Named("cabal.project.freeze"),
	Parse: parseFreeze,
}

func parseFreeze(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	fz := freeze{out: out, pins: make(map[string][]string)}
	field := ""
	for line, rest := 1, text; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		if strings.HasPrefix(strings.TrimSpace(l), "--") {
			continue
		}
		if name, value, ok := strings.Cut(l, ":"); ok && l[0] != ' ' && l[0] != '\t' && plausible(name) {
			field, l = strings.ToLower(name), value
		}
		if field != "constraints" {
			continue
		}
		for item := range strings.SplitSeq(l, ",") {
			if item = strings.TrimSpace(item); item != "" {
				fz.constraint(item, line)
			}
		}
	}
	for _, x := range fz.flags {
		for _, key := range fz.pins[x[0]] {
			if c := out.Component(key); c != nil {
				c.Property("sbomgen:hackage:flags", x[1])
			}
		}
	}
	return nil
}

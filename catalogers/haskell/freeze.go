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
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errEmpty
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
			c := out.Component(key)
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:hackage:flags", Value: x[1]})
		}
	}
	return nil
}

// freeze is a file while it is read.
type freeze struct {
	out   *sbom.Facts
	pins  map[string][]string // a package's name -> its keys
	flags [][2]string         // a package's name and its flags
}

func (fz *freeze) constraint(item string, line int) {
	subject, what, _ := strings.Cut(item, " ")
	what = strings.TrimSpace(what)
	if at := strings.IndexAny(subject, "=<>^+"); at > 0 { // "p==1" needs no blank
		subject, what = subject[:at], subject[at:]+what
	}
	scope := sbom.ScopeUnset
	if i := strings.LastIndexByte(subject, '.'); i >= 0 {
		if strings.HasSuffix(subject[:i], "setup") {
			scope = sbom.Build
		}
		subject = subject[i+1:]
	}
	switch {
	case !plausible(subject) || what == "":
		fz.out.Gap(line, "%.80q is no constraint", item)
		return
	case what == "installed":
		fz.add(subject, "", scope, line)
		return
	case what == "test", what == "bench", what == "source":
		return
	case what[0] == '+' || what[0] == '-':
		fz.flags = append(fz.flags, [2]string{subject, what})
		return
	}
	for alternative := range strings.SplitSeq(what, "||") {
		version, pinned := strings.CutPrefix(strings.TrimSpace(alternative), "==")
		if version = strings.TrimSpace(version); !pinned || !isVersion(version) {
			fz.out.Gap(line, "%s: %.80q does not say one version", subject, what)
			return
		}
		fz.add(subject, version, scope, line)
	}
}

func (fz *freeze) add(name, version string, scope sbom.Scope, line int) {
	key := name + "-" + version
	if fz.out.Has(key) { // for another of its users
		if c := fz.out.Component(key); c.Scope != scope {
			c.Scope = sbom.ScopeUnset
		}
		return
	}
	c := hackage(name, version)
	c.Scope = scope
	fz.out.AddAt(line, key, c)
	fz.pins[name] = append(fz.pins[name], key)
}

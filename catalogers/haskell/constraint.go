package haskell

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// freeze is a file while it is read.
type freeze struct {
	out   *sbom.Facts
	pins  map[string][]string // a package's name -> its keys
	flags [][2]string         // a package's name and its flags
}

// constraint reads one of the field "constraints": "any.p ==1 || ==2", "p +flag -flag", "setup.p installed",
// https://cabal.readthedocs.io/en/stable/cabal-project-description-file.html#cfg-field-constraints.
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

// Package cpan reads what Perl's package managers write.
package cpan

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Snapshot reads cpanfile.snapshot, which Carton and Carmel write: distributions by indentation, with the modules that each provides and those that it
// requires. Modules of Perl itself stand in no distribution.
//
// Source: https://metacpan.org/pod/Carton and Carton::Snapshot::Parser. What the project asks for stands in cpanfile,
// https://metacpan.org/dist/Module-CPANfile/view/lib/cpanfile.pod.
var Snapshot = catalogers.Cataloger{
	Name:   "carton-snapshot",
	Doc:    "Perl distributions pinned in cpanfile.snapshot, with edges; the cpanfile tells which are direct and what for.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.CPAN},
	Files:  catalogers.Named("cpanfile.snapshot"),
	Beside: []string{"cpanfile"},
	Parse:  parseSnapshot,
}

// want is a module that somebody requires.
type want struct {
	from, module, rng string
	scope             sbom.Scope
	line              int
}

func parseSnapshot(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	if !strings.Contains(text, "DISTRIBUTIONS") {
		return errors.New("is no snapshot of Carton: it has no DISTRIBUTIONS")
	}
	providers := make(map[string]string) // module -> distribution
	var wants []want
	dist, section, at := "", "", 0
	for line, rest := 1, text; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		l = strings.TrimRight(l, " \r")
		word := strings.TrimLeft(l, " ")
		indent := len(l) - len(word)
		if word == "" || word[0] == '#' {
			continue
		}
		switch name, value, _ := strings.Cut(word, " "); {
		case indent == 0:
			if word != "DISTRIBUTIONS" {
				out.Gap(line, "%.80q is no section", word)
			}
		case indent == 2:
			dist, section, at = word, "", line
		case indent == 4 && name == "pathname:":
			if key := dist; claim(value, key, sbom.Location{Path: f.Path, Line: at}, out) == nil {
				out.Gap(line, "%.80q is no path of a distribution", value)
				dist = ""
			}
		case indent == 4:
			section = word
		case indent == 6 && section == "provides:" && dist != "":
			providers[name] = dist
		case indent == 6 && section == "requirements:" && dist != "":
			wants = append(wants, want{from: dist, module: name, rng: value, line: line})
		}
	}
	wants = append(wants, asked(f, out.Owner())...)
	relate(wants, providers, out)
	out.Edges(sbom.Complete)
	return nil
}

// relate writes the edges from module to the distribution that provides it.
func relate(wants []want, providers map[string]string, out *sbom.Facts) {
	for _, w := range wants {
		if to, ok := providers[w.module]; ok && to != w.from {
			rng := w.rng
			if rng == "0" {
				rng = ""
			}
			out.Relate(sbom.Relation{From: w.from, To: to, Range: rng, Scope: w.scope, Line: w.line})
		}
	}
}

// claim adds the distribution at a path below authors/id of CPAN, such as E/ET/ETHER/Moose-2.2206.tar.gz. It returns nil if that is none.
func claim(pathname, key string, where sbom.Location, out *sbom.Facts) *sbom.Component {
	base := path.Base(pathname)
	ext := "tar.gz"
	for _, e := range [...]string{"tar.gz", "tgz", "zip", "tar.bz2"} {
		if strings.HasSuffix(base, "."+e) {
			base, ext = strings.TrimSuffix(base, "."+e), e
			break
		}
	}
	name, version := splitDist(base)
	if name == "" || version == "" || strings.ContainsAny(name, ": ") {
		return nil
	}
	p := purl.New(purl.CPAN, "", name, version)
	if parts := strings.Split(strings.TrimPrefix(pathname, "authors/id/"), "/"); len(parts) >= 4 && len(parts[0]) == 1 {
		p = p.With("author", strings.ToUpper(parts[2]))
	}
	if ext != "tar.gz" {
		p = p.With("ext", ext)
	}
	out.AddIn(where, key, sbom.Component{PURL: p})
	return out.Component(key)
}

// splitDist splits "Moose-2.2206" or "Foo-v1.2.3-TRIAL": the version begins after the last dash that a digit follows, maybe behind a "v".
func splitDist(s string) (name, version string) {
	for i := len(s) - 2; i > 0; i-- {
		if s[i] != '-' {
			continue
		}
		if v := strings.TrimPrefix(s[i+1:], "v"); v != "" && '0' <= v[0] && v[0] <= '9' {
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

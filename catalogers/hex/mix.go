package hex

import (
	"cmp"
	"errors"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// MixLock reads mix.lock: a map from the name of an application to where it comes from. What the project asks for stands in
// mix.exs only.
//
// Source: Hex's lib/hex/utils.ex and Mix.Dep.Lock, https://github.com/hexpm/hex, https://github.com/elixir-lang/elixir:
// {:hex, package, version, inner checksum, managers, dependencies, repository, outer checksum}, of which older versions wrote
// less; {:git, address, revision, options}.
var MixLock = catalogers.Cataloger{
	Name:   "mix-lock",
	Doc:    "Elixir and Erlang packages pinned in mix.lock, with edges and digests; mix.exs beside it and below apps tells what was asked for.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Hex},
	Files:  catalogers.Named("mix.lock"),
	Beside: []string{"mix.exs", "apps/*/mix.exs", "hex_metadata.config", "../../mix.lock"},
	Parse:  parseMixLock,
}

func parseMixLock(f *catalogers.File, out *sbom.Facts) error {
	if fetched(f) {
		return nil
	}
	source, err := f.Content()
	if err != nil {
		return err
	}
	all, broken := terms(source)
	if len(all) == 0 || all[0].kind != mapping {
		if broken != nil {
			return broken
		}
		return errors.New("is no map of Elixir")
	}
	entries := all[0].items
	for i := 0; i+1 < len(entries); i += 2 {
		addLocked(out, entries[i].text, entries[i+1])
	}
	told := readMixfiles(f, out)
	for i := 0; i+1 < len(entries); i += 2 {
		name, e := entries[i].text, entries[i+1]
		for _, d := range e.at(5).items {
			r := sbom.Relation{From: name, To: d.at(0).text, Range: d.at(1).text, Line: e.line, MayMiss: !told}
			if d.at(2).option("optional").text == "true" {
				r.Scope = sbom.Optional
			}
			if out.Has(name) {
				out.Relate(r)
			}
		}
	}
	out.Edges(sbom.Complete)
	return broken
}

func addLocked(out *sbom.Facts, name string, e term) {
	switch {
	case e.is("hex") && e.at(2).text != "":
		c := pkg(e.at(1).text, e.at(2).text, e.at(6).text)
		if err := vouch(&c, e.at(3).text, e.at(7).text); err != nil {
			out.Gap(e.line, "%s: %v", name, err)
		}
		out.AddAt(e.line, name, c)
	case e.is("git"):
		folder := cmp.Or(e.at(3).option("sparse").text, e.at(3).option("subdir").text)
		out.AddAt(e.line, name, fromRepository(name, "git", e.at(1).text, e.at(2).text, folder))
	case e.is("package") && e.at(1).text != "": // before Hex 0.6
		out.AddAt(e.line, name, pkg(name, e.at(1).text, ""))
	default:
		out.Gap(e.line, "%.80q is from a source that is not known", name)
	}
}

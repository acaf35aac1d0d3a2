package hex

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// RebarLock reads rebar.lock. The level of a package is how far it is from the project: at 0 it was asked for. It holds no
// edges.
//
// Source: rebar_config.erl of https://github.com/erlang/rebar3: a list, or since lock version 1.1.0 {Version, List} followed by
// [{pkg_hash, ...}] of inner and since 1.2.0 [{pkg_hash_ext, ...}] of outer checksums.
var RebarLock = catalogers.Cataloger{
	Name:   "rebar-lock",
	Doc:    "Erlang packages pinned in rebar.lock, with digests, sources and what was asked for.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Hex},
	Files:  catalogers.Named("rebar.lock"),
	Beside: []string{"hex_metadata.config", "../../mix.lock"},
	Parse:  parseRebarLock,
}

func parseRebarLock(f *catalogers.File, out *sbom.Facts) error {
	if fetched(f) {
		return nil
	}
	source, err := f.Content()
	if err != nil {
		return err
	}
	all, broken := terms(source)
	if len(all) == 0 {
		return broken
	}
	locked := all[0]
	if locked.kind == tuple {
		if v := locked.at(0).text; !strings.HasPrefix(v, "1.") {
			out.Gap(locked.line, "lock version %.20q is unknown", v)
		}
		locked = locked.at(1)
	}
	if locked.kind != list {
		return errors.New("is no list of packages")
	}
	inner, outer := checksums(all[1:], "pkg_hash"), checksums(all[1:], "pkg_hash_ext")
	for _, e := range locked.items {
		name, from := e.at(0).text, e.at(1)
		var c sbom.Component
		switch {
		case from.is("pkg") && from.at(1).text != "" && from.at(2).text != "":
			c = pkg(from.at(1).text, from.at(2).text, "")
			if err := vouch(&c, inner[name], outer[name]); err != nil {
				out.Gap(e.line, "%s: %v", name, err)
			}
		case from.is("git"), from.is("hg"), from.is("git_subdir"): // the last has the folder behind the revision
			kind := strings.TrimSuffix(from.at(0).text, "_subdir")
			c = fromRepository(name, kind, from.at(1).text, from.at(2).at(1).text, from.at(3).text)
		case broken != nil:
			continue
		default:
			out.Gap(e.line, "%.80q is from a source that is not known", name)
			continue
		}
		out.AddAt(e.line, name, c)
		if e.at(2).text == "0" {
			out.Relate(sbom.Relation{From: out.Owner(), To: name, Line: e.line})
		}
	}
	return broken
}

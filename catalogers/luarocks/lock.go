// Package luarocks reads what LuaRocks writes.
package luarocks

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Lock reads luarocks.lock, https://github.com/luarocks/luarocks/blob/main/docs/pinning_versions_with_a_lock_file.md: versions by name, for running,
// building and testing. It has no edges.
var Lock = catalogers.Cataloger{
	Name:  "luarocks-lock",
	Doc:   "Lua rocks pinned in luarocks.lock, with what they are for.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.LuaRocks},
	Files: catalogers.Named("luarocks.lock"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	chunk, err := read(text)
	lock := chunk.get("return").table
	if lock == nil && err == nil {
		return errors.New("returns no table")
	}
	for _, section := range [...]struct {
		name  string
		scope sbom.Scope
	}{{"dependencies", sbom.Runtime}, {"build_dependencies", sbom.Build}, {"test_dependencies", sbom.Test}} {
		t := lock.get(section.name).table
		if t == nil {
			continue
		}
		for _, d := range t.fields {
			name, version := d.key, d.value.text
			if !isName(name) || version == "" || strings.ContainsAny(version, " \t\n") {
				out.Gap(d.line, "%.80q has no name or no version", name)
				continue
			}
			if name == "lua" { // the language itself
				continue
			}
			if known := out.Component(name + " " + version); known != nil {
				known.Scope = max(known.Scope, section.scope)
				continue
			}
			out.AddAt(d.line, name+" "+version, sbom.Component{PURL: rock(name, version), Scope: section.scope})
		}
	}
	return err
}

// rock is the purl of one. A name may begin with the user whose manifest has it, "user/name".
func rock(name, version string) purl.PURL {
	user, bare, ok := strings.Cut(name, "/")
	if !ok {
		user, bare = "", name
	}
	return purl.New(purl.LuaRocks, user, bare, version)
}

func isName(s string) bool {
	return s != "" && !strings.ContainsAny(s, " \t\n\"'<>=~") && strings.Trim(s, "/.") != ""
}

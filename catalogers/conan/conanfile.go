package conan

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Conanfile reads conanfile.txt, https://docs.conan.io/2/reference/conanfile_txt.html. A conanfile.py is a program and is not read.
var Conanfile = catalogers.Cataloger{
	Name:  "conanfile-txt",
	Doc:   "C and C++ packages that a conanfile.txt asks for, with ranges and what they are for.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Conan},
	Files: catalogers.Named("conanfile.txt"),
	Parse: parseConanfile,
}

func parseConanfile(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	scope, asks := sbom.ScopeUnset, false
	for line, rest := 1, text; rest != ""; line++ {
		var l string
		l, rest, _ = strings.Cut(rest, "\n")
		if l = strings.TrimSpace(l); l == "" || l[0] == '#' {
			continue
		}
		if l[0] == '[' {
			asks = true
			switch l {
			case "[requires]":
				scope = sbom.Runtime
			case "[tool_requires]", "[build_requires]":
				scope = sbom.Build
			case "[test_requires]":
				scope = sbom.Test
			default:
				asks = false
			}
			continue
		}
		if asks {
			l, _, _ = strings.Cut(l, " #")
			ask(strings.TrimSpace(l), scope, line, out)
		}
	}
	return nil
}

// ask claims one requirement: a reference, or one whose version is a range in brackets.
func ask(text string, scope sbom.Scope, line int, out *sbom.Facts) {
	wanted := text
	name, rest, _ := strings.Cut(text, "/[")
	version, after, ranged := strings.Cut(rest, "]")
	if ranged {
		text = name + "/range" + after
	} else {
		version = ""
	}
	ref, ok := parseReference(text)
	if !ok {
		out.Gap(line, "%.80q is no reference", wanted)
		return
	}
	if ranged {
		ref.version = ""
	}
	c := ref.component()
	key := c.PURL.String()
	if !out.Has(key) {
		out.AddAt(line, key, c)
	}
	out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: version, Scope: scope, Line: line})
}

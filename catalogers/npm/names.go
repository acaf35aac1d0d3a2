package npm

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// pkg is the package that npm calls "name" or "@scope/name".
func pkg(name, version string) purl.PURL {
	if scope, bare, ok := strings.Cut(name, "/"); ok {
		return purl.New(purl.NPM, scope, bare, version)
	}
	return purl.New(purl.NPM, "", name, version)
}

// plausible tells whether a package can have the name: one segment, or a scope and one segment, neither of
// which could lead out of a folder. What the registry demands besides changed over the years
// (https://github.com/npm/validate-npm-package-name), and installed names obey older rules.
func plausible(name string) bool {
	if scope, bare, ok := strings.Cut(name, "/"); ok {
		return len(scope) > 1 && scope[0] == '@' && segment(scope[1:]) && segment(bare)
	}
	return segment(name)
}

func segment(s string) bool {
	if s == "" || s[0] == '.' || s == "node_modules" {
		return false
	}
	for i := 0; i < len(s); i++ {
		if c := s[i]; c <= ' ' || c == '/' || c == '\\' || c == ':' || c == '%' || c == 0x7f {
			return false
		}
	}
	return true
}

// aliased splits the specifier of an alias, "npm:real@range": the package that is really meant and what
// is asked of it. ok is false where the specifier is none, as "npm:^1.0.0" of yarn, which has no name. The range
// may be empty.
func aliased(spec string) (name, rest string, ok bool) {
	spec, ok = strings.CutPrefix(spec, "npm:")
	if !ok {
		return "", "", false
	}
	if name, rest = nameAt(spec); !plausible(name) || rest == "" && strings.IndexByte("^~<>=*0123456789", name[0]) >= 0 {
		return "", "", false
	}
	return name, rest, true
}

// nameAt splits "name@rest" or "@scope/name@rest" at the first "@" that does not open a scope. Without
// one the rest is empty.
func nameAt(s string) (name, rest string) {
	if s == "" {
		return "", ""
	}
	if at := strings.IndexByte(s[1:], '@'); at >= 0 {
		return s[:at+1], s[at+2:]
	}
	return s, ""
}

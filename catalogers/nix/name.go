package nix

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// storePath is what the name of a path in the store tells: HASH-NAME-VERSION, for all outputs but the first HASH-NAME-VERSION-OUTPUT
// (https://nix.dev/manual/nix/latest/store/store-path).
type storePath struct {
	base                  string // with the hash
	name, version, output string
}

const hashLen = 32

// readStorePath reads the name of a path in the store; full is all that follows the hash. It returns false for what is none.
func readStorePath(base string) (full string, ok bool) {
	if len(base) < hashLen+2 || base[hashLen] != '-' {
		return "", false
	}
	for i := range hashLen {
		if c := base[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z' || strings.IndexByte("eotu", c) >= 0) { // the alphabet of Nix's base 32
			return "", false
		}
	}
	return base[hashLen+1:], true
}

// parse finds out which output of which package a path is. deriver is the path of the derivation that made it, "" where it is not known: what
// the name has more than the derivation's is the output.
func parse(base, deriver string) (s storePath, ok bool) {
	full, ok := readStorePath(base)
	if !ok {
		return s, false
	}
	s.base = base
	made, known := readStorePath(strings.TrimSuffix(path.Base(deriver), ".drv"))
	switch rest, begins := strings.CutPrefix(full, made); {
	case known && rest == "" && begins:
	case known && begins && rest[0] == '-':
		full, s.output = made, rest[1:]
	default:
		if i := strings.LastIndexByte(full, '-'); i > 0 && isOutput(full[i+1:]) {
			full, s.output = full[:i], full[i+1:]
		}
	}
	s.name, s.version = splitVersion(full)
	return s, true
}

// splitVersion is builtins.parseDrvName: the version begins behind the first dash that no letter follows,
// https://nix.dev/manual/nix/latest/language/builtins#builtins-parseDrvName.
func splitVersion(full string) (name, version string) {
	for i := 0; i+1 < len(full); i++ {
		if c := full[i+1] | 0x20; full[i] == '-' && (c < 'a' || c > 'z') {
			return full[:i], full[i+1:]
		}
	}
	return full, ""
}

// isOutput tells whether a word is one of those that Nixpkgs calls outputs: https://nixos.org/manual/nixpkgs/stable/#chap-multiple-output and those of
// packages that everyone has.
func isOutput(word string) bool {
	switch word {
	case "bin", "data", "debug", "dev", "devdoc", "dist", "doc", "getent", "info", "lib", "lib32", "libexec", "libgcc", "locale", "man", "modules", "out",
		"plugins", "py", "python", "scripts", "static", "terminfo", "tools":
		return true
	}
	return false
}

// isPackage tells whether a path is an installed package: it has a version and is no derivation, source or patch. Units, environments, hooks and
// whatever else a configuration is made of have none.
func (s *storePath) isPackage() bool {
	if s.version == "" || s.version[0] < '0' || s.version[0] > '9' {
		return false
	}
	switch path.Ext(s.base) {
	case ".drv", ".patch", ".diff", ".tar", ".gz", ".tgz", ".bz2", ".xz", ".zst", ".zip", ".crate", ".gem", ".whl", ".jar", ".nupkg", ".sh", ".nix", ".json", ".service", ".conf", ".lock":
		return false
	}
	return !strings.HasSuffix(s.base, "-source") && !strings.HasSuffix(s.base, "-vendor")
}

// claim claims the package, once for all that refer to it, and gives its key.
func (s *storePath) claim(out *sbom.Facts) (key string) {
	p := s.purl()
	key = p.String()
	if !out.Has(key) {
		c := sbom.Component{PURL: p}
		describe(&c, "path", "/nix/store/"+s.base)
		describe(&c, "output", s.output)
		out.Add(key, c)
	}
	return key
}

// install claims that a path of the store, which may be a file, and all below it is the package that was added under key. Nothing is put there later.
func (s *storePath) install(key, root string, out *sbom.Facts) {
	at := path.Join(root, storeFolder, s.base)
	out.Installs(key, sbom.InstalledFile{Path: at})
	out.Installs(key, sbom.InstalledFile{Path: at + "/"})
}

// purl is the package. Nix has no type of purls, and no path says where its expression came from.
func (s *storePath) purl() purl.PURL { return purl.New(purl.Generic, "", s.name, s.version) }

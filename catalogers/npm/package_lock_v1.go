package npm

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// nested reads the member "dependencies" of lockfile version 1 and of older shrinkwraps: the packages in the node_modules of one
// folder, each with those of its own.
func (l *lock) nested(folder string) {
	inside := "node_modules/"
	if folder != "" {
		inside = folder + "/node_modules/"
	}
	deep := false
	l.r.Object(func(name string) {
		line := l.r.Line()
		if !plausible(name) {
			l.out.Gap(line, "%q is no name of a package", name)
			return
		}
		if l.budget -= len(inside) + len(name); l.budget < 0 || len(inside)+len(name) > pathLimit {
			deep = true
			return
		}
		l.legacyEntry(entry{folder: inside + name, name: name, line: line})
	})
	if deep && !l.cut {
		l.cut = true
		l.out.Gap(0, "packages nest too deep; those farther down are left out")
	}
}

// legacyEntry reads one package of lockfile version 1. Its own packages are the last member that npm writes, so that the package
// is known by then.
func (l *lock) legacyEntry(e entry) {
	l.tree.wants.begin()
	claimed, own := false, -1
	claim := func() string {
		claimed, own = true, len(l.tree.places)
		l.e = e
		return l.legacyClaim()
	}
	ok := l.r.Object(func(key string) {
		switch key {
		case "requires":
			if claimed {
				l.tree.wants.begin()
			}
			l.tree.wants.read(l.r, sbom.Runtime)
			if claimed && own < len(l.tree.places) {
				p := &l.tree.places[own]
				p.from, p.to = int32(l.tree.wants.from), int32(len(l.tree.wants.list))
			}
		case "dependencies":
			l.nested(claim())
		default:
			l.e = e
			l.field(key)
			e = l.e
		}
	})
	switch {
	case !ok:
		l.out.Gap(e.line, "%q is no object", e.name)
	case !claimed:
		claim()
	}
}

// legacyClaim claims the package that l.e describes. Version 1 writes into "version" whatever npm would install it by: a version, an
// alias, or the address of a repository, tarball or folder. It returns the folder around the package's own node_modules.
func (l *lock) legacyClaim() string {
	e := &l.e
	if real, version, ok := aliased(e.version); ok {
		e.name, e.version = real, version
		l.install()
		return e.folder
	}
	from := source{}
	if !exact(e.version) {
		from = locate(e.version)
	}
	if from.origin == registry && !strings.Contains(e.version, "://") {
		l.install()
		return e.folder
	}
	if from.origin == local && !packed(from.path) {
		target := path.Clean(from.path)
		l.tree.link(link{e.folder, target, e.line})
		e.folder, e.version = target, ""
		l.member()
		return target
	}
	e.resolved, e.version = e.version, fileVersion(e.name, e.version)
	l.install()
	return e.folder
}

// fileVersion is the version in the name of a registry's tarball, "" if there is none.
func fileVersion(name, address string) string {
	address, _, _ = strings.Cut(address, "#")
	file, ok := strings.CutPrefix(path.Base(address), path.Base(name)+"-")
	if version := strings.TrimSuffix(file, ".tgz"); ok && strings.Contains(address, "/-/") && exact(version) {
		return version
	}
	return ""
}

package npm

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// PnpmLock reads the lockfile of pnpm since version 1, when it was called shrinkwrap.yaml
// (https://github.com/pnpm/spec/tree/master/lockfile). The same package stands in it once for every set of packages that
// fulfil its peer dependencies; these are one component.
var PnpmLock = catalogers.Cataloger{
	Name:  "pnpm-lock",
	Doc:   "npm packages pinned in pnpm-lock.yaml of every version, with their edges, integrity and workspace members.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.NPM, purl.Generic},
	Files: catalogers.Named("pnpm-lock.yaml", "shrinkwrap.yaml"),
	Parse: parsePnpmLock,
}

func parsePnpmLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	grammar, ok := pnpmGrammar(text)
	switch {
	case grammar == "":
		return errors.New("is no lockfile of pnpm: it has no lockfileVersion")
	case !ok:
		out.Gap(0, "lockfileVersion %.80s is unknown", grammar)
	}
	l := pnpm{out: out, r: decode.NewBlock(text), dir: projectDir(f.Dir()), keys: pnpmKeys(grammar, text)}
	if l.keys == slashed {
		l.registry = topLevel(text, "registry")
	}
	out.Grow(len(text)/400, len(text)/130) // pnpm writes some 380 bytes per package, with three edges
	l.r.Documents(l.document)
	out.Edges(sbom.Complete)
	return l.r.Err()
}

// pnpm is a lockfile of pnpm while it is read.
type pnpm struct {
	out      *sbom.Facts
	dir      string // to which its paths are relative
	r        *decode.Block
	keys     depPath
	registry string            // of all packages that name no other, until version 5
	asked    []pnpmDependency  // by the importer that is being read
	ranges   map[string]string // what it asks for, where a list of its own says so
	catalogs map[string]string // "catalog:name" and the name of a package -> the range
	patches  map[string]string // the key of a package -> the file that changes it
	folders  map[string]string // the key of a package that is a folder -> that of its application
	another  bool              // documents were read before: the lockfile of pnpm itself comes first
}

func (l *pnpm) document() {
	l.ranges, l.catalogs, l.patches = nil, nil, nil
	ok := l.r.Object(func(key string) {
		switch key {
		case "importers":
			l.r.Object(func(folder string) {
				l.r.Object(l.importer)
				l.close(folder)
			})
		case "packages":
			l.r.Object(l.entry)
		case "snapshots":
			l.r.Object(l.snapshot)
		case "catalogs":
			l.r.Object(l.catalog)
		case "patchedDependencies":
			l.r.Object(l.patch)
		default: // the only importer, before there were workspaces and until version 8
			l.importer(key)
		}
	})
	if l.r.Err() == nil && !ok && !l.another {
		l.out.Gap(l.r.Line(), "the document is no mapping")
	}
	l.close(".")
	l.another = true
}

// patch reads an entry of the packages that are changed on installation. Until version 9 it is an object with the path of the
// patch, later only its hash.
func (l *pnpm) patch(name string) {
	if l.patches == nil {
		l.patches = make(map[string]string)
	}
	l.patches[name] = "true"
	l.r.Object(func(key string) {
		if key == "path" {
			l.patches[name] = path.Join(l.dir, l.r.Text())
		}
	})
}

// edges reads what a package depends on.
func (l *pnpm) edges(from string, scope sbom.Scope) {
	l.r.Object(func(name string) {
		line := l.r.Line()
		if to := l.target(".", name, l.r.Text()); to != "" {
			l.out.Relate(sbom.Relation{From: from, To: to, Scope: scope, Line: line})
		}
	})
}

// snapshot reads an entry of version 9's list of instances: a package as it is installed beside certain peers.
func (l *pnpm) snapshot(key string) {
	key = shown(key)
	base := key[:l.keys.suffix(key)]
	switch app, ok := l.folders[base]; {
	case ok:
		l.out.Alias(app, key)
	case l.out.Has(key):
	case l.out.Has(base):
		l.out.Alias(base, key)
	default:
		e := pnpmEntry{key: base, line: l.r.Line()}
		l.claim(&e)
		l.out.Alias(base, key)
	}
	l.r.Object(func(field string) {
		switch field {
		case "dependencies":
			l.edges(key, sbom.Runtime)
		case "optionalDependencies":
			l.edges(key, sbom.Optional)
		}
	})
}

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

// BunLock reads the textual lockfile of bun (https://bun.com/docs/pm/lockfile): JSON with comments and trailing commas.
// Version 2, of bun 1.4, only lets bun refuse more.
var BunLock = catalogers.Cataloger{
	Name:  "bun-lock",
	Doc:   "npm packages pinned in bun.lock, with their edges, integrity and workspace members.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.NPM},
	Files: catalogers.Named("bun.lock"),
	Parse: parseBunLock,
}

func parseBunLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	l := bun{out: out, dir: f.Dir(), r: decode.NewJSONC(text), at: make(map[string]int32, len(text)/250)}
	out.Grow(len(text)/250, len(text)/150)
	known := false
	l.r.Object(func(key string) {
		switch key {
		case "lockfileVersion":
			known = true
			line := l.r.Line()
			if version := l.r.Int(); version < 0 || version > 2 {
				out.Gap(line, "lockfileVersion %d is unknown", version)
			}
		case "workspaces":
			l.r.Object(l.workspace)
		case "packages":
			l.r.Object(l.entry)
		case "patchedDependencies":
			l.patches = make(map[string]string)
			l.r.Object(func(name string) { l.patches[name] = path.Join(l.dir, l.r.Text()) })
		case "catalog":
			l.catalog("")
		case "catalogs":
			l.r.Object(l.catalog)
		}
	})
	l.relate()
	out.Edges(sbom.Complete)
	if err = l.r.Finish(); err == nil && !known {
		return errors.New("is no lockfile of bun: it has no lockfileVersion")
	}
	return err
}

// bun is a lockfile of bun while it is read.
type bun struct {
	out      *sbom.Facts
	dir      string // of the file
	r        *decode.JSONReader
	places   []bunPlace
	at       map[string]int32 // the path of a package -> its place
	wants    requirements
	catalogs map[string]string // "catalog:name" and the name of a package -> the range
	patches  map[string]string // "name@version" -> the file that changes the package
}

// workspace reads the entry of a member: the project itself is "".
func (l *bun) workspace(folder string) {
	line := l.r.Line()
	l.wants = requirements{list: l.wants.list}
	l.wants.begin()
	var name, version string
	l.r.Object(func(key string) {
		switch key {
		case "name":
			name = l.r.Text()
		case "version":
			version = l.r.Text()
		case "optionalPeers":
			l.wants.optionalPeers = append(l.wants.optionalPeers, l.r.Texts()...)
		default:
			l.wants.field(l.r, key)
		}
	})
	at, inside := within(l.dir, path.Join(".", folder))
	if !inside {
		l.out.Gap(line, "the workspace %.80q lies outside the tree", folder)
		return
	}
	c := sbom.Component{}
	if name != "" {
		c = application(name, version)
	}
	c.Completeness = sbom.Complete
	if folder == "" {
		name = ""
	}
	l.place(name, l.out.Application(at, c))
}

// place notes a package or a member with the requirements that were read last.
func (l *bun) place(path, key string) {
	from := l.wants.from
	l.places = append(l.places, bunPlace{path, key, int32(from), int32(from + len(l.wants.settle())), -1})
}

// entry reads one package: a list of what it was resolved to and, depending on where it comes from, the registry, what it asks
// for, and the integrity.
func (l *bun) entry(at string) {
	line := l.r.Line()
	l.wants.begin()
	e := bunEntry{path: at, line: line}
	resolution := ""
	ok := l.r.Array(func() {
		switch l.r.Kind() {
		case decode.Object:
			_, reference := nameAt(resolution)
			if strings.HasPrefix(reference, "workspace:") {
				return // repeats, in version 0, what stands among the workspaces
			}
			l.wants.installed = locate(reference).origin != local // bun installs what the development of a folder needs
			l.r.Object(func(key string) {
				if key == "optionalPeers" {
					l.wants.optionalPeers = append(l.wants.optionalPeers, l.r.Texts()...)
				} else {
					l.wants.field(l.r, key)
				}
			})
		case decode.String:
			text := l.r.Text()
			kind, _, _ := strings.Cut(text, "-")
			switch {
			case resolution == "":
				resolution = text
			case algorithm(kind) != "":
				e.integrity = text
			case e.registry == "": // or, of a commit, the name of the folder that bun keeps it in
				e.registry = text
			}
		}
	})
	if !ok && l.r.Err() != nil {
		return
	}
	e.name, e.reference = nameAt(resolution)
	if !ok || !plausible(e.name) || e.reference == "" {
		l.out.Gap(line, "%.80q does not name a package", at)
		return
	}
	key := l.claim(e)
	l.at[at] = int32(len(l.places))
	l.place(at, key)
}

// bunEntry is what the lockfile says of one package.
type bunEntry struct {
	path, name, reference, registry, integrity string

	line int
}

// claim claims the package of an entry, or the folder that it is, and gives its key.
func (l *bun) claim(e bunEntry) string {
	from, version, tarball := source{}, "", ""
	switch {
	case strings.HasPrefix(e.reference, "root:"):
		return l.out.Owner()
	case exact(e.reference):
		version = e.reference
		if plain, _, _ := strings.Cut(e.registry, "?"); packed(plain) {
			from, tarball = locate(e.registry), e.registry
		} else if plain != "" { // the address of the registry itself
			from = locate(strings.TrimSuffix(plain, "/") + "/x/-/x.tgz")
		}
	default:
		from = resolved(e.reference)
	}
	if from.origin == local && !packed(from.path) {
		if at, inside := within(l.dir, from.path); inside {
			c := sbom.Component{}
			if !strings.HasPrefix(e.reference, "workspace:") { // whose entry among the workspaces says it better
				c = application(e.name, "")
			}
			return l.out.Application(at, c)
		}
	}
	c := sbom.Component{PURL: pkg(e.name, version)}
	from.pinned(&c, l.dir, tarball)
	if err := from.vouch(&c, e.integrity); err != nil {
		l.out.Gap(e.line, "%s: %v", e.path, err)
	}
	if patch, ok := l.patches[e.name+"@"+e.reference]; ok {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:patch", Value: patch})
	}
	l.out.AddAt(e.line, e.path, c)
	return e.path
}

func (l *bun) catalog(catalog string) {
	if l.catalogs == nil {
		l.catalogs = make(map[string]string)
	}
	l.r.Object(func(name string) { l.catalogs["catalog:"+catalog+" "+name] = l.r.Text() })
}

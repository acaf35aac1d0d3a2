package npm

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// pnpmDependency is one line of an importer: what it asks for and what was chosen.
type pnpmDependency struct {
	name, spec, ref string
	scope           sbom.Scope
	line            int
}

// importer reads a member of a project's entry.
func (l *pnpm) importer(key string) {
	switch key {
	case "dependencies":
		l.ask(sbom.Runtime)
	case "optionalDependencies":
		l.ask(sbom.Optional)
	case "devDependencies", "configDependencies", "packageManagerDependencies":
		l.ask(sbom.Development)
	case "specifiers":
		l.r.Object(func(name string) {
			if l.ranges == nil {
				l.ranges = make(map[string]string)
			}
			l.ranges[name] = l.r.Text()
		})
	}
}

func (l *pnpm) ask(scope sbom.Scope) {
	l.r.Object(func(name string) {
		d := pnpmDependency{name: name, scope: scope, line: l.r.Line()}
		if l.r.Kind() != decode.Object { // before version 5.4 with inline specifiers
			d.ref = l.r.Text()
		} else {
			l.r.Object(func(key string) {
				switch key {
				case "specifier":
					d.spec = l.r.Text()
				case "version":
					d.ref = l.r.Text()
				}
			})
		}
		l.asked = append(l.asked, d)
	})
}

// close claims what the importer that was read asks for.
func (l *pnpm) close(folder string) {
	key, known := l.folder(folder, "", "")
	if c := l.out.Component(key); c != nil {
		c.Completeness = sbom.Complete // all that it asks for stands here
	}
	for _, d := range l.asked {
		if d.ref == "" {
			l.out.Gap(d.line, "%s has no version", d.name)
			continue
		}
		if d.spec == "" {
			d.spec = l.ranges[d.name]
		}
		if strings.HasPrefix(d.spec, "catalog:") {
			if spec, ok := l.catalogs[d.spec+" "+d.name]; ok {
				d.spec = spec
			}
		}
		to := l.target(folder, d.name, d.ref)
		if known && to != "" {
			l.out.Relate(sbom.Relation{From: key, To: to, Range: shown(d.spec), Scope: d.scope, Line: d.line})
		}
	}
	l.asked, l.ranges = l.asked[:0], nil
}

// folder claims the application in a folder, relative to that of the lockfile, and gives its key. A folder outside of the tree is a
// package, if anything names it.
func (l *pnpm) folder(folder, name, version string) (key string, known bool) {
	at, inside := within(l.dir, folder)
	if !inside {
		key = "link:" + folder
		if name != "" && !l.out.Has(key) {
			l.out.AddAt(l.r.Line(), key, sbom.Component{PURL: pkg(name, version)})
		}
		return key, l.out.Has(key)
	}
	c := sbom.Component{}
	if name != "" {
		c = application(name, version)
	}
	return l.out.Application(at, c), true
}

// target is the key of what a dependency was resolved to, "" if that is nothing of its own.
func (l *pnpm) target(folder, name, ref string) string {
	if to, ok := strings.CutPrefix(ref, "link:"); ok {
		if !path.IsAbs(to) {
			to = path.Join(folder, to)
		}
		key, _ := l.folder(to, name, "")
		return key
	}
	return shown(l.keys.of(name, ref))
}

func (l *pnpm) catalog(catalog string) {
	if l.catalogs == nil {
		l.catalogs = make(map[string]string)
	}
	l.r.Object(func(name string) {
		l.r.Object(func(key string) {
			if key == "specifier" {
				spec := l.r.Text()
				l.catalogs["catalog:"+catalog+" "+name] = spec
				if catalog == "default" {
					l.catalogs["catalog: "+name] = spec
				}
			}
		})
	})
}

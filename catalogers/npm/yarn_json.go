package npm

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// json reads the lockfile of yarn 6. It says of packages what berry's does, and like that of yarn 1 nothing of the members of
// the workspace.
func (y *yarn) json(text string) error {
	b := berry{yarn: y, optional: make(map[string]bool)}
	r := decode.NewJSON(text)
	entries := false
	r.Object(func(key string) {
		switch key {
		case "__metadata":
			r.Object(func(key string) {
				if line := r.Line(); key == "version" {
					if version := r.Int(); version < 9 || version > 15 {
						y.out.Gap(line, "version %d of the lockfile is unknown", version)
					}
				}
			})
		case "entries":
			entries = true
			r.Object(func(key string) { b.object(r, key) })
		}
	})
	err := r.Finish()
	if !entries && err == nil {
		err = errors.New("is no lockfile of yarn: it has no entries")
	}
	projects := y.projects()
	if len(projects) > 0 {
		b.overrides = selectors(projects[0].overrides)
	}
	for i := range y.entries {
		b.claim(i)
	}
	for i := range y.entries {
		b.relate(i)
	}
	at := func(p *yarnProject) locator {
		folder := "."
		if p.dir != y.dir {
			folder = strings.TrimPrefix(p.dir, path.Clean(y.dir)+"/")
		}
		return locator{name: p.name, reference: "workspace:" + folder}
	}
	y.members(projects,
		func(p *yarnProject, w yarnWant) (int32, bool) { return b.chosen(at(p), w) },
		func(p *yarnProject, w yarnWant) (int32, bool) { return b.only(w.name) })
	return err
}

// object reads one package of the lockfile of yarn 6.
func (b *berry) object(r *decode.JSONReader, key string) {
	at := int32(len(b.entries))
	e := yarnEntry{line: r.Line()}
	m := berryEntry{first: len(b.wants)}
	resolution := ""
	clear(b.optional)
	r.Object(func(field string) {
		switch field {
		case "checksum":
			e.integrity = r.Text()
		case "resolution":
			r.Object(func(field string) {
				switch field {
				case "resolution":
					resolution = r.Text()
				case "version":
					e.version = r.Text()
				case "dependencies":
					r.Object(func(name string) {
						line := r.Line()
						b.wants = append(b.wants, yarnWant{at, name, r.Text(), sbom.Runtime, line})
					})
				case "optionalDependencies":
					for _, name := range r.Texts() {
						b.optional[name] = true
					}
				}
			})
		}
	})
	if resolution == "" {
		if r.Err() == nil {
			b.out.Gap(e.line, "%.80q has no resolution", shown(key))
		}
		b.wants = b.wants[:m.first]
		return
	}
	b.add(key, resolution, e, m)
}

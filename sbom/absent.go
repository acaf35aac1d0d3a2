package sbom

import (
	"slices"

	"github.com/sbomgen/sbomgen/purl"
)

// absent caps the scope of what is locked for an application but missing from its complete installation: packages for
// other platforms, and what an install left out. They are optional at the most, and say so.
func (r *resolver) absent() {
	type tree struct {
		types     map[purl.Type]bool
		installed map[Handle]bool
	}
	trees := make(map[Handle]*tree)
	for i, f := range r.facts {
		if f.Stage != Installed || f.complete != Complete || r.whole[i] {
			continue
		}
		app := r.contexts[r.owners[i]]
		if trees[app] == nil {
			trees[app] = &tree{make(map[purl.Type]bool), make(map[Handle]bool)}
		}
		for j := range f.claims {
			if p := f.claims[j].component.PURL; !p.IsZero() {
				trees[app].types[p.Type] = true
			}
		}
	}
	if len(trees) == 0 {
		return
	}
	for i, f := range r.facts {
		if t := trees[r.contexts[r.owners[i]]]; t != nil && f.Stage == Installed {
			for _, h := range r.placed[i] {
				t.installed[h] = true
			}
		}
	}
	r.missing = make(map[Handle]map[Handle]bool)
	for i, f := range r.facts {
		app := r.contexts[r.owners[i]]
		t := trees[app]
		if t == nil || f.Stage != Locked {
			continue
		}
		for _, h := range r.placed[i] {
			c := &r.components[h]
			if t.installed[h] || c.IsApplication() || !t.types[c.PURL.Type] {
				continue
			}
			if r.missing[app] == nil {
				r.missing[app] = make(map[Handle]bool)
			}
			if !r.missing[app][h] {
				r.missing[app][h] = true
				if p := (Property{"sbomgen:installed", "false"}); c.Stage < Installed && !slices.Contains(c.Properties, p) {
					c.Properties = append(slices.Clip(c.Properties), p)
				}
			}
		}
	}
}

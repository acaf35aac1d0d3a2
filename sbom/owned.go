package sbom

import (
	"cmp"
	"slices"
	"strings"
)

// PropertyOwned names on a package of a distribution, by its purl or name, a package of another kind that lies in its files.
const PropertyOwned = "sbomgen:owned"

// owner is a package that files belong to: a claim of a package database.
type owner struct {
	facts, claim int32
	key          string // of the claim, for messages
}

// owned finds what lies in the files of a package database. A program, a Python distribution or an npm package that Debian's package installed is
// that package and no second one: it is collapsed into it, as is whatever a manifest there declares, for the distribution has built and resolved it.
// What a program or an archive holds besides itself, modules that were linked in for instance, stays, and its owner contains it. A file that was
// changed since it was installed belongs to nobody.
//
// It comes before merge, which puts the owner's component in the place of what is collapsed.
func (r *resolver) owned() {
	owners := r.filesOwned()
	if len(owners) == 0 {
		return
	}
	r.collapsed = make([][]owner, len(r.facts))
	for i, f := range r.facts {
		if f.database() {
			continue
		}
		var inner map[string]bool
		for j := range f.claims {
			c := &f.claims[j]
			o, ok := owners[f.seenAt(c)]
			if !ok || o.facts == int32(i) {
				continue
			}
			if f.Stage == Built {
				if inner == nil {
					inner = f.inner()
				}
				if inner[c.key] {
					continue
				}
			}
			if r.collapsed[i] == nil {
				r.collapsed[i] = make([]owner, len(f.claims))
				for k := range r.collapsed[i] {
					r.collapsed[i][k].facts = -1
				}
			}
			r.collapsed[i][j] = o
		}
		r.collapseApplications(i, f)
		if o, ok := owners[f.Path]; ok && f.Stage < Installed {
			r.collapsed[i] = slices.Repeat([]owner{o}, len(f.claims))
			f = &Facts{Cataloger: f.Cataloger, Stage: f.Stage, Path: f.Path, Order: f.Order, owner: f.owner, claims: f.claims, keys: f.keys, Layers: f.Layers}
			r.facts[i] = f
			r.options.Skipped = append(slices.Clip(r.options.Skipped), Skip{f.Path, "belongs to the installed package " + o.key})
		}
	}
}

// collapseApplications collapses also the environment that holds nothing but collapsed packages.
func (r *resolver) collapseApplications(i int, f *Facts) {
	list := r.collapsed[i]
	if list == nil {
		return
	}
	o := owner{facts: -1}
	for j := range list {
		if list[j].facts >= 0 {
			o = list[j]
		} else if f.claims[j].component.Kind != Application {
			return
		}
	}
	for j := range list {
		if list[j].facts < 0 {
			list[j] = o
		}
	}
}

// database tells the Facts of a package database, which nothing owns.
func (f *Facts) database() bool { return len(f.installed) > 0 && f.Stage == Installed }

// seenAt is the file in which a claim was seen.
func (f *Facts) seenAt(c *claim) string {
	if len(c.component.Evidence) > 0 {
		if p := c.component.Evidence[0].Location.outermost(); p != "" {
			return p
		}
	}
	return cmp.Or(c.path, f.Path)
}

// inner tells what other claims of the same Facts hold or need.
func (f *Facts) inner() map[string]bool {
	inner := make(map[string]bool)
	for _, rel := range f.relations {
		if at, ok, _ := f.lookup(rel.To); ok && rel.From != f.owner {
			inner[f.claims[at].key] = true
		}
	}
	return inner
}

// filesOwned finds the owners of those files in which something was seen.
func (r *resolver) filesOwned() map[string]owner {
	if !slices.ContainsFunc(r.facts, func(f *Facts) bool { return len(f.installed) > 0 }) {
		return nil
	}
	seen := make(map[string]bool)
	for _, f := range r.facts {
		if f.database() {
			continue
		}
		seen[f.Path] = true
		for j := range f.claims {
			seen[f.seenAt(&f.claims[j])] = true
		}
	}
	owners, folders := make(map[string]owner), make(map[string]owner)
	for i, f := range r.facts {
		for k := range f.installed {
			file := &f.installed[k]
			if strings.HasSuffix(file.Path, "/") {
				if _, known := folders[file.Path]; !known {
					folders[file.Path] = owner{int32(i), file.claim, f.claims[file.claim].key}
				}
				continue
			}
			if !seen[file.Path] || r.changed[file.Path] == "true" {
				continue
			}
			if _, known := owners[file.Path]; !known {
				owners[file.Path] = owner{int32(i), file.claim, f.claims[file.claim].key}
			}
		}
	}
	if len(folders) == 0 {
		return owners
	}
	for file := range seen {
		if _, known := owners[file]; known {
			continue
		}
		if o, ok := around(folders, file); ok {
			owners[file] = o
		}
	}
	return owners
}

// around finds the owner of the nearest folder that has one.
func around(folders map[string]owner, file string) (owner, bool) {
	for at := strings.LastIndexByte(file, '/'); at >= 0; at = strings.LastIndexByte(file[:at], '/') {
		if o, ok := folders[file[:at+1]]; ok {
			return o, true
		}
	}
	return owner{}, false
}

// collapse puts the component of its owner in the place of each collapsed claim.
func (r *resolver) collapse() {
	for i, list := range r.collapsed {
		f := r.facts[i]
		for j, o := range list {
			if o.facts < 0 {
				continue
			}
			h := r.placed[o.facts][o.claim]
			r.placed[i][j] = h
			c := &f.claims[j].component
			if strings.HasPrefix(f.claims[j].key, "app:") || f.Stage < Installed {
				continue
			}
			name := c.PURL.String()
			if c.PURL.IsZero() {
				if name = c.Label(); c.VersionText() != "" {
					name += "@" + c.VersionText()
				}
			}
			n := &r.components[h]
			if p := (Property{PropertyOwned, name}); name != "" && name != n.PURL.String() && !slices.Contains(n.Properties, p) {
				n.note(PropertyOwned, name)
			}
			at, stage := len(n.Evidence), n.Stage
			r.witness(h, f, &f.claims[j])
			n.Stage = stage
			for k := at; k < len(n.Evidence); k++ {
				n.Evidence[k].Rule = "owned"
			}
		}
	}
}

// isCollapsed tells whether a claim is part of its owner.
func (r *resolver) isCollapsed(facts, claim int) bool {
	return len(r.collapsed) > 0 && r.collapsed[facts] != nil && r.collapsed[facts][claim].facts >= 0
}

// needed makes edges from programs to the components that own, or are, the shared libraries which they need. What belongs to a package of a
// distribution has its edges from there.
func (r *resolver) needed() {
	wanted := make(map[string][]Handle) // base name -> who provides it
	for _, f := range r.facts {
		for _, n := range f.needs {
			wanted[n.soname] = nil
		}
	}
	if len(wanted) == 0 {
		return
	}
	provide := func(file string, h Handle) {
		name := file[strings.LastIndexByte(file, '/')+1:]
		if list, ok := wanted[name]; ok && !slices.Contains(list, h) {
			wanted[name] = append(list, h)
		}
	}
	for i, f := range r.facts {
		for k := range f.installed {
			provide(f.installed[k].Path, r.placed[i][f.installed[k].claim])
		}
	}
	for i, f := range r.facts {
		if f.Technique != BinaryAnalysis {
			continue
		}
		for j := range f.claims {
			if !r.components[r.placed[i][j]].IsApplication() && f.claims[j].key != f.owner {
				provide(f.seenAt(&f.claims[j]), r.placed[i][j])
			}
		}
	}
	for i, f := range r.facts {
		for _, n := range f.needs {
			from := r.placed[i][n.claim]
			list := wanted[n.soname]
			if r.isCollapsed(i, int(n.claim)) || len(list) == 0 || list[0] == from {
				continue
			}
			r.claimed = append(r.claimed, heldEdge{Edge{From: from, To: list[0], Scope: Runtime, Range: n.soname, Rule: "needed", Path: f.Path}, r.contexts[r.owners[i]]})
		}
	}
}

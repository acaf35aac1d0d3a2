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

// none is the owner of what belongs to nobody.
const none int32 = -1

// ownership tells to which package a file belongs, by its path or by the folders around it, whose paths end in a slash. What is claimed first counts.
type ownership struct{ files, folders map[string]owner }

func (o *ownership) add(file string, of owner) {
	in := &o.files
	if strings.HasSuffix(file, "/") {
		in = &o.folders
	}
	if *in == nil {
		*in = make(map[string]owner)
	}
	if _, known := (*in)[file]; !known {
		(*in)[file] = of
	}
}

// of finds the owner of a file, or that of the nearest folder around it which has one, among all Facts but one.
func (o *ownership) of(file string, except int) (owner, bool) {
	if of, ok := o.files[file]; ok && of.facts != int32(except) {
		return of, true
	}
	if len(o.folders) == 0 {
		return owner{}, false
	}
	for at := strings.LastIndexByte(file, '/'); at >= 0; at = strings.LastIndexByte(file[:at], '/') {
		if of, ok := o.folders[file[:at+1]]; ok && of.facts != int32(except) {
			return of, true
		}
	}
	return owner{}, false
}

// databases reads what package databases say of files: of those in which something was seen, and of those that were asked for.
func (r *resolver) databases() {
	if !slices.ContainsFunc(r.facts, func(f *Facts) bool { return len(f.installed) > 0 }) {
		return
	}
	wanted := make(map[string]bool)
	for _, f := range r.facts {
		if f.database() {
			continue
		}
		wanted[f.Path] = true
		for j := range f.claims {
			wanted[f.seenAt(&f.claims[j])] = true
		}
	}
	for i := range r.options.Files {
		wanted[r.options.Files[i].Path] = true
	}
	for i, f := range r.facts {
		for k := range f.installed {
			file := &f.installed[k]
			if !wanted[file.Path] && !strings.HasSuffix(file.Path, "/") {
				continue
			}
			in := &r.parts
			if file.Holds {
				in = &r.contents
			}
			in.add(file.Path, owner{int32(i), file.claim, f.claims[file.claim].key})
		}
	}
}

// owned finds what lies in the files of a package database. A program, a Python distribution or an npm package that Debian's package installed is
// that package and no second one: it is collapsed into it, as is whatever a manifest there declares, for the distribution has built and resolved it.
// What a program or an archive holds besides itself, modules that were linked in for instance, stays, and its owner contains it. A file that was
// changed since it was installed belongs to nobody.
//
// It comes before merge, which puts the owner's component in the place of what is collapsed.
func (r *resolver) owned() {
	r.databases()
	if len(r.parts.files)+len(r.parts.folders) == 0 {
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
			o, ok := r.partOf(f.seenAt(c), i)
			if !ok {
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
				r.collapsed[i] = slices.Repeat([]owner{{facts: none}}, len(f.claims))
			}
			r.collapsed[i][j] = o
		}
		r.collapseApplications(i, f)
		if o, ok := r.partOf(f.Path, i); ok && f.Stage < Installed {
			r.collapsed[i] = slices.Repeat([]owner{o}, len(f.claims))
			left := *f
			left.relations, left.gaps, left.files, left.needs, left.complete = nil, nil, nil, nil, Unknown
			r.facts[i] = &left
			r.options.Skipped = append(slices.Clip(r.options.Skipped), Skip{f.Path, "belongs to the installed package " + o.key})
		}
	}
	for i, list := range r.collapsed {
		for j := range list {
			r.lead(owner{facts: int32(i), claim: int32(j)})
		}
	}
}

// partOf finds the package that a file is part of, as it was installed.
func (r *resolver) partOf(file string, except int) (owner, bool) {
	if r.changed[file] == "true" {
		return owner{}, false
	}
	return r.parts.of(file, except)
}

// lead lets a claim that is part of another, which is part of a third, be part of that. Of those that are part of each other one stays.
func (r *resolver) lead(at owner) {
	var way []owner
	for {
		list := r.collapsed[at.facts]
		if list == nil || list[at.claim].facts == none {
			break
		}
		next := list[at.claim]
		list[at.claim].facts = none
		way = append(way, at)
		at = next
	}
	for _, w := range way {
		if w.facts != at.facts || w.claim != at.claim {
			r.collapsed[w.facts][w.claim] = at
		}
	}
}

// collapseApplications collapses also the environment that holds nothing but collapsed packages.
func (r *resolver) collapseApplications(i int, f *Facts) {
	list := r.collapsed[i]
	if list == nil {
		return
	}
	o := owner{facts: none}
	for j := range list {
		if list[j].facts != none {
			o = list[j]
		} else if f.claims[j].component.Kind != Application {
			return
		}
	}
	for j := range list {
		if list[j].facts == none {
			list[j] = o
		}
	}
}

// database tells the Facts of a package database, which nothing owns.
func (f *Facts) database() bool {
	return f.Stage == Installed && slices.ContainsFunc(f.installed, func(i installs) bool { return !i.Holds })
}

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

// tops tells which claims nothing else of the same Facts holds or needs; of those that need only each other it is the first.
func (f *Facts) tops() []bool {
	inner, below := f.inner(), make(map[int32][]int32)
	for _, rel := range f.relations {
		from, ok, _ := f.lookup(rel.From)
		to, known, _ := f.lookup(rel.To)
		if ok && known && rel.From != f.owner {
			below[from] = append(below[from], to)
		}
	}
	tops, reached := make([]bool, len(f.claims)), make([]bool, len(f.claims))
	var stack []int32
	walk := func(at int) {
		tops[at] = true
		for stack = append(stack[:0], int32(at)); len(stack) > 0; {
			at := stack[len(stack)-1]
			stack = stack[:len(stack)-1]
			if !reached[at] {
				reached[at] = true
				stack = append(stack, below[at]...)
			}
		}
	}
	for j := range f.claims {
		if !inner[f.claims[j].key] {
			walk(j)
		}
	}
	for j := range f.claims {
		if !reached[j] {
			walk(j)
		}
	}
	return tops
}

// held lets a package contain what lies in the folders that it holds, but for what is part of a package there. What something else there holds or
// needs hangs together with it already. What manifests and lockfiles speak of need not be there.
func (r *resolver) held() {
	if len(r.contents.files)+len(r.contents.folders) == 0 {
		return
	}
	for i, f := range r.facts {
		if f.Stage < Installed {
			continue
		}
		var tops []bool
		for j := range f.claims {
			o, ok := r.contents.of(f.seenAt(&f.claims[j]), i)
			if !ok || r.isCollapsed(i, j) {
				continue
			}
			if tops == nil {
				tops = f.tops()
			}
			from, to := r.placed[o.facts][o.claim], r.placed[i][j]
			if tops[j] && from != to && !r.components[to].IsApplication() {
				r.claimed = append(r.claimed, heldEdge{Edge{From: from, To: to, Kind: Contains, Scope: Runtime, Rule: "owned", Path: f.Path}, r.contexts[r.owners[o.facts]]})
			}
		}
	}
}

// collapse puts the component of its owner in the place of each collapsed claim.
func (r *resolver) collapse() {
	for i, list := range r.collapsed {
		f := r.facts[i]
		for j, o := range list {
			if o.facts == none {
				continue
			}
			h := r.placed[o.facts][o.claim]
			r.placed[i][j] = h
			c := &f.claims[j].component
			switch app := strings.HasPrefix(f.claims[j].key, "app:"); {
			case app && (c.PURL.IsZero() || c.PURL.Version == ""), !app && f.Stage < Installed:
				continue // an environment, or what a manifest asks for
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
			at, stage, complete := len(n.Evidence), n.Stage, n.Completeness
			r.witness(h, f, &f.claims[j])
			n.Stage, n.Completeness = stage, complete
			for k := at; k < len(n.Evidence); k++ {
				n.Evidence[k].Rule = "owned"
			}
		}
	}
}

// isCollapsed tells whether a claim is part of its owner.
func (r *resolver) isCollapsed(facts, claim int) bool {
	return len(r.collapsed) > 0 && r.collapsed[facts] != nil && r.collapsed[facts][claim].facts != none
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

package sbom

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
)

// identity is what makes two claims the same component.
type identity struct {
	purl  purl.PURL // reduced to what identifies
	other string    // without a purl, and for applications
}

// merge is the first rule: claims with the same identity are one component, with all evidence.
//
// The scalar fields of the strongest stage win; lists are united. Two claims of one identity whose digests of the same
// algorithm have nothing in common are not the same bytes: both stay, as instances "#1", "#2", with a Gap that names the
// places. A package that is declared without a version is left for the rule `declared`.
func (r *resolver) merge() {
	claims := 0
	for _, f := range r.facts {
		claims += len(f.claims) + 1
	}
	at := make(map[identity]Handle, claims/2)
	r.known = at
	instances := make(map[Handle][]Handle) // first instance -> the further ones
	r.components = make([]Component, 0, claims)
	r.placed = make([][]Handle, len(r.facts))
	r.owners = make([]Handle, len(r.facts))
	r.whole = make([]bool, len(r.facts))
	named := make(map[Handle]int) // application -> order of the cataloger that named it

	handles := make([]Handle, claims)
	for i, f := range r.facts {
		r.placed[i], handles = handles[:len(f.claims):len(f.claims)], handles[len(f.claims):]
		whole := len(f.claims) > 0 // nothing is left of it but parts of packages
		for j := range f.claims {
			if r.isCollapsed(i, j) {
				continue
			}
			whole = false
			c := &f.claims[j].component
			id := identify(f, &f.claims[j])
			h, known := at[id]
			if !known {
				h = r.add(id, c)
				at[id] = h
				if r.components[h].IsApplication() && c.named() {
					named[h] = f.Order
				}
				r.placed[i][j] = h
				r.witness(h, f, &f.claims[j])
				continue
			}
			if len(c.Hashes) > 0 && disjoint(r.components[h].Hashes, c.Hashes) {
				h = r.instance(h, instances, id, c)
			}
			r.placed[i][j] = h
			r.combine(h, f, &f.claims[j], named)
		}
		r.whole[i] = whole
		if whole || len(f.claims) == 0 && len(f.relations) == 0 {
			r.owners[i] = -1 // says nothing, also not that there is an application
			continue
		}
		owner := identity{other: f.owner}
		h, known := at[owner]
		if !known {
			h = r.add(owner, &Component{Kind: Application, Path: strings.TrimPrefix(f.owner, "app:")})
			at[owner] = h
		}
		r.owners[i] = h
		r.components[h].Completeness = max(r.components[h].Completeness, f.complete, declares(f))
	}
	r.number(instances)
	r.collapse()

	top, known := at[identity{other: "app:."}]
	if !known {
		top = r.add(identity{other: "app:."}, &Component{Kind: Application, Path: "."})
	}
	r.root = top
	for i, owner := range r.owners {
		if owner < 0 {
			r.owners[i] = top
		}
	}
	root := &r.components[top]
	overlay(root, &r.options.Root)
	root.Stage = max(root.Stage, r.options.Root.Stage)
	fill(root, &r.options.Fallback)
	r.dropped = make([]bool, len(r.components))
	r.context()
}

// declares gives what a manifest tells of its application's dependencies: those that it asks for, and no more.
func declares(f *Facts) Completeness {
	if f.Stage == Declared && len(f.relations) > 0 {
		return Incomplete
	}
	return Unknown
}

// named tells whether the claim of an application says what it is called.
func (c *Component) named() bool { return c.Name != "" }

// identify derives what a claim is the same as. The claim's purl keeps its attributes.
func identify(f *Facts, c *claim) identity {
	if strings.HasPrefix(c.key, "app:") && (c.component.Kind == Application || c.component.Kind == Container) {
		return identity{other: c.key}
	}
	if !c.component.PURL.IsZero() {
		return identity{purl: c.component.PURL.Identity()}
	}
	kind := cmp.Or(string(c.component.Kind), string(Library))
	if len(c.component.Hashes) > 0 {
		h := c.component.Hashes[0]
		return identity{other: fmt.Sprintf("%s:%s:%s", kind, strings.ToLower(string(h.Algorithm)), h.Hex)}
	}
	name := c.key
	if c.component.Name != "" { // keys are private and may hold what no document shows
		name = c.component.Label()
		if v := c.component.VersionText(); v != "" {
			name += "@" + v
		}
	}
	return identity{other: fmt.Sprintf("%s:%s:%s", kind, cmp.Or(c.path, f.Path), name)}
}

func (r *resolver) add(id identity, c *Component) Handle {
	h := Handle(len(r.components))
	r.components = append(r.components, *c)
	n := &r.components[h]
	if n.Kind == "" {
		n.Kind = Library
	}
	if id.other != "" {
		n.ID = ID(strings.ReplaceAll(id.other, " ", "%20"))
	} else {
		n.ID = ID(id.purl.String())
	}
	n.CPEs, n.Evidence = slices.Clip(n.CPEs), nil
	return h
}

// witness records where a claim was made.
func (r *resolver) witness(h Handle, f *Facts, c *claim) {
	n := &r.components[h]
	if n.IsApplication() && !c.component.named() && c.key != f.owner {
		return // only mentioned
	}
	n.Stage = max(n.Stage, f.Stage)
	n.Completeness = max(n.Completeness, f.complete)
	confidence := f.Confidence
	if confidence == 0 {
		confidence = 100
	}
	seen := Evidence{
		Cataloger: f.Cataloger, Stage: f.Stage, Technique: cmp.Or(f.Technique, ManifestAnalysis), Confidence: confidence, Rule: "merge",
		Location: Location{Path: cmp.Or(c.path, f.Path), Line: c.line},
	}
	seen.Location = f.within(seen.Location)
	if len(c.component.Evidence) == 0 {
		n.testify(seen)
	}
	for _, e := range c.component.Evidence { // the cataloger knows better
		e.Stage, e.Rule = seen.Stage, seen.Rule
		e.Cataloger = cmp.Or(e.Cataloger, seen.Cataloger)
		e.Technique = cmp.Or(e.Technique, seen.Technique)
		e.Confidence = cmp.Or(e.Confidence, seen.Confidence)
		if e.Location == (Location{}) {
			e.Location = seen.Location
		} else {
			e.Location = f.within(e.Location)
		}
		n.testify(e)
	}
}

// within completes a location with the archives in which the file lies, and the layer by which the outermost of them came.
func (f *Facts) within(l Location) Location {
	l.Layer = f.Layers[l.outermost()]
	if len(f.Archive) == 0 {
		return l
	}
	l.Layer = f.Layers[f.Archive[0]]
	place := l.Path
	if l.Archive != "" {
		place, _, _ = strings.Cut(l.Archive, " > ")
	}
	chain, around := "", ""
	for _, at := range f.Archive {
		if chain != "" {
			chain += " > "
		}
		chain += strings.TrimPrefix(at, around)
		around = at + "/"
	}
	inner := strings.TrimPrefix(place, around)
	if l.Archive == "" {
		l.Path, l.Archive = inner, chain
	} else {
		l.Archive = chain + " > " + strings.TrimPrefix(l.Archive, around)
	}
	return l
}

// testify adds a sighting, unless the same file told it at the same place before.
func (c *Component) testify(e Evidence) {
	const recent = 16 // files that others include are read again soon, if at all
	if !slices.Contains(c.Evidence[max(0, len(c.Evidence)-recent):], e) {
		c.Evidence = append(c.Evidence, e)
	}
}

// combine adds a further claim to a component.
func (r *resolver) combine(h Handle, f *Facts, c *claim, named map[Handle]int) {
	n := &r.components[h]
	switch {
	case n.IsApplication() && c.component.named():
		if order, ok := named[h]; !ok || f.Order < order {
			overlay(n, &c.component)
			named[h] = f.Order
		} else {
			fill(n, &c.component)
		}
	case f.Stage > n.Stage:
		overlay(n, &c.component)
	default:
		fill(n, &c.component)
	}
	r.witness(h, f, c)
}

// instance finds or makes the instance of a component that has the claim's digests.
func (r *resolver) instance(h Handle, instances map[Handle][]Handle, id identity, c *Component) Handle {
	for _, other := range instances[h] {
		if !disjoint(r.components[other].Hashes, c.Hashes) {
			return other
		}
	}
	other := r.add(id, c)
	instances[h] = append(instances[h], other)
	return other
}

// number gives instances their ids and says where they differ.
func (r *resolver) number(instances map[Handle][]Handle) {
	firsts := make([]Handle, 0, len(instances))
	for h := range instances {
		firsts = append(firsts, h)
	}
	slices.Sort(firsts)
	for _, first := range firsts {
		base := r.components[first].ID
		all := append([]Handle{first}, instances[first]...)
		for i, h := range all {
			r.components[h].ID = ID(fmt.Sprintf("%s#%d", base, i+1))
		}
		for _, h := range all[1:] {
			a, b := r.components[first].Evidence, r.components[h].Evidence
			if len(a) > 0 && len(b) > 0 {
				r.gaps = append(r.gaps, Gap{Path: b[0].Location.Path, Line: b[0].Location.Line, Cataloger: b[0].Cataloger,
					Reason: fmt.Sprintf("hash conflict: %s has another digest in %s", base, a[0].Location.Path)})
			}
		}
	}
}

// disjoint tells whether two lists of digests share an algorithm but, in it, no digest.
func disjoint(a, b []Hash) bool {
	shared := false
	for _, x := range a {
		for _, y := range b {
			if x.Algorithm != y.Algorithm {
				continue
			}
			if x.Hex == y.Hex {
				return false
			}
			shared = true
		}
	}
	return shared
}

// fill adds to dst what it lacks and src has.
func fill(dst, src *Component) {
	if dst.Kind == "" || dst.Kind == Library && src.Kind != "" {
		dst.Kind = cmp.Or(src.Kind, dst.Kind)
	}
	if dst.PURL.IsZero() {
		dst.PURL = src.PURL
	}
	dst.Path = cmp.Or(dst.Path, src.Path)
	if dst.Name == "" {
		dst.Group, dst.Name = src.Group, src.Name
	}
	dst.Version = cmp.Or(dst.Version, src.Version)
	dst.Description = cmp.Or(dst.Description, src.Description)
	dst.Copyright = cmp.Or(dst.Copyright, src.Copyright)
	dst.Author = cmp.Or(dst.Author, src.Author)
	dst.Supplier = cmp.Or(dst.Supplier, src.Supplier)
	unite(dst, src)
}

// overlay lets what src has win over dst.
func overlay(dst, src *Component) {
	dst.Kind = cmp.Or(src.Kind, dst.Kind)
	if !src.PURL.IsZero() {
		dst.PURL = src.PURL
	}
	dst.Path = cmp.Or(src.Path, dst.Path)
	if src.Name != "" {
		dst.Group, dst.Name = src.Group, src.Name
	}
	dst.Version = cmp.Or(src.Version, dst.Version)
	dst.Description = cmp.Or(src.Description, dst.Description)
	dst.Copyright = cmp.Or(src.Copyright, dst.Copyright)
	dst.Author = cmp.Or(src.Author, dst.Author)
	dst.Supplier = cmp.Or(src.Supplier, dst.Supplier)
	unite(dst, src)
}

func unite(dst, src *Component) {
	dst.Licenses = union(dst.Licenses, src.Licenses, func(a, b License) bool { return a.Text == b.Text && a.Basis == b.Basis })
	dst.Hashes = union(dst.Hashes, src.Hashes, func(a, b Hash) bool { return a == b })
	dst.References = union(dst.References, src.References, func(a, b Reference) bool { return a.Type == b.Type && a.URL == b.URL })
	dst.CPEs = append(dst.CPEs, src.CPEs...) // seal sorts them
	dst.Properties = union(dst.Properties, src.Properties, func(a, b Property) bool { return a == b })
	dst.Completeness = max(dst.Completeness, src.Completeness)
	dst.Direct = dst.Direct || src.Direct
}

func union[T any](dst, src []T, same func(a, b T) bool) []T {
	n := len(dst)
	for _, s := range src {
		if !slices.ContainsFunc(dst[:n], func(d T) bool { return same(d, s) }) {
			dst = append(slices.Clip(dst), s)
		}
	}
	return dst
}

// context settles in whose resolution the edges of each application hold: its own, where it owns a lockfile or nobody else
// resolves for it; otherwise in that of the lockfile, or else of the installation, that lists it as a member.
func (r *resolver) context() {
	r.contexts = make([]Handle, len(r.components))
	for h := range r.contexts {
		r.contexts[h] = Handle(h)
	}
	resolves := make([]bool, len(r.components)) // owns Facts of the stage, or of a stronger claim before
	for _, stage := range [...]Stage{Locked, Installed} {
		for i, f := range r.facts {
			if f.Stage == stage && !r.whole[i] && r.contexts[r.owners[i]] == r.owners[i] {
				resolves[r.owners[i]] = true
			}
		}
		for i, f := range r.facts {
			if f.Stage != stage {
				continue
			}
			for j := range f.claims {
				if h := r.placed[i][j]; r.components[h].IsApplication() && !resolves[h] && r.contexts[h] == h {
					r.contexts[h] = r.contexts[r.owners[i]]
				}
			}
		}
	}
}

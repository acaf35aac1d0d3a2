package sbom

import (
	"slices"

	"github.com/sbomgen/sbomgen/purl"
)

// declared attaches what a manifest asks for to what a lockfile or an environment of the same application chose: the
// edge from the application then leads to the chosen version, with the manifest's range and scope, and the
// declaration becomes evidence of it. What nothing chose stays, without a version.
//
// The chosen component is the one that the lockfile itself says the application depends on; where it does not say,
// every version of the package in the files of that application. An exact version that was not chosen stays as it is, unless it
// is that of an application of the tree.
func (r *resolver) declared() {
	direct := make(map[[2]Handle]bool) // application, component: said by a lockfile
	mentions := make(map[Handle][]int) // application -> the Facts that resolve for it
	for i, f := range r.facts {
		if f.Stage == Declared {
			continue
		}
		mentions[r.owners[i]] = append(mentions[r.owners[i]], i)
		for j := range f.claims {
			if h := r.placed[i][j]; r.components[h].IsApplication() && h != r.owners[i] {
				mentions[h] = append(mentions[h], i)
			}
		}
	}
	open := make(map[Handle][]int) // component that only manifests know -> edges that lead to it
	for i, e := range r.claimed {
		to := &r.components[e.To]
		switch {
		case e.Kind != DependsOn || !r.components[e.From].IsApplication():
		case to.Stage == Declared && !to.IsApplication() && !to.PURL.IsZero():
			open[e.To] = append(open[e.To], i)
		default:
			direct[[2]Handle{e.From, e.To}] = true
		}
	}
	if len(open) == 0 {
		return
	}
	indexed := make(map[int]map[purl.PURL][]Handle)
	index := func(i int) map[purl.PURL][]Handle {
		if m, ok := indexed[i]; ok {
			return m
		}
		m := make(map[purl.PURL][]Handle)
		for j := range r.facts[i].claims {
			h := r.placed[i][j]
			if p := r.components[h].PURL; !p.IsZero() {
				if base := p.Base(); !slices.Contains(m[base], h) {
					m[base] = append(m[base], h)
				}
			}
		}
		indexed[i] = m
		return m
	}
	waiting := make([]Handle, 0, len(open))
	for h := range open {
		waiting = append(waiting, h)
	}
	slices.Sort(waiting)
	for _, h := range waiting {
		base, pin := r.components[h].PURL.Base(), r.components[h].PURL.Version
		left := false
		for _, at := range open[h] {
			e := r.claimed[at]
			var exact, all []Handle
			for _, i := range mentions[e.From] {
				for _, c := range index(i)[base] {
					if c == h || c == e.From || pin != "" && !(r.components[c].IsApplication() && r.components[c].PURL.Version == pin) {
						continue
					}
					if !slices.Contains(all, c) {
						all = append(all, c)
					}
					if direct[[2]Handle{e.From, c}] && !slices.Contains(exact, c) {
						exact = append(exact, c)
					}
				}
			}
			if len(exact) > 0 {
				all = exact
			}
			if len(all) == 0 {
				// An optional or peer dependency that the lockfile of the application left out is not there.
				left = left || e.Scope != Peer && e.Scope != Optional || len(mentions[e.From]) == 0
				continue
			}
			for n, c := range all {
				e.To, e.Rule, e.app = c, "declared", r.contexts[r.owners[mentions[e.From][0]]]
				if n == 0 {
					r.claimed[at] = e
				} else {
					r.claimed = append(r.claimed, e)
				}
				r.testify(c, h, e.Path)
			}
			open[h][slices.Index(open[h], at)] = -1
		}
		if left {
			continue
		}
		r.dropped[h] = true
		for _, at := range open[h] {
			if at >= 0 {
				r.claimed[at].From = -1
			}
		}
	}
	r.claimed = slices.DeleteFunc(r.claimed, func(e heldEdge) bool { return e.From < 0 })
}

// testify makes the declarations of h in a file evidence of the chosen component c.
func (r *resolver) testify(c, h Handle, path string) {
	for _, e := range r.components[h].Evidence {
		if e.Location.Path == path {
			e.Rule = "declared"
			r.components[c].testify(e)
		}
	}
}

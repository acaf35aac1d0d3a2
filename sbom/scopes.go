package sbom

import "slices"

// scopes derives what each component is needed for and whether it is asked for directly. Within one application the
// weakest scope on a path holds, and of several paths the strongest; over all applications again the strongest. A scope that
// a file states for the package itself is taken as it is. A document of others counts only for what was seen nowhere else.
func (r *resolver) scopes() {
	out := r.index()
	stated := make(map[Handle]map[Handle]Scope) // application -> component -> scope
	for i, f := range r.facts {
		app := r.contexts[r.owners[i]]
		for j := range f.claims {
			if s := f.claims[j].component.Scope; s != ScopeUnset && !r.isCollapsed(i, j) {
				if stated[app] == nil {
					stated[app] = make(map[Handle]Scope)
				}
				h := r.placed[i][j]
				stated[app][h] = max(stated[app][h], s)
			}
		}
	}
	members := make(map[Handle][]Handle)
	for h := range r.components {
		r.components[h].Scope = ScopeUnset
		if r.dropped[h] {
			continue
		}
		for _, app := range r.occurs[h] {
			members[app] = append(members[app], Handle(h))
		}
	}
	apps := make([]Handle, 0, len(members))
	for app := range members {
		apps = append(apps, app)
	}
	slices.Sort(apps)
	best := make([]Scope, len(r.components))
	var bucket [Runtime + 1][]Handle
	documents, seen := r.attested()
	for _, app := range apps {
		own, missing := stated[app], r.missing[app]
		push := func(h Handle, s Scope) {
			if fixed, ok := own[h]; ok {
				s = fixed
			}
			if missing[h] {
				s = min(s, Optional)
			}
			if s > best[h] {
				best[h] = s
				bucket[s] = append(bucket[s], h)
			}
		}
		for _, h := range members[app] {
			best[h] = ScopeUnset
		}
		for _, h := range members[app] {
			if r.components[h].IsApplication() {
				push(h, Runtime)
			} else if _, ok := own[h]; ok {
				push(h, Runtime)
			}
		}
		for s := Runtime; s > ScopeUnset; s-- {
			for len(bucket[s]) > 0 {
				h := bucket[s][len(bucket[s])-1]
				bucket[s] = bucket[s][:len(bucket[s])-1]
				if best[h] != s {
					continue
				}
				for _, i := range out.of(h) {
					if e := &r.edges[i]; e.Kind <= Contains && e.holds(app) && !r.components[e.To].IsApplication() {
						push(e.To, min(s, e.Scope))
					}
				}
			}
		}
		for _, h := range members[app] {
			if !documents[app] || !seen(h) {
				r.components[h].Scope = max(r.components[h].Scope, best[h])
			}
		}
	}
	for i := range r.edges {
		e := &r.edges[i]
		if e.Kind == DependsOn && r.components[e.From].IsApplication() && !(documents[e.From] && seen(e.To)) {
			r.components[e.To].Direct = true
		}
	}
	for h := range r.components {
		if r.components[h].Scope == ScopeUnset {
			r.components[h].Scope = Runtime
		}
	}
}

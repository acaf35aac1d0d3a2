package sbom

import "slices"

// archived lets a package that was seen as an archive contain what was seen in it: a launcher in a wheel, a wheel in a package. What something else in
// there holds or needs hangs together with it already.
func (r *resolver) archived() {
	archives := make(map[string][2]int) // path -> Facts, claim
	for i, f := range r.facts {
		if f.Is == "" {
			continue
		}
		for j := range f.claims {
			if c := &f.claims[j].component; c.Kind != Application && !c.PURL.IsZero() {
				archives[f.Is] = [2]int{i, j}
			}
		}
	}
	if len(archives) == 0 {
		return
	}
	for i, f := range r.facts {
		at, ok := [2]int{}, false
		for _, p := range slices.Backward(f.Archive) {
			if at, ok = archives[p]; ok && at[0] != i {
				break
			}
			ok = false
		}
		if !ok {
			continue
		}
		tops := f.tops()
		from := r.placed[at[0]][at[1]]
		for j := range f.claims {
			to := r.placed[i][j]
			if to == from || !tops[j] || r.components[to].IsApplication() {
				continue
			}
			r.claimed = append(r.claimed, heldEdge{Edge{From: from, To: to, Kind: Contains, Scope: Runtime, Rule: "archived", Path: f.Path}, r.contexts[r.owners[at[0]]]})
		}
	}
}

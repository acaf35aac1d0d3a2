package npm

import (
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// classic reads the lockfile of yarn 1: two levels of lines, indented by two blanks each, that look like YAML and are not.
func (y *yarn) classic(text string) error {
	y.lines(text)
	projects := y.projects()
	bases := make(map[string]string) // what is asked for and lies in a folder -> where that is asked
	for _, p := range projects {
		for _, q := range p.requires.list {
			if locate(q.spec).origin == local {
				bases[q.name+"@"+q.spec] = p.dir
			}
		}
	}
	for i := range y.entries {
		y.claimClassic(&y.entries[i], bases)
	}
	var overrides map[string][]selector
	if len(projects) > 0 {
		overrides = selectors(projects[0].overrides)
	}
	first := make([]int32, len(y.entries)+1) // the wants of entry i begin at first[i]
	to := make([]int32, len(y.wants))
	for i, w := range y.wants {
		at, found := y.findClassic(w, overrides)
		y.relate(y.entries[w.from].key, w, at, found)
		if to[i] = at; !found {
			to[i] = -1
		}
		first[w.from+1] = int32(i + 1)
	}
	for i := range y.entries {
		first[i+1] = max(first[i+1], first[i])
	}
	exact := func(_ *yarnProject, w yarnWant) (int32, bool) {
		at, ok := y.at[w.name+"@"+w.spec]
		return at, ok
	}
	loose := func(_ *yarnProject, w yarnWant) (int32, bool) { return y.findClassic(w, overrides) }
	if asked := y.members(projects, exact, loose); len(asked) > 0 && (len(projects) > 1 || len(projects[0].workspaces) == 0) {
		y.stale(asked, first, to)
	}
	return nil
}

// stale marks the packages that nobody asks for any more, where all manifests are known: yarn would not install them, so
// production does not have them.
func (y *yarn) stale(asked, first, to []int32) {
	reached := make([]bool, len(y.entries))
	for stack := asked; len(stack) > 0; {
		at := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if at < 0 || reached[at] {
			continue
		}
		reached[at] = true
		stack = append(stack, to[first[at]:first[at+1]]...)
	}
	wanted := make(map[string]bool) // versions that another entry needs
	for i, ok := range reached {
		if ok {
			wanted[y.entries[i].name+"@"+y.entries[i].version] = true
		}
	}
	for i := range y.entries {
		e := &y.entries[i]
		if c := y.out.Component(e.key); c != nil && c.Kind != sbom.Application && !wanted[e.name+"@"+e.version] {
			c.Scope = sbom.Development
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:extraneous", Value: "true"})
		}
	}
}

// claimClassic claims the package of an entry. bases are the folders that local paths start from.
func (y *yarn) claimClassic(e *yarnEntry, bases map[string]string) {
	if !plausible(e.name) {
		y.out.Gap(e.line, "%.80q does not name a package", e.key)
		return
	}
	from := resolved(e.resolved)
	if _, spec := nameAt(e.asked); e.resolved == "" {
		from = resolved(spec)
	}
	if from.origin == local && !packed(from.path) {
		base, ok := bases[e.asked]
		if !ok {
			base = y.dir
		}
		y.folder(e, base, from.path)
		return
	}
	if e.version == "" {
		y.out.Gap(e.line, "%s has no version", e.key)
	}
	if y.out.Has(e.key) { // as after a merge; yarn takes the last
		y.out.Gap(e.line, "%s stands twice", e.key)
		e.key = fmt.Sprint(e.key, "#", e.line)
	}
	c := sbom.Component{PURL: pkg(e.name, e.version)}
	from.pinned(&c, y.dir, e.resolved)
	err := from.vouch(&c, e.integrity)
	if err != nil {
		y.out.Gap(e.line, "%s: %v", e.key, err)
	}
	// Before it wrote integrity, yarn put the SHA-1 of the tarball behind its address.
	if _, sum, ok := strings.Cut(e.resolved, "#"); ok && from.origin != git && len(sum) == 40 {
		if h, ok := sha1Of(sum); ok && !strings.Contains(e.integrity, "sha1-") {
			c.Hashes = append(c.Hashes, h)
		}
	}
	y.out.AddAt(e.line, e.key, c)
}

func sha1Of(sum string) (sbom.Hash, bool) {
	sum = strings.ToLower(sum)
	return sbom.Hash{Algorithm: sbom.SHA1, Hex: sum}, strings.Trim(sum, "0123456789abcdef") == ""
}

// findClassic finds the entry that answers to a want. The lockfile has one for every range that is asked for anywhere. Where a
// resolution of package.json replaced the range, yarn mostly keeps the range as well; if not, what replaced it answers.
func (y *yarn) findClassic(w yarnWant, overrides map[string][]selector) (int32, bool) {
	if at, ok := y.at[w.name+"@"+w.spec]; ok {
		return at, true
	}
	for _, s := range overrides[w.name] {
		if at, ok := y.at[w.name+"@"+s.spec]; ok {
			return at, true
		}
	}
	return y.only(w.name)
}

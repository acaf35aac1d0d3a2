package npm

import "github.com/sbomgen/sbomgen/sbom"

// members claims what the project and the members of its workspace ask for, where the lockfile holds no members: until yarn 1 and
// since yarn 6. exact finds the entry that answers to a want by what it says, loose by what may be left of it. It gives the
// entries that were found.
func (y *yarn) members(projects []yarnProject, exact, loose func(*yarnProject, yarnWant) (int32, bool)) (asked []int32) {
	own := make(map[string]string, len(projects)) // the name of a member -> its key
	for _, p := range projects {
		c := sbom.Component{}
		if p.name != "" {
			c = application(p.name, p.version)
		}
		c.Completeness = sbom.Complete
		if key := y.out.Application(p.dir, c); p.name != "" {
			own[p.name] = key
		}
	}
	for i := range projects {
		p := &projects[i]
		from := y.out.Application(p.dir, sbom.Component{})
		for _, q := range p.requires.list {
			w := yarnWant{name: q.name, spec: q.spec, scope: q.scope}
			at, found := exact(p, w)
			if member, ok := own[q.name]; ok && !found {
				y.out.Relate(sbom.Relation{From: from, To: member, Range: shown(q.spec), Scope: q.scope})
				continue
			}
			if !found && q.peer {
				continue // nobody provides it
			}
			if !found {
				at, found = loose(p, w)
			}
			if s := locate(q.spec); !found && s.origin == local { // links to folders are not locked
				if dir, inside := within(p.dir, s.path); inside && !packed(dir) {
					y.out.Relate(sbom.Relation{From: from, To: y.out.Application(dir, application(q.name, "")), Range: shown(q.spec), Scope: q.scope})
				}
				continue
			}
			if found {
				asked = append(asked, at)
			}
			y.relate(from, w, at, found)
		}
	}
	return asked
}

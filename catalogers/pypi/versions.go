package pypi

// versions indexes the packages of a lock by name. Locks that serve several interpreters and platforms hold
// several versions of a name, and an edge leads to the one that its constraint means.
type versions map[string][]locked

type locked struct{ key, version string }

// maxVersions bounds the versions of one name that edges are resolved among. Real locks have fewer than ten.
const maxVersions = 20

func (v versions) add(name, key, version string) {
	if name = normal(name); len(v[name]) < maxVersions {
		v[name] = append(v[name], locked{key, version})
	}
}

// match gives the keys of the versions that a constraint allows. The only version of a name is the answer
// whatever the constraint says: overrides and pre-releases are the lock's business.
func (v versions) match(name string, allowed func(version string) bool) []string {
	list := v[normal(name)]
	if len(list) == 1 {
		return []string{list[0].key}
	}
	var keys []string
	for _, l := range list {
		if allowed(l.version) {
			keys = append(keys, l.key)
		}
	}
	return keys
}

func anyVersion(string) bool { return true }

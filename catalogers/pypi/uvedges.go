package pypi

import (
	"fmt"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// dependent is a package whose edges are being written, with the ranges that its metadata asks for.
type dependent struct {
	key    string
	line   int
	ranges map[string]string
}

func (r *uvReader) edges(i int) {
	p := &r.packages[i]
	if r.keys[i] == "" {
		return
	}
	groups := p.Groups
	if groups == nil {
		groups = p.DevGroups
	}
	asked := p.Metadata.Groups
	if asked == nil {
		asked = p.Metadata.DevGroups
	}
	from := dependent{key: r.keys[i], line: r.lines[i], ranges: uvRanges(p.Metadata.Requires)}
	r.relate(from, p.Dependencies, sbom.Runtime)
	for _, extra := range sortedKeys(p.Extras) {
		r.relate(from, uvList(p.Extras[extra]), sbom.Optional)
	}
	r.relateGroups(from, groups, asked)
}

// relateGroups writes the edges of dependency groups, with the ranges that the groups of the metadata ask for.
func (r *uvReader) relateGroups(from dependent, groups, asked map[string]any) {
	for _, name := range sortedKeys(groups) {
		from.ranges = uvRanges(uvList(asked[name]))
		r.relate(from, uvList(groups[name]), groupScope(name))
	}
}

// uvList gives the dependencies of a group: a list, or since version 2 also a table that holds one.
func uvList(group any) []any {
	if table, ok := group.(map[string]any); ok {
		group = table["dependencies"]
	}
	list, _ := group.([]any)
	return list
}

// relate writes edges. A dependency is a name, or a table that adds version and source where several packages
// have the name.
func (r *uvReader) relate(from dependent, list []any, scope sbom.Scope) {
	for _, item := range list {
		name, version, source := uvDependency(item)
		if name == "" {
			r.out.Gap(from.line, "%s: a dependency has no name", from.key)
			continue
		}
		at, ok := r.named[uvName{normal(name), version, sourceText(source)}]
		switch {
		case !ok:
			r.out.Gap(from.line, "%s depends on %s %s, which is not in the lock", from.key, shorten(name), shorten(version))
		case at == ambiguous && from.key == r.out.Owner(): // a manifest names no versions
			for _, key := range r.forks.match(name, func(v string) bool { return satisfies(v, from.ranges[name]) }) {
				r.out.Relate(sbom.Relation{From: from.key, To: key, Range: from.ranges[name], Scope: scope, Line: from.line})
			}
		case at == ambiguous:
			r.out.Gap(from.line, "%s depends on %s %s, to which several packages answer", from.key, shorten(name), shorten(version))
		default:
			r.out.Relate(sbom.Relation{From: from.key, To: r.keys[at], Range: from.ranges[name], Scope: scope, Line: from.line})
		}
	}
}

func uvDependency(item any) (name, version string, source map[string]any) {
	table, ok := item.(map[string]any)
	if !ok {
		name, _ = item.(string)
		return name, "", nil
	}
	name, _ = table["name"].(string)
	version, _ = table["version"].(string)
	source, _ = table["source"].(map[string]any)
	return name, version, source
}

// uvRanges gives the specifiers of a local package's metadata by name.
func uvRanges(requires []any) map[string]string {
	if len(requires) == 0 {
		return nil
	}
	ranges := make(map[string]string, len(requires))
	for _, item := range requires {
		table, _ := item.(map[string]any)
		name, _ := table["name"].(string)
		specifier, _ := table["specifier"].(string)
		if ranges[name] == "" {
			ranges[name] = specifier
		}
	}
	return ranges
}

// sourceText spells a source for comparison.
func sourceText(source map[string]any) string {
	var b strings.Builder
	for _, kind := range sortedKeys(source) {
		fmt.Fprintf(&b, "%s=%v ", kind, source[kind])
	}
	return b.String()
}

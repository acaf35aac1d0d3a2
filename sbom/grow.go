package sbom

import (
	"maps"
	"slices"
)

// Grow makes room for so many further components and relations. Parsers of big files know about how many will come, and
// moving claims that outgrow their room costs more than reading such a file.
func (f *Facts) Grow(components, relations int) {
	if f.keys == nil {
		f.keys = make(map[string]int32, components)
		f.room = components
	}
	f.claims = slices.Grow(f.claims, components)
	f.relations = slices.Grow(f.relations, relations)
}

// Compact gives back the room that was not needed. A scan holds the Facts of thousands of files until it resolves them.
func (f *Facts) Compact() {
	if spare := cap(f.claims) - len(f.claims); spare > len(f.claims)/16 {
		f.claims = append(make([]claim, 0, len(f.claims)), f.claims...)
	}
	if spare := cap(f.installed) - len(f.installed); spare > len(f.installed)/16 {
		f.installed = append(make([]installs, 0, len(f.installed)), f.installed...)
	}
	if spare := cap(f.relations) - len(f.relations); spare > len(f.relations)/16 {
		f.relations = append(make([]Relation, 0, len(f.relations)), f.relations...)
	}
	if f.room > 2*len(f.keys) {
		keys := make(map[string]int32, len(f.keys))
		maps.Copy(keys, f.keys)
		f.keys, f.room = keys, 0
	}
}

// Reduce leaves of Facts of the past what they are for: which components there were, and where they were seen.
func (f *Facts) Reduce() {
	f.relations, f.gaps, f.files, f.installed, f.needs, f.keys, f.aliases = nil, nil, nil, nil, nil, nil, nil
}

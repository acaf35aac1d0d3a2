package sbom

import "slices"

// Grow makes room for so many further components and relations. Parsers of big files know about how many will come, and
// moving claims that outgrow their room costs more than reading such a file.
func (f *Facts) Grow(components, relations int) {
	if f.keys == nil {
		f.keys = make(map[string]int32, components)
	}
	f.claims = slices.Grow(f.claims, components)
	f.relations = slices.Grow(f.relations, relations)
}

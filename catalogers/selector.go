package catalogers

// Selector tells by name, path or first bytes which files start a cataloger. It is data: the scan
// compiles all of them into one index, and an image reader keeps only what one of them wants.
type Selector struct {
	By      By
	Pattern string
}

// By is what a Selector looks at.
type By uint8

// The ways to select.
const (
	ByName   By = iota // the base name, exactly
	ByGlob             // a doublestar pattern: on the base name if it has no slash, otherwise on the whole path
	ByMagic            // the first bytes, looked at only where the name makes it plausible
	ByStart            // how the base name begins, in any letter case; the pattern is lower-case ASCII
	ByFolder           // a doublestar pattern on the whole path of a folder
)

// Named selects files by their exact base names.
func Named(names ...string) []Selector { return selectors(ByName, names) }

// Glob selects files by patterns: without a slash on the base name ("requirements*.txt"), otherwise on the
// whole path ("**/*.dist-info/METADATA").
func Glob(patterns ...string) []Selector { return selectors(ByGlob, patterns) }

// Magic selects files by their first bytes.
func Magic(prefixes ...string) []Selector { return selectors(ByMagic, prefixes) }

// Begins selects files by how their base names begin, in any letter case ("license" for LICENSE.txt).
func Begins(prefixes ...string) []Selector { return selectors(ByStart, prefixes) }

// Folders selects folders by patterns on the whole path, whose ends are fixed up to the last name ("**/nix/store/*"). The cataloger sees the path, and a
// content that is an error.
func Folders(patterns ...string) []Selector { return selectors(ByFolder, patterns) }

func selectors(by By, patterns []string) []Selector {
	list := make([]Selector, len(patterns))
	for i, p := range patterns {
		list[i] = Selector{By: by, Pattern: p}
	}
	return list
}

package sbom

import (
	"slices"
	"strconv"
	"strings"
)

// LeftOut is the name of the document properties with which readers say what a document held and its graph has no place for. The value
// is "WHAT: COUNT"; what it is a name of, the document's format knows.
const LeftOut = "sbomgen:left-out"

// LeftOut lists what the reader of the document left out of it.
func (d *Document) LeftOut() []Loss {
	var list []Loss
	for _, p := range d.Properties {
		if p.Name != LeftOut {
			continue
		}
		what, number, _ := strings.Cut(p.Value, ": ")
		if n, err := strconv.Atoi(number); err == nil {
			list = append(list, Loss{What: what, Count: n})
		}
	}
	return list
}

// Tally counts what a reader leaves out, by name. Names come from documents, so there is a limit to how many and how long they are.
type Tally map[string]int

const (
	maxNames = 500
	maxName  = 80 // bytes
)

// Add counts n more things, none if n is not positive.
func (t Tally) Add(what string, n int) {
	if n <= 0 {
		return
	}
	if len(what) > maxName || strings.ContainsAny(what, ":\n") {
		what = "members with odd names"
	}
	if _, known := t[what]; !known && len(t) >= maxNames {
		what = "members of many more names"
	}
	t[what] += n
}

// Tell adds the counts to the properties of a document, sorted, but for those that it tells already because it was left out before.
func (t Tally) Tell(d *Document) {
	list := make([]Property, 0, len(t))
	for what, n := range t {
		list = append(list, Property{Name: LeftOut, Value: what + ": " + strconv.Itoa(n)})
	}
	slices.SortFunc(list, func(a, b Property) int { return strings.Compare(a.Value, b.Value) })
	for _, p := range list {
		if !slices.Contains(d.Properties, p) {
			d.Properties = append(d.Properties, p)
		}
	}
}

package sbom

import (
	"fmt"
	"path"
	"slices"
	"strings"
)

// Facts is what one run of a cataloger claims about the file, or the group of
// files, that it read. Components are named by keys of the cataloger's choice,
// which are private to these Facts; relations name their ends by key or alias and may
// come before the components they name.
type Facts struct {
	Cataloger  string
	Stage      Stage
	Path       string    // the file that was read
	Technique  Technique // how its components were seen; empty means ManifestAnalysis
	Confidence uint8     // percent, 0 means 100
	Order      int       // of the cataloger in the list of all: decides who names an application
	Limit      int       // the most components that may be claimed, 0 for no limit: more are dropped with a Gap

	Archive []string          // the archives in which the file lies, as paths in the tree, outermost first: each is a folder of what is in it
	Is      string            // the archive, among those or the file itself, that the only package claimed is; empty for none
	Layers  map[string]string // in an image, by which layer (its Key) each file came
	Past    bool              // what was read is hidden by a layer above: it only tells since when components were there

	owner     string
	claims    []claim
	keys      map[string]int32
	room      int // that was made in keys, until Compact
	aliases   map[string]int32
	relations []Relation
	gaps      []Gap
	files     []LicenseFile
	installed []installs
	needs     []needs
	complete  Completeness
	full      bool
	parts     []*Facts // of the single files of a group
}

type claim struct {
	key       string
	component Component
	line      int
	path      string // overrides Facts.Path
}

// ambiguous marks an alias that two components answer to.
const ambiguous int32 = -1

// NewFacts begins the claims of one run. The claims are owned by the application
// of the file's folder until Own says otherwise.
func NewFacts(cataloger string, stage Stage, file string) *Facts {
	return &Facts{Cataloger: cataloger, Stage: stage, Path: file, owner: appKey(path.Dir(file))}
}

func appKey(dir string) string {
	dir = path.Clean(strings.TrimPrefix(dir, "/"))
	if dir == "" {
		dir = "."
	}
	return "app:" + dir
}

// Own says which application or environment the claims belong to, by its folder in
// the tree ("." is the top): the one in which the relations hold. It returns the
// application's key.
func (f *Facts) Own(dir string) string {
	f.owner = appKey(dir)
	return f.owner
}

// Owner is the key of the application that the claims belong to. It is a valid end of
// relations even where nothing more is known of the application.
func (f *Facts) Owner() string { return f.owner }

// Application claims the application in the folder dir ("." is the top of the tree): the
// project itself or a member of its workspace. Its purl is an attribute, not its
// identity. It returns the key to relate it by. Claiming one again adds to it.
func (f *Facts) Application(dir string, c Component) string {
	key := appKey(dir)
	c.Path = strings.TrimPrefix(key, "app:")
	if c.Kind != Container { // one of an index of images
		c.Kind = Application
	}
	if at, ok := f.keys[key]; ok {
		fill(&f.claims[at].component, &c)
		return key
	}
	f.Add(key, c)
	return key
}

// Add claims a component under a key. Aliases are further names that relations may use
// where only one component answers to them. A second component under one key is dropped
// with a Gap.
func (f *Facts) Add(key string, c Component, aliases ...string) {
	f.AddAt(0, key, c, aliases...)
}

// AddAt is Add for a component that a line of the file states, counted from 1.
func (f *Facts) AddAt(line int, key string, c Component, aliases ...string) {
	if f.keys == nil {
		f.keys = make(map[string]int32)
	}
	if _, taken := f.keys[key]; taken {
		f.Gap(line, "%s stands twice", key)
		return
	}
	at := int32(len(f.claims))
	if f.Limit > 0 && len(f.claims) >= f.Limit {
		if len(f.claims) == f.Limit && !f.full {
			f.full = true
			f.Gap(line, "holds more than %d packages; the rest is left out", f.Limit)
		}
		return
	}
	f.keys[key] = at
	c.PURL, c.CPEs = canonical(c.PURL), slices.Clip(c.CPEs)
	f.claims = append(f.claims, claim{key: key, component: c, line: line})
	for _, a := range aliases {
		f.Alias(key, a)
	}
}

// AddIn is AddAt for catalogers of groups: the component was seen in the named file,
// not in Facts.Path.
func (f *Facts) AddIn(where Location, key string, c Component, aliases ...string) {
	before := len(f.claims)
	f.AddAt(where.Line, key, c, aliases...)
	if len(f.claims) > before {
		f.claims[before].path = where.Path
	}
}

// Alias adds a further name for the component that was added under key.
func (f *Facts) Alias(key, alias string) {
	at, ok := f.keys[key]
	if !ok || alias == key {
		return
	}
	if f.aliases == nil {
		f.aliases = make(map[string]int32)
	}
	if was, taken := f.aliases[alias]; taken && was != at {
		at = ambiguous
	}
	f.aliases[alias] = at
}

// Has tells whether a component was added under key. Aliases do not count.
func (f *Facts) Has(key string) bool {
	_, ok := f.keys[key]
	return ok
}

// Len is the number of components claimed so far, applications included.
func (f *Facts) Len() int { return len(f.claims) }

// Component gives access to the component that was added under key, to fill in what
// another part of the file says; nil if there is none. The pointer is good until the next Add.
func (f *Facts) Component(key string) *Component {
	at, ok := f.keys[key]
	if !ok {
		return nil
	}
	return &f.claims[at].component
}

// Relation is a claimed edge between two keys.
type Relation struct {
	From, To string
	Kind     EdgeKind // the zero value is DependsOn
	Range    string   // what was asked for, in the ecosystem's words
	Scope    Scope    // what for; ScopeUnset means Runtime
	Line     int
	MayMiss  bool // no Gap if To resolves nowhere, although the scope would demand it
}

// DependsOn claims that the component under one key needs that under another.
func (f *Facts) DependsOn(from, to string) { f.Relate(Relation{From: from, To: to}) }

// Relate claims an edge. An end that resolves nowhere is a Gap where the scope is one that
// must be met; unmet optional and peer dependencies are none.
func (f *Facts) Relate(r Relation) { f.relations = append(f.relations, r) }

// Gap records input that could not be understood, at a line counted from 1 or 0 for the whole
// file. What was claimed before stays.
func (f *Facts) Gap(line int, format string, args ...any) {
	f.gaps = append(f.gaps, Gap{Path: f.Path, Line: line, Cataloger: f.Cataloger, Reason: withoutUserInfo(fmt.Sprintf(format, args...))})
}

// GapAt records a Gap about another file than Facts.Path: one that was opened beside it.
func (f *Facts) GapAt(file string, format string, args ...any) {
	f.gaps = append(f.gaps, Gap{Path: file, Cataloger: f.Cataloger, Reason: withoutUserInfo(fmt.Sprintf(format, args...))})
}

// Edges states what the format tells of the dependencies between the claimed components. Unknown
// holds until it is called.
func (f *Facts) Edges(c Completeness) { f.complete = c }

// BreakOff says that the file could not be read to its end: what Edges promised does not hold.
func (f *Facts) BreakOff() { f.complete = min(f.complete, Incomplete) }

// lookup finds the claim that an end of a relation names.
func (f *Facts) lookup(name string) (at int32, ok, unclear bool) {
	if at, ok = f.keys[name]; ok {
		return at, true, false
	}
	if at, ok = f.aliases[name]; ok {
		return at, at != ambiguous, at == ambiguous
	}
	return 0, false, false
}

// Gaps lists what was recorded as a Gap so far.
func (f *Facts) Gaps() []Gap { return f.gaps }

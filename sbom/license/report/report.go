// Package report tells under which licences the packages of a graph stand, and first of all of which packages nobody knows.
package report

import (
	"cmp"
	"slices"
	"time"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
	"github.com/sbomgen/sbomgen/sbom/license/policy"
)

// Options is what a report needs to know besides the graph.
type Options struct {
	Policy *policy.Policy // judges the packages; nil for none
	Now    time.Time      // until when exceptions of the policy hold
	// Hint says what would tell the licence of a package that states none, "" where nothing is known; nil for nothing.
	Hint func(*sbom.Component) string
}

// Report is the licences of a graph.
type Report struct {
	Root     Entry
	Packages []Entry // those that ask for attention first, then by name
	Licenses []Group // that of the unknown first, then those that ask most
	Judged   bool    // by a policy
}

// Entry is one package.
type Entry struct {
	Component *sbom.Component
	State     State
	License   license.Expr // the effective one; zero where the state is below Partly
	From      string       // the basis of it: concluded, declared or observed
	Place     string       // the file that it stands in, where the claim says it
	Stated    Stated       // what each basis says
	Note      string       // why the state is what it is
	Remedy    string       // what would change it
	Verdict   policy.Verdict
}

// Stated is what the claims of each basis say together: an expression, or the words of the source.
type Stated struct{ Concluded, Declared, Observed string }

// State is how far the licence of a package is known.
type State uint8

// The states, the worst first.
const (
	Missing      State = iota // nothing states a licence
	Unrecognized              // what is stated is no licence that is known
	Ambiguous                 // what is stated has several readings
	Partly                    // the licence is that of a text of which a good part was not recognised
	Disagreeing               // the text beside the package is not that of the licence that it declares
	Known
)

// String is the state's word in reports.
func (s State) String() string {
	return [...]string{"missing", "unrecognized", "ambiguous", "partly", "disagreeing", "known"}[s]
}

// Unknown tells whether there is no licence to go by.
func (s State) Unknown() bool { return s < Partly }

// Text is the effective licence in canonical form, "unknown" where there is none.
func (e *Entry) Text() string {
	if e.State.Unknown() {
		return "unknown"
	}
	return e.License.String()
}

// Category is the category of the effective licence.
func (e *Entry) Category() license.Category { return e.License.Category() }

// Group is the packages under one licence.
type Group struct {
	License  string
	Category license.Category
	Packages []*Entry
}

// New reports on the packages of a graph. Applications of the tree are no packages: only the root is told.
func New(g *sbom.Graph, o Options) *Report {
	r := &Report{Judged: o.Policy != nil}
	read := make(words)
	for h := range g.Components {
		c := &g.Components[h]
		e := read.entry(c, o)
		switch {
		case sbom.Handle(h) == g.Root:
			r.Root = e
		case !c.IsApplication() && c.Kind != sbom.FileKind:
			if o.Policy != nil {
				e.Verdict = o.Policy.Decide(c, e.License, o.Now)
			}
			r.Packages = append(r.Packages, e)
		}
	}
	slices.SortStableFunc(r.Packages, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(b.Verdict.Decision, a.Verdict.Decision), cmp.Compare(a.State, b.State),
			cmp.Compare(a.Component.Label(), b.Component.Label()), cmp.Compare(a.Component.ID, b.Component.ID))
	})
	r.group()
	return r
}

func (r *Report) group() {
	at := make(map[string]int)
	for i := range r.Packages {
		e := &r.Packages[i]
		text := e.Text()
		n, ok := at[text]
		if !ok {
			n = len(r.Licenses)
			at[text] = n
			r.Licenses = append(r.Licenses, Group{License: text, Category: e.Category()})
		}
		r.Licenses[n].Packages = append(r.Licenses[n].Packages, e)
	}
	slices.SortFunc(r.Licenses, func(a, b Group) int {
		if a.Category != b.Category {
			if a.Category.Asks(b.Category) {
				return -1
			}
			return 1
		}
		return cmp.Or(cmp.Compare(len(b.Packages), len(a.Packages)), cmp.Compare(a.License, b.License))
	})
}

// Count is how many packages have one of the states.
func (r *Report) Count(is func(State) bool) int {
	n := 0
	for i := range r.Packages {
		if is(r.Packages[i].State) {
			n++
		}
	}
	return n
}

// Decided is how many packages the policy judged so.
func (r *Report) Decided(d policy.Decision) int {
	n := 0
	for i := range r.Packages {
		if r.Packages[i].Verdict.Decision == d {
			n++
		}
	}
	return n
}

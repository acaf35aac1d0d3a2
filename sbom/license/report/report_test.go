package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license/policy"
)

// graph builds a graph of packages; each is a name and its claims: "declared: MIT", "observed at a/LICENSE: MIT", "unread: a/LICENSE".
func graph(t *testing.T, packages map[string][]string) *sbom.Graph {
	t.Helper()
	var b sbom.Builder
	if err := b.Component(sbom.Component{ID: "app:.", Kind: sbom.Application, Path: ".", Name: "app", Licenses: []sbom.License{{Text: "Apache-2.0"}}}); err != nil {
		t.Fatal(err)
	}
	for name, list := range packages {
		p := purl.New(purl.NPM, "", name, "1.0.0")
		c := sbom.Component{ID: sbom.ID(p.String()), PURL: p, Kind: sbom.Library, Scope: sbom.Runtime, Stage: sbom.Installed}
		for _, claim := range list {
			what, words, _ := strings.Cut(claim, ": ")
			what, place, _ := strings.Cut(what, " at ")
			l := sbom.License{Text: words, Location: sbom.Location{Path: place}}
			switch what {
			case "declared":
			case "concluded":
				l.Basis = sbom.ConcludedLicense
			case "observed":
				l.Basis = sbom.ObservedLicense
			case "unread":
				c.Properties = append(c.Properties, sbom.Property{Name: sbom.PropertyUnrecognized, Value: words})
				continue
			}
			c.Licenses = append(c.Licenses, l)
		}
		if err := b.Component(c); err != nil {
			t.Fatal(err)
		}
		b.Edge("app:.", c.ID, sbom.Edge{})
	}
	g, err := b.Graph("app:.")
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func TestTheEffectiveLicenceIsTheSurestOne(t *testing.T) {
	for _, c := range []struct {
		claims []string
		state  State
		text   string
		from   string
		note   string
	}{
		{nil, Missing, "unknown", "", "nothing states a licence"},
		{[]string{"declared: NOASSERTION"}, Missing, "unknown", "", "nothing states a licence"},
		{[]string{"declared: MIT"}, Known, "MIT", "declared", ""},
		{[]string{"declared: Apache 2"}, Known, "Apache-2.0", "declared", ""},
		{[]string{"declared: GPL-2.0+"}, Known, "GPL-2.0-or-later", "declared", ""},
		{[]string{"declared: MIT", "declared: ISC"}, Known, "ISC AND MIT", "declared", ""},
		{[]string{"declared: MIT", "concluded: ISC"}, Known, "ISC", "concluded", ""},
		{[]string{"declared: NONE"}, Known, "NONE", "declared", "states that there is no licence: nobody may use it"},
		{[]string{"declared: BSD"}, Ambiguous, "unknown", "", `declares "BSD", which may be `},
		{[]string{"declared: BSD", "observed at x/LICENSE: BSD-3-Clause"}, Known, "BSD-3-Clause", "observed", `declares "BSD", which the text settles`},
		{[]string{"declared: Our own"}, Unrecognized, "unknown", "", `declares "Our own"`},
		{[]string{"declared: MIT", "declared: Our own"}, Unrecognized, "unknown", "", `declares "MIT; Our own"`},
		{[]string{"declared: SEE LICENSE IN x", "observed at x/LICENSE: MIT"}, Known, "MIT", "observed", `declares "SEE LICENSE IN x"`},
		{[]string{"observed at x/LICENSE: MIT"}, Known, "MIT", "observed", ""},
		{[]string{"observed at x/LICENSE-A: Apache-2.0", "observed at x/LICENSE-M: MIT", "observed at x/lib/z/LICENSE: Zlib"}, Known, "Apache-2.0 AND MIT", "observed", ""},
		{[]string{"observed at x/COPYING: GPL-3.0-only", "observed at x/COPYING.LESSER: LGPL-3.0-only"}, Known, "LGPL-3.0-only", "observed", ""},
		{[]string{"observed at x/LICENSE: MIT", "unread: x/LICENSE"}, Partly, "MIT", "observed", "x/LICENSE holds more than MIT"},
		{[]string{"unread: x/LICENSE"}, Unrecognized, "unknown", "", "x/LICENSE matches no known licence"},
		{[]string{"declared: ISC", "observed at x/LICENSE: MIT"}, Disagreeing, "ISC", "declared", "declares ISC, but x/LICENSE is MIT"},
		{[]string{"declared: GPL-3.0-or-later", "observed at x/LICENSE: GPL-3.0-only"}, Known, "GPL-3.0-or-later", "declared", ""},
		{[]string{"declared: MIT OR Apache-2.0", "observed at x/LICENSE: MIT"}, Known, "MIT OR Apache-2.0", "declared", ""},
		{[]string{"declared: MIT", "observed at x/LICENSE: ISC AND MIT"}, Known, "MIT", "declared", ""},
	} {
		r := New(graph(t, map[string][]string{"x": c.claims}), Options{})
		e := r.Packages[0]
		if e.State != c.state || e.Text() != c.text || e.From != c.from || !strings.HasPrefix(e.Note, c.note) || c.note == "" && e.Note != "" {
			t.Errorf("%q: %s, %s, %s, %q; want %s, %s, %s, %q", c.claims, e.State, e.Text(), e.From, e.Note, c.state, c.text, c.from, c.note)
		}
		if e.State < Known && e.Remedy == "" && c.state != Missing {
			t.Errorf("%q: nothing would resolve it", c.claims)
		}
	}
}

var some = map[string][]string{
	"known":    {"declared: MIT"},
	"copyleft": {"declared: GPL-3.0-only"},
	"unclear":  {"declared: BSD"},
	"silent":   nil,
	"mit":      {"declared: MIT"},
	"choice":   {"declared: MIT OR GPL-3.0-only"},
	"odd|name": {"declared: ISC", "observed at a/LICENSE: MIT"},
}

func written(t *testing.T, format string, by By, o Options) string {
	t.Helper()
	var b bytes.Buffer
	o.Hint = func(*sbom.Component) string { return "ask" }
	if err := New(graph(t, some), o).Write(&b, format, by); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func judged(t *testing.T) Options {
	t.Helper()
	p, err := policy.Parse("allow: [permissive]\ndeny: [strong-copyleft]\n")
	if err != nil {
		t.Fatal(err)
	}
	return Options{Policy: p, Now: time.Now()}
}

func TestUnknownLicencesComeFirst(t *testing.T) {
	got := written(t, "table", ByLicense, Options{})
	first, rest, _ := strings.Cut(got, "\n\n")
	if want := "app (Apache-2.0): 7 packages, 4 licences, 2 without a known licence, 1 whose text is of another one"; first != want {
		t.Error(cmp.Diff(want, first))
	}
	for _, order := range []string{"Without a known licence: 2", "silent", "unclear", "Known, but not quite clear: 1", "odd|name", "Licences: 5", "unknown", "GPL-3.0-only", "MIT"} {
		at := strings.Index(rest, order)
		if at < 0 {
			t.Fatalf("%q is not where it belongs:\n%s", order, got)
		}
		rest = rest[at:]
	}
}

func TestAPolicyPutsItsVerdictsBeforeAll(t *testing.T) {
	got := written(t, "table", ByComponent, judged(t))
	for _, want := range []string{"1 denied, 2 to review, 4 allowed", "Denied: 1", "deny: strong-copyleft", "To review: 2", "unknown: review", "Packages: 7"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is missing:\n%s", want, got)
		}
	}
}

func TestMarkdownTablesStayWhole(t *testing.T) {
	for line := range strings.Lines(written(t, "markdown", ByComponent, judged(t))) {
		if strings.HasPrefix(line, "|") && strings.Contains(line, "odd") && !strings.Contains(line, `odd\|name`) {
			t.Errorf("a name breaks the table: %s", line)
		}
	}
}

func TestCSVHasALineForEachPackage(t *testing.T) {
	rows, err := csv.NewReader(strings.NewReader(written(t, "csv", ByLicense, judged(t)))).ReadAll()
	if err != nil || len(rows) != 1+len(some) {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	if rows[0][0] != "purl" || rows[1][0] != "pkg:npm/copyleft@1.0.0" || rows[1][15] != "deny" {
		t.Errorf("%q\n%q", rows[0], rows[1])
	}
	for cell, want := range map[string]string{"=1+1": "'=1+1", "@babel/core": "@babel/core", "@SUM(1)": "'@SUM(1)", "": ""} {
		if got := inert(cell); got != want {
			t.Errorf("%q becomes %q", cell, got)
		}
	}
}

func TestJSONNamesItsSchema(t *testing.T) {
	text := written(t, "json", ByLicense, judged(t))
	var d struct {
		Schema     string
		Summary    map[string]any
		Licenses   []struct{ License, Category string }
		Components []struct {
			ID, License, State, Note, Remedy string
			Verdict                          struct{ Decision, Rule, License string }
		}
	}
	if err := json.Unmarshal([]byte(text), &d); err != nil {
		t.Fatal(err)
	}
	if d.Schema != Schema || d.Summary["unknown"] != 2.0 || d.Summary["denied"] != 1.0 || len(d.Components) != 7 || len(d.Licenses) != 5 {
		t.Errorf("%s", text)
	}
	for _, c := range d.Components {
		if c.ID == "pkg:npm/choice@1.0.0" && (c.Verdict.Decision != "allow" || c.Verdict.License != "MIT") {
			t.Errorf("the branch that was chosen is not recorded: %+v", c)
		}
	}
	if text != written(t, "json", ByLicense, judged(t)) {
		t.Error("a second report differs")
	}
}

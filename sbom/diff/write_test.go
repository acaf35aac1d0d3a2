package diff

import (
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the goldens anew")

const release1 = `
app:. name=shop version=1.0.0
pkg:npm/express@4.17.1 direct license=MIT scope=runtime supplier=OpenJS
pkg:npm/body-parser@1.19.0 license=MIT scope=runtime
pkg:npm/left-pad@1.3.0 direct license=MIT scope=runtime sha512=cf83e1357eefb8bdf1542850d66d8007
pkg:npm/minimist@1.2.8 license=MIT scope=development
pkg:npm/mkdirp@0.5.6 direct license=MIT scope=development
pkg:npm/old@1.0.0 license=MIT scope=runtime
pkg:npm/debug@2.6.9 license=MIT scope=runtime
pkg:npm/charts@1.0.0 direct license=MIT scope=runtime
pkg:golang/github.com/acme/kit@v1.9.0 direct scope=runtime license=BSD-3-Clause
pkg:npm/registered@1.0.0 scope=runtime
app:. > pkg:npm/express@4.17.1
app:. > pkg:npm/left-pad@1.3.0
app:. > pkg:npm/mkdirp@0.5.6
app:. > pkg:npm/charts@1.0.0
app:. > pkg:golang/github.com/acme/kit@v1.9.0
pkg:npm/mkdirp@0.5.6 > pkg:npm/minimist@1.2.8
pkg:npm/express@4.17.1 > pkg:npm/body-parser@1.19.0
pkg:npm/express@4.17.1 > pkg:npm/old@1.0.0
pkg:npm/body-parser@1.19.0 > pkg:npm/debug@2.6.9
pkg:npm/express@4.17.1 > pkg:npm/debug@2.6.9
pkg:npm/charts@1.0.0 > pkg:npm/registered@1.0.0
`

const release2 = `
app:. name=shop version=1.1.0
pkg:npm/express@4.18.0 direct license=MIT scope=runtime supplier=OpenJS
pkg:npm/body-parser@1.20.0 direct license=MIT scope=runtime
pkg:npm/left-pad@1.3.0 direct license=MIT scope=runtime sha512=ee26b0dd4af7e749aa1a8ee3c10ae992
pkg:npm/minimist@1.2.5 license=MIT scope=runtime
pkg:npm/mkdirp@0.5.6 direct license=MIT scope=development
pkg:npm/chalk@5.0.0 direct license=MIT scope=runtime
pkg:npm/debug@2.6.9 license=MIT scope=runtime
pkg:npm/debug@4.3.4 license=MIT scope=runtime
pkg:npm/ms@2.1.2 license=MIT scope=runtime
pkg:npm/qs@1.0.0 license=GPL-3.0-only scope=runtime
pkg:npm/charts@1.0.0 direct license=AGPL-3.0-only scope=runtime
pkg:golang/github.com/acme/kit/v2@v2.0.0 direct scope=runtime license=BSD-3-Clause
pkg:npm/registered@1.0.0?repository_url=https:%2F%2Fr.example scope=runtime license=MIT
app:. > pkg:npm/express@4.18.0
app:. > pkg:npm/left-pad@1.3.0
app:. > pkg:npm/mkdirp@0.5.6
app:. > pkg:npm/chalk@5.0.0
app:. > pkg:npm/charts@1.0.0
app:. > pkg:npm/body-parser@1.20.0
app:. > pkg:golang/github.com/acme/kit/v2@v2.0.0
pkg:npm/mkdirp@0.5.6 > pkg:npm/minimist@1.2.5
pkg:npm/express@4.18.0 > pkg:npm/body-parser@1.20.0
pkg:npm/express@4.18.0 > pkg:npm/debug@4.3.4
pkg:npm/express@4.18.0 > pkg:npm/qs@1.0.0
pkg:npm/body-parser@1.20.0 > pkg:npm/debug@2.6.9
pkg:npm/debug@4.3.4 > pkg:npm/ms@2.1.2
pkg:npm/charts@1.0.0 > pkg:npm/registered@1.0.0?repository_url=https:%2F%2Fr.example
`

func releases(t *testing.T) *Report {
	t.Helper()
	r := Compare(parse(t, release1), parse(t, release2), Options{})
	r.Old.Target, r.New.Target = "git:v1.0.0", "git:v1.1.0"
	return r
}

func TestReportsReadAsTheGoldensSay(t *testing.T) {
	for name, write := range map[string]func(*strings.Builder, *Report) error{
		"report.txt":  func(b *strings.Builder, r *Report) error { return WriteText(b, r, 0) },
		"short.txt":   func(b *strings.Builder, r *Report) error { return WriteText(b, r, 2) },
		"report.md":   func(b *strings.Builder, r *Report) error { return WriteMarkdown(b, r, 0) },
		"report.json": func(b *strings.Builder, r *Report) error { return WriteJSON(b, r) },
	} {
		var b strings.Builder
		if err := write(&b, releases(t)); err != nil {
			t.Fatal(err)
		}
		golden := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := gocmp.Diff(string(want), b.String()); d != "" {
			t.Errorf("%s:\n%s", name, d)
		}
	}
}

func TestNothingChangedIsOneLine(t *testing.T) {
	g := parse(t, release1)
	var b strings.Builder
	WriteText(&b, Compare(g, g, Options{}), 0)
	if got, want := b.String(), "shop 1.0.0: no changes\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	b.Reset()
	WriteMarkdown(&b, Compare(g, g, Options{}), 0)
	if !strings.HasPrefix(b.String(), Marker+"\n") || !strings.Contains(b.String(), "no changes") {
		t.Error(b.String())
	}
}

func TestMarkdownFitsAComment(t *testing.T) {
	var old, new strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&old, "pkg:npm/%s-%d@1.0.0 license=MIT scope=runtime sha256=%d\n", strings.Repeat("long", 8), i, i)
		fmt.Fprintf(&new, "pkg:npm/%s-%d@2.0.%d license=ISC scope=runtime sha256=%d\n", strings.Repeat("long", 8), i+i%2, i, i)
	}
	r := Compare(parse(t, old.String()), parse(t, new.String()), Options{})
	for _, limit := range []int{0, 500, 2000, 30000} {
		var b strings.Builder
		if err := WriteMarkdown(&b, r, limit); err != nil {
			t.Fatal(err)
		}
		text := b.String()
		if limit == 0 {
			limit = MaxMarkdown
		}
		if len(text) > limit {
			t.Errorf("%d bytes, more than %d", len(text), limit)
		}
		if limit >= 2000 && len(text) < limit-1000 {
			t.Errorf("only %d bytes of %d are used", len(text), limit)
		}
		if limit >= 2000 && (strings.Count(text, "<details") != strings.Count(text, "</details>") || !strings.Contains(text, "has no room")) {
			t.Errorf("limit %d: %s", limit, text[max(0, len(text)-400):])
		}
	}
}

func TestHostileTextMovesNoCursorAndMarksNothingUp(t *testing.T) {
	evil := "x\x1b[2J\r|`<script>@everyone \u202egnp"
	r := &Report{Old: Side{Name: evil}, New: Side{Name: evil, Version: "1"}, Changes: []Change{{Kinds: Added | Relicensed, Package: evil, Type: "npm",
		Old: &Package{Name: evil, Version: evil}, New: &Package{Name: evil, Version: evil, License: evil}, License: &LicenseChange{Old: evil, New: evil},
		Supplier: &Swap{evil, evil, evil}, Cause: &Cause{Name: evil}, Path: []Step{{}, {Name: evil}, {}}}},
		NotComparable: []Missing{{Field: evil, Side: "old"}}}
	var text, markdown strings.Builder
	WriteText(&text, r, 0)
	WriteMarkdown(&markdown, r, 0)
	for _, s := range []string{text.String(), markdown.String()} {
		if i := strings.IndexAny(s, "\x1b\r\u202e"); i >= 0 {
			t.Errorf("%q", s[max(0, i-40):i+1])
		}
	}
	inCode := false
	for _, line := range strings.Split(markdown.String(), "\n") {
		for i, c := range line {
			if c == '`' {
				inCode = !inCode
			}
			if !inCode && (c == '@' || strings.HasPrefix(line[i:], "<script")) {
				t.Errorf("markup in %q", line)
			}
		}
		if inCode {
			t.Fatalf("code does not end in %q", line)
		}
	}
}

func TestManyChangesThatTellTheSameAreOneLine(t *testing.T) {
	var old, new strings.Builder
	for i := range 30 {
		fmt.Fprintf(&old, "pkg:npm/p%d@1.0.0 distribution=https://a.example/%d\n", i, i)
		fmt.Fprintf(&new, "pkg:npm/p%d@1.0.0 distribution=https://b.example/%d\n", i, i)
	}
	var b strings.Builder
	WriteText(&b, Compare(parse(t, old.String()), parse(t, new.String()), Options{}), 0)
	if want := "  ! 30 packages  SOURCE CHANGED: host https://a.example -> https://b.example, p0 1.0.0, p1 1.0.0, p10 1.0.0 and 27 more\n"; !strings.Contains(b.String(), want) {
		t.Error(b.String())
	}
}

func TestGatesStopWhatTheirWordsSay(t *testing.T) {
	r := releases(t)
	want := map[Gate][]string{
		"added":           {"chalk", "debug", "ms", "qs"},
		"removed":         {"old"},
		"downgraded":      {"minimist"},
		"major":           {"github.com/acme/kit/v2"},
		"rehashed":        {"left-pad"},
		"relicensed":      {"charts"},
		"new-copyleft":    {"charts", "qs"},
		"unknown-license": nil,
		"source-changed":  {"registered"},
		"direct-added":    {"body-parser", "chalk"},
	}
	for _, gate := range GateWords {
		var got []string
		for _, hit := range r.Hits([]Gate{gate}) {
			for _, c := range hit.Changes {
				got = append(got, c.Package)
			}
		}
		slices.Sort(got)
		if gate == "any" {
			if len(got) != len(r.Changes) {
				t.Errorf("any: %v", got)
			}
			continue
		}
		if d := gocmp.Diff(want[gate], got); d != "" {
			t.Errorf("%s: %s", gate, d)
		}
	}
	for _, c := range []struct {
		old, new string
		hit      bool
	}{
		{"", "pkg:npm/a@1.0.0", true},
		{"pkg:npm/a@1.0.0", "pkg:npm/a@1.0.0", false},
		{"pkg:npm/a@1.0.0", "pkg:npm/a@2.0.0", false},
		{"pkg:npm/a@1.0.0 license=MIT", "pkg:npm/a@2.0.0", true},
		{"pkg:npm/a@1.0.0 license=MIT", "pkg:npm/a@1.0.0", false},
	} {
		if got := len(Compare(parse(t, c.old), parse(t, c.new), Options{}).Hits([]Gate{"unknown-license"})) > 0; got != c.hit {
			t.Errorf("unknown-license: %q to %q: %v", c.old, c.new, got)
		}
	}
	edges := Compare(parse(t, "pkg:npm/a@1\npkg:npm/b@1\npkg:npm/a@1 > pkg:npm/b@1"), parse(t, "pkg:npm/a@1\npkg:npm/b@1\npkg:npm/b@1 > pkg:npm/a@1"), Options{})
	if hits := edges.Hits([]Gate{"any", "added"}); len(hits) != 1 || hits[0].Edges != 2 {
		t.Errorf("%+v", hits)
	}
}

func TestGatesAreParsed(t *testing.T) {
	got, err := ParseGates(" any, added,,any")
	if d := gocmp.Diff([]Gate{"any", "added"}, got); d != "" || err != nil {
		t.Error(d, err)
	}
	if _, err := ParseGates("added,sunny"); err == nil || err.Error() != `no gate is called "sunny"` {
		t.Error(err)
	}
}

func TestTheJSONNamesItsSchema(t *testing.T) {
	var b strings.Builder
	WriteJSON(&b, Compare(parse(t, ""), parse(t, ""), Options{}))
	var got map[string]any
	if err := json.Unmarshal([]byte(b.String()), &got); err != nil {
		t.Fatal(err)
	}
	if got["schema"] != Schema {
		t.Error(got["schema"])
	}
	for _, list := range []string{"changes", "edges", "subjects", "notComparable", "known"} {
		if _, ok := got[list].([]any); !ok {
			t.Errorf("%s is no list: %v", list, got[list])
		}
	}
}

package all_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/all"
	"github.com/sbomgen/sbomgen/catalogers/internal/section"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/cyclonedx"
	"github.com/sbomgen/sbomgen/sbom/spdx"
)

var update = flag.Bool("update", false, "write the graphs that fixtures give as the ones that they want")

const (
	fixtures = "../../fixtures"
	want     = "want" // the last file of a fixture: the graph that it gives
)

type fixture struct {
	path      string
	cataloger *catalogers.Cataloger
	archive   *txtar.Archive
}

// load reads every fixture: fixtures/<cataloger>/<what it proves>.txtar.
func load(t testing.TB) []fixture {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(fixtures, "*", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("no fixtures in %s: %v", fixtures, err)
	}
	var list []fixture
	for _, file := range files {
		name := filepath.Base(filepath.Dir(file))
		at := slices.IndexFunc(all.Catalogers, func(c *catalogers.Cataloger) bool { return c.Name == name })
		if at < 0 {
			t.Errorf("%s: no cataloger is called %q", file, name)
			continue
		}
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, fixture{file, all.Catalogers[at], a})
	}
	return list
}

func resolve(t testing.TB, tree *archive, list []*catalogers.Cataloger) *sbom.Graph {
	t.Helper()
	r, err := scan.Run(context.Background(), tree, list, scan.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return sbom.Resolve(r.Facts, sbom.Options{Fallback: sbom.Component{Name: "fixture"}, Gaps: r.Gaps, Skipped: r.Skipped})
}

func TestEveryFixtureGivesItsGraph(t *testing.T) {
	broken := make(map[string]bool)
	happy := make(map[string]bool)
	for _, f := range load(t) {
		if strings.HasPrefix(filepath.Base(f.path), "broken") {
			broken[f.cataloger.Name] = true
		} else {
			happy[f.cataloger.Name] = true
		}
		t.Run(strings.TrimPrefix(f.path, fixtures+"/"), func(t *testing.T) {
			tree := newArchive(f.archive)
			g := resolve(t, tree, all.Catalogers)
			got := render(g)
			last := len(f.archive.Files) - 1
			if *update {
				if last >= 0 && f.archive.Files[last].Name == want {
					f.archive.Files = f.archive.Files[:last]
				}
				f.archive.Files = append(f.archive.Files, txtar.File{Name: want, Data: []byte(got)})
				if err := os.WriteFile(f.path, txtar.Format(f.archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if last < 0 || f.archive.Files[last].Name != want {
				t.Fatalf("has no section %q: make golden writes it", want)
			} else if diff := cmp.Diff(string(f.archive.Files[last].Data), got); diff != "" {
				t.Errorf("the graph differs from the one wanted (-want +got):\n%s", diff)
			}
			if again := render(resolve(t, newArchive(f.archive), all.Catalogers)); again != got {
				t.Errorf("a second scan gives another graph:\n%s", cmp.Diff(got, again))
			}
			if strings.HasPrefix(filepath.Base(f.path), "broken") && len(g.Gaps) == 0 {
				t.Error("a broken input raises no gap")
			}
			checkPURLs(t, g, all.Catalogers)
			survives(t, g)
		})
	}
	for _, c := range all.Catalogers {
		if c.Stage == sbom.Built {
			continue // binaries are no text: their folders test them on what they build
		}
		if !happy[c.Name] {
			t.Errorf("%s has no fixture", c.Name)
		}
		if !broken[c.Name] {
			t.Errorf("%s has no fixture of a broken input (broken-*.txtar)", c.Name)
		}
	}
}

// checkPURLs holds the packages of a graph to what the catalogers that saw them say they emit.
func checkPURLs(t *testing.T, g *sbom.Graph, list []*catalogers.Cataloger) {
	t.Helper()
	emits := make(map[string][]purl.Type)
	for _, c := range list {
		emits[c.Name] = c.Emits
	}
	for i := range g.Components {
		c := &g.Components[i]
		if c.PURL.IsZero() {
			continue
		}
		text := c.PURL.String()
		if p, err := purl.Parse(text); err != nil || p != c.PURL {
			t.Errorf("%s is not canonical: parsed again it is %s, %v", text, p, err)
		}
		for _, e := range c.Evidence {
			if e.Rule != "owned" && !slices.Contains(emits[e.Cataloger], c.PURL.Type) { // what is owned became part of a package of another type
				t.Errorf("%s reports %s, but says that it emits only %v", e.Cataloger, text, emits[e.Cataloger])
			}
		}
	}
}

// survives holds the writers and readers to the graph: written and read again in each format it is the same document graph.
func survives(t *testing.T, g *sbom.Graph) {
	t.Helper()
	d := &sbom.Document{Graph: g, Tool: sbom.Tool{Name: "sbomgen", Version: "test"}}
	wanted := document(g)
	var b bytes.Buffer
	if _, err := cyclonedx.Write(&b, d, cyclonedx.Options{}); err != nil {
		t.Fatalf("CycloneDX: %v", err)
	}
	back, err := cyclonedx.Read(&b)
	if err != nil {
		t.Fatalf("CycloneDX, read back: %v", err)
	}
	if diff := cmp.Diff(wanted, document(back.Graph)); diff != "" {
		t.Errorf("CycloneDX loses or adds (-graph +read back):\n%s", diff)
	}
	b.Reset()
	if _, err := spdx.Write(&b, d, spdx.Options{}); err != nil {
		t.Fatalf("SPDX: %v", err)
	}
	if back, err = spdx.Read(&b); err != nil {
		t.Fatalf("SPDX, read back: %v", err)
	}
	if diff := cmp.Diff(wanted, document(back.Graph)); diff != "" {
		t.Errorf("SPDX loses or adds (-graph +read back):\n%s", diff)
	}
}

func TestCatalogersOpenOnlyWhatTheyDeclare(t *testing.T) {
	for _, f := range load(t) {
		tree := newArchive(f.archive)
		resolve(t, tree, []*catalogers.Cataloger{f.cataloger})
		for p := range tree.opened {
			if !declared(f.cataloger, p) {
				t.Errorf("%s: %s opened %s, which it does not declare", f.path, f.cataloger.Name, p)
			}
		}
	}
}

// declared tells whether one of the cataloger's selectors or of its patterns beside covers the base name of a path.
func declared(c *catalogers.Cataloger, p string) bool {
	base := filepath.Base(p)
	for _, s := range c.Files {
		if ok, _ := filepath.Match(filepath.Base(s.Pattern), base); ok || s.By == catalogers.ByMagic {
			return true
		}
		if s.By == catalogers.ByStart && len(base) >= len(s.Pattern) && strings.EqualFold(base[:len(s.Pattern)], s.Pattern) {
			return true
		}
		if s.By == catalogers.ByGlob && strings.ContainsAny(s.Pattern, "{}") {
			return true
		}
	}
	for _, pattern := range c.Beside {
		if ok, _ := filepath.Match(filepath.Base(strings.TrimPrefix(pattern, "^")), base); ok {
			return true
		}
	}
	return false
}

func TestTruncatedInputNeverPanicsAndIsNeverSilent(t *testing.T) {
	for _, f := range load(t) {
		for i := range f.archive.Files {
			file := f.archive.Files[i]
			if file.Name == want || len(file.Data) == 0 {
				continue
			}
			step := max(1, len(file.Data)/40)
			for cut := 0; cut < len(file.Data); cut += step {
				a := &txtar.Archive{Files: slices.Clone(f.archive.Files)}
				a.Files[i].Data = file.Data[:cut]
				for _, gap := range resolve(t, newArchive(a), []*catalogers.Cataloger{f.cataloger}).Gaps {
					if strings.Contains(gap.Reason, "broke off") {
						t.Fatalf("%s: %s cut at %d: %s", f.path, file.Name, cut, gap.Reason)
					}
				}
			}
		}
	}
}

func TestNamesAreUniqueAndDocumented(t *testing.T) {
	seen := make(map[string]bool)
	for _, c := range all.Catalogers {
		if seen[c.Name] {
			t.Errorf("two catalogers are called %s", c.Name)
		}
		seen[c.Name] = true
		if !strings.HasSuffix(c.Doc, ".") || strings.Contains(c.Doc, "\n") {
			t.Errorf("%s: its Doc is not one sentence: %q", c.Name, c.Doc)
		}
		if len(c.Files) == 0 || len(c.Emits) == 0 || (c.Parse == nil) == (c.ParseGroup == nil) {
			t.Errorf("%s is incomplete", c.Name)
		}
	}
}

// FuzzEveryCataloger hands arbitrary bytes to every cataloger, under the names of the fixtures' files and that of a program.
func FuzzEveryCataloger(f *testing.F) {
	names := []string{"bin/tool"}
	for _, x := range load(f) {
		for _, file := range x.archive.Files {
			if file.Name != want && !slices.Contains(names, path.Base(file.Name)) {
				names = append(names, path.Base(file.Name))
			}
		}
	}
	for _, c := range all.Catalogers {
		if c.Group != nil { // these look at the whole path
			for _, s := range c.Files {
				names = append(names, "node_modules/x/"+path.Base(s.Pattern), "lib/site-packages/"+strings.ReplaceAll(strings.TrimPrefix(s.Pattern, "**/"), "*", "x-1.0"))
			}
		}
	}
	for _, x := range load(f) {
		for _, file := range x.archive.Files {
			if at := slices.Index(names, path.Base(file.Name)); at >= 0 {
				f.Add(uint16(at), file.Data)
			}
		}
	}
	for _, magic := range section.Magics {
		f.Add(uint16(0), []byte(magic+"\x02\x01\x01"))
	}
	f.Fuzz(func(t *testing.T, which uint16, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		a := &txtar.Archive{Files: []txtar.File{{Name: names[int(which)%len(names)], Data: data}}}
		for _, gap := range resolve(t, newArchive(a), all.Catalogers).Gaps {
			if strings.Contains(gap.Reason, "broke off") {
				t.Fatal(gap.Reason)
			}
		}
	})
}

// render writes a graph as text for people to review.
func render(g *sbom.Graph) string {
	var b strings.Builder
	for h := range g.Components {
		c := &g.Components[h]
		fmt.Fprintf(&b, "%s", c.ID)
		if full := c.PURL.String(); !c.PURL.IsZero() && full != string(c.ID) {
			fmt.Fprintf(&b, " = %s", full)
		}
		if sbom.Handle(h) == g.Root {
			b.WriteString(" ROOT")
		}
		words := []string{}
		if !c.IsApplication() {
			words = append(words, c.Stage.String(), c.Scope.String())
			if c.Direct {
				words = append(words, "direct")
			}
		}
		if c.Kind != sbom.Library && c.Kind != sbom.Application {
			words = append(words, string(c.Kind))
		}
		words = append(words, c.Completeness.String())
		fmt.Fprintf(&b, "  [%s]\n", strings.Join(words, " "))
		if c.Name != "" && c.Name != c.PURL.Name {
			fmt.Fprintf(&b, "    name %s\n", c.Label())
		}
		if c.Version != "" && c.Version != c.PURL.Version {
			fmt.Fprintf(&b, "    version %s\n", c.Version)
		}
		if owner := g.Context(sbom.Handle(h)); owner != sbom.Handle(h) {
			fmt.Fprintf(&b, "    resolved in %s\n", g.Components[owner].ID)
		}
		for _, s := range [][2]string{{"description", c.Description}, {"copyright", c.Copyright}, {"author", c.Author}, {"supplier", c.Supplier}} {
			if s[1] != "" {
				fmt.Fprintf(&b, "    %s %s\n", s[0], s[1])
			}
		}
		for _, l := range c.Licenses {
			fmt.Fprintf(&b, "    licence %s\n", l.Text)
		}
		for _, x := range c.Hashes {
			fmt.Fprintf(&b, "    %s %s\n", x.Algorithm, x.Hex)
		}
		for _, r := range c.References {
			fmt.Fprintf(&b, "    %s %s", r.Type, r.URL)
			for _, x := range r.Hashes {
				fmt.Fprintf(&b, " %s:%s", x.Algorithm, x.Hex)
			}
			b.WriteString("\n")
		}
		for _, name := range c.CPEs {
			fmt.Fprintf(&b, "    cpe %s\n", name)
		}
		for _, p := range c.Properties {
			fmt.Fprintf(&b, "    %s=%s\n", p.Name, p.Value)
		}
		for _, e := range c.Evidence {
			fmt.Fprintf(&b, "    @ %s:%d %s", e.Location.Path, e.Location.Line, e.Cataloger)
			if e.Confidence != 100 {
				fmt.Fprintf(&b, " %d%%", e.Confidence)
			}
			b.WriteString("\n")
		}
		for _, e := range g.Out(sbom.Handle(h)) {
			fmt.Fprintf(&b, "    %s %s", map[bool]string{true: "->", false: e.Kind.String()}[e.Kind == sbom.DependsOn], g.Components[e.To].ID)
			if e.Range != "" {
				fmt.Fprintf(&b, " %q", e.Range)
			}
			if e.Scope != sbom.Runtime {
				fmt.Fprintf(&b, " (%s)", e.Scope)
			}
			for _, app := range e.In {
				fmt.Fprintf(&b, " in %s", g.Components[app].ID)
			}
			b.WriteString("\n")
		}
	}
	for _, gap := range g.Gaps {
		fmt.Fprintf(&b, "gap %s:%d %s (%s)\n", gap.Path, gap.Line, gap.Reason, gap.Cataloger)
	}
	for _, s := range g.Skipped {
		fmt.Fprintf(&b, "skipped %s: %s\n", s.Path, s.Rule)
	}
	return b.String()
}

// document is what of a graph every document must carry.
func document(g *sbom.Graph) []string {
	var lines []string
	for h := range g.Components {
		c := &g.Components[h]
		group, name := c.GroupName()
		lines = append(lines, fmt.Sprintf("%s %s %s %q %q %q scope=%s direct=%v purl=%s in=%s", c.ID, c.Kind, c.Path, group, name, c.VersionText(), c.Scope, c.Direct, c.PURL, g.Components[g.Context(sbom.Handle(h))].ID))
		for _, x := range c.Hashes {
			lines = append(lines, fmt.Sprintf("%s %s %s", c.ID, x.Algorithm, x.Hex))
		}
		for _, name := range c.CPEs {
			lines = append(lines, fmt.Sprintf("%s %s", c.ID, name))
		}
		for _, e := range g.Out(sbom.Handle(h)) {
			line := fmt.Sprintf("%s %s %s", c.ID, e.Kind, g.Components[e.To].ID)
			for _, app := range e.In {
				line += " in " + string(g.Components[app].ID)
			}
			lines = append(lines, line)
		}
	}
	lines = append(lines, "root "+string(g.Components[g.Root].ID))
	for _, gap := range g.Gaps {
		lines = append(lines, fmt.Sprintf("gap %v", gap))
	}
	return lines
}

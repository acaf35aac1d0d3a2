package spdx

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

func read(t testing.TB, text []byte) *sbom.Document {
	t.Helper()
	d, err := Read(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// identity is what of a graph a document carries, spelled for comparison.
type identity struct {
	Root       sbom.ID
	Components []sbom.Component
	Edges      []string
	Contexts   map[sbom.ID]sbom.ID
	Gaps       []sbom.Gap
}

// identityOf spells a graph; scoped tells whether the document carries the scopes of edges.
func identityOf(g *sbom.Graph, scoped bool) identity {
	id := func(h sbom.Handle) sbom.ID { return g.Components[h].ID }
	n := identity{Root: id(g.Root), Contexts: make(map[sbom.ID]sbom.ID), Gaps: g.Gaps}
	for h, c := range g.Components {
		c.Licenses = slices.DeleteFunc(slices.Clone(c.Licenses), func(l sbom.License) bool { return strings.TrimSpace(l.Text) == "" })
		c.Evidence = slices.Clone(c.Evidence)
		for i := range c.Evidence {
			c.Evidence[i].Rule = ""
		}
		if c.Version == c.PURL.Version {
			c.Version = ""
		}
		n.Components = append(n.Components, c)
		if owner := g.Context(sbom.Handle(h)); owner != sbom.Handle(h) {
			n.Contexts[c.ID] = id(owner)
		}
	}
	for _, e := range g.Edges {
		text := fmt.Sprintf("%s %s %s", id(e.From), e.Kind, id(e.To))
		if scoped && e.Kind == sbom.DependsOn {
			text += " for " + e.Scope.String()
		}
		for _, app := range e.In {
			text += " in " + string(id(app))
		}
		n.Edges = append(n.Edges, text)
	}
	return n
}

var notations = []Options{{}, {TagValue: true}, {Version: "2.2"}, {Version: "2.2", TagValue: true}, {Version: "3.0"}}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for name, d := range documents(t) {
		if name == "odd" {
			continue
		}
		for _, o := range notations {
			t.Run(fmt.Sprint(name, o), func(t *testing.T) {
				got := read(t, written(t, d, o))
				want := identityOf(d.Graph, o.Version == "3.0")
				if o.Version == "2.2" { // what a note carries comes last
					for i := range want.Components {
						slices.SortStableFunc(want.Components[i].Hashes, func(a, b sbom.Hash) int {
							return strings.Compare(checksumName(b.Algorithm, v22), checksumName(a.Algorithm, v22))
						})
					}
				}
				if diff := cmp.Diff(want, identityOf(got.Graph, o.Version == "3.0"), cmp.AllowUnexported(purl.PURL{}), cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
				same := *d
				same.Created = d.Created.Truncate(time.Second)
				if same.Tool.Name == "" {
					same.Tool.Name = "sbomgen"
				}
				if diff := cmp.Diff(&same, got, cmpopts.IgnoreFields(sbom.Document{}, "Graph", "Serial"), cmpopts.EquateEmpty()); diff != "" {
					t.Error(diff)
				}
				if d.Serial != "" && got.Serial != d.Serial {
					t.Errorf("%s became %s", d.Serial, got.Serial)
				}
			})
		}
	}
}

func TestWhatIsReadIsWrittenTheSame(t *testing.T) {
	for name, d := range documents(t) {
		for _, o := range notations {
			first := written(t, d, o)
			second := written(t, read(t, first), o)
			if name == "odd" { // it loses what is lost only once
				first, second = second, written(t, read(t, second), o)
			}
			if diff := cmp.Diff(string(first), string(second)); diff != "" {
				t.Errorf("%s %v: %s", name, o, diff)
			}
		}
	}
}

func TestNotationsSayTheSame(t *testing.T) {
	for name, d := range documents(t) {
		if name == "odd" {
			continue
		}
		want := read(t, written(t, d, Options{}))
		for _, o := range notations[1:] {
			got := read(t, written(t, d, o))
			if o.Version == "2.2" || o.Version == "3.0" {
				got.Serial = want.Serial
			}
			if o.Version == "2.2" {
				continue
			}
			if diff := cmp.Diff(identityOf(want.Graph, false), identityOf(got.Graph, false), cmp.AllowUnexported(purl.PURL{}), cmpopts.EquateEmpty()); diff != "" {
				t.Errorf("%s %v: %s", name, o, diff)
			}
			if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(sbom.Document{}, "Graph")); diff != "" {
				t.Errorf("%s %v: %s", name, o, diff)
			}
		}
	}
}

func TestTheOfficialExamplesAreRead(t *testing.T) {
	folder, ok := shared(t)
	if !ok {
		return
	}
	read := 0
	err := filepath.Walk(filepath.Join(folder, "examples"), func(path string, info os.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		d, err := Read(bytes.NewReader(text))
		if err != nil {
			t.Errorf("%s: %v", filepath.Base(path), err)
			return nil
		}
		if len(d.Graph.Components) < 2 && bytes.Count(text, []byte("software_Package\"")) > 1 {
			t.Errorf("%s: %d components", filepath.Base(path), len(d.Graph.Components))
		}
		for _, o := range notations {
			if err := structure(written(t, d, o), o); err != nil {
				t.Errorf("%s %v: %v", filepath.Base(path), o, err)
			}
		}
		read++
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d documents", read)
}

func FuzzRead(f *testing.F) {
	for _, d := range documents(f) {
		for _, o := range notations {
			f.Add(written(f, d, o))
		}
	}
	f.Add([]byte(foreignJSON))
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, o := range []Options{{}, {TagValue: true}, {Version: "3.0"}} {
			again := written(t, d, o)
			if err := structure(again, o); err != nil {
				t.Fatal(err)
			}
			settled := false // what is lost is not lost for ever
			for round := 0; round < 4 && !settled; round++ {
				before := again
				again = written(t, read(t, before), o)
				settled = bytes.Equal(before, again)
			}
			if !settled {
				t.Fatalf("does not settle: %s", again)
			}
		}
	})
}

func BenchmarkRead(b *testing.B) {
	d := large(b, 8700)
	for _, o := range []Options{{}, {TagValue: true}, {Version: "3.0"}} {
		text := written(b, d, o)
		b.Run(o.name(), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			b.ReportAllocs()
			for b.Loop() {
				read(b, text)
			}
		})
	}
}

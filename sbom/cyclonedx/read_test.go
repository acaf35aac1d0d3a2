package cyclonedx

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
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

func identityOf(g *sbom.Graph) identity {
	id := func(h sbom.Handle) sbom.ID { return g.Components[h].ID }
	n := identity{Root: id(g.Root), Contexts: make(map[sbom.ID]sbom.ID), Gaps: g.Gaps}
	for h, c := range g.Components {
		c.Group, c.Name = c.GroupName()
		c.Version = c.VersionText()
		c.Evidence, c.Licenses = slices.Clone(c.Evidence), slices.Clone(c.Licenses)
		for i := range c.Evidence {
			c.Evidence[i].Rule = ""
		}
		c.Licenses = slices.DeleteFunc(c.Licenses, func(l sbom.License) bool { return strings.TrimSpace(l.Text) == "" })
		for i := range c.Licenses {
			if _, kind := license.Classify(c.Licenses[i].Text); kind == license.Expression {
				c.Licenses[i].Location = sbom.Location{}
			}
		}
		slices.SortStableFunc(c.Licenses, func(a, b sbom.License) int {
			return 2*int(a.Basis) - 2*int(b.Basis) + strings.Compare(a.Text, b.Text)
		})
		n.Components = append(n.Components, c)
		if owner := g.Context(sbom.Handle(h)); owner != sbom.Handle(h) {
			n.Contexts[c.ID] = id(owner)
		}
	}
	for _, e := range g.Edges {
		text := fmt.Sprintf("%s %s %s", id(e.From), e.Kind, id(e.To))
		for _, app := range e.In {
			text += " in " + string(id(app))
		}
		n.Edges = append(n.Edges, text)
	}
	return n
}

func compare(t *testing.T, want, got *sbom.Graph) {
	t.Helper()
	if diff := cmp.Diff(identityOf(want), identityOf(got), cmp.AllowUnexported(purl.PURL{}), cmpopts.EquateEmpty()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsWrittenIsReadBack(t *testing.T) {
	for name, d := range documents(t) {
		if name == "odd" {
			continue
		}
		for _, o := range []Options{{}, {Version: "1.7"}, {XML: true}, {Version: "1.7", XML: true}} {
			t.Run(fmt.Sprint(name, o), func(t *testing.T) {
				got := read(t, written(t, d, o))
				compare(t, d.Graph, got.Graph)
				if got.Tool != d.Tool || got.Lifecycle != d.Lifecycle || max(got.Version, 1) != max(d.Version, 1) || !got.Created.Equal(d.Created.Truncate(time.Second)) {
					t.Errorf("%+v", got)
				}
			})
		}
	}
	d := read(t, written(t, workspace(t), Options{}))
	want := workspace(t)
	want.Authors = []sbom.Party{{Name: "Example Corporation", Email: "sbom@example.com"}, {Name: "Jo"}}
	want.Supplier.URL = "https://example.com/"
	want.Manufacturer.URL = ""
	if diff := cmp.Diff(want, d, cmpopts.IgnoreFields(sbom.Document{}, "Graph", "Created", "Serial")); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsReadIsWrittenTheSame(t *testing.T) {
	for name, d := range documents(t) {
		for _, version := range versions {
			for _, xml := range []bool{false, true} {
				o := Options{Version: version, XML: xml}
				first := written(t, d, o)
				second := written(t, read(t, first), o)
				if name == "odd" || version < "1.6" { // they lose what is lost only once
					third := written(t, read(t, second), o)
					first, second = second, third
				}
				if diff := cmp.Diff(string(first), string(second)); diff != "" {
					t.Errorf("%s %s xml=%v: %s", name, version, xml, diff)
				}
			}
		}
	}
}

func TestDocumentsOfOthersAreRead(t *testing.T) {
	const text = `{"bomFormat":"CycloneDX","specVersion":"1.4","version":1,
		"metadata":{"tools":[{"vendor":"v","name":"other","version":"9"}],"component":{"bom-ref":"r","type":"application","name":"thing","version":"2",
			"components":[{"type":"file","name":"nested"}]}},
		"components":[
			{"bom-ref":"0f","type":"library","group":"g","name":"Name","version":"1","purl":"pkg:npm/%40g/name@1?download_url=x","scope":"excluded","licenses":[{"license":{"name":"Odd"}}]},
			{"bom-ref":"1f","type":"library","name":"left-pad","version":"1.0.0","purl":"pkg:npm/left-pad@1.0.0"},
			{"bom-ref":"2f","type":"library","name":"left-pad","version":"1.0.0","purl":"pkg:npm/left-pad@1.0.0"},
			{"bom-ref":"2f","type":"library","name":"twice"},
			{"type":"library","name":"unnamed","version":"3"},
			{"type":"library","name":"unnamed","version":"3"}, {}, 7, null],
		"dependencies":[{"ref":"r","dependsOn":["0f","missing"]},{"ref":"0f","dependsOn":["1f","2f","1f"]},{"ref":"gone","dependsOn":["0f"]}, 5],
		"compositions":[{"aggregate":"incomplete_first_party_only","dependencies":["0f","nope"]},{"aggregate":"complete","assemblies":["1f"]}]}`
	d := read(t, []byte(text))
	var got []string
	for _, c := range d.Graph.Components {
		got = append(got, fmt.Sprintf("%s %s %q direct=%v %s %s", c.ID, c.Label(), c.VersionText(), c.Direct, c.Scope, c.Completeness))
	}
	want := []string{
		`app:. thing "2" direct=false  unknown`,
		`file:/nested@ nested "" direct=false  unknown`,
		`library:/unnamed@3 unnamed "3" direct=false  unknown`,
		`library:/unnamed@3#2 unnamed "3" direct=false  unknown`,
		`pkg:npm/%40g/name@1 g/Name "1" direct=true development incomplete`,
		`pkg:npm/left-pad@1.0.0 left-pad "1.0.0" direct=false  unknown`,
		`pkg:npm/left-pad@1.0.0#2 left-pad "1.0.0" direct=false  unknown`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	wantEdges := []string{"app:. contains file:/nested@", "app:. depends-on pkg:npm/%40g/name@1", "pkg:npm/%40g/name@1 depends-on pkg:npm/left-pad@1.0.0",
		"pkg:npm/%40g/name@1 depends-on pkg:npm/left-pad@1.0.0#2"}
	if diff := cmp.Diff(wantEdges, identityOf(d.Graph).Edges); diff != "" {
		t.Error(diff)
	}
	if len(d.Graph.Gaps) != 3 {
		t.Errorf("%v", d.Graph.Gaps)
	}
	if d.Tool != (sbom.Tool{Vendor: "v", Name: "other", Version: "9"}) {
		t.Errorf("%v", d.Tool)
	}
}

func TestWhatIsNoCycloneDXIsRefused(t *testing.T) {
	for _, text := range []string{"", "{}", "[]", "7", "null", `{"bomFormat":"SPDX","specVersion":"1.4"}`, `{"bomFormat":"CycloneDX"}`, `{"bomFormat":"CycloneDX","specVersion":"2.0"}`,
		`{"bomFormat":"CycloneDX","specVersion":"1.6"} x`, `{"bomFormat":"CycloneDX","specVersion":"1.6","components":[`, "<", "<bom/>", "<html></html>",
		`<bom xmlns="http://cyclonedx.org/schema/bom/1.6"><components>`, strings.Repeat("[", 100000), `{"bomFormat":"CycloneDX","specVersion":"1.6","x":` + strings.Repeat(`{"a":`, 10000)} {
		if d, err := Read(strings.NewReader(text)); err == nil {
			t.Errorf("%.40q gave %v", text, d)
		}
	}
	if d := read(t, []byte(`{"bomFormat":"CycloneDX","specVersion":"1.6"}`)); d.Graph.Components[0].ID != "app:." {
		t.Errorf("%v", d.Graph)
	}
}

func TestTheOfficialDocumentsAreRead(t *testing.T) {
	folder, ok := schemas(t)
	if !ok {
		return
	}
	for name, d := range official(t, folder) {
		first := written(t, d, Options{})
		again := read(t, first)
		compare(t, d.Graph, again.Graph)
		if t.Failed() {
			t.Fatal(name)
		}
	}
}

func FuzzRead(f *testing.F) {
	for _, d := range documents(&testing.T{}) {
		f.Add(written(f, d, Options{}))
		f.Add(written(f, d, Options{XML: true}))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := Read(bytes.NewReader(text))
		if err != nil {
			return
		}
		for _, o := range []Options{{}, {Version: "1.2", XML: true}} {
			again := written(t, d, o)
			if !o.XML {
				if err := structure(again); err != nil {
					t.Fatal(err)
				}
			}
			read(t, again)
		}
	})
}

func BenchmarkRead(b *testing.B) {
	text := written(b, large(8700), Options{})
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		read(b, text)
	}
}

package licensefile

import (
	"archive/zip"
	"bytes"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

type tree struct{ fstest.MapFS }

type blob struct{ *bytes.Reader }

func (blob) Close() error { return nil }

func (t tree) Open(p string) (catalogers.Blob, error) {
	data, err := t.ReadFile(p)
	return blob{bytes.NewReader(data)}, err
}
func (t tree) Resolve(p string) (string, error) { return p, nil }

func pack(t *testing.T, files ...[2]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f[0])
		if err == nil {
			_, err = w.Write([]byte(f[1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestTextsInArchivesAreOfTheArchiveThatHoldsThem(t *testing.T) {
	inner := pack(t, [2]string{"META-INF/LICENSE.txt", isc}, [2]string{"META-INF/NOTICE", "Made by Ada"}, [2]string{"a/b/LICENSE", isc})
	data := pack(t, [2]string{"LICENSE", isc + "Many thanks."}, [2]string{"lib/x.jar", string(inner)})
	c := New(false)
	f := catalogers.NewFile(tree{fstest.MapFS{"d/app.war": {Data: data}}}, c, "d/app.war")
	found := sbom.NewFacts(c.Name, c.Stage, "d")
	if err := c.ParseGroup("d", []*catalogers.File{f}, found); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range found.LicenseFiles() {
		got = append(got, l.Location().Chain()+" "+l.License)
	}
	want := []string{"d/app.war > LICENSE ISC", "d/app.war > lib/x.jar > META-INF/LICENSE.txt ISC", "d/app.war > lib/x.jar > META-INF/NOTICE "}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatal(diff)
	}

	seen := sbom.NewFacts("archives", sbom.Built, "d/app.war")
	seen.Own(".")
	seen.Add("app", sbom.Component{Name: "app"})
	seen.Add("x", sbom.Component{Name: "x", Evidence: []sbom.Evidence{{Location: sbom.Location{Archive: "d/app.war", Path: "lib/x.jar"}}}})
	g := sbom.Resolve([]*sbom.Facts{seen, found}, sbom.Options{})
	for i := range g.Components {
		if c := &g.Components[i]; !c.IsApplication() && (len(c.Licenses) != 1 || c.Licenses[0].Text != "ISC" || c.Copyright != "Copyright (c) 2020 Ada") {
			t.Errorf("%s: %+v %q", c.Label(), c.Licenses, c.Copyright)
		}
	}
}

package sbom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

func TestAComponentCameByTheFirstLayerThatShowsIt(t *testing.T) {
	layer := map[string]string{"db": "k2", "srv/package": "k3", "usr/six": "k1"}
	status := func(names ...string) *sbom.Facts {
		f := sbom.NewFacts("database", sbom.Installed, "db")
		f.Own(".")
		f.Layers = layer
		for _, name := range names {
			f.Add(name, packaged(purl.Deb, name, "1"))
		}
		return f
	}
	now := status("bash", "curl", "six")
	now.Installs("six", sbom.InstalledFile{Path: "usr/six"})
	then := status("bash", "gone")
	then.Layers = map[string]string{"db": "k0"}
	then.Past = true
	then.DependsOn("bash", "nothing")
	then.Gap(1, "is not told again")
	then.Installs("bash", sbom.InstalledFile{Path: "srv/package"}) // as it was
	then.Reduce()
	unknown := status("curl")
	unknown.Layers, unknown.Past = map[string]string{"db": "another image"}, true
	own := sbom.NewFacts("modules", sbom.Installed, "srv/package")
	own.Layers = layer
	own.Add("x", packaged(purl.NPM, "x", "1"))
	six := environment("usr", "six")
	six.Layers = layer
	g := sbom.Resolve([]*sbom.Facts{now, then, unknown, own, six}, sbom.Options{Layers: []sbom.Layer{
		{Key: "k0", Digest: "d0", Index: 0, Base: true, Instruction: "ADD https://me:secret@example.org/x /"}, {Key: "k1", Digest: "d1", Index: 1},
		{Key: "k2", Digest: "d2", Index: 2}, {Key: "k3", Digest: "d3", Index: 3}, {Key: "k1", Digest: "d1", Index: 4},
	}})
	var got []string
	for h := range g.Components {
		c := &g.Components[h]
		line := strings.TrimPrefix(string(c.ID), "pkg:")
		for _, p := range c.Properties {
			if name, ok := strings.CutPrefix(p.Name, "sbomgen:layer"); ok {
				line += fmt.Sprintf(" %s=%s", strings.TrimPrefix(name, ":"), p.Value)
			}
		}
		for _, e := range c.Evidence {
			line += " @" + e.Location.Layer
		}
		got = append(got, line)
	}
	want := []string{
		"app:.",
		"app:srv",
		"deb/bash@1 =d0 index=0 instruction=ADD https://example.org/x / last=d2 base=true @d2",
		"deb/curl@1 =d2 index=2 @d2",
		"deb/six@1 =d1 index=1 last=d2 @d2 @d1",
		"npm/x@1 =d3 index=3 @d3",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if len(g.Gaps) != 0 {
		t.Errorf("%v", g.Gaps)
	}
}

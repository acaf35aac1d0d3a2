package enrich

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

const isc = `Copyright (c) 2020 Ada

Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.
`

// found runs an enricher over the packages of a lockfile, and gives the paths of the files with what they were recognised as.
func found(t *testing.T, e *Enricher, cache fs.FS, packages ...purl.PURL) (files map[string]string, g *sbom.Graph) {
	t.Helper()
	lock := sbom.NewFacts("lock", sbom.Locked, "lock")
	for _, p := range packages {
		lock.Add(p.String(), sbom.Component{PURL: p})
	}
	facts := []*sbom.Facts{lock}
	outside := Outside{Caches: map[string]fs.FS{}}
	if cache != nil {
		outside.Caches[e.Cache] = cache
	}
	facts = append(facts, e.Run(context.Background(), outside, facts)...)
	files = make(map[string]string)
	for _, f := range facts {
		for _, l := range f.LicenseFiles() {
			files[l.Path] = l.License
		}
	}
	return files, sbom.Resolve(facts, sbom.Options{})
}

func TestLicencesOfGoModulesAreReadWhereTheGoCommandUnpackedThem(t *testing.T) {
	cache := fstest.MapFS{
		"github.com/!burnt!sushi/toml@v1.4.0/COPYING":             {Data: []byte(isc)},
		"github.com/!burnt!sushi/toml@v1.4.0/license.go":          {Data: []byte("package toml")},
		"github.com/!burnt!sushi/toml@v1.4.0/LICENSES/other.txt":  {Data: []byte(isc)},
		"github.com/!burnt!sushi/toml@v1.4.0/LICENSES/LICENSE.md": {Data: []byte(isc)},
		"github.com/!burnt!sushi/toml@v1.3.0/COPYING":             {Data: []byte(isc)},
	}
	files, g := found(t, &GoLicenses, cache, purl.New(purl.Golang, "", "github.com/BurntSushi/toml", "v1.4.0"), purl.New(purl.Golang, "", "example.com/absent", "v1.0.0"))
	want := map[string]string{
		"$GOMODCACHE/github.com/!burnt!sushi/toml@v1.4.0/COPYING":             "ISC",
		"$GOMODCACHE/github.com/!burnt!sushi/toml@v1.4.0/LICENSES/LICENSE.md": "ISC",
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
	h, _ := g.Find("pkg:golang/github.com/BurntSushi/toml@v1.4.0")
	c := &g.Components[h]
	if !slices.ContainsFunc(c.Licenses, func(l sbom.License) bool { return l.Text == "ISC" && l.Basis == sbom.ObservedLicense }) || c.Copyright != "Copyright (c) 2020 Ada" {
		t.Errorf("%+v", c)
	}
	if len(g.Gaps) > 0 {
		t.Errorf("a module that the cache does not hold is a gap: %v", g.Gaps)
	}
}

func TestLicencesOfCratesAreReadWhereCargoUnpackedThem(t *testing.T) {
	cache := fstest.MapFS{
		"src/index.crates.io-1949cf8c6b5b557f/libc-0.2.62/LICENSE-ISC": {Data: []byte(isc)},
		"src/other-0000000000000000/libc-0.2.62/NOTICE":                {Data: []byte("by others")},
	}
	files, _ := found(t, &CargoLicenses, cache, purl.New(purl.Cargo, "", "libc", "0.2.62"), purl.New(purl.Cargo, "", "../../libc", "0.2.62"))
	want := map[string]string{
		"$CARGO_HOME/registry/src/index.crates.io-1949cf8c6b5b557f/libc-0.2.62/LICENSE-ISC": "ISC",
		"$CARGO_HOME/registry/src/other-0000000000000000/libc-0.2.62/NOTICE":                "",
	}
	if diff := cmp.Diff(want, files); diff != "" {
		t.Error(diff)
	}
}

func TestAMissingCacheIsAGapOnlyWhereItWouldHelp(t *testing.T) {
	if _, g := found(t, &GoLicenses, nil, purl.New(purl.Golang, "", "example.com/m", "v1.0.0")); len(g.Gaps) != 1 {
		t.Errorf("gaps: %v", g.Gaps)
	}
	if _, g := found(t, &GoLicenses, nil, purl.New(purl.NPM, "", "m", "1.0.0")); len(g.Gaps) != 0 {
		t.Errorf("gaps: %v", g.Gaps)
	}
}

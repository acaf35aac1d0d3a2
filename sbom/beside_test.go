package sbom_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// installed claims packages as catalogers of installed packages do: each in a file of its own, but for vendored modules.
func installed() []*sbom.Facts {
	npm := sbom.NewFacts("npm-node-modules", sbom.Installed, "node_modules")
	npm.Own(".")
	for dir, p := range map[string]purl.PURL{
		"node_modules/a":                purl.New(purl.NPM, "", "a", "1.0.0"),
		"node_modules/a/node_modules/b": purl.New(purl.NPM, "", "b", "1.0.0"),
		"node_modules/@s/b":             purl.New(purl.NPM, "@s", "b", "2.0.0"),
		"node_modules/licenses":         purl.New(purl.NPM, "", "licenses", "1.0.0"),
	} {
		npm.AddIn(sbom.Location{Path: dir + "/package.json"}, dir, sbom.Component{PURL: p})
	}
	python := sbom.NewFacts("python-installed", sbom.Installed, "site-packages")
	python.AddIn(sbom.Location{Path: "site-packages/p-1.dist-info/METADATA"}, "p", sbom.Component{PURL: purl.New(purl.PyPI, "", "p", "1")})
	for _, name := range []string{"q", "r"} {
		python.AddIn(sbom.Location{Path: "site-packages/" + name + "-1.egg-info"}, name, sbom.Component{PURL: purl.New(purl.PyPI, "", name, "1")})
	}
	golang := sbom.NewFacts("go-vendor", sbom.Installed, "vendor/modules.txt")
	golang.Own(".")
	for _, path := range []string{"example.com/M/m", "example.com/n"} {
		golang.Add(path, sbom.Component{Name: path, PURL: purl.New(purl.Golang, "", path, "v1.0.0")})
	}
	lock := sbom.NewFacts("npm-package-lock", sbom.Locked, "package-lock.json")
	lock.Application(".", sbom.Component{Name: "app"})
	lock.Add("c", sbom.Component{PURL: purl.New(purl.NPM, "", "c", "1.0.0")})
	member := sbom.NewFacts("npm-package-json", sbom.Declared, "packages/x/package.json")
	member.Application("packages/x", sbom.Component{Name: "x"})
	return []*sbom.Facts{npm, python, golang, lock, member}
}

// holder is the id of the component that a licence file in a folder goes to.
func holder(t *testing.T, files ...sbom.LicenseFile) sbom.ID {
	t.Helper()
	facts := installed()
	for _, l := range files {
		f := sbom.NewFacts("license-files", sbom.Installed, l.Dir)
		f.Own(".")
		f.LicenseFile(l)
		facts = append(facts, f)
	}
	g := sbom.Resolve(facts, sbom.Options{})
	var found sbom.ID
	for i := range g.Components {
		c := &g.Components[i]
		if slices.ContainsFunc(c.Licenses, func(l sbom.License) bool { return l.Basis == sbom.ObservedLicense }) {
			if found != "" {
				t.Errorf("%s and %s have it", found, c.ID)
			}
			found = c.ID
		}
	}
	return found
}

func TestLicenceFilesBelongToThePackageInWhoseFolderTheyLie(t *testing.T) {
	for dir, want := range map[string]sbom.ID{
		".":                              "app:.",
		"LICENSES":                       "app:.",
		"docs":                           "",
		"packages/x":                     "app:packages/x",
		"packages/x/third_party/zlib":    "",
		"node_modules":                   "",
		"node_modules/a":                 "pkg:npm/a@1.0.0",
		"node_modules/a/dist/compiled/z": "pkg:npm/a@1.0.0",
		"node_modules/a/node_modules/b":  "pkg:npm/b@1.0.0",
		"node_modules/@s/b/lib":          "pkg:npm/%40s/b@2.0.0",
		"node_modules/licenses":          "pkg:npm/licenses@1.0.0",
		"site-packages/p-1.dist-info":    "pkg:pypi/p@1",
		"site-packages/p-1.dist-info/licenses/vendored": "pkg:pypi/p@1",
		"site-packages/other":                           "",
		"vendor/example.com/M/m":                        "pkg:golang/example.com/M/m@v1.0.0",
		"vendor/example.com/M/m/internal/x":             "pkg:golang/example.com/M/m@v1.0.0",
		"vendor/example.com":                            "",
	} {
		got := holder(t, sbom.LicenseFile{Path: dir + "/LICENSE", Dir: dir, License: "MIT", Digest: "1"})
		if got != want {
			t.Errorf("%s: the licence goes to %q, want %q", dir, got, want)
		}
	}
}

func TestALicenceFileFromElsewhereNamesItsPackage(t *testing.T) {
	of := purl.New(purl.NPM, "", "c", "1.0.0")
	if got := holder(t, sbom.LicenseFile{Path: "$CACHE/c/LICENSE", Of: of, License: "MIT", Digest: "1"}); got != "pkg:npm/c@1.0.0" {
		t.Errorf("it goes to %q", got)
	}
}

func TestWhatLiesBesideAPackageIsTold(t *testing.T) {
	facts := installed()
	f := sbom.NewFacts("license-files", sbom.Installed, "node_modules/a")
	for _, l := range []sbom.LicenseFile{
		{Path: "node_modules/a/LICENSE", Dir: "node_modules/a", License: "MIT", Digest: "1", Copyrights: []string{"Copyright 2020 A"}},
		{Path: "node_modules/a/dist/LICENSE", Dir: "node_modules/a/dist", License: "MIT", Digest: "1", Copyrights: []string{"Copyright 2020 A"}},
		{Path: "node_modules/a/lib/LICENSE", Dir: "node_modules/a/lib", License: "MIT", Digest: "2", Copyrights: []string{"Copyright 2021 B"}, Partly: true},
		{Path: "node_modules/a/NOTICE", Dir: "node_modules/a", Notice: true, Digest: "3", Copyrights: []string{"Copyright 1999 Others"}},
	} {
		f.LicenseFile(l)
	}
	g := sbom.Resolve(append(facts, f), sbom.Options{})
	h, ok := g.Find("pkg:npm/a@1.0.0")
	if !ok {
		t.Fatal("a is gone")
	}
	c := &g.Components[h]
	wantLicenses := []sbom.License{{Text: "MIT", Basis: sbom.ObservedLicense, Location: sbom.Location{Path: "node_modules/a/LICENSE"}}}
	if diff := cmp.Diff(wantLicenses, c.Licenses); diff != "" {
		t.Errorf("licences: %s", diff)
	}
	wantProperties := []sbom.Property{
		{Name: sbom.PropertyLicenseFile, Value: "node_modules/a/LICENSE"},
		{Name: sbom.PropertyLicenseFile, Value: "node_modules/a/lib/LICENSE"},
		{Name: sbom.PropertyUnrecognized, Value: "node_modules/a/lib/LICENSE"},
		{Name: sbom.PropertyLicenseFile, Value: "node_modules/a/NOTICE"},
	}
	if diff := cmp.Diff(wantProperties, c.Properties); diff != "" {
		t.Errorf("properties: %s", diff)
	}
	if c.Copyright != "Copyright 2020 A\nCopyright 2021 B" {
		t.Errorf("copyright is %q", c.Copyright)
	}
	if n := len(sbom.Resolve(installed(), sbom.Options{}).Components); n != len(g.Components) {
		t.Errorf("licence files made %d components of %d", len(g.Components), n)
	}
}

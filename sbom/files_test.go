package sbom_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

func sha(hex string) sbom.Hash { return sbom.Hash{Algorithm: sbom.SHA256, Hex: hex} }

func md5(hex string) sbom.Hash { return sbom.Hash{Algorithm: sbom.MD5, Hex: hex} }

// tree lists files with the digests that they have.
func tree(files ...string) (list []sbom.File) {
	for _, f := range files {
		name, hex, _ := strings.Cut(f, " ")
		list = append(list, sbom.File{Path: name, Hashes: []sbom.Hash{sha(hex), md5(hex)}})
	}
	return list
}

func TestAFileThatWasChangedBelongsToNobodyAndSaysSo(t *testing.T) {
	db := sbom.NewFacts("database", sbom.Installed, "db")
	for _, name := range []string{"same", "changed", "configured", "unsaid", "other-algorithm"} {
		db.Add(name, packaged(purl.Deb, name, "1"))
	}
	db.Installs("same", sbom.InstalledFile{Path: "lib/same", Digest: md5("aa")})
	db.Installs("changed", sbom.InstalledFile{Path: "lib/changed", Digest: md5("aa")})
	db.Installs("configured", sbom.InstalledFile{Path: "lib/configured", Digest: md5("aa"), Config: true})
	db.Installs("unsaid", sbom.InstalledFile{Path: "lib/unsaid"})
	db.Installs("other-algorithm", sbom.InstalledFile{Path: "lib/other", Digest: sbom.Hash{Algorithm: sbom.SHA512, Hex: "aa"}})
	db.Installs("same", sbom.InstalledFile{Path: "lib/gone", Digest: md5("aa")})
	in := environment("lib", "same", "changed", "configured", "unsaid", "other")
	g := sbom.Resolve([]*sbom.Facts{db, in}, sbom.Options{Files: tree("lib/changed bb", "lib/configured bb", "lib/other bb", "lib/same aa", "lib/unsaid bb"), FileSet: sbom.UnownedFiles})
	var got []string
	for _, l := range told(g) {
		if !strings.Contains(l, " contains ") && !strings.HasSuffix(l, " runtime") {
			got = append(got, l)
		}
	}
	want := []string{
		"pkg:deb/changed@1 modified=lib/changed",
		"pkg:deb/configured@1 owned=pkg:pypi/configured@1",
		"pkg:deb/configured@1 modified=lib/configured",
		"pkg:deb/other-algorithm@1 owned=pkg:pypi/other@1",
		"pkg:deb/same@1 owned=pkg:pypi/same@1",
		"pkg:deb/unsaid@1 owned=pkg:pypi/unsaid@1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	if _, ok := g.Find("pkg:pypi/changed@1"); !ok {
		t.Error("what was changed is not a package of its own")
	}
}

// contained lists the files of a graph with what contains them and their properties.
func contained(g *sbom.Graph) (list []string) {
	for h := range g.Components {
		for _, e := range g.Out(sbom.Handle(h)) {
			c := &g.Components[e.To]
			if c.Kind != sbom.FileKind {
				continue
			}
			line := fmt.Sprintf("%s %s", strings.TrimPrefix(string(g.Components[h].ID), "pkg:"), c.Name)
			for _, p := range c.Properties {
				line += " " + p.Value
			}
			list = append(list, line)
		}
	}
	return list
}

func TestFilesBelongToThePackageThatListsThemOrInWhoseFolderTheyLie(t *testing.T) {
	facts := func() []*sbom.Facts {
		db := sbom.NewFacts("database", sbom.Installed, "var/db")
		db.Own(".")
		db.Add("tool", packaged(purl.Deb, "tool", "1"))
		db.Installs("tool", sbom.InstalledFile{Path: "etc/tool", Digest: md5("aa"), Config: true})
		db.Installs("tool", sbom.InstalledFile{Path: "bin/tool", Digest: md5("aa")})
		db.Installs("tool", sbom.InstalledFile{Path: "opt/suite/link"})
		db.Add("suite", packaged(purl.Generic, "suite", "1"))
		db.Installs("suite", sbom.InstalledFile{Path: "opt/suite/"})
		db.Add("app", packaged(purl.Generic, "app", "1"))
		db.Installs("app", sbom.InstalledFile{Path: "opt/app/", Holds: true})
		module := sbom.NewFacts("modules", sbom.Installed, "opt/app/node_modules/x/package.json")
		module.Own("opt/app")
		module.Add("x", packaged(purl.NPM, "x", "1"))
		alone := sbom.NewFacts("modules", sbom.Installed, "srv/node_modules/y/package.json")
		alone.Own("srv")
		alone.Add("y", packaged(purl.NPM, "y", "1"))
		return []*sbom.Facts{module, db, alone}
	}
	files := tree("bin/tool bb", "etc/tool cc", "home/me/note dd", "home/me/same dd", "opt/app/start ee", "opt/app/node_modules/x/index.js ff", "opt/suite/a 11",
		"opt/suite/link 22", "srv/main.js 33", "srv/node_modules/y/index.js 44")
	owned := []string{
		"deb/tool@1 bin/tool true",
		"deb/tool@1 opt/suite/link",
		"deb/tool@1 etc/tool configuration",
		"generic/app@1 opt/app/start",
		"npm/x@1 opt/app/node_modules/x/index.js",
		"generic/suite@1 opt/suite/a",
		"npm/y@1 srv/node_modules/y/index.js",
	}
	unowned := []string{"app:. srv/main.js", "app:. home/me/note"}
	for set, want := range map[sbom.FileSet][]string{sbom.NoFiles: nil, sbom.OwnedFiles: owned, sbom.UnownedFiles: unowned, sbom.AllFiles: append(unowned, owned...)} {
		g := sbom.Resolve(facts(), sbom.Options{Files: files, FileSet: set})
		got := contained(g)
		less := func(list []string) map[string]bool {
			m := make(map[string]bool)
			for _, l := range list {
				m[l] = true
			}
			return m
		}
		if diff := cmp.Diff(less(want), less(got)); diff != "" {
			t.Errorf("set %d: -want +got:\n%s", set, diff)
		}
		if set == sbom.NoFiles {
			continue
		}
		tool, _ := g.Find("pkg:deb/tool@1")
		if p := g.Components[tool].Properties; len(p) != 2 || p[0].Value != "bin/tool" || p[1].Value != "etc/tool" {
			t.Errorf("set %d: %v", set, p)
		}
	}
	g := sbom.Resolve(facts(), sbom.Options{Files: files, FileSet: sbom.AllFiles})
	note, ok := g.Find("file:sha-256:dd")
	if !ok || len(g.Components[note].Evidence) != 2 {
		t.Errorf("copies of one content are not one file in two places: %v", ok)
	}
}

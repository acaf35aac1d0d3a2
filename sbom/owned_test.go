package sbom_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

func packaged(t purl.Type, name, version string) sbom.Component {
	return sbom.Component{PURL: purl.New(t, "", name, version)}
}

// database is a package database with one package per name, each of which owns the files that follow.
func database(file string, t purl.Type, packages map[string][]string) *sbom.Facts {
	f := sbom.NewFacts("database", sbom.Installed, file)
	f.Own(".")
	f.Edges(sbom.Complete)
	for _, name := range sorted(packages) {
		f.Add(name, packaged(t, name, "1"))
		for _, p := range packages[name] {
			holds := strings.HasPrefix(p, "holds ")
			f.Installs(name, sbom.InstalledFile{Path: strings.TrimPrefix(p, "holds "), Holds: holds})
		}
	}
	return f
}

func sorted(m map[string][]string) (names []string) {
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// environment is a folder of installed packages, each seen in a file of its own.
func environment(dir string, files ...string) *sbom.Facts {
	f := sbom.NewFacts("environment", sbom.Installed, dir)
	f.Own(dir)
	f.Edges(sbom.Complete)
	for _, file := range files {
		f.AddIn(sbom.Location{Path: dir + "/" + file}, file, packaged(purl.PyPI, file, "1"))
	}
	return f
}

// told adds to the lines of a graph the properties and what was skipped.
func told(g *sbom.Graph) []string {
	list := lines(g)
	for h := range g.Components {
		for _, p := range g.Components[h].Properties {
			list = append(list, string(g.Components[h].ID)+" "+strings.TrimPrefix(p.Name, "sbomgen:")+"="+p.Value)
		}
	}
	for _, s := range g.Skipped {
		list = append(list, "skipped "+s.Path+": "+s.Rule)
	}
	return list
}

// inAnyOrder resolves the Facts in several orders and holds each graph to the one wanted.
func inAnyOrder(t *testing.T, o sbom.Options, make func() []*sbom.Facts, want string) {
	t.Helper()
	var list []string
	for _, l := range strings.Split(strings.TrimSpace(want), "\n") {
		list = append(list, strings.TrimSpace(l))
	}
	r := rand.New(rand.NewPCG(1, 2))
	for range 8 {
		facts := make()
		r.Shuffle(len(facts), func(i, j int) { facts[i], facts[j] = facts[j], facts[i] })
		if diff := cmp.Diff(list, told(sbom.Resolve(facts, o))); diff != "" {
			t.Fatalf("-want +got:\n%s", diff)
		}
	}
}

func TestAnInstalledPackageInTheFilesOfAnotherIsThatPackage(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		in := environment("usr/lib/python", "six", "own")
		in.DependsOn("six", "own")
		in.DependsOn("own", "six")
		return []*sbom.Facts{
			database("var/status", purl.Deb, map[string][]string{"python-six": {"usr/lib/python/six"}, "bash": {"bin/bash"}}), in,
		}
	}, `
		app:. runtime
		app:. contains app:usr/lib/python
		app:. contains pkg:deb/bash@1
		app:. contains pkg:deb/python-six@1
		app:usr/lib/python runtime
		app:usr/lib/python contains pkg:pypi/own@1
		pkg:deb/bash@1 runtime
		pkg:deb/python-six@1 runtime
		pkg:pypi/own@1 runtime
		pkg:pypi/own@1 depends-on pkg:deb/python-six@1
		pkg:deb/python-six@1 owned=pkg:pypi/six@1`)
}

func TestAnEnvironmentOfWhichNothingIsLeftIsNone(t *testing.T) {
	lock := func() *sbom.Facts { // of the application around it: what is locked there was not looked for in the environment
		f := sbom.NewFacts("lock", sbom.Locked, "lock")
		f.Add("six", packaged(purl.PyPI, "six", "2"))
		f.DependsOn(f.Owner(), "six")
		return f
	}
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		in := environment("usr/lib/python", "six")
		in.Application("usr/lib/python", sbom.Component{Name: "python"})
		in.Component("six").Scope = sbom.Development
		db := database("var/status", purl.Deb, map[string][]string{"python-six": {"usr/lib/python/six"}, "libc": nil})
		db.DependsOn("python-six", "libc")
		return []*sbom.Facts{db, in, lock()}
	}, `
		app:. runtime
		app:. contains pkg:deb/python-six@1
		app:. depends-on pkg:pypi/six@2
		pkg:deb/libc@1 runtime
		pkg:deb/python-six@1 runtime
		pkg:deb/python-six@1 depends-on pkg:deb/libc@1
		pkg:pypi/six@2 runtime direct
		pkg:deb/python-six@1 owned=pkg:pypi/six@1`)
}

func TestWhatAManifestOfAPackageDeclaresIsNothingOfItsOwn(t *testing.T) {
	inAnyOrder(t, sbom.Options{Skipped: []sbom.Skip{{Path: "z", Rule: "excluded"}}}, func() []*sbom.Facts {
		manifest := sbom.NewFacts("manifest", sbom.Declared, "usr/share/tool/manifest")
		manifest.Application("usr/share/tool", sbom.Component{Name: "tool"})
		manifest.Add("a", packaged(purl.NPM, "a", ""))
		manifest.DependsOn(manifest.Owner(), "a")
		manifest.Gap(3, "is not understood")
		return []*sbom.Facts{database("var/status", purl.Deb, map[string][]string{"tool": {"usr/share/tool/manifest"}}), manifest}
	}, `
		app:. runtime
		app:. contains pkg:deb/tool@1
		pkg:deb/tool@1 runtime
		skipped usr/share/tool/manifest: belongs to the installed package tool
		skipped z: excluded`)
}

func TestWhatAProgramOfAPackageHoldsStaysAndThePackageContainsIt(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		program := sbom.NewFacts("program", sbom.Built, "usr/bin/tool")
		program.Own(".")
		program.Add("main", packaged(purl.Golang, "example.org/tool", "v1"))
		program.Add("module", packaged(purl.Golang, "example.org/module", "v2"))
		program.Relate(sbom.Relation{From: "main", To: "module", Kind: sbom.Contains})
		return []*sbom.Facts{database("var/status", purl.Deb, map[string][]string{"tool": {"usr/bin/tool"}}), program}
	}, `
		app:. runtime
		app:. contains pkg:deb/tool@1
		pkg:deb/tool@1 runtime
		pkg:deb/tool@1 contains pkg:golang/example.org/module@v2
		pkg:golang/example.org/module@v2 runtime
		pkg:deb/tool@1 owned=pkg:golang/example.org/tool@v1`)
}

func TestOfTwoDatabasesThatListAFileTheFirstHasIt(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		return []*sbom.Facts{
			database("var/lib/rpm", purl.RPM, map[string][]string{"six": {"lib/six"}}),
			database("var/lib/dpkg", purl.Deb, map[string][]string{"six": {"lib/six"}}),
			environment("lib", "six"),
		}
	}, `
		app:. runtime
		app:. contains pkg:deb/six@1
		app:. contains pkg:rpm/six@1
		pkg:deb/six@1 runtime
		pkg:rpm/six@1 runtime
		pkg:deb/six@1 owned=pkg:pypi/six@1`)
}

// listing is what a program says of the libraries beside it: nobody's database.
func listing(file, name string, files ...string) *sbom.Facts {
	f := sbom.NewFacts("listing", sbom.Built, file)
	f.Own(".")
	f.Add(name, packaged(purl.NuGet, name, "1"))
	for _, p := range files {
		f.Installs(name, sbom.InstalledFile{Path: p})
	}
	return f
}

func TestWhatIsPartOfAPartIsPartOfTheWhole(t *testing.T) {
	library := func(file, name string) *sbom.Facts {
		f := sbom.NewFacts("library", sbom.Built, file)
		f.Own(".")
		f.Add(name, packaged(purl.Generic, name, "1"))
		return f
	}
	const m, n, x = "pkg:deb/tool@1 owned=pkg:nuget/m@1\n", "pkg:deb/tool@1 owned=pkg:nuget/n@1\n", "pkg:deb/tool@1 owned=pkg:generic/x@1\n"
	owned := map[string]string{"app/a.dll": x + m + n, "app/z.dll": m + n + x} // by the paths
	for first := range owned {
		inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
			return []*sbom.Facts{
				database("var/status", purl.Deb, map[string][]string{"tool": {"app/m.json"}}),
				listing("app/m.json", "m", "app/n.json"), listing("app/n.json", "n", first), library(first, "x"),
			}
		}, `
			app:. runtime
			app:. contains pkg:deb/tool@1
			pkg:deb/tool@1 runtime
			`+owned[first])
	}
}

func TestOfPackagesThatSayTheyArePartOfEachOtherOneStays(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		return []*sbom.Facts{listing("a", "a", "b", "d"), listing("b", "b", "c"), listing("c", "c", "a"), listing("d", "d", "d")}
	}, `
		app:. runtime
		app:. contains pkg:nuget/a@1
		pkg:nuget/a@1 runtime
		pkg:nuget/a@1 owned=pkg:nuget/b@1
		pkg:nuget/a@1 owned=pkg:nuget/c@1
		pkg:nuget/a@1 owned=pkg:nuget/d@1`)
}

func TestAllBelowAFolderBelongsToThePackageOfTheNearest(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		return []*sbom.Facts{
			database("db", purl.Generic, map[string][]string{"outer": {"store/outer/"}, "inner": {"store/outer/lib/inner/"}}),
			environment("store/outer/site", "a"), environment("store/outer/lib/inner/site", "b"), environment("store/outer-2/site", "c"), environment("store", "d"),
		}
	}, `
		app:. runtime
		app:. contains app:store
		app:. contains app:store/outer-2/site
		app:. contains pkg:generic/inner@1
		app:. contains pkg:generic/outer@1
		app:store runtime
		app:store contains pkg:pypi/d@1
		app:store/outer-2/site runtime
		app:store/outer-2/site contains pkg:pypi/c@1
		pkg:generic/inner@1 runtime
		pkg:generic/outer@1 runtime
		pkg:pypi/c@1 runtime
		pkg:pypi/d@1 runtime
		pkg:generic/inner@1 owned=pkg:pypi/b@1
		pkg:generic/outer@1 owned=pkg:pypi/a@1`)
}

func TestWhatLiesInTheFolderThatAnApplicationHoldsIsContainedByIt(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		in := environment("opt/app/lib", "asked", "needed", "chicken", "egg", "top")
		in.DependsOn(in.Owner(), "asked")
		in.DependsOn("asked", "needed")
		in.DependsOn("chicken", "egg")
		in.DependsOn("egg", "chicken")
		lock := sbom.NewFacts("lock", sbom.Locked, "opt/app/lock")
		lock.Add("locked", packaged(purl.NPM, "locked", "1"))
		return []*sbom.Facts{database("db", purl.Generic, map[string][]string{"app": {"holds opt/app/"}}), in, lock, environment("opt/lib", "beside")}
	}, `
		app:. runtime
		app:. contains app:opt/app
		app:. contains app:opt/app/lib
		app:. contains app:opt/lib
		app:. contains pkg:generic/app@1
		app:opt/app runtime
		app:opt/app contains pkg:npm/locked@1
		app:opt/app/lib runtime
		app:opt/app/lib depends-on pkg:pypi/asked@1
		app:opt/app/lib contains pkg:pypi/chicken@1
		app:opt/app/lib contains pkg:pypi/top@1
		app:opt/lib runtime
		app:opt/lib contains pkg:pypi/beside@1
		pkg:generic/app@1 runtime
		pkg:generic/app@1 contains pkg:pypi/asked@1
		pkg:generic/app@1 contains pkg:pypi/chicken@1
		pkg:generic/app@1 contains pkg:pypi/top@1
		pkg:npm/locked@1 runtime
		pkg:pypi/asked@1 runtime direct
		pkg:pypi/asked@1 depends-on pkg:pypi/needed@1 in app:opt/app/lib
		pkg:pypi/beside@1 runtime
		pkg:pypi/chicken@1 runtime
		pkg:pypi/chicken@1 depends-on pkg:pypi/egg@1 in app:opt/app/lib
		pkg:pypi/egg@1 runtime
		pkg:pypi/egg@1 depends-on pkg:pypi/chicken@1
		pkg:pypi/needed@1 runtime
		pkg:pypi/top@1 runtime`)
}

func TestAnApplicationContainsTheDatabaseInItAndEachHolderWhatIsNearest(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		system := database("base/var/status", purl.Deb, map[string][]string{"bash": nil, "libc": nil, "six": {"base/lib/six"}})
		system.Own("base")
		system.DependsOn("bash", "libc")
		inner := database("base/apps/x/info", purl.Generic, map[string][]string{"inner": {"holds base/apps/x/"}})
		return []*sbom.Facts{
			database("db", purl.Generic, map[string][]string{"base": {"holds base/"}, "one file": {"holds base/apps/x/info"}}),
			system, inner, environment("base/lib", "six"), environment("base/apps/x", "y"),
		}
	}, `
		app:. runtime
		app:. contains app:base
		app:. contains app:base/apps/x
		app:. contains pkg:generic/base@1
		app:. contains pkg:generic/one%20file@1
		app:base runtime
		app:base contains pkg:deb/bash@1
		app:base contains pkg:deb/six@1
		app:base/apps/x runtime
		app:base/apps/x contains pkg:pypi/y@1
		pkg:deb/bash@1 runtime
		pkg:deb/bash@1 depends-on pkg:deb/libc@1 in app:base
		pkg:deb/libc@1 runtime
		pkg:deb/six@1 runtime
		pkg:generic/base@1 runtime
		pkg:generic/base@1 contains pkg:deb/bash@1
		pkg:generic/base@1 contains pkg:deb/six@1
		pkg:generic/inner@1 runtime
		pkg:generic/inner@1 contains pkg:pypi/y@1
		pkg:generic/one%20file@1 runtime
		pkg:generic/one%20file@1 contains pkg:generic/inner@1
		pkg:pypi/y@1 runtime
		pkg:deb/six@1 owned=pkg:pypi/six@1`)
}

func TestAnApplicationThatIsPartOfAPackageHoldsForThat(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		return []*sbom.Facts{
			database("db", purl.Deb, map[string][]string{"editor": {"lib/Editor.app/info", "lib/Editor.app/a"}}),
			database("lib/Editor.app/info", purl.Generic, map[string][]string{"editor": {"holds lib/Editor.app/"}}),
			environment("lib/Editor.app", "a", "put-there"),
		}
	}, `
		app:. runtime
		app:. contains app:lib/Editor.app
		app:. contains pkg:deb/editor@1
		app:lib/Editor.app runtime
		app:lib/Editor.app contains pkg:deb/editor@1
		app:lib/Editor.app contains pkg:pypi/put-there@1
		pkg:deb/editor@1 runtime
		pkg:deb/editor@1 contains pkg:pypi/put-there@1 in app:.
		pkg:pypi/put-there@1 runtime
		pkg:deb/editor@1 owned=pkg:pypi/a@1
		pkg:deb/editor@1 owned=pkg:generic/editor@1`)
}

func TestHoldersThatLieInEachOtherAreNoEndlessLoop(t *testing.T) {
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		return []*sbom.Facts{
			database("b/info", purl.Generic, map[string][]string{"a": {"holds a/"}}), database("a/info", purl.Generic, map[string][]string{"b": {"holds b/"}}),
		}
	}, `
		app:. runtime
		app:. contains pkg:generic/b@1
		pkg:generic/a@1 runtime
		pkg:generic/a@1 contains pkg:generic/b@1
		pkg:generic/b@1 runtime
		pkg:generic/b@1 contains pkg:generic/a@1`)
}

func TestAProgramNeedsThePackageThatHasTheLibrary(t *testing.T) {
	binary := func(file, name string, needs ...string) *sbom.Facts {
		f := sbom.NewFacts("binary", sbom.Built, file)
		f.Own(".")
		f.Technique = sbom.BinaryAnalysis
		f.Add(name, packaged(purl.Generic, name, "1"))
		for _, soname := range needs {
			f.NeedsLibrary(name, soname)
		}
		return f
	}
	inAnyOrder(t, sbom.Options{}, func() []*sbom.Facts {
		return []*sbom.Facts{
			database("db", purl.Deb, map[string][]string{"zlib": {"usr/lib/libz.so.1"}, "curl": {"usr/bin/curl", "usr/lib/curl/"}, "a": {"opt/a/"}}),
			binary("usr/local/bin/tool", "tool", "libz.so.1", "libown.so", "libcurl.so", "libgone.so", ""),
			binary("usr/local/lib/libown.so", "own", "libown.so", "libz.so.1"),
			binary("usr/lib/curl/libcurl.so", "libcurl"),
			binary("usr/bin/curl", "curl", "libz.so.1"), // has its edges from the database
		}
	}, `
		app:. runtime
		app:. contains pkg:deb/a@1
		app:. contains pkg:generic/tool@1
		pkg:deb/a@1 runtime
		pkg:deb/curl@1 runtime
		pkg:deb/zlib@1 runtime
		pkg:generic/own@1 runtime
		pkg:generic/own@1 depends-on pkg:deb/zlib@1
		pkg:generic/tool@1 runtime
		pkg:generic/tool@1 depends-on pkg:deb/curl@1
		pkg:generic/tool@1 depends-on pkg:deb/zlib@1
		pkg:generic/tool@1 depends-on pkg:generic/own@1
		pkg:deb/curl@1 owned=pkg:generic/curl@1
		pkg:deb/curl@1 owned=pkg:generic/libcurl@1`)
}

package enrich_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/enrich"
	"github.com/sbomgen/sbomgen/catalogers/maven"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// withRepository is the graph of the pom.xml files of a tree and of further Facts, with what a local repository adds.
func withRepository(files fstest.MapFS, repository fs.FS, facts ...*sbom.Facts) *sbom.Graph {
	t := tree{files}
	var list []*catalogers.File
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list = append(list, catalogers.NewFile(t, &maven.POM, name))
	}
	out := sbom.NewFacts(maven.POM.Name, maven.POM.Stage, ".")
	if err := maven.POM.ParseGroup(".", list, out); err != nil {
		out.Gap(0, "%v", err)
	}
	facts = append(facts, out)
	facts = append(facts, out.Parts()...)
	outside := enrich.Outside{Tree: t, Caches: map[string]fs.FS{enrich.MavenRepo: repository}}
	facts = append(facts, enrich.MavenRepository.Run(context.Background(), outside, facts)...)
	return sbom.Resolve(facts, sbom.Options{})
}

// repositoryOf makes a local repository of "group:artifact:version" and what stands in its POM besides, in pairs.
func repositoryOf(poms ...string) fstest.MapFS {
	m := make(fstest.MapFS)
	for i := 0; i < len(poms); i += 2 {
		part := strings.Split(poms[i], ":")
		name := strings.ReplaceAll(part[0], ".", "/") + "/" + part[1] + "/" + part[2] + "/" + part[1] + "-" + part[2] + ".pom"
		m[name] = &fstest.MapFile{Data: []byte("<project>" + gav(part...) + poms[i+1] + "</project>")}
	}
	return m
}

func gav(part ...string) string {
	text := "<groupId>" + part[0] + "</groupId><artifactId>" + part[1] + "</artifactId>"
	if len(part) > 2 {
		text += "<version>" + part[2] + "</version>"
	}
	return text
}

func parentOf(part ...string) string { return "<parent>" + gav(part...) + "<relativePath/></parent>" }

// needing makes <dependencies> of "group:artifact:version" or "group:artifact", each with what follows a blank.
func needing(list ...string) string {
	text := "<dependencies>"
	for _, d := range list {
		coordinates, rest, _ := strings.Cut(d, " ")
		text += "<dependency>" + gav(strings.Split(coordinates, ":")...) + rest + "</dependency>"
	}
	return text + "</dependencies>"
}

func managing(list ...string) string {
	return "<dependencyManagement>" + needing(list...) + "</dependencyManagement>"
}

// mavenTold lists the edges between packages and applications, and the gaps.
func mavenTold(g *sbom.Graph) []string {
	name := func(h sbom.Handle) string { return strings.TrimPrefix(string(g.Components[h].ID), "pkg:maven/") }
	var list []string
	for _, e := range g.Edges {
		list = append(list, fmt.Sprintf("%s %s %s (%s)", name(e.From), e.Kind, name(e.To), e.Scope))
	}
	for _, gap := range g.Gaps {
		list = append(list, "gap: "+gap.Path+": "+gap.Reason)
	}
	return list
}

func expectMaven(t *testing.T, g *sbom.Graph, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, mavenTold(g)); diff != "" {
		t.Errorf("edges and gaps (-want +got):\n%s", diff)
	}
}

func gradleLock(packages ...string) *sbom.Facts {
	lock := sbom.NewFacts(maven.GradleLock.Name, sbom.Locked, "gradle.lockfile")
	for _, p := range packages {
		part := strings.Split(p, ":")
		lock.Add(p, sbom.Component{PURL: purl.New(purl.Maven, part[0], part[1], part[2])})
	}
	return lock
}

func TestVersionsComeFromParentsAndBOMsInTheRepository(t *testing.T) {
	files := project("pom.xml", "<project>"+parentOf("org.up", "parent", "3")+"<artifactId>app</artifactId>"+
		needing("org.a:managed", "org.b:imported", "org.c:pinned:1", "org.d:tested <scope>test</scope>")+"</project>")
	repository := repositoryOf(
		"org.up:parent:3", parentOf("org.up", "grandparent", "2")+"<properties><a.version>1.5</a.version></properties>"+
			managing("org.bom:bom:7 <type>pom</type><scope>import</scope>", "org.a:managed:${a.version}")+needing("org.e:inherited:9"),
		"org.up:grandparent:2", managing("org.d:tested:4"),
		"org.bom:bom:7", managing("org.b:imported:2.5", "org.a:managed:0.1"),
	)
	expectMaven(t, withRepository(files, repository),
		"app:. depends-on org.a/managed@1.5 (runtime)",
		"app:. depends-on org.b/imported@2.5 (runtime)",
		"app:. depends-on org.c/pinned@1 (runtime)",
		"app:. depends-on org.d/tested@4 (test)",
		"app:. depends-on org.e/inherited@9 (runtime)",
	)
}

func TestAMissingParentOrBOMIsOneGap(t *testing.T) {
	module := func(name string) string {
		return "<project>" + parentOf("org.up", "absent", "1") + "<artifactId>" + name + "</artifactId>" +
			managing("org.bom:gone:1 <type>pom</type><scope>import</scope>", "org.bom:broken:1 <type>pom</type><scope>import</scope>") + needing("org.a:x") + "</project>"
	}
	repository := repositoryOf("org.other:lib:1", "")
	repository["org/bom/broken/1/broken-1.pom"] = &fstest.MapFile{Data: []byte("<html/>")}
	g := withRepository(project("a/pom.xml", module("a"), "b/pom.xml", module("b")), repository)
	expectMaven(t, g,
		"app:. contains app:a (runtime)",
		"app:. contains app:b (runtime)",
		"app:a depends-on org.a/x (runtime)",
		"app:b depends-on org.a/x (runtime)",
		"gap: a/pom.xml: org.bom:broken:1 in the local Maven repository: it is no POM",
		"gap: a/pom.xml: org.bom:gone:1, a parent or BOM, is not in the local Maven repository",
		"gap: a/pom.xml: org.up:absent:1, a parent or BOM, is not in the local Maven repository",
	)
}

func TestPackagesBesideEachOtherAreRelatedAsTheirPOMsSay(t *testing.T) {
	repository := repositoryOf(
		"g:a:1", parentOf("g", "up", "1")+needing("g:b:1", "g:c:1 <optional>true</optional>", "g:d <type>jar</type>", "g:absent:1"),
		"g:up:1", managing("g:d:1 <scope>test</scope>"),
		"g:b:2", needing("g:c:1", "g:twice:1", "g:a:1"),
		"g:c:1", needing("g:twice:3"),
	)
	g := withRepository(project(), repository, gradleLock("g:a:1", "g:b:2", "g:c:1", "g:d:1", "g:twice:1", "g:twice:2"))
	var list []string
	for _, line := range mavenTold(g) {
		if !strings.HasPrefix(line, "app:") {
			list = append(list, line)
		}
	}
	want := []string{
		"g/a@1 depends-on g/b@2 (runtime)",
		"g/b@2 depends-on g/a@1 (runtime)",
		"g/b@2 depends-on g/c@1 (runtime)",
		"g/b@2 depends-on g/twice@1 (runtime)",
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
}

func TestAPackageHasTheLicencesAndAddressesOfItsPOMOrItsParents(t *testing.T) {
	repository := repositoryOf(
		"g:own:1", "<licenses><license><name>MIT</name></license><license><url>https://example.com/license</url></license></licenses>"+
			"<url>https://own.example</url><scm><url>https://git.example/own</url></scm>"+parentOf("other", "up", "1"),
		"g:heir:1", parentOf("g", "mid", "1"),
		"g:mid:1", "<scm><url>https://git.example/mid</url></scm>"+parentOf("other", "up", "1"),
		"other:up:1", "<licenses><license><name>Apache-2.0</name></license></licenses><url>https://up.example</url>",
	)
	g := withRepository(project(), repository, gradleLock("g:own:1", "g:heir:1", "g:absent:1"))
	var list []string
	for i := range g.Components {
		c := &g.Components[i]
		for _, l := range c.Licenses {
			list = append(list, c.PURL.Name+" "+l.Text)
		}
		for _, r := range c.References {
			list = append(list, c.PURL.Name+" "+string(r.Type)+" "+r.URL)
		}
	}
	want := []string{
		"heir Apache-2.0", "heir vcs https://git.example/mid",
		"own MIT", "own https://example.com/license", "own vcs https://git.example/own", "own website https://own.example",
	}
	if diff := cmp.Diff(want, list); diff != "" {
		t.Error(diff)
	}
	if len(g.Gaps) > 0 {
		t.Errorf("gaps: %v", g.Gaps)
	}
	if h, ok := g.Find("pkg:maven/g/own@1"); !ok || g.Components[h].Stage != sbom.Locked {
		t.Error("what is known of a package changes its stage")
	}
}

func TestLicenceTextsAreReadInsideOfJars(t *testing.T) {
	const text = "Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the above copyright notice and this permission notice appear in all copies.\n\n" +
		"THE SOFTWARE IS PROVIDED \"AS IS\" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION, ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.\n"
	var jar bytes.Buffer
	w := zip.NewWriter(&jar)
	for _, name := range []string{"META-INF/LICENSE.txt", "META-INF/maven/g/a/LICENSE", "g/License.class"} {
		entry, err := w.Create(name)
		if err == nil {
			_, err = entry.Write([]byte(text))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	repository := fstest.MapFS{
		"g/a/1/a-1.jar":           {Data: jar.Bytes()},
		"g/broken/1/broken-1.jar": {Data: jar.Bytes()[:jar.Len()/2]},
	}
	facts := enrich.MavenRepository.Run(context.Background(), enrich.Outside{Caches: map[string]fs.FS{enrich.MavenRepo: repository}},
		[]*sbom.Facts{gradleLock("g:a:1", "g:broken:1")})
	var list []string
	for _, f := range facts {
		for _, l := range f.LicenseFiles() {
			list = append(list, l.Of.Name+" "+l.License+" "+l.Path)
		}
	}
	if diff := cmp.Diff([]string{"a ISC ~/.m2/repository/g/a/1/a-1.jar/META-INF/LICENSE.txt"}, list); diff != "" {
		t.Error(diff)
	}
}

func TestHostileRepositoriesEnd(t *testing.T) {
	repository := repositoryOf(
		"g:a:1", parentOf("g", "b", "1"),
		"g:b:1", parentOf("g", "a", "1"),
		"g:self:1", parentOf("g", "self", "1")+managing("g:self:1 <type>pom</type><scope>import</scope>"),
		"g:property:1", "<properties><x>${y}</x><y>${x}</y></properties>"+needing("g:a:${x}"),
	)
	repository["g/big/1/big-1.pom"] = &fstest.MapFile{Data: bytes.Repeat([]byte(" "), 5<<20)}
	deep := "<project>" + strings.Repeat("<a>", 200_000)
	repository["g/deep/1/deep-1.pom"] = &fstest.MapFile{Data: []byte(deep)}
	imports := managing("g:self:1 <type>pom</type><scope>import</scope>", "g:big:1 <type>pom</type><scope>import</scope>", "../..:x:1 <type>pom</type><scope>import</scope>")
	files := project("pom.xml", "<project>"+parentOf("g", "a", "1")+"<artifactId>app</artifactId>"+imports+needing("g:x")+"</project>")
	g := withRepository(files, repository, gradleLock("g:a:1", "g:b:1", "g:self:1", "g:property:1", "g:deep:1", "..:..:..", "g:/etc:1"))
	found := false
	for _, gap := range g.Gaps {
		found = found || strings.Contains(gap.Reason, "g:big:1") && strings.Contains(gap.Reason, "too big")
	}
	if !found {
		t.Errorf("gaps: %v", g.Gaps)
	}
}

func TestWithoutARepositoryThereIsOneGap(t *testing.T) {
	g := withRepository(project("pom.xml", "<project>"+gav("g", "app", "1")+needing("g:x:1")+"</project>"), nil)
	expectMaven(t, g, "app:. depends-on g/x@1 (runtime)", "gap: : there is no local Maven repository to read")
	if facts := enrich.MavenRepository.Run(context.Background(), enrich.Outside{}, nil); len(facts) > 0 {
		t.Error("a scan without Maven needs no repository")
	}
}

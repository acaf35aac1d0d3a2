package maven

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	library "deps.dev/util/maven"
	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"
)

// The library of deps.dev is the oracle of our model of Maven. It is not in the program: the last test here shows why.

// trees gives the texts of pom.xml files, by tree and path: those of the fixtures, and of the corpus where it lies beside the repository.
func trees(t *testing.T) map[string]map[string]string {
	t.Helper()
	list := make(map[string]map[string]string)
	add := func(tree, file string, text []byte) {
		if _, ok := projects(file); !ok || path.Base(file) != "pom.xml" {
			return
		}
		if list[tree] == nil {
			list[tree] = make(map[string]string)
		}
		list[tree][file] = string(text)
	}
	fixtures, _ := filepath.Glob("../../fixtures/maven-pom/*.txtar")
	for _, fixture := range fixtures {
		a, err := txtar.ParseFile(fixture)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range a.Files {
			add(strings.TrimSuffix(filepath.Base(fixture), ".txtar"), f.Name, f.Data)
		}
	}
	if len(list) == 0 {
		t.Fatal("there are no fixtures")
	}
	shared := os.Getenv("SBOMGEN_SHARED")
	if shared == "" {
		shared = filepath.Join("..", "..", "..", "shared")
	}
	top, cases := filepath.Join(shared, "corpus", "maven"), len(list)
	err := filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(file)
		rel, _ := filepath.Rel(top, file)
		if tree, inside, ok := strings.Cut(filepath.ToSlash(rel), "/"); ok {
			add(tree, inside, text)
		}
		return err
	})
	switch {
	case errors.Is(err, fs.ErrNotExist) || err == nil && len(list) == cases:
		t.Log("left out: no corpus beside the repository, nor in SBOMGEN_SHARED")
	case err != nil:
		t.Fatal(err)
	}
	return list
}

// oracle asks the library. Finding parents and BOMs it leaves to who calls it, so they are those that the reactor found.
type oracle struct {
	reactor *reactor
	texts   map[string]string
}

func newOracle(texts map[string]string) *oracle {
	var list []*pom
	for _, file := range slices.Sorted(maps.Keys(texts)) {
		if p, _ := readPOM(file, path.Dir(file), texts[file]); p != nil {
			list = append(list, p)
		}
	}
	return &oracle{newReactor(list, nil), texts}
}

// noJDK is older than what any profile asks for. The library wants to know one, or tries no profile that a property activates.
const noJDK = "0"

func (o *oracle) project(p *pom) (library.Project, error) {
	var project library.Project
	d := xml.NewDecoder(strings.NewReader(o.texts[p.path]))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil }
	if err := d.Decode(&project); err != nil {
		return project, err
	}
	return project, project.MergeProfiles(noJDK, library.ActivationOS{})
}

// inherited is a project with its parents, and its properties put in.
func (o *oracle) inherited(p *pom) (library.Project, error) {
	project, err := o.project(p)
	for q := p.up; q != nil && err == nil; q = q.up {
		var parent library.Project
		if parent, err = o.project(q); err == nil {
			project.MergeParent(parent)
		}
	}
	if err != nil {
		return project, err
	}
	return project, project.Interpolate()
}

func (o *oracle) effective(p *pom) (library.Project, error) {
	project, err := o.inherited(p)
	if err == nil {
		project.ProcessDependencies(func(group, artifact, version library.String) (library.DependencyManagement, error) {
			bom := o.reactor.find(string(group), string(artifact), string(version))
			if bom == nil {
				return library.DependencyManagement{}, errors.New("not in the tree")
			}
			b, err := o.inherited(bom)
			return b.DependencyManagement, err
		})
	}
	return project, err
}

// requirements are the dependencies that have a version, by what they are managed by.
func requirements(project library.Project) map[string]string {
	list := make(map[string]string)
	for _, d := range project.Dependencies {
		if d.Version == "" {
			continue
		}
		var excluded []string
		for _, e := range d.Exclusions {
			excluded = append(excluded, string(e.GroupID+":"+e.ArtifactID))
		}
		list[mapKey(string(d.GroupID), string(d.ArtifactID), string(d.Type), string(d.Classifier))] =
			fmt.Sprintf("%s scope=%s optional=%t excluded=%s", d.Version, d.Scope, d.Optional.Boolean(), excluded)
	}
	return list
}

// ours are the same as our model has them.
func (o *oracle) ours(p *pom) map[string]string {
	list := make(map[string]string)
	for r := range o.reactor.manager(p).dependencies {
		if r.decided == "" && r.version != "" && r.group != "" && r.artifact != "" {
			list[mapKey(r.group, r.artifact, r.kind, r.classifier)] =
				fmt.Sprintf("%s scope=%s optional=%t excluded=%s", r.version, r.scope, r.optional == "true", r.exclusions)
		}
	}
	return list
}

// differ are the dependencies in which the library falls short, with the reason. Each must be met.
var differ = map[string]string{
	"broken-circles-and-doubling/c/pom.xml x:good:jar:": "the file breaks off behind it: the library gives an error in place of a project",
}

func TestTheOracleAgreesOnEffectiveDependencies(t *testing.T) {
	met := make(map[string]bool)
	for tree, texts := range trees(t) {
		o := newOracle(texts)
		agreed := 0
		for _, p := range o.reactor.list {
			project, err := o.effective(p)
			got, want := o.ours(p), requirements(project)
			if err != nil {
				want = nil
			}
			all := maps.Clone(got)
			maps.Copy(all, want)
			for key := range all {
				at := tree + "/" + p.path + " " + key
				switch {
				case got[key] == want[key]:
					agreed++
				case differ[at] != "":
					met[at] = true
				default:
					t.Errorf("%s: %q, but the library has %q (%v)", at, got[key], want[key], err)
				}
			}
		}
		if agreed == 0 {
			t.Errorf("%s: there is nothing to compare", tree)
		}
	}
	for at, reason := range differ {
		if !met[at] {
			t.Errorf("%s differs no more: %s", at, reason)
		}
	}
}

// Why the library is not used. If this fails, it may have become good enough.
func TestTheOracleLosesWhatItCannotInterpolate(t *testing.T) {
	var doubled strings.Builder
	for i := range 16 {
		fmt.Fprintf(&doubled, "<d%d>${d%d}${d%d}</d%d>", i+1, i, i, i+1)
	}
	const parent = "the.parent:outside:1"
	o := newOracle(map[string]string{"pom.xml": `<project>
  <parent><groupId>the.parent</groupId><artifactId>outside</artifactId><version>1</version></parent>
  <artifactId>a</artifactId>
  <properties><d0>0</d0>` + doubled.String() + `</properties>
  <dependencies>
    <dependency><groupId>x</groupId><artifactId>plain</artifactId><version>1.0</version></dependency>
    <dependency><groupId>x</groupId><artifactId>open</artifactId><version>${of.the.parent}</version></dependency>
    <dependency><groupId>x</groupId><artifactId>doubled</artifactId><version>${d16}</version></dependency>
  </dependencies>
</project>`})
	p := o.reactor.list[0]
	project, err := o.effective(p)
	if err != nil {
		t.Fatal(err)
	}

	// The requirement whose version the parent decides is gone, without an error, and the properties that double each other are
	// all written out, however long that gets.
	var theirs []string
	for _, d := range project.Dependencies {
		theirs = append(theirs, fmt.Sprintf("%s %d bytes", d.Name(), len(d.Version)))
	}
	if diff := cmp.Diff([]string{"x:plain 3 bytes", "x:doubled 65536 bytes"}, theirs); diff != "" {
		t.Errorf("the library (-want +got):\n%s", diff)
	}
	// It has no lines.
	if _, ok := reflect.TypeFor[library.Dependency]().FieldByName("Line"); ok {
		t.Error("the library's dependencies have lines")
	}

	// Here each is there, with its line and who decides.
	var ours []string
	for r := range o.reactor.manager(p).dependencies {
		ours = append(ours, fmt.Sprintf("%s:%s %s line %d by %s", r.group, r.artifact, r.version, r.line, r.decided))
	}
	if diff := cmp.Diff([]string{"x:plain 1.0 line 6 by ", "x:open ${of.the.parent} line 7 by " + parent, "x:doubled ${d16} line 8 by " + parent}, ours); diff != "" {
		t.Errorf("ours (-want +got):\n%s", diff)
	}
}

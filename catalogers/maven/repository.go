package maven

import (
	"errors"
	"io"
	"io/fs"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// Repository is the local repository in which Maven keeps what it fetched and installed. Each pom.xml in it is read once.
//
// Source: https://maven.apache.org/repositories/layout.html. Snapshots too lie there under their plain version, be they fetched or
// installed.
type Repository struct {
	files  fs.FS
	cached map[string]*pom  // by "group:artifact:version"; nil where there is none
	broken map[string]error // what was there and could not be read
}

// pomLimit is the most bytes of a POM that is read. The largest BOMs known are a quarter of it.
const pomLimit = 4 << 20

var errBig = errors.New("it is too big")

// NewRepository reads from files, whose top holds the folders of the groups.
func NewRepository(files fs.FS) *Repository {
	return &Repository{files: files, cached: make(map[string]*pom), broken: make(map[string]error)}
}

// ArtifactPath gives the path of an artifact in a repository, without its extension. It returns false for coordinates that no
// repository could hold.
func ArtifactPath(group, artifact, version string) (at string, ok bool) {
	if group == "" || artifact == "" || version == "" || strings.ContainsAny(group+artifact+version, "/\\${}[](),:*?\"<>| ") {
		return "", false
	}
	at = strings.ReplaceAll(group, ".", "/") + "/" + artifact + "/" + version + "/" + artifact + "-" + version
	return at, fs.ValidPath(at)
}

// pom gives the POM with the coordinates, with its parents as far as the repository has them, or nil.
func (r *Repository) pom(group, artifact, version string) *pom {
	return r.descend(group, artifact, version, 0)
}

func (r *Repository) descend(group, artifact, version string, depth int) *pom {
	if r == nil || depth > ancestry {
		return nil
	}
	key := group + ":" + artifact + ":" + version
	if p, known := r.cached[key]; known {
		return p
	}
	at, ok := ArtifactPath(group, artifact, version)
	if !ok {
		return nil
	}
	p, err := r.read(at + ".pom")
	r.cached[key] = p
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		r.broken[key] = err
	}
	if p == nil {
		return nil
	}
	p.cached = true
	p.index()
	if p.parent == nil {
		return p
	}
	p.up = r.descend(p.parent.group, p.parent.artifact, p.parent.version, depth+1)
	for q := p.up; q != nil; q = q.up {
		if q == p { // a circle
			p.up = nil
			break
		}
	}
	return p
}

func (r *Repository) read(name string) (*pom, error) {
	f, err := r.files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, pomLimit+1))
	switch {
	case err != nil:
		return nil, err
	case len(data) > pomLimit:
		return nil, errBig
	}
	p, err := readPOM(name, "", string(data))
	if p == nil && err == nil {
		err = errors.New("it is no POM")
	}
	return p, err
}

// Project is a pom.xml of the tree that is to be read again together with a repository.
type Project struct {
	File     *catalogers.File
	Declared *sbom.Facts // what POM claimed of it
	Out      *sbom.Facts // takes the rest
}

// Complete claims for each project what the tree alone could not decide: the dependencies whose versions parents and BOMs in the
// repository manage, and those that it inherits from there. Each parent and BOM that the repository does not hold, or that cannot be read, is one Gap,
// in the first project that wants it.
func (r *Repository) Complete(projects []Project) {
	list := make([]*pom, 0, len(projects))
	of := make(map[*pom]Project)
	for _, project := range projects {
		text, err := project.File.Text()
		if err != nil {
			continue // POM told of it, as of what is wrong in the file
		}
		if p, _ := readPOM(project.File.Path, project.File.Dir(), text); p != nil {
			list = append(list, p)
			of[p] = project
		}
	}
	x := newReactor(list, r)
	told := make(map[string]bool)
	for _, p := range list {
		m := x.manager(p)
		missing := m.missing
		if parent := p.outside(); parent != "" {
			missing = append([]string{parent}, missing...)
		}
		for _, key := range missing {
			if told[key] {
				continue
			}
			told[key] = true
			if err := r.broken[key]; err != nil {
				of[p].Out.Gap(0, "%.200s in the local Maven repository: %v", key, cause(err))
				continue
			}
			of[p].Out.Gap(0, "%.200s, a parent or BOM, is not in the local Maven repository", key)
		}
		x.complete(m, of[p])
	}
}

// cause leaves out the path that errors of files begin with.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}

func (x *reactor) complete(m *manager, project Project) {
	out := project.Out
	for r := range m.dependencies {
		version := exact(r.version)
		if r.decided != "" || version == "" || r.group == "" || r.artifact == "" || strings.Contains(r.group+r.artifact, "${") {
			continue
		}
		key := mapKey(r.group, r.artifact, r.kind, r.classifier)
		if c := project.Declared.Component(key); c != nil && c.PURL.Version != "" || x.find(r.group, r.artifact, r.version) != nil {
			continue
		}
		c := component(r.group, r.artifact, version)
		kind, classifier := artifact(r.kind, r.classifier)
		c.PURL = c.PURL.With("type", kind).With("classifier", classifier)
		where := sbom.Location{Path: r.home.path, Line: r.line}
		if r.home.cached {
			where = sbom.Location{Path: m.pom.path, Line: m.pom.line}
		}
		out.AddIn(where, key, c)
		out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: r.version, Scope: mavenScope(r.scope, r.optional), Line: where.Line})
	}
}

// Artifact is what the POM of a package in a repository says of it.
type Artifact struct {
	Licenses   []sbom.License
	References []sbom.Reference
	Needs      []Need // to compile against it and to run it
}

// Need is a package that another needs.
type Need struct {
	Group, Artifact  string
	Type, Classifier string // as the qualifiers of a purl have them: a jar has no type
	Version          string // as it is asked for; another may have been chosen
}

// Artifact reads the POM of a package. It returns false where the repository does not hold it.
//
// Licences are inherited from the nearest parent that states some (https://maven.apache.org/ref/current/maven-model-builder/#inheritance-assembly).
// Addresses are taken only from parents of the same group: those of others speak of others. Optional dependencies, and those to test or
// that something else provides, are left out.
func (r *Repository) Artifact(group, name, version string) (Artifact, bool) {
	var a Artifact
	p := r.pom(group, name, version)
	if p == nil {
		return a, false
	}
	var site, scm string
	for q := p; q != nil; q = q.up {
		if len(a.Licenses) == 0 {
			for _, name := range q.licenses {
				if text, _ := p.expand(name); text != "" {
					a.Licenses = append(a.Licenses, sbom.License{Text: text, Basis: sbom.DeclaredLicense})
				}
			}
		}
		if q.groupText() == p.groupText() {
			if site == "" {
				site = q.url
			}
			if scm == "" {
				scm = q.scm
			}
		}
	}
	a.References = p.references(scm, site)
	m := &manager{reactor: &reactor{}, pom: p}
	for d := range m.dependencies {
		if mavenScope(d.scope, d.optional) != sbom.Runtime || d.scope == "import" || d.group == "" || d.artifact == "" {
			continue
		}
		kind, classifier := artifact(d.kind, d.classifier)
		need := Need{d.group, d.artifact, kind, classifier, d.version}
		if !slices.Contains(a.Needs, need) {
			a.Needs = append(a.Needs, need)
		}
	}
	return a, true
}

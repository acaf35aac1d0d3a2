package enrich

import (
	"archive/zip"
	"context"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/licensefile"
	"github.com/sbomgen/sbomgen/catalogers/maven"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// MavenRepo names the local repository of Maven among the caches of Outside. The enricher that reads it is called the same.
const MavenRepo = "maven-repo"

// MavenRepository reads the local repository of Maven (https://maven.apache.org/repositories/local.html): for pom.xml files the parents and BOMs
// outside the tree, for every Maven package its licences, addresses and which of the other packages it needs. Any build of the
// project with Maven makes sure that they are there. Facts of it name no path of this machine.
var MavenRepository = Enricher{
	Name:  MavenRepo,
	Doc:   "Versions that parents and BOMs outside the tree manage, licences of Maven packages and which needs which, from the local repository (~/.m2/repository).",
	Cache: MavenRepo,
	After: []string{maven.POM.Name, maven.Catalog.Name, maven.GradleLock.Name, maven.SbtLock.Name, maven.Verification.Name},
	Types: []purl.Type{purl.Maven},
	Run:   runMavenRepository,
}

func runMavenRepository(ctx context.Context, outside Outside, facts []*sbom.Facts) []*sbom.Facts {
	if !slices.ContainsFunc(facts, concernsMaven) {
		return nil
	}
	files := outside.Caches[MavenRepo]
	if !holdsFiles(files) {
		out := sbom.NewFacts(MavenRepo, sbom.Declared, "")
		out.Gap(0, "there is no local Maven repository to read")
		return []*sbom.Facts{out}
	}
	repo := maven.NewRepository(files)
	found := completeProjects(ctx, outside.Tree, repo, facts)
	facts = append(slices.Clip(facts), found...)
	found = append(found, describePackages(ctx, repo, facts)...)
	return append(found, jarLicenses(ctx, files, outside.KeepTexts, facts))
}

func concernsMaven(f *sbom.Facts) bool {
	if f.Cataloger == maven.POM.Name && f.Len() > 0 {
		return true
	}
	for c := range f.Components {
		if inRepository(c) {
			return true
		}
	}
	return false
}

// inRepository tells whether a component is one that a repository may hold.
func inRepository(c *sbom.Component) bool {
	return c.PURL.Type == purl.Maven && c.PURL.Version != "" && !c.IsApplication() && c.Kind != sbom.Application
}

func holdsFiles(files fs.FS) bool {
	if files == nil {
		return false
	}
	entries, err := fs.ReadDir(files, ".")
	return err == nil && len(entries) > 0
}

// completeProjects claims what parents and BOMs in the repository decide. To Resolve such a version is a chosen one: it answers what
// the pom.xml asks for without a version.
func completeProjects(ctx context.Context, tree catalogers.Tree, repo *maven.Repository, facts []*sbom.Facts) []*sbom.Facts {
	var projects []maven.Project
	var found []*sbom.Facts
	for _, f := range facts {
		if f.Cataloger != maven.POM.Name || f.Len() == 0 || ctx.Err() != nil {
			continue
		}
		out := sbom.NewFacts(MavenRepo, sbom.Locked, f.Path)
		out.Order = order
		found = append(found, out)
		projects = append(projects, maven.Project{File: catalogers.NewFile(tree, &maven.POM, f.Path), Declared: f, Out: out})
	}
	slices.SortFunc(projects, func(a, b maven.Project) int { return strings.Compare(a.Out.Path, b.Out.Path) })
	repo.Complete(projects)
	for _, p := range projects {
		p.File.Close()
	}
	return found
}

// resolution is what was found for one application in one file: packages that were chosen together.
type resolution struct {
	out      *sbom.Facts
	packages map[purl.PURL]bool
	list     []purl.PURL               // in the order of the claims
	of       map[purl.PURL][]purl.PURL // without version -> those with one
}

// describePackages claims of each package what its POM says, and that it needs those of the packages beside it that it asks for.
func describePackages(ctx context.Context, repo *maven.Repository, facts []*sbom.Facts) []*sbom.Facts {
	type place struct{ owner, path string }
	at := make(map[place]*resolution)
	var all []*resolution
	for _, f := range facts {
		for c := range f.Components {
			if !inRepository(c) {
				continue
			}
			key := place{f.Owner(), f.Path}
			r := at[key]
			if r == nil {
				r = &resolution{out: sbom.NewFacts(MavenRepo, f.Stage, f.Path), packages: make(map[purl.PURL]bool), of: make(map[purl.PURL][]purl.PURL)}
				r.out.Order = order
				r.out.Own(strings.TrimPrefix(f.Owner(), "app:"))
				at[key] = r
				all = append(all, r)
			}
			r.out.Stage = min(r.out.Stage, f.Stage) // to describe a package makes it no more than it is
			if !r.packages[c.PURL] {
				r.packages[c.PURL] = true
				r.list = append(r.list, c.PURL)
				bare := c.PURL.Identity().WithoutVersion()
				r.of[bare] = append(r.of[bare], c.PURL)
			}
		}
	}
	var found []*sbom.Facts
	for _, r := range all {
		for _, p := range r.list {
			if ctx.Err() != nil {
				break
			}
			r.describe(repo, p)
		}
		if r.out.Len() > 0 {
			found = append(found, r.out)
		}
	}
	return found
}

func (r *resolution) describe(repo *maven.Repository, p purl.PURL) {
	a, ok := repo.Artifact(p.Namespace, p.Name, p.Version)
	if !ok {
		return // it stays unknown
	}
	claim := func(c sbom.Component) string {
		key := c.PURL.String()
		if r.out.Has(key) {
			it := r.out.Component(key)
			it.Licenses, it.References = append(it.Licenses, c.Licenses...), append(it.References, c.References...)
			return key
		}
		r.out.Add(key, c)
		return key
	}
	from := claim(sbom.Component{PURL: p, Licenses: a.Licenses, References: a.References})
	for _, need := range a.Needs {
		bare := purl.New(purl.Maven, need.Group, need.Artifact, "").With("type", need.Type).With("classifier", need.Classifier)
		to, ok := chosen(r.of[bare], need.Version)
		if !ok || to == p {
			continue
		}
		r.out.Relate(sbom.Relation{From: from, To: claim(sbom.Component{PURL: to}), Range: need.Version, Scope: sbom.Runtime})
	}
}

// chosen gives the version that answers a need: the one that is asked for, or else the only one. Which of several others it is, is not known.
func chosen(versions []purl.PURL, asked string) (purl.PURL, bool) {
	for _, p := range versions {
		if p.Version == asked {
			return p, true
		}
	}
	if len(versions) == 1 {
		return versions[0], true
	}
	return purl.PURL{}, false
}

const (
	jarLimit     = 256 << 20 // bytes of a .jar that is opened
	entryLimit   = 100_000   // files in one
	textsOfOne   = 20        // licence files that are read of one
	mavenRepoDir = "~/.m2/repository"
)

// jarLicenses reads the licence files that packages carry inside.
func jarLicenses(ctx context.Context, files fs.FS, keep bool, facts []*sbom.Facts) *sbom.Facts {
	out := sbom.NewFacts(MavenRepo, sbom.Declared, "")
	out.Order = order
	out.Own(".")
	reader := licensefile.NewReader(keep)
	seen := make(map[purl.PURL]bool)
	for _, f := range facts {
		for c := range f.Components {
			if !inRepository(c) || seen[c.PURL] || ctx.Err() != nil {
				continue
			}
			seen[c.PURL] = true
			at, ok := maven.ArtifactPath(c.PURL.Namespace, c.PURL.Name, c.PURL.Version)
			if !ok || c.PURL.Qualifier("type") != "" {
				continue
			}
			if classifier := c.PURL.Qualifier("classifier"); classifier != "" {
				at += "-" + classifier
			}
			if at += ".jar"; !fs.ValidPath(at) {
				continue
			}
			readJar(files, at, func(name, content string) {
				if l, ok := reader.Read(mavenRepoDir+"/"+at+"/"+name, content); ok {
					l.Of = c.PURL
					out.LicenseFile(l)
				}
			})
		}
	}
	return out
}

// readJar reads the licence files at the top of a .jar and in its META-INF. One that is broken has none.
func readJar(files fs.FS, name string, yield func(name, content string)) {
	f, err := files.Open(name)
	if err != nil {
		return
	}
	defer f.Close()
	info, err := f.Stat()
	content, ok := f.(io.ReaderAt)
	if err != nil || !ok || !info.Mode().IsRegular() || info.Size() > jarLimit {
		return
	}
	archive, err := zip.NewReader(content, info.Size())
	if err != nil || len(archive.File) > entryLimit {
		return
	}
	texts := 0
	for _, entry := range archive.File {
		dir, ok := licensefile.Folder(entry.Name)
		if !ok || dir != "." && dir != "META-INF" || !entry.Mode().IsRegular() || entry.UncompressedSize64 > licensefile.SizeLimit {
			continue
		}
		if texts++; texts > textsOfOne {
			return
		}
		if text, err := readEntry(entry); err == nil {
			yield(path.Clean(entry.Name), text)
		}
	}
}

func readEntry(entry *zip.File) (string, error) {
	r, err := entry.Open()
	if err != nil {
		return "", err
	}
	defer r.Close()
	return limited(r)
}

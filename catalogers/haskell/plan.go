package haskell

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Plan reads the install plan of cabal, which holds every unit that a build needs and its edges.
//
// Source: https://cabal.readthedocs.io/en/stable/file-format-changelog.html and Distribution.Client.ProjectPlanOutput of
// cabal-install, which writes <builddir>/cache/plan.json, by default below dist-newstyle. Other tools have files of that name: one
// without an "install-plan" is none of cabal's.
var Plan = catalogers.Cataloger{
	Name:   "cabal-plan",
	Doc:    "Haskell packages of cabal's install plan with all edges, sources and digests.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Hackage},
	Files:  catalogers.Glob("**/cache/plan.json"),
	Beside: cabalFiles,
	Parse:  parsePlan,
}

// cabalFiles are where the packages of a project lie in all but the deepest trees.
var cabalFiles = []string{"../../*.cabal", "../../*/*.cabal", "../../*/*/*.cabal"}

// unit is what the plan builds or finds built: a package, or a component of one.
type unit struct {
	kind, id, name, version, component string
	source, address, ref, sha256       string
	local                              bool
	line                               int
	needs                              []need
}

type need struct {
	id    string
	scope sbom.Scope
}

func parsePlan(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, `"install-plan"`) {
		return nil
	}
	root := path.Dir(path.Dir(f.Dir())) // of dist-newstyle/cache
	out.Own(root)
	r := decode.NewJSON(text)
	var units []unit
	compiler := ""
	r.Object(func(key string) {
		switch key {
		case "compiler-id":
			compiler = r.Text()
		case "install-plan":
			r.Array(func() {
				u := readUnit(r)
				if r.Err() == nil && (u.id == "" || u.name == "" || u.version == "") {
					out.Gap(u.line, "a unit has no id, name or version")
				}
				units = append(units, u)
			})
		}
	})
	places := localPlaces(f, units, root)
	for i := range units {
		u := &units[i]
		switch {
		case u.id == "" || u.name == "" || u.version == "":
			u.id = ""
		case u.local:
			app := out.Application(places[u.name], sbom.Component{Name: u.name, Version: u.version, PURL: hackage(u.name, u.version).PURL,
				Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: u.line}}}})
			out.Alias(app, u.id)
			u.id = app
		default:
			out.AddAt(u.line, u.id, u.claim(compiler))
		}
	}
	for i := range units {
		u := &units[i]
		for _, n := range u.needs {
			if u.id != "" {
				out.Relate(sbom.Relation{From: u.id, To: n.id, Scope: n.scope, Line: u.line})
			}
		}
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

func (u *unit) claim(compiler string) sbom.Component {
	c := hackage(u.name, u.version)
	switch {
	case u.kind == "pre-existing" && compiler != "":
		c.Properties = []sbom.Property{{Name: "sbomgen:hackage:comes-with", Value: compiler}}
	case u.source == "source-repo":
		c.FromGit(u.address, u.ref)
		return c
	case u.source == "remote-tar":
		fromArchive(&c, u.address, "")
	case u.source == "repo-tar":
		if clean, ok := sbom.CleanURL(strings.TrimSuffix(u.address, "/")); ok && !strings.HasSuffix(clean, "://hackage.haskell.org") {
			c.PURL = c.PURL.With("repository_url", clean)
		}
	}
	if h, ok := sbom.NewHash(sbom.SHA256, u.sha256); ok {
		c.Hashes = []sbom.Hash{h}
	}
	return c
}

// localPlaces gives the folders of the packages that the project itself holds. The plan has them as paths of the machine that
// wrote it: here the folder is the one with the package's .cabal file.
func localPlaces(f *catalogers.File, units []unit, root string) map[string]string {
	places := make(map[string]string)
	for i := range units {
		if u := &units[i]; u.local {
			places[u.name] = path.Join(f.Path, u.name)
		}
	}
	if len(places) == 1 {
		for name := range places {
			places[name] = root
		}
		return places
	}
	if len(places) == 0 {
		return places
	}
	for _, pattern := range cabalFiles {
		found, _ := f.Glob(pattern)
		for _, at := range found {
			name := strings.TrimSuffix(path.Base(at), ".cabal")
			if was, local := places[name]; local && was == path.Join(f.Path, name) {
				places[name] = path.Dir(at)
			}
		}
	}
	return places
}

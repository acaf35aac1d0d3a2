package pypi

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Pylock reads the standard lock file, https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751).
var Pylock = catalogers.Cataloger{
	Name:  "pylock",
	Doc:   "Python packages pinned in pylock.toml, with groups, extras, sources, digests and the edges where the locker writes them.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.PyPI},
	Files: append(catalogers.Named("pylock.toml"), catalogers.Glob("pylock.*.toml")...),
	Parse: parsePylock,
}

type pylock struct {
	Version  string          `toml:"lock-version"`
	Defaults []string        `toml:"default-groups"`
	Packages []pylockPackage `toml:"packages"`
}

type pylockPackage struct {
	Name         string           `toml:"name"`
	Version      string           `toml:"version"`
	Marker       string           `toml:"marker"`
	Index        string           `toml:"index"`
	Dependencies []map[string]any `toml:"dependencies"` // nil where the locker writes none
	VCS          *struct {
		Type         string `toml:"type"`
		URL          string `toml:"url"`
		Path         string `toml:"path"`
		Asked        string `toml:"requested-revision"`
		Commit       string `toml:"commit-id"`
		Subdirectory string `toml:"subdirectory"`
	} `toml:"vcs"`
	Directory *struct {
		Path string `toml:"path"`
	} `toml:"directory"`
	Archive *pylockFile  `toml:"archive"`
	Sdist   *pylockFile  `toml:"sdist"`
	Wheels  []pylockFile `toml:"wheels"`
	Tool    struct {
		PDM struct {
			Dependencies []string `toml:"dependencies"` // pdm writes its own instead of the standard ones
		} `toml:"pdm"`
	} `toml:"tool"`
}

type pylockFile struct {
	Name   string            `toml:"name"`
	URL    string            `toml:"url"`
	Path   string            `toml:"path"`
	Hashes map[string]string `toml:"hashes"`
}

func parsePylock(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	var lock pylock
	broken := decode.TOML(text, &lock)
	if lock.Version != "" && !strings.HasPrefix(lock.Version, "1.") {
		out.Gap(0, "lock-version %s is not known", shorten(lock.Version))
	}
	lines := decode.Headers(text, "packages", len(lock.Packages))
	if lines == nil {
		lines = make([]int, len(lock.Packages))
	}
	keys := make([]string, len(lock.Packages))
	known := make(versions, len(lock.Packages))
	edges := false
	for i := range lock.Packages {
		p := &lock.Packages[i]
		if p.Name == "" {
			out.Gap(lines[i], "package %d: name is empty", i+1)
			continue
		}
		c := pylockComponent(file.Dir(), p, out)
		if c == nil {
			dir, _ := inside(file.Dir(), p.Directory.Path)
			keys[i] = out.Application(dir, sbom.Component{Name: p.Name, Version: p.Version, PURL: purl.New(purl.PyPI, "", p.Name, p.Version)})
		} else {
			c.Scope = pylockScope(p.Marker, lock.Defaults)
			distribute(c, pylockFiles(p, lines[i], out), c.PURL.Qualifier("repository_url") != "")
			key := keyOf(c)
			keys[i] = key
			if out.Has(key) { // one entry per environment
				same := out.Component(key)
				same.Scope = max(same.Scope, c.Scope)
				continue
			}
			out.AddAt(lines[i], key, *c)
		}
		known.add(p.Name, keys[i], p.Version)
		edges = edges || p.Dependencies != nil || len(p.Tool.PDM.Dependencies) > 0
	}
	for i := range lock.Packages {
		if keys[i] != "" {
			pylockEdges(sbom.Relation{From: keys[i], Line: lines[i]}, &lock.Packages[i], known, out)
		}
	}
	if edges {
		out.Edges(sbom.Complete)
	}
	return broken
}

// pylockComponent is the package, nil for a folder of the tree.
func pylockComponent(dir string, p *pylockPackage, out *sbom.Facts) *sbom.Component {
	c := component(p.Name, p.Version)
	switch {
	case p.Directory != nil:
		if _, ok := inside(dir, p.Directory.Path); ok {
			return nil
		}
		c = sbom.Component{Name: p.Name, Version: p.Version, Properties: []sbom.Property{{Name: "sbomgen:pypi:source", Value: "directory"}}}
	case p.VCS != nil && vcs(p.VCS.Type):
		at := checkout{kind: p.VCS.Type, url: p.VCS.URL, ref: p.VCS.Commit, subdirectory: p.VCS.Subdirectory}
		if at.ref == "" {
			at.ref = p.VCS.Asked
		}
		fromCheckout(&c, at)
	case p.Archive != nil:
		if file, v, ok := parseFileName(fileName(p.Archive.URL + p.Archive.Path)); ok && p.Version == "" && normal(file) == normal(p.Name) {
			c = component(p.Name, v)
		}
		fromURL(&c, p.Archive.URL)
	default:
		fromIndex(&c, p.Index)
	}
	return &c
}

func pylockFiles(p *pylockPackage, line int, out *sbom.Facts) []artifact {
	files := make([]artifact, 0, len(p.Wheels)+1)
	note := func(f *pylockFile) {
		a := artifact{url: f.URL}
		if a.url == "" {
			a.url = f.Name
		}
		if a.url == "" {
			a.url = fileName(f.Path)
		}
		for _, algorithm := range sortedKeys(f.Hashes) {
			a.hashes = append(a.hashes, digests([]string{algorithm + ":" + f.Hashes[algorithm]}, line, out)...)
		}
		files = append(files, a)
	}
	for _, f := range [...]*pylockFile{p.Archive, p.Sdist} {
		if f != nil {
			note(f)
		}
	}
	for i := range p.Wheels {
		note(&p.Wheels[i])
	}
	return files
}

// pylockScope tells by the marker what a package is for: what a plain install may take is production, what
// only an extra adds is optional, and what only a group adds is development.
func pylockScope(marker string, defaults []string) sbom.Scope {
	switch {
	case environment{groups: defaults}.holds(marker) != never:
		return sbom.Runtime
	case environment{groups: defaults, anyExtra: true}.holds(marker) != never:
		return sbom.Optional
	}
	return sbom.Development
}

// pylockEdges writes the edges of one package. A dependency holds as many keys of the package that it means as
// tell it from the others.
func pylockEdges(from sbom.Relation, p *pylockPackage, known versions, out *sbom.Facts) {
	for _, item := range p.Dependencies {
		name, _ := item["name"].(string)
		version, _ := item["version"].(string)
		found := known.match(name, func(v string) bool { return version == "" || v == version })
		edge := from
		for _, edge.To = range found {
			out.Relate(edge)
		}
		if len(found) == 0 {
			out.Gap(from.Line, "%s depends on %s %s, which is not in the lock", from.From, shorten(name), shorten(version))
		}
	}
	if p.Dependencies == nil && len(p.Tool.PDM.Dependencies) > 0 {
		list := make([]any, len(p.Tool.PDM.Dependencies))
		for i, text := range p.Tool.PDM.Dependencies {
			list[i] = text
		}
		pdmEdges(from, list, known, out)
	}
}

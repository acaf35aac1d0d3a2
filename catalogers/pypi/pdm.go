package pypi

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// PDMLock reads pdm.lock as pdm 1 and 2 write it (lock_version none to 4.5).
var PDMLock = catalogers.Cataloger{
	Name:  "pdm-lock",
	Doc:   "Python packages pinned in pdm.lock, with edges, extras, sources and digests.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.PyPI},
	Files: catalogers.Named("pdm.lock"),
	Parse: parsePDMLock,
}

type pdmLock struct {
	Packages []pdmPackage `toml:"package"`
	Metadata struct {
		Version string               `toml:"lock_version"`
		Files   map[string][]pdmFile `toml:"files"` // "name version" -> files, until lock_version 4.3
	} `toml:"metadata"`
}

type pdmPackage struct {
	Name         string    `toml:"name"`
	Version      string    `toml:"version"`
	Summary      string    `toml:"summary"`
	Extras       []string  `toml:"extras"` // an entry of its own for what the extras add
	Groups       []string  `toml:"groups"`
	Sections     []string  `toml:"sections"`     // the groups of pdm 1
	Dependencies any       `toml:"dependencies"` // requirements, or in pdm 0 a table as poetry's
	Files        []pdmFile `toml:"files"`
	Git          string    `toml:"git"`
	Hg           string    `toml:"hg"`
	Svn          string    `toml:"svn"`
	Ref          string    `toml:"ref"`
	Revision     string    `toml:"revision"`
	Subdirectory string    `toml:"subdirectory"`
	URL          string    `toml:"url"`
	Path         string    `toml:"path"`
}

type pdmFile struct {
	File string `toml:"file"`
	URL  string `toml:"url"`
	Hash string `toml:"hash"`
}

func parsePDMLock(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	var lock pdmLock
	broken := decode.TOML(text, &lock)
	if v := lock.Metadata.Version; v != "" && !strings.Contains(" 2 3 4 ", " "+v[:1]+" ") {
		out.Gap(0, "lock_version %s is not known", shorten(v))
	}
	lines := decode.Headers(text, "package", len(lock.Packages))
	if lines == nil {
		lines = make([]int, len(lock.Packages))
	}
	keys := make([]string, len(lock.Packages))
	known := make(versions, len(lock.Packages))
	for i := range lock.Packages {
		p := &lock.Packages[i]
		if p.Name == "" || p.Version == "" && p.Path == "" {
			out.Gap(lines[i], "package %d (%s): name or version is empty", i+1, shorten(p.Name))
			continue
		}
		key, c := pdmComponent(file.Dir(), p, out)
		keys[i] = key
		if c == nil {
			known.add(p.Name, key, p.Version)
			continue
		}
		if out.Has(key) { // the entry of an extra: the same package
			merge := out.Component(key)
			merge.Scope = max(merge.Scope, c.Scope)
			continue
		}
		distribute(c, pdmFiles(&lock, p, lines[i], out), false)
		out.AddAt(lines[i], key, *c)
		known.add(p.Name, key, p.Version)
	}
	for i := range lock.Packages {
		if p := &lock.Packages[i]; keys[i] != "" {
			from := sbom.Relation{From: keys[i], Line: lines[i]}
			if len(p.Extras) > 0 {
				from.Scope = sbom.Optional
			}
			pdmEdges(from, p.Dependencies, known, out)
		}
	}
	out.Edges(sbom.Complete)
	return broken
}

// pdmComponent gives the package's key and component. A folder of the tree is claimed as the application that it
// is, and gives no component.
func pdmComponent(dir string, p *pdmPackage, out *sbom.Facts) (key string, c *sbom.Component) {
	of := component(p.Name, p.Version)
	of.Description = p.Summary
	if slices.Contains(p.Groups, "default") || slices.Contains(p.Sections, "default") {
		of.Scope = sbom.Runtime // of other groups the lock does not say whether they are extras or for development
	}
	switch {
	case p.Path != "" && !archive(p.Path):
		if at, ok := inside(dir, p.Path); ok {
			of.Name, of.Version, of.Scope = p.Name, p.Version, sbom.ScopeUnset
			return out.Application(at, of), nil
		}
		of.PURL, of.Name, of.Version = purl.PURL{}, p.Name, p.Version
		of.Properties = []sbom.Property{{Name: "sbomgen:pypi:source", Value: "directory"}}
	case p.Git != "" || p.Hg != "" || p.Svn != "":
		at := checkout{kind: "git", url: p.Git, ref: p.Revision, subdirectory: p.Subdirectory}
		if p.Hg != "" {
			at.kind, at.url = "hg", p.Hg
		} else if p.Svn != "" {
			at.kind, at.url = "svn", p.Svn
		}
		if at.ref == "" {
			at.ref = p.Ref
		}
		fromCheckout(&of, at)
	case p.URL != "":
		fromURL(&of, p.URL)
	}
	return keyOf(&of), &of
}

// archive tells whether a path names a wheel or an sdist and not a folder.
func archive(path string) bool {
	_, _, ok := parseFileName(fileName(path))
	return ok || strings.HasSuffix(path, ".whl") || strings.HasSuffix(path, ".tar.gz") || strings.HasSuffix(path, ".zip")
}

func pdmFiles(lock *pdmLock, p *pdmPackage, line int, out *sbom.Facts) []artifact {
	list := p.Files
	if list == nil {
		list = lock.Metadata.Files[p.Name+" "+p.Version]
	}
	files := make([]artifact, 0, len(list))
	for _, f := range list {
		a := artifact{url: f.File}
		if f.URL != "" {
			a.url = f.URL
		}
		if f.Hash != "" {
			a.hashes = digests([]string{f.Hash}, line, out)
		}
		files = append(files, a)
	}
	return files
}

// pdmEdges writes the edges of one entry. The entry of an extra also names the package itself, which is no edge.
func pdmEdges(from sbom.Relation, dependencies any, known versions, out *sbom.Facts) {
	if table, ok := dependencies.(map[string]any); ok {
		poetryEdges(from, table, known, out)
		return
	}
	list, _ := dependencies.([]any)
	for _, item := range list {
		text, _ := item.(string)
		req, err := parseRequirement(text)
		if err != nil {
			out.Gap(from.Line, "%s: %v", from.From, err)
			continue
		}
		edge := from
		edge.Range, edge.MayMiss = req.specifier, req.marker != ""
		found := known.match(req.name, func(v string) bool { return satisfies(v, req.specifier) })
		for _, edge.To = range found {
			if edge.To != from.From {
				out.Relate(edge)
			}
		}
		if len(found) == 0 {
			edge.To = req.name
			out.Relate(edge)
		}
	}
}

// sortedKeys gives a table's keys in order.
func sortedKeys[V any](table map[string]V) []string { return slices.Sorted(maps.Keys(table)) }

package pypi

import (
	"errors"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// PoetryLock reads poetry.lock as poetry 0.12 to 2 write it (lock-version none to 2.1).
var PoetryLock = catalogers.Cataloger{
	Name:  "poetry-lock",
	Doc:   "Python packages pinned in poetry.lock, with edges, groups, sources and digests.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.PyPI},
	Files: catalogers.Named("poetry.lock"),
	Parse: parsePoetryLock,
}

type poetryLock struct {
	Packages []poetryPackage `toml:"package"`
	Metadata struct {
		Version string                  `toml:"lock-version"`
		Files   map[string][]poetryFile `toml:"files"`  // until poetry 1.4
		Hashes  map[string][]string     `toml:"hashes"` // until poetry 1.0
	} `toml:"metadata"`
}

type poetryPackage struct {
	Name         string         `toml:"name"`
	Version      string         `toml:"version"`
	Description  string         `toml:"description"`
	Category     string         `toml:"category"` // until poetry 1.4
	Groups       []string       `toml:"groups"`   // since poetry 2
	Optional     bool           `toml:"optional"`
	Files        []poetryFile   `toml:"files"`
	Dependencies map[string]any `toml:"dependencies"`
	Source       struct {
		Type         string `toml:"type"`
		URL          string `toml:"url"`
		Reference    string `toml:"reference"`
		Resolved     string `toml:"resolved_reference"`
		Subdirectory string `toml:"subdirectory"`
	} `toml:"source"`
}

type poetryFile struct {
	File string `toml:"file"`
	URL  string `toml:"url"`
	Hash string `toml:"hash"`
}

func parsePoetryLock(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	var lock poetryLock
	broken := decode.TOML(text, &lock)
	if v := lock.Metadata.Version; v != "" && !strings.HasPrefix(v, "1.") && !strings.HasPrefix(v, "2.") {
		out.Gap(0, "lock-version %s is not known", shorten(v))
	}
	lines := decode.Headers(text, "package", len(lock.Packages))
	if lines == nil {
		lines = make([]int, len(lock.Packages))
	}
	keys := make([]string, len(lock.Packages))
	known := make(versions, len(lock.Packages))
	for i := range lock.Packages {
		p := &lock.Packages[i]
		if p.Name == "" || p.Version == "" {
			out.Gap(lines[i], "package %d (%s): name or version is empty", i+1, shorten(p.Name))
			continue
		}
		key, c := poetryComponent(file.Dir(), p, out)
		if c != nil {
			distribute(c, poetryFiles(&lock, p, lines[i], out), false)
			out.AddAt(lines[i], key, *c)
		}
		keys[i] = key
		known.add(p.Name, key, p.Version)
	}
	for i := range lock.Packages {
		if keys[i] != "" {
			poetryEdges(sbom.Relation{From: keys[i], Line: lines[i]}, lock.Packages[i].Dependencies, known, out)
		}
	}
	out.Edges(sbom.Complete)
	return broken
}

// poetryComponent gives the package's key and component. A folder of the tree is claimed as the application that
// it is, and gives no component.
func poetryComponent(dir string, p *poetryPackage, out *sbom.Facts) (key string, c *sbom.Component) {
	of := component(p.Name, p.Version)
	of.Description, of.Scope = p.Description, poetryScope(p)
	s := p.Source
	switch s.Type {
	case "directory":
		if at, ok := inside(dir, s.URL); ok {
			of.Name, of.Version, of.Scope = p.Name, p.Version, sbom.ScopeUnset
			return out.Application(at, of), nil
		}
		of.PURL, of.Name, of.Version = purl.PURL{}, p.Name, p.Version
		of.Properties = []sbom.Property{{Name: "sbomgen:pypi:source", Value: s.Type}}
	case "git", "hg", "svn":
		at := checkout{kind: s.Type, url: s.URL, ref: s.Resolved, subdirectory: s.Subdirectory}
		if at.ref == "" {
			at.ref = s.Reference
		}
		fromCheckout(&of, at)
	case "url":
		fromURL(&of, s.URL)
	case "legacy":
		fromIndex(&of, s.URL)
	}
	return keyOf(&of), &of
}

// poetryScope is what the lock itself says a package is for. Between poetry 1.5 and 2 it says nothing.
func poetryScope(p *poetryPackage) sbom.Scope {
	scope := sbom.ScopeUnset
	switch {
	case p.Category == "dev":
		return sbom.Development
	case p.Category == "main" || slices.Contains(p.Groups, "main"):
		scope = sbom.Runtime
	case len(p.Groups) > 0:
		for _, group := range p.Groups {
			scope = max(scope, groupScope(group))
		}
		return scope
	}
	if p.Optional {
		return sbom.Optional
	}
	return scope
}

// poetryFiles gives the files of a package. Before poetry 1.5 they stand under the name alone, those of
// all its versions together.
func poetryFiles(lock *poetryLock, p *poetryPackage, line int, out *sbom.Facts) []artifact {
	list := p.Files
	if list == nil {
		list = lock.Metadata.Files[p.Name]
	}
	files := make([]artifact, 0, len(list))
	for _, f := range list {
		if p.Files == nil {
			if _, version, ok := parseFileName(f.File); ok && compare(version, p.Version) != 0 {
				continue
			}
		}
		a := artifact{url: f.File}
		if f.URL != "" {
			a.url = f.URL
		}
		if f.Hash != "" {
			a.hashes = digests([]string{f.Hash}, line, out)
		}
		files = append(files, a)
	}
	if hashes := lock.Metadata.Hashes[p.Name]; len(hashes) > 0 && len(files) == 0 {
		a := artifact{}
		for _, hex := range hashes {
			a.hashes = append(a.hashes, digests([]string{"sha256:" + hex}, line, out)...)
		}
		files = append(files, a)
	}
	return files
}

// poetryEdges writes the edges of one package. A dependency is a constraint, a table with one, or a list of
// them for different environments.
func poetryEdges(from sbom.Relation, dependencies map[string]any, known versions, out *sbom.Facts) {
	for _, name := range sortedKeys(dependencies) {
		list, several := dependencies[name].([]any)
		if !several {
			list = []any{dependencies[name]}
		}
		for _, item := range list {
			constraint, conditional, optional := poetryConstraint(item)
			edge := from
			edge.Range = constraint
			if optional {
				edge.Scope = sbom.Optional
			}
			allowed := anyVersion
			if constraint != "" {
				allowed = func(v string) bool { return satisfiesPoetry(v, constraint) }
			}
			found := known.match(name, allowed)
			for _, edge.To = range found {
				out.Relate(edge)
			}
			if len(found) == 0 && !conditional && !optional && !poetryOmits(normal(name)) {
				edge.To = name // a Gap, unless it turns up
				out.Relate(edge)
			}
		}
	}
}

// poetryConstraint reads one form of a dependency. It is conditional if it asks for nothing in some environments.
func poetryConstraint(item any) (constraint string, conditional, optional bool) {
	table, ok := item.(map[string]any)
	if !ok {
		constraint, _ = item.(string)
		return constraint, false, false
	}
	constraint, _ = table["version"].(string)
	optional, _ = table["optional"].(bool)
	for _, condition := range [...]string{"markers", "python", "platform"} {
		_, has := table[condition]
		conditional = conditional || has
	}
	return constraint, conditional, optional
}

// poetryOmits tells whether poetry leaves a package out of locks that depend on it, as versions before 1.2 do with what
// it calls unsafe.
func poetryOmits(name string) bool {
	return name == "setuptools" || name == "pip" || name == "wheel" || name == "distribute"
}

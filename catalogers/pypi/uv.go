package pypi

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// UVLock reads uv.lock and the locks of scripts, schema versions 1 (revisions 1 to 5) and 2 (uv's preview "lockfile-v2").
var UVLock = catalogers.Cataloger{
	Name:  "uv-lock",
	Doc:   "Python packages pinned in uv.lock, with workspace members, groups, extras, edges to the exact fork and digests.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.PyPI},
	Files: append(catalogers.Named("uv.lock"), catalogers.Glob("*.py.lock")...),
	Parse: parseUVLock,
}

type uvLock struct {
	Version   int         `toml:"version"`
	Manifest  uvManifest  `toml:"manifest"`
	Workspace uvManifest  `toml:"workspace"` // the manifest of version 2
	Packages  []uvPackage `toml:"package"`
}

// uvManifest holds what a root without a project table asks for: a script, or a workspace that is only that.
type uvManifest struct {
	Requirements []any          `toml:"requirements"`
	Dependencies []any          `toml:"dependencies"` // version 2
	Groups       map[string]any `toml:"dependency-groups"`
}

type uvPackage struct {
	Name         string         `toml:"name"`
	Version      string         `toml:"version"` // absent where a local project computes it
	Source       map[string]any `toml:"source"`
	Dependencies []any          `toml:"dependencies"`
	Extras       map[string]any `toml:"optional-dependencies"`
	DevGroups    map[string]any `toml:"dev-dependencies"`
	Groups       map[string]any `toml:"dependency-groups"` // version 2
	ArtifactBase string         `toml:"artifact-base"`     // version 2
	Sdist        *uvArtifact    `toml:"sdist"`
	Wheels       []uvArtifact   `toml:"wheels"`
	Metadata     struct {
		Requires  []any          `toml:"requires-dist"`
		DevGroups map[string]any `toml:"requires-dev"`
		Groups    map[string]any `toml:"dependency-groups"` // version 2
	} `toml:"metadata"`
}

type uvArtifact struct {
	URL      string `toml:"url"`
	Path     string `toml:"path"`
	Filename string `toml:"filename"`
	Hash     string `toml:"hash"`
}

// uvReader resolves the edges of one lock.
type uvReader struct {
	out      *sbom.Facts
	packages []uvPackage
	keys     []string // of packages, "" for those that could not be added
	lines    []int
	named    map[uvName]int // the package that a name, with or without version and source, means; several are ambiguous
	forks    versions
}

// uvName is how a dependency names a package. Version and source are empty where the rest is unambiguous.
type uvName struct{ name, version, source string }

const ambiguous = -1

func parseUVLock(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	var lock uvLock
	broken := decode.TOML(text, &lock) // what stands before an error is read all the same
	if lock.Version > 2 {
		out.Gap(0, "version %d of the format is not known", lock.Version)
	}
	r := &uvReader{out: out, packages: lock.Packages, named: make(map[uvName]int, 4*len(lock.Packages)), forks: make(versions, len(lock.Packages))}
	r.keys = make([]string, len(lock.Packages))
	r.lines = decode.Headers(text, "package", len(lock.Packages))
	if r.lines == nil {
		r.lines = make([]int, len(lock.Packages))
	}
	for i := range lock.Packages {
		r.add(file.Dir(), i)
	}
	for i := range lock.Packages {
		r.edges(i)
	}
	for _, m := range [...]uvManifest{lock.Manifest, lock.Workspace} {
		requires := append(m.Requirements, m.Dependencies...)
		root := dependent{key: out.Owner(), ranges: uvRanges(requires)}
		r.relate(root, requires, sbom.Runtime)
		r.relateGroups(root, m.Groups, m.Groups)
	}
	out.Edges(sbom.Complete)
	return broken
}

func (r *uvReader) add(dir string, i int) {
	p := &r.packages[i]
	if p.Name == "" {
		r.out.Gap(r.lines[i], "package %d: name is empty", i+1)
		return
	}
	source := sourceText(p.Source)
	c := component(p.Name, p.Version)
	for _, kind := range [...]string{"editable", "virtual", "directory"} {
		folder, local := p.Source[kind].(string)
		if !local {
			continue
		}
		at, ok := inside(dir, folder)
		if !ok { // beyond the tree: a package that no index knows
			c = sbom.Component{Name: p.Name, Version: p.Version, Properties: []sbom.Property{{Name: "sbomgen:pypi:source", Value: kind}}}
			break
		}
		c.Name, c.Version = p.Name, p.Version
		r.name(i, r.out.Application(at, c), source)
		return
	}
	if p.Version == "" {
		r.out.Gap(r.lines[i], "package %s: version is empty", shorten(p.Name))
		return
	}
	elsewhere := uvSource(&c, p.Source)
	distribute(&c, r.artifacts(i), elsewhere || c.PURL.Qualifier("repository_url") != "")
	key := keyOf(&c)
	r.out.AddAt(r.lines[i], key, c)
	r.name(i, key, source)
}

// name makes a package answer to the names that dependencies may give it.
func (r *uvReader) name(i int, key, source string) {
	r.keys[i] = key
	r.forks.add(r.packages[i].Name, key, r.packages[i].Version)
	name, version := normal(r.packages[i].Name), r.packages[i].Version
	for _, n := range [...]uvName{{name, "", ""}, {name, version, ""}, {name, "", source}, {name, version, source}} {
		if at, taken := r.named[n]; taken && (at == ambiguous || r.keys[at] != key) {
			r.named[n] = ambiguous
		} else {
			r.named[n] = i
		}
	}
}

// uvSource notes where a package comes from and tells whether that is no index.
func uvSource(c *sbom.Component, source map[string]any) bool {
	if index, ok := source["registry"].(string); ok {
		fromIndex(c, index)
		return false
	}
	if raw, ok := source["git"].(string); ok {
		fromCheckout(c, uvCheckout(raw, source))
		return true
	}
	if address, ok := source["url"].(string); ok {
		fromURL(c, address)
		if dir, ok := source["subdirectory"].(string); ok {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:pypi:subdirectory", Value: dir})
		}
		return false // the address is noted
	}
	return false
}

// uvCheckout reads https://host/o/r?branch=b&subdirectory=d#<commit>, and the fields that version 2 has instead.
func uvCheckout(raw string, source map[string]any) checkout {
	raw, commit, _ := strings.Cut(raw, "#")
	raw, query, _ := strings.Cut(raw, "?")
	at := checkout{kind: "git", url: raw, ref: commit}
	for pair := range strings.SplitSeq(query, "&") {
		if dir, ok := strings.CutPrefix(pair, "subdirectory="); ok {
			at.subdirectory = unescaped(dir)
		}
	}
	if commit, ok := source["commit"].(string); ok {
		at.ref = commit
	}
	if dir, ok := source["subdirectory"].(string); ok {
		at.subdirectory = dir
	}
	return at
}

func (r *uvReader) artifacts(i int) []artifact {
	p := &r.packages[i]
	files := make([]artifact, 0, len(p.Wheels)+1)
	note := func(a *uvArtifact) {
		f := artifact{url: a.URL}
		switch {
		case a.URL == "" && a.Path != "":
			f.url = fileName(a.Path)
		case a.URL == "":
			f.url = a.Filename
		case p.ArtifactBase != "" && !strings.Contains(a.URL, "://"):
			f.url = p.ArtifactBase + a.URL
		}
		if a.Hash != "" {
			f.hashes = digests([]string{a.Hash}, r.lines[i], r.out)
		}
		files = append(files, f)
	}
	if p.Sdist != nil {
		note(p.Sdist)
	}
	for w := range p.Wheels {
		note(&p.Wheels[w])
	}
	return files
}

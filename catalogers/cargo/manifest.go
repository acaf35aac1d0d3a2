package cargo

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads Cargo.toml.
//
// Source: https://doc.rust-lang.org/cargo/reference/manifest.html and specifying-dependencies.html, inheritance from the
// workspace in workspaces.html.
var Manifest = catalogers.Cataloger{
	Name:   "cargo-toml",
	Doc:    "Rust packages and the crates that their Cargo.toml asks for, with ranges and scopes.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Cargo},
	Files:  catalogers.Named("Cargo.toml"),
	Beside: []string{"^Cargo.toml"},
	Parse:  parseManifest,
}

// manifest holds the parts of a Cargo.toml that a scan wants. Fields that may be inherited from the workspace are any.
type manifest struct {
	Package struct {
		Name        string `toml:"name"`
		Version     any    `toml:"version"`
		License     any    `toml:"license"`
		Description any    `toml:"description"`
		Repository  any    `toml:"repository"`
		Homepage    any    `toml:"homepage"`
		Authors     any    `toml:"authors"`
		Workspace   string `toml:"workspace"`
	} `toml:"package"`
	tables
	Target    map[string]tables `toml:"target"`
	Workspace struct {
		Members      []string       `toml:"members"`
		Package      map[string]any `toml:"package"`
		Dependencies map[string]any `toml:"dependencies"`
	} `toml:"workspace"`
}

// tables are the dependency tables, for all platforms or for one. The spellings with an underscore are deprecated and still read by Cargo.
type tables struct {
	Dependencies map[string]any `toml:"dependencies"`
	Dev          map[string]any `toml:"dev-dependencies"`
	DevOld       map[string]any `toml:"dev_dependencies"`
	Build        map[string]any `toml:"build-dependencies"`
	BuildOld     map[string]any `toml:"build_dependencies"`
}

// dependency is one entry of a dependency table.
type dependency struct {
	crate     string // its real name, which package = "..." gives where the entry renames it
	version   string
	scope     sbom.Scope
	path      string
	git, rev  string
	registry  string
	platform  string
	inherited bool   // from the workspace: the path is relative to the workspace
	key       string // where it stands, as decode.Keys tells it
}

// all lists what the manifest asks for, sorted by crate. root is the manifest of its workspace.
func (m *manifest) all(root *manifest) []dependency {
	var list []dependency
	add := func(t tables, platform string) {
		for _, section := range [...]struct {
			name    string
			entries map[string]any
			scope   sbom.Scope
		}{
			{"dependencies", t.Dependencies, sbom.Runtime},
			{"dev-dependencies", t.Dev, sbom.Development}, {"dev_dependencies", t.DevOld, sbom.Development},
			{"build-dependencies", t.Build, sbom.Build}, {"build_dependencies", t.BuildOld, sbom.Build},
		} {
			for name, entry := range section.entries {
				d := dependency{crate: name, scope: section.scope, platform: platform, key: decode.KeyPath(section.name, name)}
				if platform != "" {
					d.key = decode.KeyPath("target", platform, d.key)
				}
				d.read(entry, root)
				list = append(list, d)
			}
		}
	}
	add(m.tables, "")
	for platform, t := range m.Target {
		add(t, platform)
	}
	slices.SortFunc(list, func(a, b dependency) int {
		return cmp.Or(cmp.Compare(a.crate, b.crate), int(b.scope)-int(a.scope), cmp.Compare(a.version, b.version), cmp.Compare(a.platform, b.platform), cmp.Compare(a.path, b.path), cmp.Compare(a.git, b.git))
	})
	return list
}

func (d *dependency) read(entry any, root *manifest) {
	if version, ok := entry.(string); ok {
		d.version = version
		return
	}
	t, ok := entry.(map[string]any)
	if !ok {
		return
	}
	if inherit, _ := t["workspace"].(bool); inherit && root != nil {
		d.inherited = true
		if from, ok := root.Workspace.Dependencies[d.crate]; ok {
			d.read(from, nil)
		}
	}
	text := func(field *string, key string) {
		if s, ok := t[key].(string); ok {
			*field = s
		}
	}
	text(&d.crate, "package")
	text(&d.version, "version")
	text(&d.path, "path")
	text(&d.git, "git")
	text(&d.registry, "registry-index")
	for _, key := range [...]string{"branch", "tag", "rev"} {
		text(&d.rev, key)
	}
	if optional, _ := t["optional"].(bool); optional && d.scope == sbom.Runtime {
		d.scope = sbom.Optional
	}
}

// inherit gives a field of [package], taken from [workspace.package] where it says { workspace = true }.
func inherit(field any, root *manifest, key string) any {
	if t, ok := field.(map[string]any); ok {
		if yes, _ := t["workspace"].(bool); yes && root != nil {
			return root.Workspace.Package[key]
		}
		return nil
	}
	return field
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	m := new(manifest)
	if err := decode.TOML(text, m); err != nil {
		return err
	}
	root := m
	if len(m.Workspace.Members) == 0 && len(m.Workspace.Dependencies) == 0 && len(m.Workspace.Package) == 0 {
		root = findWorkspace(f, m)
	}
	lines := decode.Keys(text)
	owner := out.Owner()
	if m.Package.Name != "" {
		out.Application(f.Dir(), m.component(root))
	}
	for _, pattern := range m.Workspace.Members {
		found, err := f.Glob(path.Join(pattern, "Cargo.toml"))
		if err != nil {
			out.Gap(lines[decode.KeyPath("workspace", "members")], "workspace member pattern %q: %v", pattern, err)
			continue
		}
		for _, member := range found {
			if dir := path.Dir(member); dir != f.Dir() {
				out.Relate(sbom.Relation{From: owner, To: out.Application(dir, sbom.Component{}), Kind: sbom.Contains})
			}
		}
	}
	for _, d := range m.all(root) {
		claimDependency(out, f, d, lines[d.key])
	}
	return nil
}

// findWorkspace reads the manifest of the workspace that the package belongs to: the one it names, or the nearest above with a [workspace].
func findWorkspace(f *catalogers.File, m *manifest) *manifest {
	if at := m.Package.Workspace; at != "" {
		if root, err := readManifest(f, path.Join(f.Dir(), at, "Cargo.toml")); err == nil {
			return root
		}
		return nil
	}
	for dir := f.Dir(); dir != "."; {
		dir = path.Dir(dir)
		root, err := readManifest(f, path.Join(dir, "Cargo.toml"))
		if err == nil && (len(root.Workspace.Members) > 0 || len(root.Workspace.Package) > 0 || len(root.Workspace.Dependencies) > 0) {
			return root
		}
	}
	return nil
}

// component is the package of a manifest.
func (m *manifest) component(root *manifest) sbom.Component {
	word := func(field any, key string) string {
		s, _ := inherit(field, root, key).(string)
		return s
	}
	p := &m.Package
	version := word(p.Version, "version")
	c := sbom.Component{Name: p.Name, Version: version, PURL: purl.New(purl.Cargo, "", p.Name, version), Description: word(p.Description, "description")}
	if l := word(p.License, "license"); l != "" {
		// Cargo still accepts "/" for OR: https://doc.rust-lang.org/cargo/reference/manifest.html#the-license-and-license-file-fields
		c.Licenses = []sbom.License{{Text: strings.ReplaceAll(l, "/", " OR "), Basis: sbom.DeclaredLicense}}
	}
	if authors, ok := inherit(p.Authors, root, "authors").([]any); ok {
		var names []string
		for _, a := range authors {
			if s, ok := a.(string); ok {
				names = append(names, s)
			}
		}
		c.Author = strings.Join(names, ", ")
	}
	for _, r := range [...]sbom.Reference{{Type: sbom.VCS, URL: word(p.Repository, "repository")}, {Type: sbom.Website, URL: word(p.Homepage, "homepage")}} {
		if r.URL != "" {
			c.References = append(c.References, r)
		}
	}
	return c
}

func claimDependency(out *sbom.Facts, f *catalogers.File, d dependency, line int) {
	r := sbom.Relation{From: out.Owner(), Range: d.version, Scope: d.scope, Line: line}
	if d.path != "" {
		dir := path.Join(f.Dir(), d.path)
		if d.inherited {
			if root, err := f.Beside("^Cargo.toml"); err == nil { // the nearest; members seldom nest
				dir = path.Join(root.Dir(), d.path)
			}
		}
		if other, err := f.At(path.Join(dir, "Cargo.toml")); err == nil {
			other.Close()
			if dir != f.Dir() {
				r.To = out.Application(dir, sbom.Component{})
				out.Relate(r)
			}
			return
		}
	}
	c := sbom.Component{PURL: purl.New(purl.Cargo, "", d.crate, "")}
	switch {
	case d.git != "":
		locate(&c, "git+"+d.git+"#"+d.rev)
	case d.registry != "":
		locate(&c, "registry+"+strings.TrimPrefix(d.registry, "sparse+"))
	}
	r.To = d.crate + "|" + d.git
	if !out.Has(r.To) {
		out.AddAt(line, r.To, c)
	}
	out.Relate(r)
}

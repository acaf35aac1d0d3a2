// Package cargo reads what Cargo writes, and what cargo-auditable leaves in binaries.
package cargo

import (
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads Cargo.lock, versions 1 to 4.
//
// Source: https://doc.rust-lang.org/cargo/guide/cargo-toml-vs-cargo-lock.html and the encoding in Cargo's
// src/cargo/core/resolver/encode.rs: a dependency is "name", with the version only where two packages share the name, and
// with the source only where two share both. Version 1 always writes all three and keeps checksums in a table of their own.
var Lock = catalogers.Cataloger{
	Name:   "cargo-lock",
	Doc:    "Rust crates pinned in Cargo.lock, with their dependency edges; the Cargo.toml files of the workspace tell development and build dependencies apart.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Cargo},
	Files:  catalogers.Named("Cargo.lock"),
	Beside: []string{"^Cargo.toml"},
	Parse:  parseLock,
}

type lock struct {
	Version  int           `toml:"version"`
	Root     *lockPackage  `toml:"root"` // written by Cargo before 1.18
	Packages []lockPackage `toml:"package"`
	Metadata map[string]any
}

type lockPackage struct {
	Name         string   `toml:"name"`
	Version      string   `toml:"version"`
	Source       string   `toml:"source"`
	Checksum     string   `toml:"checksum"`
	Dependencies []string `toml:"dependencies"`
	Replace      string   `toml:"replace"`
}

func (p *lockPackage) key() string { return p.Name + " " + p.Version + " (" + p.Source + ")" }

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	var l lock
	if err := decode.TOML(text, &l); err != nil {
		return err
	}
	if l.Version > 4 {
		out.Gap(0, "lockfile version %d is unknown; read as version 4", l.Version)
	}
	lines := decode.Headers(text, "package", len(l.Packages))
	if l.Root != nil {
		l.Packages = append(l.Packages, *l.Root)
	}
	out.Edges(sbom.Complete)

	w := readWorkspace(f)
	local := 0
	for i := range l.Packages {
		if l.Packages[i].Source == "" {
			local++
		}
	}
	keys := make([]string, len(l.Packages))
	for i := range l.Packages {
		p := &l.Packages[i]
		line := 0
		if i < len(lines) {
			line = lines[i]
		}
		if p.Name == "" || p.Version == "" {
			out.Gap(line, "package %d has no name or no version", i+1)
			continue
		}
		c := sbom.Component{PURL: purl.New(purl.Cargo, "", p.Name, p.Version)}
		if p.Source == "" {
			keys[i] = out.Application(w.dir(f, p.Name, local == 1), sbom.Component{Name: p.Name, Version: p.Version, PURL: c.PURL,
				Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: line}}}})
			for _, alias := range [...]string{p.Name, p.Name + " " + p.Version} {
				out.Alias(keys[i], alias)
			}
			continue
		}
		keys[i] = p.key()
		locate(&c, p.Source)
		checksum := p.Checksum
		if checksum == "" {
			checksum, _ = l.Metadata["checksum "+keys[i]].(string)
		}
		if h, ok := sbom.NewHash(sbom.SHA256, checksum); ok {
			c.Hashes = []sbom.Hash{h}
		} else if checksum != "" && checksum != "<none>" {
			out.Gap(line, "%s %s: the checksum is no SHA-256", p.Name, p.Version)
		}
		aliases := []string{p.Name, p.Name + " " + p.Version}
		if bare, _, cut := strings.Cut(p.Source, "#"); cut {
			aliases = append(aliases, p.Name+" "+p.Version+" ("+bare+")")
		}
		out.AddAt(line, keys[i], c, aliases...)
	}
	for i := range l.Packages {
		p := &l.Packages[i]
		if keys[i] == "" {
			continue
		}
		line := 0
		if i < len(lines) {
			line = lines[i]
		}
		if p.Replace != "" { // [replace]: the entry stands for another one
			out.Relate(sbom.Relation{From: keys[i], To: p.Replace, Line: line})
		}
		for _, d := range p.Dependencies {
			r := sbom.Relation{From: keys[i], To: d, Line: line}
			if p.Source == "" {
				name, _, _ := strings.Cut(d, " ")
				r.Scope, r.Range = w.asked(p.Name, name)
			}
			out.Relate(r)
		}
	}
	return nil
}

// locate says where a crate comes from, unless it is crates.io.
func locate(c *sbom.Component, source string) {
	kind, address, _ := strings.Cut(source, "+")
	switch {
	case kind == "git":
		address, commit, _ := strings.Cut(address, "#")
		address, _, _ = strings.Cut(address, "?")
		home, ok := sbom.CleanURL(strings.TrimSuffix(strings.TrimSuffix(address, "/"), ".git")) // both spellings reach it
		if !ok {
			return
		}
		at := "git+" + home
		if commit != "" {
			at += "@" + commit
		}
		c.PURL = c.PURL.With("vcs_url", at)
		c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: home})
	case address == "https://github.com/rust-lang/crates.io-index", address == "https://index.crates.io/":
	case kind == "registry", kind == "sparse":
		if clean, ok := sbom.CleanURL(address); ok {
			c.PURL = c.PURL.With("repository_url", clean)
		}
	}
}

// workspace is what the Cargo.toml files around a lock say of its members.
type workspace struct {
	members map[string]member
}

type member struct {
	dir  string
	asks map[string]ask // by the crate's real name
}

type ask struct {
	scope   sbom.Scope
	version string
}

// dir is the folder of the workspace member with the name. Where no Cargo.toml tells, the only local package of a lock lies beside
// it, and any other is placed under the lock's own path.
func (w *workspace) dir(f *catalogers.File, name string, only bool) string {
	if m, ok := w.members[name]; ok {
		return m.dir
	}
	if only {
		return f.Dir()
	}
	return path.Join(f.Path, name)
}

// asked tells what a member asks for a crate: the scope, strongest first, and the range.
func (w *workspace) asked(member, crate string) (sbom.Scope, string) {
	a := w.members[member].asks[crate]
	return a.scope, a.version
}

// memberLimit bounds how many manifests one lock can make us read.
const memberLimit = 10_000

// readWorkspace reads the manifest beside a lock, those of its members, and those that they reach by path.
func readWorkspace(f *catalogers.File) *workspace {
	w := &workspace{members: make(map[string]member)}
	root, err := readManifest(f, path.Join(f.Dir(), "Cargo.toml"))
	if err != nil {
		return w
	}
	seen := map[string]bool{}
	queue := []string{f.Dir()}
	for _, pattern := range root.Workspace.Members {
		found, err := f.Glob(path.Join(pattern, "Cargo.toml"))
		if err != nil {
			continue
		}
		for _, m := range found {
			queue = append(queue, path.Dir(m))
		}
	}
	for i := 0; i < len(queue) && i < memberLimit; i++ {
		dir := queue[i]
		if seen[dir] || dir == ".." || strings.HasPrefix(dir, "../") {
			continue
		}
		seen[dir] = true
		m, err := readManifest(f, path.Join(dir, "Cargo.toml"))
		if err != nil {
			continue
		}
		asks := make(map[string]ask)
		for _, d := range m.all(root) {
			if d.path != "" {
				base := dir
				if d.inherited {
					base = f.Dir()
				}
				queue = append(queue, path.Join(base, d.path))
			}
			if a, known := asks[d.crate]; !known || d.scope > a.scope {
				asks[d.crate] = ask{d.scope, d.version}
			}
		}
		if m.Package.Name != "" {
			if _, taken := w.members[m.Package.Name]; !taken {
				w.members[m.Package.Name] = member{dir, asks}
			}
		}
	}
	return w
}

func readManifest(f *catalogers.File, at string) (*manifest, error) {
	other, err := f.At(at)
	if err != nil {
		return nil, err
	}
	text, err := other.Text()
	if err != nil {
		return nil, err
	}
	m := new(manifest)
	if err := decode.TOML(text, m); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	return m, nil
}

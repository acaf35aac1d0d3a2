package bazel

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Module reads MODULE.bazel and the files that it includes, https://bazel.build/rules/lib/globals/module. A version is the least
// that is asked for: where a lockfile beside tells the selected one, it is only the range; without one it is what Bazel selects unless another
// module asks for more.
var Module = catalogers.Cataloger{
	Name:   "bazel-module",
	Doc:    "Bazel modules that MODULE.bazel asks for, with overrides, registries and development dependencies.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Bazel},
	Files:  append(catalogers.Named("MODULE.bazel"), catalogers.Glob("*.MODULE.bazel")...),
	Beside: []string{"^MODULE.bazel.lock"},
	Parse:  parseModule,
}

func parseModule(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	var asks []call
	overrides := make(map[string]call)
	calls(text, func(c call) {
		switch c.name {
		case "module":
			name, version := c.named("name", 0), c.named("version", 1)
			if name != "" {
				out.Application(f.Dir(), sbom.Component{Name: name, Version: version, PURL: purl.New(purl.Bazel, "", name, version),
					Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: c.line}}}})
			}
		case "bazel_dep":
			asks = append(asks, c)
		case "single_version_override", "archive_override", "git_override", "local_path_override":
			overrides[c.named("module_name", 0)] = c
		}
	})
	selected := lockedModules(f)
	for i := range asks {
		c := &asks[i]
		name, version := c.named("name", 0), c.named("version", 1)
		if name == "" {
			out.Gap(c.line, "bazel_dep without a name")
			continue
		}
		o, overridden := overrides[name]
		if o.name == "local_path_override" {
			continue // a folder, which its own MODULE.bazel tells of
		}
		r := sbom.Relation{From: out.Owner(), To: name, Range: version, Line: c.line}
		if c.one("dev_dependency") == "True" {
			r.Scope = sbom.Development
		}
		p := purl.New(purl.Bazel, "", name, version)
		if o.name == "single_version_override" && o.one("version") != "" {
			p = purl.New(purl.Bazel, "", name, o.one("version"))
		}
		if selected[name] {
			p = p.WithoutVersion()
		}
		component := sbom.Component{PURL: p}
		if overridden {
			override(&component, &o, out)
		}
		if out.Has(name) {
			out.Gap(c.line, "%.80s stands twice", name)
			continue
		}
		out.AddAt(c.line, name, component)
		out.Relate(r)
	}
	return nil
}

// override notes where an override takes a module from.
func override(c *sbom.Component, o *call, out *sbom.Facts) {
	switch o.name {
	case "single_version_override":
		if registry, ok := sbom.CleanURL(o.one("registry")); ok && registry != purl.Bazel.DefaultRepository() {
			c.PURL = c.PURL.With("repository_url", registry)
		}
	case "git_override":
		ref := o.one("commit")
		if ref == "" {
			ref = o.one("tag")
		}
		if at, ok := repository.Component(o.one("remote"), ref, ""); ok {
			home := at.References[0].URL
			c.References = at.References
			c.PURL = c.PURL.WithoutVersion().With("vcs_url", strings.TrimSuffix("git+"+home+"@"+ref, "@"))
		}
	case "archive_override":
		c.PURL = c.PURL.WithoutVersion()
		for _, address := range append(o.args["urls"], o.args["url"]...) {
			clean, ok := sbom.CleanURL(address)
			if !ok {
				continue
			}
			archive := sbom.Reference{Type: sbom.Distribution, URL: clean}
			if h, ok := integrity(o.one("integrity")); ok {
				archive.Hashes = []sbom.Hash{h}
			} else if o.one("integrity") != "" {
				out.Gap(o.line, "%.80q is no digest", o.one("integrity"))
			}
			c.References = append(c.References, archive)
		}
	}
}

// lockedModules are the modules that a lockfile at the root of the workspace selected.
func lockedModules(f *catalogers.File) map[string]bool {
	lock, err := f.Beside("^MODULE.bazel.lock")
	if err != nil || lock.Dir() != f.Dir() {
		return nil
	}
	text, err := lock.Text()
	if err != nil {
		return nil
	}
	l := readLock(decode.NewJSON(text), nil)
	names := make(map[string]bool, len(l.modules))
	for _, m := range l.modules {
		names[m.name] = true
	}
	return names
}

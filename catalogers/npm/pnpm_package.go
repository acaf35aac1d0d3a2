package npm

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// pnpmEntry is what a lockfile of pnpm says of one package.
type pnpmEntry struct {
	key, name, version, deprecated string

	resolution pnpmResolution
	variants   []sbom.Reference
	script     bool
	line       int
}

// pnpmResolution is where the bytes of a package come from.
type pnpmResolution struct{ integrity, tarball, directory, commit, repo, path, registry, url string }

// entry reads an entry of the list of packages.
func (l *pnpm) entry(key string) {
	key = shown(key)
	e := pnpmEntry{key: key, line: l.r.Line()}
	ok := l.r.Object(func(field string) {
		switch field {
		case "resolution":
			l.resolution(&e.resolution, &e.variants)
		case "name":
			e.name = l.r.Text()
		case "version":
			e.version = l.r.Text()
		case "deprecated":
			e.deprecated = l.r.Text()
		case "requiresBuild":
			e.script = l.r.Bool()
		case "dependencies": // until version 8
			l.edges(key, sbom.Runtime)
		case "optionalDependencies":
			l.edges(key, sbom.Optional)
		}
	})
	if !ok && l.r.Err() == nil {
		l.out.Gap(e.line, "%.80q is no mapping", key)
		return
	}
	if l.another && l.out.Has(key) {
		return // pnpm itself needs it too
	}
	l.claim(&e)
}

// resolution reads where a package comes from. An interpreter, of which there is one for each platform, has variants.
func (l *pnpm) resolution(s *pnpmResolution, variants *[]sbom.Reference) {
	l.r.Object(func(field string) {
		switch field {
		case "integrity":
			s.integrity = l.r.Text()
		case "tarball":
			s.tarball = l.r.Text()
		case "directory":
			s.directory = l.r.Text()
		case "commit":
			s.commit = l.r.Text()
		case "repo":
			s.repo = l.r.Text()
		case "path":
			s.path = l.r.Text()
		case "registry":
			s.registry = l.r.Text()
		case "url":
			s.url = l.r.Text()
		case "variants":
			l.r.Array(func() {
				line := l.r.Line()
				var one pnpmResolution
				l.r.Object(func(field string) {
					if field == "resolution" && l.r.Kind() == decode.Object {
						l.resolution(&one, new([]sbom.Reference))
					}
				})
				hashes, err := digests(one.integrity)
				if err != nil {
					l.out.Gap(line, "%s: %v", stripped(one.url), err)
				}
				*variants = append(*variants, sbom.Reference{Type: sbom.Distribution, URL: stripped(one.url), Hashes: hashes})
			})
		}
	})
}

// claim claims the component of an entry.
func (l *pnpm) claim(e *pnpmEntry) {
	name, version := l.keys.identity(e.key)
	if e.name == "" {
		e.name = name
	}
	if e.version == "" {
		e.version = version
	}
	if !plausible(e.name) {
		l.out.Gap(e.line, "%.80q does not name a package", e.key)
		return
	}
	if l.local(e) {
		return
	}
	if e.resolution.registry == "" {
		e.resolution.registry = l.registry
	}
	from := e.resolution.source()
	c := sbom.Component{PURL: pkg(e.name, e.version)}
	if runtime, ok := strings.CutPrefix(version, "runtime:"); ok { // node, deno or bun themselves
		c = sbom.Component{Kind: sbom.Platform, PURL: purl.New(purl.Generic, "", e.name, runtime), References: e.variants}
	}
	from.pinned(&c, l.dir, e.resolution.tarball)
	if at := strings.Trim(e.resolution.path, "/"); at != "" && from.origin == git {
		c.PURL = c.PURL.WithSubpath(at)
	}
	if err := from.vouch(&c, e.resolution.integrity); err != nil {
		l.out.Gap(e.line, "%s: %v", e.key, err)
	}
	if e.deprecated != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:deprecated", Value: e.deprecated})
	}
	if e.script {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:install-script", Value: "true"})
	}
	if len(l.patches) > 0 {
		patch, ok := l.patches[e.name+"@"+e.version]
		if !ok {
			patch, ok = l.patches[e.name]
		}
		if ok {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:patch", Value: patch})
		}
	}
	l.out.AddAt(e.line, e.key, c)
}

// local claims a package that is a folder: a member of the workspace that is copied instead of linked, or any other.
func (l *pnpm) local(e *pnpmEntry) bool {
	folder := e.resolution.directory
	if folder == "" {
		at := strings.Index(e.key, "file:")
		if at < 0 || e.resolution != (pnpmResolution{}) {
			return false
		}
		folder = e.key[at+len("file:") : l.keys.suffix(e.key)]
	}
	app, inside := l.folder(folder, e.name, exactly(e.version))
	if !inside {
		return false
	}
	l.out.Alias(app, e.key)
	if l.folders == nil {
		l.folders = make(map[string]string)
	}
	l.folders[e.key] = app
	return true
}

// source tells where the package comes from.
func (s *pnpmResolution) source() source {
	switch {
	case s.repo != "":
		from := locate(s.repo)
		if from.origin != git {
			if from = repository(stripped(s.repo)); from.origin != git {
				from = source{origin: git}
			}
		}
		from.ref = s.commit
		return from
	case s.tarball != "":
		return locate(s.tarball)
	case s.registry != "":
		return locate(strings.TrimSuffix(s.registry, "/") + "/x/-/x.tgz")
	}
	return source{}
}

// exactly is the version if it is one.
func exactly(version string) string {
	if exact(version) {
		return version
	}
	return ""
}

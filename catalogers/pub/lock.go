// Package pub reads what Dart's package manager writes.
package pub

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads pubspec.lock, which tells what the project asks for from the rest, and no other edges.
//
// Source: https://dart.dev/tools/pub/glossary#lockfile and lib/src/lock_file.dart of https://github.com/dart-lang/pub. The
// sha256 is that of the archive, which pub writes since Dart 2.19.
var Lock = catalogers.Cataloger{
	Name:  "pub-lock",
	Doc:   "Dart and Flutter packages pinned in pubspec.lock, with sources, digests and what was asked for.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Pub},
	Files: catalogers.Named("pubspec.lock"),
	Parse: parseLock,
}

// entry is what the lock says of one package.
type entry struct {
	name, dependency, source, version string
	origin
}

// origin is where a package comes from.
type origin struct{ url, path, ref, revision, sha256 string }

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	if fetched(f.Path) {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewBlock(text)
	known := false
	r.Object(func(section string) {
		switch section {
		case "packages":
			known = true
			r.Object(func(name string) {
				line, e := r.Line(), entry{name: name}
				ok := r.Object(func(key string) {
					switch key {
					case "dependency":
						e.dependency = r.Text()
					case "description":
						e.origin = readOrigin(r)
					case "source":
						e.source = r.Text()
					case "version":
						e.version = r.Text()
					}
				})
				if e.version == "" || e.source == "" {
					if ok || r.Err() == nil {
						out.Gap(line, "%.80q has no version or source", name)
					}
					return
				}
				relate(out, line, e.dependency, e.claim(f.Dir(), line, out))
			})
		case "sdks":
			r.Object(func(sdk string) {
				out.Application(f.Dir(), sbom.Component{Properties: []sbom.Property{{Name: "sbomgen:pub:sdk", Value: sdk + " " + r.Text()}}})
			})
		}
	})
	if err = r.Finish(); err == nil && !known {
		return errors.New("is no lockfile of pub: it has no packages")
	}
	return err
}

// readOrigin reads the description of a source: a mapping, or the address or folder alone.
func readOrigin(r *decode.Block) (o origin) {
	if r.Kind() == decode.String {
		o.url = r.Text()
		o.path = o.url
		return o
	}
	r.Object(func(key string) {
		switch key {
		case "url":
			o.url = r.Text()
		case "path":
			o.path = r.Text()
		case "ref":
			o.ref = r.Text()
		case "resolved-ref":
			o.revision = r.Text()
		case "sha256":
			o.sha256 = r.Text()
		}
	})
	return o
}

// relate writes the edge to what the project asks for: "direct main", "direct dev", or "direct overridden", whose section of
// pubspec.yaml the lock does not tell.
func relate(out *sbom.Facts, line int, dependency, key string) {
	kind, direct := strings.CutPrefix(dependency, "direct ")
	if !direct {
		return
	}
	r := sbom.Relation{From: out.Owner(), To: key, Line: line}
	if kind == "dev" {
		r.Scope = sbom.Development
	}
	out.Relate(r)
}

// claim claims a package, or the folder of the tree that it is, and gives its key.
func (e *entry) claim(dir string, line int, out *sbom.Facts) string {
	c := sbom.Component{PURL: purl.New(purl.Pub, "", e.name, e.version)}
	switch e.source {
	case "path":
		c.Name, c.Version = e.name, e.version
		if at, ok := inside(dir, e.path); ok {
			c.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: out.Path, Line: line}}}
			return out.Application(at, c)
		}
		c.PURL = purl.PURL{}
		c.Properties = []sbom.Property{{Name: "sbomgen:pub:source", Value: "path"}}
	case "sdk": // part of Flutter, without a version of its own
		if c.Kind = sbom.Framework; e.version == "0.0.0" {
			c.PURL = c.PURL.WithoutVersion()
		}
		c.Properties = []sbom.Property{{Name: "sbomgen:pub:source", Value: "sdk"}}
	default:
		e.locate(&c, e.source == "git")
	}
	if h, ok := sbom.NewHash(sbom.SHA256, e.sha256); ok {
		c.Hashes = []sbom.Hash{h}
	} else if e.sha256 != "" {
		out.Gap(line, "%s: the sha256 is no digest", e.name)
	}
	out.AddAt(line, e.name, c)
	return e.name
}

// locate says where a package comes from, unless it is pub.dev.
func (o *origin) locate(c *sbom.Component, git bool) {
	home, ok := sbom.CleanURL(strings.TrimSuffix(strings.TrimSuffix(o.url, "/"), ".git"))
	switch {
	case !ok || o.url == "":
	case git:
		at := "git+" + home
		if o.revision != "" {
			at += "@" + o.revision
		} else if o.ref != "" {
			at += "@" + o.ref
		}
		c.PURL = c.PURL.With("vcs_url", at).WithSubpath(o.path)
		c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: home})
	case home != "https://pub.dev" && home != "https://pub.dartlang.org" && home != "https://pub.flutter-io.cn":
		c.PURL = c.PURL.With("repository_url", home)
	}
}

// fetched tells whether a file belongs to a package that was downloaded, or that Flutter links to.
func fetched(file string) bool {
	file = "/" + file
	return strings.Contains(file, "/.pub-cache/") || strings.Contains(file, "/.symlinks/")
}

// inside gives the folder of the tree that a path from another leads to.
func inside(dir, to string) (string, bool) {
	at := path.Join(dir, to)
	return at, to != "" && !path.IsAbs(to) && !strings.Contains(to, ":") && at != ".." && !strings.HasPrefix(at, "../")
}

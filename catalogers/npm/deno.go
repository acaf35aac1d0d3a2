package npm

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// DenoLock reads the lockfile of deno, versions 2 to 5 (https://docs.deno.com/runtime/fundamentals/modules/#integrity-checking-and-lock-files,
// https://github.com/denoland/deno_lockfile): packages of npm and of JSR, and single modules of the web.
//
// JSR has no purl type. Its registry serves every package to npm as @jsr/scope__name (https://jsr.io/docs/npm-compatibility).
var DenoLock = catalogers.Cataloger{
	Name:  "deno-lock",
	Doc:   "npm and JSR packages pinned in deno.lock with their edges, and the modules of the web that it holds digests of.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.NPM},
	Files: catalogers.Named("deno.lock"),
	Parse: parseDenoLock,
}

func parseDenoLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	l := deno{out: out, dir: f.Dir(), r: decode.NewJSON(text), chosen: make(map[string]string), ranges: make(map[string]string), names: make(map[string]string), asked: make(map[string]bool)}
	out.Grow(len(text)/300, len(text)/250)
	version := ""
	l.r.Object(func(key string) {
		switch key {
		case "version":
			line := l.r.Line()
			if version = l.r.Text(); len(version) != 1 || version[0] < '2' || version[0] > '5' {
				out.Gap(line, "version %.80q is unknown", version)
			}
		case "workspace":
			l.workspace(f.Dir())
		case "packages": // version 3
			l.r.Object(l.section)
		case "npm": // in version 2 with sections of its own
			if version != "2" {
				l.section(key)
				return
			}
			l.r.Object(func(key string) {
				if key == "packages" {
					key = "npm"
				}
				l.section(key)
			})
		default:
			l.section(key)
		}
	})
	l.relate()
	out.Edges(sbom.Complete)
	if err = l.r.Finish(); err == nil && version == "" {
		return errors.New("is no lockfile of deno: it has no version")
	}
	return err
}

// deno is a lockfile of deno while it is read.
type deno struct {
	out        *sbom.Facts
	dir        string // of the file
	r          *decode.JSONReader
	chosen     map[string]string // a specifier, "npm:name@range" -> the key of the package
	specifiers []string          // in their order
	ranges     map[string]string // "npm:name" -> the only specifier that asks for it, "" if there are more
	names      map[string]string // "npm:name" -> the key of the only package of that name, "" if there are more
	wants      []denoWant
	asked      map[string]bool // the specifiers that packages of JSR ask for
	members    bool            // the lockfile says what the project asks for
	remote     bool            // it holds modules of the web
}

func (l *deno) section(key string) {
	switch key {
	case "specifiers":
		l.r.Object(l.specifier)
	case "npm":
		l.r.Object(l.npm)
	case "jsr":
		l.r.Object(l.jsr)
	case "remote":
		l.r.Object(l.module)
	}
}

// npm reads a package of npm: "name@version", followed by its peers.
func (l *deno) npm(id string) {
	key, line := "npm:"+id, l.r.Line()
	var integrity, tarball, deprecated string
	script := false
	ok := l.r.Object(func(field string) {
		switch field {
		case "integrity":
			integrity = l.r.Text()
		case "tarball":
			tarball = l.r.Text()
		case "deprecated":
			if l.r.Kind() == decode.String {
				deprecated = l.r.Text()
			}
		case "scripts":
			script = l.r.Bool()
		case "dependencies":
			l.want(key, "npm", sbom.Runtime)
		case "optionalDependencies":
			l.want(key, "npm", sbom.Optional)
		}
	})
	name, version := nameAt(id)
	version, _, _ = strings.Cut(version, "_")
	if !ok || !plausible(name) || version == "" {
		if l.r.Err() == nil {
			l.out.Gap(line, "%.80q is no package of npm", id)
		}
		return
	}
	c := sbom.Component{PURL: pkg(name, version)}
	from := locate(tarball)
	from.pinned(&c, l.dir, tarball)
	if err := from.vouch(&c, integrity); err != nil {
		l.out.Gap(line, "%s: %v", id, err)
	}
	if deprecated != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:deprecated", Value: deprecated})
	}
	if script {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:npm:install-script", Value: "true"})
	}
	l.add(line, key, "npm:"+name, c)
}

// jsr reads a package of JSR. Its integrity is that of the list of its files, not of an archive.
func (l *deno) jsr(id string) {
	key, line := "jsr:"+id, l.r.Line()
	integrity := ""
	ok := l.r.Object(func(field string) {
		switch field {
		case "integrity":
			integrity = l.r.Text()
		case "dependencies":
			l.want(key, "jsr", sbom.Runtime)
		}
	})
	name, version := nameAt(id)
	scope, bare, scoped := strings.Cut(strings.TrimPrefix(name, "@"), "/")
	if !ok || !scoped || !plausible(name) || version == "" {
		if l.r.Err() == nil {
			l.out.Gap(line, "%.80q is no package of JSR", id)
		}
		return
	}
	c := sbom.Component{PURL: pkg("@jsr/"+scope+"__"+bare, version).With("repository_url", "https://npm.jsr.io")}
	if integrity != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:deno:manifest-sha256", Value: integrity})
	}
	l.add(line, key, "jsr:"+name, c)
}

func (l *deno) add(line int, key, name string, c sbom.Component) {
	l.out.AddAt(line, key, c)
	single(l.names, name, key)
}

// module reads the digest of a file of the web that code imports by its address.
func (l *deno) module(address string) {
	l.remote = true
	line := l.r.Line()
	sum := strings.ToLower(l.r.Text())
	clean := stripped(address)
	c := sbom.Component{Kind: sbom.FileKind, Name: clean, References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}
	switch {
	case clean == "":
		l.out.Gap(line, "a module has no address")
		return
	case len(sum) != 64 || strings.Trim(sum, "0123456789abcdef") != "":
		l.out.Gap(line, "%s: the digest is no SHA-256", clean)
	default:
		c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA256, Hex: sum}}
	}
	l.out.AddAt(line, clean, c)
}

// workspace reads what the configuration in a folder asks for, and its members.
func (l *deno) workspace(folder string) {
	l.members = true
	app := l.out.Application(folder, sbom.Component{})
	l.out.Component(app).Completeness = sbom.Complete
	ask := func() { l.want(app, "", sbom.Runtime) }
	l.r.Object(func(key string) {
		switch key {
		case "dependencies":
			ask()
		case "packageJson":
			l.r.Object(func(key string) {
				if key == "dependencies" {
					ask()
				}
			})
		case "members":
			l.r.Object(func(member string) {
				line := l.r.Line()
				at, inside := within(folder, member)
				if !inside {
					l.out.Gap(line, "the member %.80q lies outside the tree", member)
					return
				}
				l.workspace(at)
			})
		}
	})
}

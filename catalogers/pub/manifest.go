package pub

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads pubspec.yaml, https://dart.dev/tools/pub/pubspec.
var Manifest = catalogers.Cataloger{
	Name:  "pub-spec",
	Doc:   "The Dart or Flutter project that pubspec.yaml describes, and the packages that it asks for.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Pub},
	Files: catalogers.Named("pubspec.yaml"),
	Parse: parseManifest,
}

// request is what a project asks for.
type request struct {
	origin
	name, version, source string
	scope                 sbom.Scope
	line                  int
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	if fetched(f.Path) {
		return nil
	}
	text, err := f.Text()
	if err != nil {
		return err
	}
	var c sbom.Component
	var name, version, homepage, repository string
	var requests []request
	var members []string
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		switch key {
		case "name":
			name = r.Text()
		case "version":
			version = r.Text()
		case "description":
			c.Description = strings.TrimSpace(r.Text())
		case "homepage":
			homepage = r.Text()
		case "repository":
			repository = r.Text()
		case "dependencies":
			requests = append(requests, readRequests(r, sbom.Runtime)...)
		case "dev_dependencies":
			requests = append(requests, readRequests(r, sbom.Development)...)
		case "workspace":
			members = r.Texts()
		}
	})
	if name == "" {
		if err = r.Finish(); err == nil {
			err = errors.New("names no package")
		}
		return err
	}
	c.Name, c.Version, c.PURL = name, version, purl.New(purl.Pub, "", name, version)
	for _, x := range [...]sbom.Reference{{Type: sbom.Website, URL: homepage}, {Type: sbom.VCS, URL: repository}} {
		if clean, ok := sbom.CleanURL(x.URL); ok && x.URL != "" {
			c.References = append(c.References, sbom.Reference{Type: x.Type, URL: clean})
		}
	}
	owner := out.Application(f.Dir(), c)
	for _, m := range members {
		if at, ok := inside(f.Dir(), m); ok && !strings.ContainsAny(m, "*?[{") {
			out.Relate(sbom.Relation{From: owner, To: out.Application(at, sbom.Component{}), Kind: sbom.Contains})
		}
	}
	for _, q := range requests {
		out.Relate(sbom.Relation{From: owner, To: q.claim(f.Dir(), out), Range: q.version, Scope: q.scope, Line: q.line, MayMiss: true})
	}
	return r.Finish()
}

func readRequests(r *decode.Block, scope sbom.Scope) (list []request) {
	r.Object(func(name string) {
		q := request{name: name, scope: scope, line: r.Line()}
		if r.Kind() != decode.Object {
			q.version = r.Text()
		} else {
			r.Object(func(key string) {
				switch key {
				case "version":
					q.version = r.Text()
				case "git", "path", "sdk", "hosted":
					q.source = key
					q.origin = readOrigin(r)
				}
			})
		}
		list = append(list, q)
	})
	return list
}

// claim claims what is asked for, or the folder of the tree that it is, and gives its key. An SDK brings its packages itself.
func (q *request) claim(dir string, out *sbom.Facts) string {
	switch q.source {
	case "sdk":
		return q.name
	case "path":
		if at, ok := inside(dir, q.path); ok {
			return out.Application(at, sbom.Component{})
		}
		return q.name
	}
	pin := q.version
	if strings.Trim(pin, "0123456789.") != "" || strings.Count(pin, ".") != 2 {
		pin = ""
	}
	c := sbom.Component{PURL: purl.New(purl.Pub, "", q.name, pin)}
	if q.source == "git" && q.path == q.url {
		q.path = ""
	}
	q.locate(&c, q.source == "git")
	if !out.Has(q.name) {
		out.AddAt(q.line, q.name, c)
	}
	return q.name
}

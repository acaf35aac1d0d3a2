package conan

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads conan.lock of Conan 2 (version 0.5), a list of references by use, and of Conan 1 (up to 0.4), a graph.
//
// Source: https://docs.conan.io/2/tutorial/versioning/lockfiles.html and conans/model/graph_lock.py of Conan 1: a node without "ref",
// or with the "path" of a recipe, is what the lock was made for.
var Lock = catalogers.Cataloger{
	Name:  "conan-lock",
	Doc:   "C and C++ packages pinned in conan.lock, with recipe revisions; those of Conan 1 with edges.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Conan},
	Files: catalogers.Named("conan.lock"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if v := r.Text(); !strings.HasPrefix(v, "0.") || len(v) > 3 || v > "0.5" {
				out.Gap(line, "version %.20q is unknown", v)
			}
		case "requires":
			references(r, sbom.ScopeUnset, out)
		case "build_requires", "python_requires", "config_requires": // tools, extensions of recipes, settings
			references(r, sbom.Build, out)
		case "graph_lock":
			readGraph(r, f, out)
		}
	})
	return r.Finish()
}

// references reads a list of Conan 2. What "requires" holds may be for tests only: that the recipe tells, not the lock.
func references(r *decode.JSONReader, scope sbom.Scope, out *sbom.Facts) {
	r.Array(func() {
		line, text := r.Line(), r.Text()
		ref, ok := parseReference(text)
		if !ok {
			if r.Err() == nil {
				out.Gap(line, "%.80q is no reference", text)
			}
			return
		}
		key, _, _ := strings.Cut(text, "%")
		if known := out.Component(key); known != nil {
			if known.Scope != scope {
				known.Scope = sbom.ScopeUnset
			}
			return
		}
		c := ref.component()
		c.Scope = scope
		out.AddAt(line, key, c)
	})
}

// node is one of the graph of Conan 1.
type node struct {
	ref, path       string
	requires, tools []string
	line            int
}

func readGraph(r *decode.JSONReader, f *catalogers.File, out *sbom.Facts) {
	r.Object(func(key string) {
		if key != "nodes" {
			return
		}
		r.Object(func(id string) {
			n := node{line: r.Line()}
			r.Object(func(key string) {
				switch key {
				case "ref", "pref": // the latter until version 0.3
					n.ref = r.Text()
				case "path":
					n.path = r.Text()
				case "requires":
					n.requires = r.Texts()
				case "build_requires":
					n.tools = r.Texts()
				}
			})
			if r.Err() == nil {
				n.claim(id, f, out)
			}
		})
	})
	out.Edges(sbom.Complete)
}

func (n *node) claim(id string, f *catalogers.File, out *sbom.Facts) {
	ref, ok := parseReference(n.ref)
	switch {
	case n.ref == "" || n.path != "":
		app := out.Application(f.Dir(), sbom.Component{Name: ref.name, Version: ref.version,
			Evidence: []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: n.line}}}})
		out.Alias(app, id)
		id = app
	case !ok:
		out.Gap(n.line, "node %.20q: %.80q is no reference", id, n.ref)
		return
	default:
		out.AddAt(n.line, id, ref.component())
	}
	for _, to := range n.requires {
		out.Relate(sbom.Relation{From: id, To: plain(to), Line: n.line})
	}
	for _, to := range n.tools {
		out.Relate(sbom.Relation{From: id, To: plain(to), Scope: sbom.Build, Line: n.line})
	}
}

// plain is the id of a node: version 0.1 writes "pkg/1.0@user/channel#rrev:id#id of the node".
func plain(id string) string { return id[strings.LastIndexByte(id, '#')+1:] }

// Package spack reads what Spack writes.
package spack

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Spec reads the record that Spack keeps in the prefix of an installed package: the package and all that it depends on,
// as a graph by hashes, https://github.com/spack/spack/blob/develop/lib/spack/spack/schema/spec.py and
// https://spack.readthedocs.io/en/latest/spec_syntax.html. Spec file format 1 is a list of objects with one key; from 2 on the nodes stand
// below _meta. Spack has no purl type.
var Spec = catalogers.Cataloger{
	Name:  "spack-spec",
	Doc:   "Packages that Spack installed, with the graph of their .spack/spec.json, compilers, targets and what each edge is for.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("**/.spack/spec.json"),
	Parse: parseSpec,
}

type specNode struct {
	name, version, hash, arch, target, compiler, repository string
	external                                                bool

	depends []specEdge
	line    int
}

type specEdge struct {
	name, hash string
	types      []string
}

func parseSpec(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Own(installTree(path.Dir(f.Dir())))
	r := decode.NewJSON(text)
	var nodes []specNode
	known := false
	r.Object(func(key string) {
		switch {
		case key != "spec":
		case r.Kind() == decode.Array: // format 1
			known = true
			r.Array(func() {
				r.Object(func(name string) {
					n := readSpecNode(r)
					n.name = name
					nodes = append(nodes, n)
				})
			})
		default:
			r.Object(func(key string) {
				if key == "nodes" {
					known = true
					r.Array(func() { nodes = append(nodes, readSpecNode(r)) })
				}
			})
		}
	})
	if !known && r.Err() == nil {
		out.Gap(0, "holds no spec")
	}
	names := make(map[string]string) // of format 1, whose hashes are of another kind than those of its edges
	for i := range nodes {
		n := &nodes[i]
		if n.name == "" || n.version == "" || n.hash == "" {
			if r.Err() == nil || i+1 < len(nodes) {
				out.Gap(n.line, "node %d has no name, version or hash", i+1)
			}
			continue
		}
		c := sbom.Component{PURL: purl.New(purl.Generic, "", n.name, n.version)}
		for _, p := range [...]sbom.Property{{Name: "hash", Value: n.hash}, {Name: "arch", Value: strings.Trim(n.arch+"-"+n.target, "-")},
			{Name: "compiler", Value: n.compiler}, {Name: "repository", Value: n.repository}} {
			if p.Value != "" {
				c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:spack:" + p.Name, Value: p.Value})
			}
		}
		if n.external {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:spack:external", Value: "true"})
		}
		out.AddAt(n.line, n.hash, c)
		names[n.name] = n.hash
	}
	for i := range nodes {
		n := &nodes[i]
		for _, d := range n.depends {
			to := d.hash
			if !out.Has(to) && names[d.name] != "" {
				to = names[d.name]
			}
			if out.Has(n.hash) {
				out.Relate(sbom.Relation{From: n.hash, To: to, Scope: edgeScope(d.types), Line: n.line, MayMiss: r.Err() != nil})
			}
		}
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

func readSpecNode(r *decode.JSONReader) specNode {
	n := specNode{line: r.Line()}
	r.Object(func(key string) {
		switch key {
		case "name":
			n.name = r.Text()
		case "version":
			n.version = r.Text()
		case "hash":
			n.hash = r.Text()
		case "namespace":
			n.repository = r.Text()
		case "external":
			if n.external = r.Kind() == decode.Object; n.external {
				r.Skip()
			}
		case "arch":
			r.Object(func(key string) {
				switch key {
				case "platform":
					n.arch = r.Text() + n.arch
				case "platform_os":
					n.arch += "-" + r.Text()
				case "target":
					if r.Kind() == decode.String {
						n.target = r.Text()
						return
					}
					r.Object(func(key string) {
						if key == "name" {
							n.target = r.Text()
						}
					})
				}
			})
		case "compiler":
			r.Object(func(key string) {
				switch key {
				case "name":
					n.compiler = r.Text() + n.compiler
				case "version":
					n.compiler += "@" + r.Text()
				}
			})
		case "dependencies":
			if r.Kind() == decode.Array {
				r.Array(func() { n.depends = append(n.depends, readSpecEdge(r, "")) })
				return
			}
			r.Object(func(name string) { n.depends = append(n.depends, readSpecEdge(r, name)) })
		}
	})
	return n
}

func readSpecEdge(r *decode.JSONReader, name string) specEdge {
	e := specEdge{name: name}
	r.Object(func(key string) {
		switch key {
		case "name":
			e.name = r.Text()
		case "hash", "build_hash", "full_hash":
			e.hash = r.Text()
		case "type":
			e.types = r.Texts()
		case "parameters": // format 4
			r.Object(func(key string) {
				if key == "deptypes" {
					e.types = r.Texts()
				}
			})
		}
	})
	return e
}

// edgeScope is what a dependency is for, from its types: build, link, run, test. Linked is run.
func edgeScope(types []string) sbom.Scope {
	switch {
	case len(types) == 0, slices.Contains(types, "link"), slices.Contains(types, "run"):
		return sbom.Runtime
	case slices.Contains(types, "build"):
		return sbom.Build
	}
	return sbom.Test
}

// installTree is the folder that holds the prefixes of all packages, below which by default are folders for platforms and compilers:
// https://spack.readthedocs.io/en/latest/config_yaml.html#install-tree-projections.
func installTree(prefix string) string {
	parts := strings.Split(path.Dir(prefix), "/")
	for i := len(parts) - 1; i >= 0; i-- {
		for _, platform := range [...]string{"linux-", "darwin-", "cray-", "windows-", "freebsd-"} {
			if strings.HasPrefix(parts[i], platform) {
				return path.Join("./", strings.Join(parts[:i], "/"))
			}
		}
	}
	return path.Dir(prefix)
}

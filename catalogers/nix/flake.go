// Package nix reads what Nix writes.
package nix

import (
	"cmp"
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// FlakeLock reads flake.lock, versions 5 to 7:
// https://nix.dev/manual/nix/latest/command-ref/new-cli/nix3-flake.html#lock-files. Inputs are nodes of one graph; an input
// that follows another is a path through it from the root. Nix has no purl type.
var FlakeLock = catalogers.Cataloger{
	Name:  "nix-flake-lock",
	Doc:   "Inputs of Nix flakes pinned in flake.lock, with their graph, commits and sources.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.GitHub, purl.Bitbucket, purl.Generic},
	Files: catalogers.Named("flake.lock"),
	Parse: parseFlakeLock,
}

type flake struct {
	Type, Owner, Repo, Host, Rev, Ref, URL, Path, Dir, NarHash string
}

type flakeInput struct {
	name   string
	node   string   // the node it is,
	follow []string // or the path to it from the root
}

type flakeNode struct {
	inputs           []flakeInput
	named            map[string]int // into inputs
	locked, original flake
	line             int
	key              string
}

func parseFlakeLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewJSON(text)
	nodes := make(map[string]*flakeNode)
	var order []string
	root, version := "root", 0
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if version = r.Int(); version < 5 || version > 7 {
				out.Gap(line, "version %d is unknown", version)
			}
		case "root":
			root = r.Text()
		case "nodes":
			r.Object(func(name string) {
				nodes[name] = readFlakeNode(r)
				order = append(order, name)
			})
		}
	})
	if version == 0 && len(order) == 0 && r.Err() == nil {
		return errors.New("is no lockfile of Nix: it has neither version nor nodes")
	}
	for _, name := range order {
		n := nodes[name]
		switch {
		case n.key != "":
		case name == root:
			n.key = out.Owner()
		default:
			n.claim(name, f.Dir(), out)
		}
	}
	graph := flakeGraph{nodes, root, make(map[flakeEnd]*flakeNode)}
	for _, name := range order {
		for _, in := range nodes[name].inputs {
			to := graph.find(in)
			switch {
			case to == nil && r.Err() == nil && (in.follow == nil || len(in.follow) > 0): // what follows nothing was taken away
				out.Gap(nodes[name].line, "%.80s: the input %.80s leads nowhere", name, in.name)
			case to != nil && to.key != "" && nodes[name].key != "" && to.key != nodes[name].key:
				out.Relate(sbom.Relation{From: nodes[name].key, To: to.key, Range: to.original.Ref, Line: nodes[name].line})
			}
		}
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

func readFlakeNode(r *decode.JSONReader) *flakeNode {
	n := &flakeNode{line: r.Line(), named: make(map[string]int)}
	r.Object(func(key string) {
		switch key {
		case "inputs":
			r.Object(func(name string) {
				in := flakeInput{name: name}
				if r.Kind() == decode.Array {
					in.follow = append([]string{}, r.Texts()...)
				} else {
					in.node = r.Text()
				}
				n.named[name] = len(n.inputs)
				n.inputs = append(n.inputs, in)
			})
		case "locked":
			n.locked = readFlake(r)
		case "original":
			n.original = readFlake(r)
		}
	})
	return n
}

func readFlake(r *decode.JSONReader) (f flake) {
	r.Object(func(key string) {
		switch key {
		case "type":
			f.Type = r.Text()
		case "owner":
			f.Owner = r.Text()
		case "repo":
			f.Repo = r.Text()
		case "host":
			f.Host = r.Text()
		case "rev":
			f.Rev = r.Text()
		case "ref":
			f.Ref = r.Text()
		case "url":
			f.URL = r.Text()
		case "path":
			f.Path = r.Text()
		case "dir":
			f.Dir = r.Text()
		case "narHash":
			f.NarHash = r.Text()
		}
	})
	return f
}

// flakeGraph finds what inputs are.
type flakeGraph struct {
	nodes map[string]*flakeNode
	root  string
	found map[flakeEnd]*flakeNode // nil while it is looked for, and of what follows itself
}

type flakeEnd struct {
	node  *flakeNode
	input string
}

// find is the node that an input is.
func (g flakeGraph) find(in flakeInput) *flakeNode {
	switch {
	case in.follow == nil:
		return g.nodes[in.node]
	case len(in.follow) == 0:
		return nil
	}
	at := g.nodes[g.root]
	for _, name := range in.follow {
		end := flakeEnd{at, name}
		next, known := g.found[end]
		if !known {
			g.found[end] = nil
			if at != nil {
				if i, ok := at.named[name]; ok {
					next = g.find(at.inputs[i])
				}
			}
			g.found[end] = next
		}
		at = next
	}
	return at
}

// claim claims the source that a node is locked to. A folder of the tree is a flake of its own.
func (n *flakeNode) claim(name, dir string, out *sbom.Facts) {
	l := n.locked
	var c sbom.Component
	ok := false
	switch l.Type {
	case "github", "gitlab", "sourcehut":
		host := cmp.Or(l.Host, map[string]string{"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}[l.Type])
		// GitLab's groups hold escaped slashes
		c, ok = repository.Component("https://"+host+"/"+strings.ReplaceAll(l.Owner, "%2F", "/")+"/"+l.Repo, l.Rev, l.Dir)
	case "git", "hg":
		c, ok = repository.Component(l.URL, l.Rev, l.Dir)
	case "path":
		at := path.Join(dir, l.Path)
		if l.Path != "" && !path.IsAbs(l.Path) && at != ".." && !strings.HasPrefix(at, "../") {
			n.key = out.Application(at, sbom.Component{})
			return
		}
	}
	if !ok { // tarball, file, indirect, and places of the machine
		c = sbom.Component{PURL: purl.New(purl.Generic, "", name, cmp.Or(l.Rev, l.NarHash))}
		if clean, remote := sbom.CleanURL(l.URL); remote && l.URL != "" {
			c.PURL = c.PURL.With("download_url", clean)
			c.References = []sbom.Reference{{Type: sbom.Distribution, URL: clean}}
		}
	}
	if l.Type == "" || c.PURL.IsZero() {
		out.Gap(n.line, "%.80q is not locked", name)
		return
	}
	if l.NarHash != "" { // of the unpacked tree, in Nix's serialization
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:nix:narHash", Value: l.NarHash})
	}
	key := c.PURL.String()
	if n.key = key; !out.Has(key) {
		out.AddAt(n.line, key, c)
	}
}

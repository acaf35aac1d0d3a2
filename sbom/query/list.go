package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/license"
)

// Filter says which components are asked for. A field that is empty asks for nothing; of several in one field any will do.
type Filter struct {
	Names    []string // patterns of the name, alone or with its namespace, in which * stands for anything
	Types    []string // of purls; "none" for components without
	Kinds    []sbom.Kind
	Scopes   []sbom.Scope
	Stages   []sbom.Stage
	Licenses []string // patterns of licence ids; "none" for components of which no licence is known
	Direct   Mark
	Apps     []string // in which the component occurs: ids, folders or names of applications
	Members  bool     // also the applications of the tree, which are left out else
}

// Mark is a condition on something that is so or not.
type Mark uint8

// The conditions.
const (
	Either Mark = iota
	Only        // what is so
	Never       // what is not so
)

// List gives the components that pass the filter, in the order of ids. It errs where an application that the filter names is none of the graph.
func List(g *sbom.Graph, f Filter) ([]sbom.Handle, error) {
	var within []bool
	for _, word := range f.Apps {
		apps := applications(g, word)
		if len(apps) == 0 {
			return nil, fmt.Errorf("no application is called %q", word)
		}
		for _, app := range apps {
			for h, in := range Within(g, app) {
				if within == nil {
					within = make([]bool, len(g.Components))
				}
				within[h] = within[h] || in
			}
		}
	}
	licensed := make(map[string]bool) // of licence texts, whether they pass
	var list []sbom.Handle
	for h := range g.Components {
		c := &g.Components[h]
		if within != nil && !within[h] || !f.Members && begins(g, sbom.Handle(h)) || !f.passes(c) || !f.licensed(c, licensed) {
			continue
		}
		list = append(list, sbom.Handle(h))
	}
	return list, nil
}

// applications are those that a word means.
func applications(g *sbom.Graph, word string) []sbom.Handle {
	folder := strings.TrimSuffix(strings.TrimPrefix(word, "./"), "/")
	if folder == "" {
		folder = "."
	}
	var named []sbom.Handle
	for h := range g.Components {
		if !begins(g, sbom.Handle(h)) {
			continue
		}
		c := &g.Components[h]
		if string(c.ID) == word || c.IsApplication() && string(c.ID) == "app:"+folder {
			return []sbom.Handle{sbom.Handle(h)}
		}
		if spelled(c, word) {
			named = append(named, sbom.Handle(h))
		}
	}
	return named
}

func (f *Filter) passes(c *sbom.Component) bool {
	kind := string(c.PURL.Type)
	if kind == "" {
		kind = "none"
	}
	switch {
	case len(f.Types) > 0 && !slices.Contains(f.Types, kind),
		len(f.Kinds) > 0 && !slices.Contains(f.Kinds, c.Kind),
		len(f.Scopes) > 0 && !slices.Contains(f.Scopes, c.Scope),
		len(f.Stages) > 0 && !slices.Contains(f.Stages, c.Stage),
		f.Direct == Only && !c.Direct,
		f.Direct == Never && c.Direct:
		return false
	}
	if len(f.Names) == 0 {
		return true
	}
	_, name := c.GroupName()
	return slices.ContainsFunc(f.Names, func(pattern string) bool { return like(pattern, c.Label()) || like(pattern, name) })
}

func (f *Filter) licensed(c *sbom.Component, known map[string]bool) bool {
	if len(f.Licenses) == 0 {
		return true
	}
	claims := 0
	for _, l := range c.Licenses {
		passes, seen := known[l.Text]
		if !seen {
			passes = f.names(l.Text)
			known[l.Text] = passes
		}
		if passes {
			return true
		}
		if l.Text != "" && l.Text != "NOASSERTION" {
			claims++
		}
	}
	return claims == 0 && slices.Contains(f.Licenses, "none")
}

// names tells whether a licence text names a licence that is asked for.
func (f *Filter) names(text string) bool {
	ids := []string{text}
	if expr, ok := license.Normalize(text); ok {
		ids = expr.Licenses()
	}
	return slices.ContainsFunc(ids, func(id string) bool {
		return slices.ContainsFunc(f.Licenses, func(pattern string) bool {
			return pattern != "none" && like(strings.ToLower(pattern), strings.ToLower(id))
		})
	})
}

// like tells whether a text is what a pattern says, in which * stands for anything.
func like(pattern, text string) bool {
	first, rest, wild := strings.Cut(pattern, "*")
	if !wild {
		return pattern == text
	}
	if !strings.HasPrefix(text, first) {
		return false
	}
	text = text[len(first):]
	for {
		var part string
		if part, rest, wild = strings.Cut(rest, "*"); !wild {
			return strings.HasSuffix(text, part)
		}
		i := strings.Index(text, part)
		if i < 0 {
			return false
		}
		text = text[i+len(part):]
	}
}

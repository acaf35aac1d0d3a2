// Package crystal reads what Shards writes.
package crystal

import (
	"errors"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads shard.lock, versions 1 and 2. It has no edges; shard.yml beside tells what the project asks for, and what for.
//
// Source: https://github.com/crystal-lang/shards/blob/master/docs/shard.yml.adoc. A version may carry the commit, 1.2.3+git.commit.<sha>; version 1
// has a field commit instead. Crystal has no purl type: a shard is generic, with its repository.
var Lock = catalogers.Cataloger{
	Name:   "shards-lock",
	Doc:    "Crystal shards pinned in shard.lock, with commits; shard.yml tells which are direct and which for development.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Generic},
	Files:  catalogers.Named("shard.lock"),
	Beside: []string{"shard.yml"},
	Parse:  parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if v := r.Text(); !strings.HasPrefix(v, "1.") && !strings.HasPrefix(v, "2.") {
				out.Gap(line, "version %.20q is unknown", v)
			}
		case "shards":
			r.Object(func(name string) { shard(r, name, f, out) })
		}
	})
	project(f, out)
	return r.Finish()
}

func shard(r *decode.Block, name string, f *catalogers.File, out *sbom.Facts) {
	line := r.Line()
	var version, address, kind, commit string
	r.Object(func(key string) {
		switch key {
		case "version":
			version = r.Text()
		case "commit":
			commit = r.Text()
		case "git", "hg", "fossil", "path":
			kind, address = key, r.Text()
		case "github":
			kind, address = "git", "https://github.com/"+r.Text()
		case "gitlab":
			kind, address = "git", "https://gitlab.com/"+r.Text()
		case "bitbucket":
			kind, address = "git", "https://bitbucket.org/"+r.Text()
		case "codeberg":
			kind, address = "git", "https://codeberg.org/"+r.Text()
		}
	})
	if r.Err() != nil {
		return
	}
	version, build, _ := strings.Cut(version, "+")
	if i := strings.LastIndex(build, ".commit."); i >= 0 {
		commit = build[i+len(".commit."):]
	}
	if name == "" || version == "" && commit == "" {
		out.Gap(line, "%.80q has no name or no version", name)
		return
	}
	if version == "" {
		version = commit
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, "", name, version)}
	switch kind {
	case "git":
		if commit == "" {
			commit = "v" + version // releases are tags
		}
		c.FromGit(address, commit)
	case "path":
		if at, ok := f.Within(address); ok {
			out.Alias(out.Application(at, sbom.Component{}), name)
			return
		}
		c = sbom.Component{Name: name, Version: version, Properties: []sbom.Property{{Name: "sbomgen:crystal:source", Value: "directory"}}}
	default:
		if home, ok := sbom.CleanURL(address); ok {
			c.PURL = c.PURL.With("vcs_url", kind+"+"+home)
		}
	}
	out.AddAt(line, name, c)
}

// project reads what the shard.yml beside says. One that cannot be read tells nothing.
func project(f *catalogers.File, out *sbom.Facts) {
	other, err := f.Beside("shard.yml")
	if err != nil {
		return
	}
	text, err := other.Text()
	if err != nil {
		return
	}
	var app sbom.Component
	type ask struct {
		name  string
		scope sbom.Scope
	}
	var asks []ask
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		switch key {
		case "name":
			app.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: other.Path, Line: r.Line()}}}
			app.Name = r.Text()
		case "version":
			app.Version = r.Text()
		case "description":
			app.Description = strings.Join(strings.Fields(r.Text()), " ")
		case "license":
			app.Licenses = []sbom.License{{Text: r.Text()}}
		case "dependencies":
			r.Object(func(name string) { asks = append(asks, ask{name, sbom.Runtime}) })
		case "development_dependencies":
			r.Object(func(name string) { asks = append(asks, ask{name, sbom.Development}) })
		}
	})
	if r.Err() != nil {
		return
	}
	out.Application(f.Dir(), app)
	for _, a := range asks {
		out.Relate(sbom.Relation{From: out.Owner(), To: a.name, Scope: a.scope, MayMiss: a.scope == sbom.Development}) // install --without-development
	}
}

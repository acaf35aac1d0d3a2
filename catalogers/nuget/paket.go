package nuget

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Paket reads paket.lock.
//
// Source: https://fsprojects.github.io/Paket/lock-file.html and Paket's LockFile.fs: per group and kind of source a "remote:", under it
// packages, indented by four, and under these what they need, indented by six.
var Paket = catalogers.Cataloger{
	Name:   "paket-lock",
	Doc:    "NuGet packages and files of git repositories and of the web pinned in paket.lock, with edges; paket.dependencies tells what is direct.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.NuGet, purl.GitHub, purl.Generic},
	Files:  catalogers.Named("paket.lock"),
	Beside: []string{"paket.dependencies"},
	Parse:  parsePaket,
}

// paket is a lockfile of Paket while it is read.
type paket struct {
	out    *sbom.Facts
	group  string // in lower case, "" for the main one
	source string // NUGET, GITHUB, GIT, HTTP ...
	remote string
	from   string          // the key of the package read last
	direct map[string]bool // keys that paket.dependencies asks for
}

func parsePaket(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	p := paket{out: out, direct: paketDirect(f)}
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimRight(line, " \r\n")
		content := strings.TrimLeft(line, " ")
		switch indent := len(line) - len(content); {
		case content == "" || strings.HasPrefix(content, "//"):
		case indent == 0:
			p.head(content)
		case p.source == "":
			out.Gap(n, "%.80q stands under no source", content)
		case indent == 2:
			if remote, ok := strings.CutPrefix(content, "remote:"); ok {
				p.remote = strings.TrimSpace(remote)
			}
		case indent == 4, strings.HasPrefix(content, "("): // the name of a repository is empty
			p.claim(content, n)
		case p.from != "":
			p.relate(content, n)
		}
	}
	out.Edges(sbom.Complete)
	return nil
}

// head reads a line that is not indented: a group, a source, or an option of the group.
func (p *paket) head(content string) {
	if name, ok := strings.CutPrefix(content, "GROUP "); ok {
		p.group, p.source = strings.ToLower(strings.TrimSpace(name)), ""
	} else if !strings.Contains(content, ":") {
		p.source, p.from = content, ""
	}
}

func (p *paket) key(name string) string { return strings.ToLower(p.group + "/" + name) }

// claim reads "name (version) - restriction: ..."; the name of a file of a repository is its path, and its version the commit.
func (p *paket) claim(content string, line int) {
	p.from = ""
	name, rest, ok := strings.Cut(content, "(")
	version, _, closed := strings.Cut(rest, ")")
	name, version = strings.TrimSpace(name), strings.TrimSpace(version)
	if !ok || !closed || version == "" {
		p.out.Gap(line, "%.80q is no package", content)
		return
	}
	c, label := sbom.Component{}, name
	switch p.source {
	case "NUGET":
		c = component(name, version)
		switch address := strings.TrimSuffix(p.remote, "/"); address {
		case "https://www.nuget.org/api/v2", "http://www.nuget.org/api/v2", "https://nuget.org/api/v2", "https://api.nuget.org/v3/index.json":
		default:
			if url, ok := sbom.CleanURL(address); ok {
				c.PURL = c.PURL.With("repository_url", url)
			}
		}
	case "GITHUB":
		c.PURL = purl.New(purl.GitHub, "", p.remote, version).WithSubpath(strings.Trim(name, "/"))
		label = p.remote + "/" + name
	case "GIT", "GIST", "HTTP":
		url, clean := sbom.CleanURL(p.remote)
		if !clean && p.source != "GIST" {
			return // a place on the machine
		}
		c.References = []sbom.Reference{{Type: sbom.VCS, URL: url}}
		c.PURL = purl.New(purl.Generic, "", strings.TrimSuffix(path.Base(url), ".git"), version).With("vcs_url", "git+"+url+"@"+version)
		if p.source == "GIST" {
			c.References[0].URL = "https://gist.github.com/" + p.remote
			c.PURL = purl.New(purl.Generic, "", name, version).With("vcs_url", "git+"+c.References[0].URL+"@"+version)
		}
		if p.source == "HTTP" { // what stands in brackets is the rest of the address
			c.References = []sbom.Reference{{Type: sbom.Distribution, URL: url}}
			c.PURL = purl.New(purl.Generic, "", name, "").With("download_url", url)
		}
		if label = name; name == "" {
			label = p.remote
		}
	default:
		p.out.Gap(line, "the source %.40q is unknown", p.source)
		return
	}
	key := p.key(label)
	if p.out.Has(key) {
		return
	}
	p.out.AddAt(line, key, c)
	p.from = key
	if p.direct[key] || p.source != "NUGET" {
		p.out.Relate(sbom.Relation{From: p.out.Owner(), To: key, Scope: paketScope(p.group), Line: line})
	} else if paketScope(p.group) != sbom.ScopeUnset {
		p.out.Component(key).Scope = paketScope(p.group)
	}
}

// relate reads "name (range) - restriction: ...". Packages that the restrictions leave out are not in the lockfile.
func (p *paket) relate(content string, line int) {
	name, rest, _ := strings.Cut(content, "(")
	asked, _, _ := strings.Cut(rest, ")")
	name, _, _ = strings.Cut(strings.TrimSpace(name), " ")
	if name != "" && !strings.HasSuffix(name, ":") { // an option of a repository: build, path, os
		p.out.Relate(sbom.Relation{From: p.from, To: p.key(name), Range: asked, Line: line, MayMiss: strings.Contains(content, "restriction:")})
	}
}

// paketScope is what a group is for, where it has the name that the documentation gives such groups.
func paketScope(group string) sbom.Scope {
	switch group {
	case "build":
		return sbom.Build
	case "test", "tests":
		return sbom.Test
	}
	return sbom.ScopeUnset
}

// paketDirect gives the keys of the NuGet packages that paket.dependencies asks for
// (https://fsprojects.github.io/Paket/dependencies-file.html).
func paketDirect(f *catalogers.File) map[string]bool {
	direct := make(map[string]bool)
	other, err := f.Beside("paket.dependencies")
	if err != nil {
		return direct
	}
	text, err := other.Text()
	if err != nil {
		return direct
	}
	var p paket
	for line := range strings.Lines(text) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		switch strings.ToLower(words[0]) {
		case "group":
			p.group = strings.ToLower(words[1])
		case "nuget", "clitool":
			direct[p.key(words[1])] = true
		}
	}
	return direct
}

package nim

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// pkg is a package as nimble.lock holds it.
type pkg struct {
	name, version, commit string
	url, method           string
	sum                   string // SHA-1 of the checked out files
	needs                 []string
	line                  int
}

func readPackage(r *decode.JSONReader, name string) pkg {
	p := pkg{name: name, line: r.Line()}
	r.Object(func(key string) {
		switch key {
		case "version":
			p.version = r.Text()
		case "vcsRevision":
			p.commit = r.Text()
		case "url":
			p.url = r.Text()
		case "downloadMethod":
			p.method = r.Text()
		case "dependencies":
			p.needs = r.Texts()
		case "checksums":
			r.Object(func(kind string) {
				if kind == "sha1" {
					p.sum = r.Text()
				}
			})
		}
	})
	return p
}

func (p *pkg) component() sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Generic, "", p.name, strings.TrimPrefix(p.version, "#"))}
	if p.method == "git" || p.method == "" {
		c.FromGit(p.url, p.commit)
	} else if home, ok := sbom.CleanURL(p.url); ok {
		c.PURL = c.PURL.With("vcs_url", p.method+"+"+home+"@"+p.commit)
	}
	c.Property("sbomgen:nim:tree-sha1", p.sum)
	return c
}

package jenkins

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// line is a line of the list, which names a plugin.
type line struct {
	n                      int
	text, id, version, url string
}

func readLine(n int, text string) line {
	id, rest, _ := strings.Cut(text, ":")
	version, url, _ := strings.Cut(rest, ":")
	return line{n, text, id, version, url}
}

// plausible tells whether the line has the form of one that names a plugin: ids are those of Maven artifacts.
func (p *line) plausible() bool {
	const id = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_."
	return p.id != "" && strings.Trim(p.id, id) == "" && strings.Trim(p.version, id+";+~${}") == ""
}

func (p *line) claim(out *sbom.Facts) {
	if !p.plausible() {
		out.Gap(p.n, "%.80q names no plugin", p.text)
		return
	}
	asked, version := p.version, p.version
	if version == "latest" || version == "experimental" || strings.Contains(version, "$") {
		version = ""
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, "", p.id, version).With("repository_url", "https://updates.jenkins.io")}
	if at, ok := strings.CutPrefix(version, "incrementals;"); ok {
		group, version, ok := strings.Cut(at, ";")
		if !ok {
			out.Gap(p.n, "%.80q has no group or no version", p.text)
			return
		}
		c.PURL = purl.New(purl.Maven, group, p.id, version).With("type", "hpi").With("repository_url", "https://repo.jenkins-ci.org/incrementals/")
	} else if url, ok := sbom.CleanURL(p.url); ok && strings.Contains(url, "://") {
		c.PURL = purl.New(purl.Generic, "", p.id, version)
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: url}}
	}
	out.AddAt(p.n, p.id, c)
	out.Relate(sbom.Relation{From: out.Owner(), To: p.id, Range: asked, Line: p.n})
}

// Package jenkins reads what Jenkins controllers are made of.
package jenkins

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Plugins reads the list that images of Jenkins are built from, a line for each plugin: ID, ID:VERSION, ID:VERSION:URL or
// ID:incrementals;GROUP;VERSION (https://github.com/jenkinsci/plugin-installation-manager-tool#plugin-input-format). A list of names alone
// is one of plugins only where an image or a configuration of Jenkins lies beside it.
var Plugins = catalogers.Cataloger{
	Name:   "jenkins-plugins",
	Doc:    "Plugins of Jenkins that plugins.txt asks for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Generic, purl.Maven},
	Files:  catalogers.Named("plugins.txt"),
	Beside: []string{"Dockerfile", "jenkins.yaml", "casc.yaml"},
	Parse:  parsePlugins,
}

func parsePlugins(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	var list []line
	pinned, wrong, n := 0, 0, 0
	for l := range strings.Lines(text) {
		n++
		l, _, _ = strings.Cut(l, "#")
		if l = strings.TrimSpace(l); l == "" {
			continue
		}
		p := line{n: n, text: l}
		p.id, p.version, _ = strings.Cut(l, ":")
		p.version, p.url, _ = strings.Cut(p.version, ":")
		if p.version != "" && p.plausible() {
			pinned++
		} else if !p.plausible() {
			wrong++
		}
		list = append(list, p)
	}
	if wrong*2 > len(list) || pinned == 0 && (wrong > 0 || !besideJenkins(f)) {
		return nil
	}
	for _, p := range list {
		p.claim(out)
	}
	return nil
}

func besideJenkins(f *catalogers.File) bool {
	for _, name := range [...]string{"jenkins.yaml", "casc.yaml"} {
		if other, err := f.Beside(name); err == nil {
			other.Close()
			return true
		}
	}
	image, err := f.Beside("Dockerfile")
	if err != nil {
		return false
	}
	text, err := image.Text()
	return err == nil && strings.Contains(text, "jenkins")
}

// line is a line of the list.
type line struct {
	n                      int
	text, id, version, url string
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

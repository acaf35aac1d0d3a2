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
		p := readLine(n, l)
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
	image, _ := f.TextBeside("Dockerfile")
	return strings.Contains(image, "jenkins") || f.Has("jenkins.yaml", "casc.yaml")
}

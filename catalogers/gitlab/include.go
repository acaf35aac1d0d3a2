package gitlab

import (
	"encoding/base64"
	"encoding/hex"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// include reads what is included: one thing or a list, an address, or a mapping that says the kind. Local files and GitLab's own templates
// are none of others.
func include(n decode.Node, out *sbom.Facts) {
	if n.Kind() == decode.Array {
		for item := range n.Items() {
			if item.Kind() != decode.Array {
				include(item, out)
			}
		}
		return
	}
	ask := func(c sbom.Component, at decode.Node, asked string) {
		c.Kind = sbom.FileKind
		out.Ask(c, sbom.Relation{Range: asked, Scope: sbom.Build, Line: at.Line()})
	}
	remote, project, part := n.Get("remote"), n.Get("project"), n.Get("component")
	if strings.Contains(n.Text(), "://") {
		remote = n
	}
	switch {
	case remote.Text() != "":
		if c, ok := file(remote.Text(), n.Get("integrity").Text()); ok {
			ask(c, remote, "")
		}
	case project.Text() != "" && !image.Variable(project.Text()):
		group, name := path.Split(project.Text())
		ref := n.Get("ref").Text()
		for _, at := range n.Get("file").Texts() {
			ask(sbom.Component{PURL: purl.New(purl.Generic, strings.Trim(group, "/"), name, ref).WithSubpath(at)}, project, ref)
		}
	case part.Text() != "":
		place, version, _ := strings.Cut(part.Text(), "@")
		at, name := path.Split(place)
		host, place, ok := strings.Cut(strings.Trim(at, "/"), "/")
		if !ok || image.Variable(place) || image.Variable(version) {
			return
		}
		c, ok := repository.Component("https://"+host+"/"+place, version, name)
		if image.Variable(host) { // $CI_SERVER_FQDN: this instance
			group, project := path.Split(place)
			c, ok = sbom.Component{PURL: purl.New(purl.Generic, strings.Trim(group, "/"), project, version).WithSubpath(name)}, true
		}
		if ok {
			ask(c, part, version)
		}
	}
}

// file is a file of the web, whose digest the pipeline may pin.
func file(address, integrity string) (sbom.Component, bool) {
	clean, ok := sbom.CleanURL(address)
	if !ok || image.Variable(address) || !strings.Contains(clean, "://") {
		return sbom.Component{}, false
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, "", path.Base(clean), "").With("download_url", clean),
		References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}
	sum, sha256 := strings.CutPrefix(integrity, "sha256-")
	if raw, err := base64.StdEncoding.DecodeString(sum); sha256 && err == nil {
		if h, ok := sbom.NewHash(sbom.SHA256, hex.EncodeToString(raw)); ok {
			c.Hashes = []sbom.Hash{h}
		}
	}
	return c, !c.PURL.IsZero()
}

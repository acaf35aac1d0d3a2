// Package gitlab reads the pipelines of GitLab.
package gitlab

import (
	"encoding/base64"
	"encoding/hex"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/catalogers/internal/repository"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// CI reads .gitlab-ci.yml and templates for it, https://docs.gitlab.com/ci/yaml/: the images of jobs and services, and what is included
// from other projects, components and addresses. The instance that projects lie on is that of the project itself, which the file does not
// name.
var CI = catalogers.Cataloger{
	Name:  "gitlab-ci",
	Doc:   "Container images that GitLab CI jobs and services use, and the components, projects and remote files that pipelines include.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker, purl.Generic, purl.GitHub, purl.Bitbucket},
	Files: append(catalogers.Named(".gitlab-ci.yml", ".gitlab-ci.yaml"), catalogers.Glob("*.gitlab-ci.yml")...),
	Parse: parseCI,
}

func parseCI(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	docs, err := decode.Nodes(text)
	for _, doc := range docs {
		global := variables(doc.Get("variables"), nil)
		include(doc.Get("include"), out)
		for name, n := range doc.Entries() {
			switch name {
			case "image":
				container(n, global, out)
			case "services":
				services(n, global, out)
			case "include", "variables", "stages", "workflow", "spec", "cache", "before_script", "after_script":
			default: // a job, a hidden one, or "default"
				local := variables(n.Get("variables"), global)
				container(n.Get("image"), local, out)
				services(n.Get("services"), local, out)
				include(n.Get("trigger", "include"), out)
			}
		}
		if err == nil {
			err = doc.Err()
		}
	}
	return err
}

// scope is the variables that hold at a place: those of the pipeline, then those of the job, which hide them.
type scope []map[string]string

func (s scope) value(name string) string {
	for _, values := range slices.Backward(s) {
		if v, ok := values[name]; ok {
			return v
		}
	}
	return ""
}

// variables adds those with plain values to a scope.
func variables(n decode.Node, around scope) scope {
	if n.Kind() != decode.Object {
		return around
	}
	values := make(map[string]string)
	for name, v := range n.Entries() {
		if v.Kind() == decode.Object {
			v = v.Get("value")
		}
		if text := v.Text(); len(text) <= 4096 { // longer ones are no names
			values[name] = text
		}
	}
	return append(around[:len(around):len(around)], values)
}

func services(n decode.Node, values scope, out *sbom.Facts) {
	for s := range n.Items() {
		container(s, values, out)
	}
}

// container reads an image by itself or in a mapping. Variables that the file does not set are the project's.
func container(n decode.Node, values scope, out *sbom.Facts) {
	if n.Kind() == decode.Object {
		n = n.Get("name")
	}
	text := n.Text()
	for range 3 { // variables may hold variables
		text = substitute(text, values)
	}
	if _, ok := image.Claim(out, text, sbom.Relation{Scope: sbom.Build, Line: n.Line()}); !ok && text != "" && !image.Variable(text) {
		out.Gap(n.Line(), "%.80q names no image", text)
	}
}

func substitute(text string, values scope) string {
	if strings.IndexByte(text, '$') < 0 || len(text) > 4096 {
		return text
	}
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(text, "$")
		b.WriteString(before)
		if !ok || b.Len() > 4096 {
			return b.String()
		}
		name, after := rest, ""
		if inner, tail, braced := strings.Cut(strings.TrimPrefix(rest, "{"), "}"); braced && strings.HasPrefix(rest, "{") {
			name, after = inner, tail
		} else {
			end := 0
			for end < len(rest) && (rest[end] == '_' || 'a' <= rest[end]|0x20 && rest[end]|0x20 <= 'z' || '0' <= rest[end] && rest[end] <= '9') {
				end++
			}
			name, after = rest[:end], rest[end:]
		}
		if value := values.value(name); value != "" {
			b.WriteString(value)
		} else {
			b.WriteString("${" + name + "}")
		}
		text = after
	}
}

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
		key := c.PURL.String()
		if !out.Has(key) {
			out.AddAt(at.Line(), key, c)
		}
		out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: asked, Scope: sbom.Build, Line: at.Line()})
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

// Package devcontainer reads development containers, https://containers.dev/.
package devcontainer

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/image"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Config reads devcontainer.json, https://containers.dev/implementors/json_reference/: the image and the features that are
// installed into it. Features lie in registries of OCI; those of a folder are the project's own.
var Config = catalogers.Cataloger{
	Name:  "devcontainer",
	Doc:   "Images and features that devcontainer.json asks for.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Docker, purl.OCI, purl.Generic},
	Files: catalogers.Named("devcontainer.json", ".devcontainer.json"),
	Parse: parseConfig,
}

func parseConfig(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Own(project(f.Dir()))
	r := decode.NewJSONC(text)
	r.Object(func(key string) {
		switch key {
		case "image":
			line, reference := r.Line(), r.Text()
			if _, ok := image.Claim(out, reference, sbom.Relation{Scope: sbom.Development, Line: line}); !ok && reference != "" && !image.Variable(reference) {
				out.Gap(line, "%.80q names no image", reference)
			}
		case "features":
			r.Object(func(name string) {
				line := r.Line()
				if c, asked, ok := feature(name); ok {
					key := c.PURL.String()
					if !out.Has(key) {
						out.AddAt(line, key, c)
					}
					out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: asked, Scope: sbom.Development, Line: line})
				} else if !strings.HasPrefix(name, ".") && !image.Variable(name) {
					out.Gap(line, "%.80q names no feature", name)
				}
			})
		}
	})
	return r.Finish()
}

// project is the folder that a configuration is for: that around .devcontainer, in which there may be one more.
func project(dir string) string {
	for at := dir; at != "."; at = path.Dir(at) {
		if path.Base(at) == ".devcontainer" {
			return path.Dir(at)
		}
	}
	return dir
}

// feature reads how a feature is named, https://containers.dev/implementors/features/#referencing-a-feature: in a registry, by the address of
// an archive, or, before there were registries, by a bare name. Its tag may be a range.
func feature(name string) (c sbom.Component, asked string, ok bool) {
	if strings.HasPrefix(name, "https://") || strings.HasPrefix(name, "http://") {
		clean, ok := sbom.CleanURL(name)
		base := strings.TrimSuffix(path.Base(clean), ".tgz")
		c = sbom.Component{PURL: purl.New(purl.Generic, "", base, "").With("download_url", clean), References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}
		return c, "", ok && !c.PURL.IsZero()
	}
	if !strings.Contains(name, "/") {
		bare, version, _ := strings.Cut(name, "@")
		name = "ghcr.io/devcontainers/features/" + bare + ":" + version // where the first ones are now
		name = strings.TrimSuffix(name, ":")
	}
	is, ok := image.Component(name)
	if !ok {
		return c, "", false
	}
	if strings.HasPrefix(is.PURL.Version, "sha256:") {
		return artifact(is.PURL, is.PURL.Version), "", true
	}
	return artifact(is.PURL, ""), is.PURL.Version, true
}

// artifact is a feature as an artifact of OCI. Its version is the digest, if that is known.
func artifact(from purl.PURL, digest string) sbom.Component {
	host := from.Qualifier("repository_url")
	if host == "" {
		host = "docker.io"
	}
	at := host + "/" + strings.TrimPrefix(from.Namespace+"/"+from.Name, "/")
	return sbom.Component{PURL: purl.New(purl.OCI, "", from.Name, digest).With("repository_url", at)}
}

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
					out.Ask(c, sbom.Relation{Range: asked, Scope: sbom.Development, Line: line})
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

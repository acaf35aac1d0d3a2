// Package unity reads what Unity's package manager writes.
package unity

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads Packages/packages-lock.json, https://docs.unity3d.com/Manual/upm-conflicts-auto.html: packages by name with their source, their depth, 0 for
// what the project's manifest asks for, and what they need. "hash" is the commit of a git package.
//
// Unity has no purl type; its registries speak npm's protocol, so a package is npm with a repository_url.
var Lock = catalogers.Cataloger{
	Name:  "unity-lock",
	Doc:   "Unity packages pinned in Packages/packages-lock.json, with edges, registries and commits.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.NPM},
	Files: catalogers.Glob("**/Packages/packages-lock.json"),
	Parse: parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	out.Own(strings.TrimSuffix(strings.TrimSuffix(f.Dir(), "Packages"), "/"))
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		if key == "dependencies" {
			r.Object(func(name string) { entry(r, name, f, out) })
		}
	})
	out.Edges(sbom.Complete)
	return r.Finish()
}

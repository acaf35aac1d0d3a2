package maven

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// SbtLock reads build.sbt.lock of the plugin sbt-dependency-lock, version 1. It holds no edges.
//
// Source: https://github.com/stringbean/sbt-dependency-lock, src/main/paradox/file-formats/version-1.md.
var SbtLock = catalogers.Cataloger{
	Name:  "sbt-lock",
	Doc:   "Maven packages pinned in build.sbt.lock, with digests; their configurations tell what they are for.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Maven},
	Files: catalogers.Named("build.sbt.lock"),
	Parse: parseSbtLock,
}

func parseSbtLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		switch key {
		case "lockVersion":
			line := r.Line()
			if version := r.Int(); version != 1 {
				out.Gap(line, "lockVersion %d is unknown", version)
			}
		case "dependencies":
			r.Array(func() { sbtDependency(r, out) })
		}
	})
	return r.Finish()
}

func sbtDependency(r *decode.JSONReader, out *sbom.Facts) {
	line := r.Line()
	var group, artifact, version string
	var scope sbom.Scope
	var files []sbom.Reference
	r.Object(func(field string) {
		switch field {
		case "org":
			group = r.Text()
		case "name":
			artifact = r.Text()
		case "version":
			version = r.Text()
		case "artifacts":
			r.Array(func() { files = append(files, sbtArtifact(r, out)) })
		case "configurations":
			for _, configuration := range r.Texts() {
				scope = max(scope, sbtScope(configuration))
			}
		}
	})
	if r.Err() != nil {
		return
	}
	if group == "" || artifact == "" || version == "" {
		out.Gap(line, "a dependency has no org, name or version")
		return
	}
	c := component(group, artifact, version)
	c.Scope = scope
	distribute(&c, files)
	out.AddAt(line, group+":"+artifact+":"+version, c)
}

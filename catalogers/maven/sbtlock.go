package maven

import (
	"path"
	"strings"

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
	if len(files) == 1 {
		c.Hashes = files[0].Hashes
	} else {
		c.References = files
	}
	out.AddAt(line, group+":"+artifact+":"+version, c)
}

// sbtArtifact reads a file with its digest, "sha1:" and hex.
func sbtArtifact(r *decode.JSONReader, out *sbom.Facts) sbom.Reference {
	file := sbom.Reference{Type: sbom.Distribution}
	r.Object(func(field string) {
		switch field {
		case "name":
			file.URL = path.Base(r.Text())
		case "hash":
			line := r.Line()
			kind, hex, _ := strings.Cut(r.Text(), ":")
			if h, ok := sbom.NewHash(sbom.Algorithm(strings.Replace(strings.ToUpper(kind), "SHA", "SHA-", 1)), hex); ok {
				file.Hashes = []sbom.Hash{h}
			} else {
				out.Gap(line, "the hash is none")
			}
		}
	})
	return file
}

// sbtScope gives what a configuration is for (https://www.scala-sbt.org/1.x/docs/Library-Dependencies.html#Ivy+Configurations).
func sbtScope(configuration string) sbom.Scope {
	switch strings.ToLower(configuration) {
	case "test", "test-internal", "it", "integrationtest":
		return sbom.Test
	case "provided", "compile-internal", "runtime-internal":
		return sbom.Peer
	case "optional":
		return sbom.Optional
	case "plugin", "scala-tool", "scala-doc-tool", "scalafmt":
		return sbom.Build
	}
	return sbom.Runtime
}

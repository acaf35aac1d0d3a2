package maven

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Verification reads gradle/verification-metadata.xml: the digests that Gradle demands of what it downloads, for everything that the build
// resolves anywhere.
//
// Source: https://docs.gradle.org/current/userguide/dependency_verification.html. Components of which only the metadata is verified are
// parents and BOMs, and no packages.
var Verification = catalogers.Cataloger{
	Name:  "gradle-verification",
	Doc:   "Maven packages with the digests of their artifacts, from Gradle's verification-metadata.xml.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Maven},
	Files: catalogers.Named("verification-metadata.xml"),
	Parse: parseVerification,
}

func parseVerification(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if path.Base(f.Dir()) == "gradle" {
		out.Own(path.Dir(f.Dir()))
	}
	r := decode.NewXML(text)
	r.Children(func(root string) {
		if root != "verification-metadata" {
			return
		}
		r.Children(func(name string) {
			if name == "components" {
				r.Children(func(string) { verified(r, out) })
			}
		})
	})
	return r.Err()
}

// verified reads one component with the digests of its artifacts.
func verified(r *decode.XMLReader, out *sbom.Facts) {
	line := r.Line()
	group, name, version := r.Attr("group"), r.Attr("name"), r.Attr("version")
	var files []sbom.Reference
	r.Children(func(string) {
		if file, ok := gradleArtifact(r, out); ok {
			files = append(files, file)
		}
	})
	if r.Err() != nil {
		return
	}
	if group == "" || name == "" || version == "" {
		out.Gap(line, "a component has no group, name or version")
		return
	}
	if key := group + ":" + name + ":" + version; len(files) > 0 && !out.Has(key) {
		c := component(group, name, version)
		distribute(&c, files)
		out.AddAt(line, key, c)
	}
}

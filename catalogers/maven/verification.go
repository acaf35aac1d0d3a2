package maven

import (
	"path"
	"strings"

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
	c := component(group, name, version)
	r.Children(func(string) {
		file := r.Attr("name")
		metadata := strings.HasSuffix(file, ".pom") || strings.HasSuffix(file, ".module")
		artifact := sbom.Reference{Type: sbom.Distribution, URL: file}
		digest := func(kind string) {
			algorithm := sbom.Algorithm(strings.Replace(strings.ToUpper(kind), "SHA", "SHA-", 1))
			if h, ok := sbom.NewHash(algorithm, r.Attr("value")); ok {
				artifact.Hashes = append(artifact.Hashes, h)
			} else if algorithm.Size() > 0 && !metadata {
				out.Gap(r.Line(), "%s: the %s is none", file, kind)
			}
		}
		r.Children(func(kind string) {
			digest(kind)
			r.Children(func(trusted string) {
				if trusted == "also-trust" {
					digest(kind)
				}
			})
		})
		if !metadata && file != "" {
			c.References = append(c.References, artifact)
		}
	})
	if r.Err() != nil {
		return
	}
	if group == "" || name == "" || version == "" {
		out.Gap(line, "a component has no group, name or version")
		return
	}
	switch len(c.References) {
	case 0:
		return
	case 1:
		c.Hashes, c.References = c.References[0].Hashes, nil
	}
	if key := group + ":" + name + ":" + version; !out.Has(key) {
		out.AddAt(line, key, c)
	}
}

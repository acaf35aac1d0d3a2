package maven

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// algorithm is the one that Gradle and sbt call "sha256".
func algorithm(kind string) sbom.Algorithm {
	return sbom.Algorithm(strings.Replace(strings.ToUpper(kind), "SHA", "SHA-", 1))
}

// distribute gives a package its files: the digests of the only one are the package's.
func distribute(c *sbom.Component, files []sbom.Reference) {
	if len(files) == 1 {
		c.Hashes = files[0].Hashes
	} else {
		c.References = files
	}
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
			if h, ok := sbom.NewHash(algorithm(kind), hex); ok {
				file.Hashes = []sbom.Hash{h}
			} else {
				out.Gap(line, "the hash is none")
			}
		}
	})
	return file
}

// gradleArtifact reads a file with its digests, <sha256 value="..."/> and those that it trusts also. It returns false
// for a POM or other metadata, which is no file of the package.
func gradleArtifact(r *decode.XMLReader, out *sbom.Facts) (file sbom.Reference, ok bool) {
	file = sbom.Reference{Type: sbom.Distribution, URL: r.Attr("name")}
	metadata := strings.HasSuffix(file.URL, ".pom") || strings.HasSuffix(file.URL, ".module")
	digest := func(kind string) {
		if h, ok := sbom.NewHash(algorithm(kind), r.Attr("value")); ok {
			file.Hashes = append(file.Hashes, h)
		} else if algorithm(kind).Size() > 0 && !metadata {
			out.Gap(r.Line(), "%s: the %s is none", file.URL, kind)
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
	return file, !metadata && file.URL != ""
}

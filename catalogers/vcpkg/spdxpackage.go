package vcpkg

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// spdxPackage is what SPDX 2 says of a package, https://spdx.github.io/spdx-spec/v2.3/package-information/, as far as vcpkg writes it.
type spdxPackage struct {
	id, name, version, download, home, description, license, concluded string
	hashes                                                             []sbom.Hash
	line                                                               int
}

func readSPDX(r *decode.JSONReader) spdxPackage {
	p := spdxPackage{line: r.Line()}
	r.Object(func(key string) {
		switch key {
		case "SPDXID":
			p.id = r.Text()
		case "name":
			p.name = r.Text()
		case "versionInfo":
			p.version = r.Text()
		case "downloadLocation":
			p.download = r.Text()
		case "homepage":
			p.home = r.Text()
		case "description":
			p.description, _, _ = strings.Cut(r.Text(), "\n")
		case "licenseDeclared":
			p.license = r.Text()
		case "licenseConcluded":
			p.concluded = r.Text()
		case "checksums":
			r.Array(func() {
				var algorithm, value string
				r.Object(func(key string) {
					switch key {
					case "algorithm":
						algorithm = r.Text()
					case "checksumValue":
						value = r.Text()
					}
				})
				if h, ok := sbom.NewHash(sbom.SHA512, value); ok && algorithm == "SHA512" {
					p.hashes = append(p.hashes, h)
				}
			})
		}
	})
	return p
}

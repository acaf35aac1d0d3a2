package vcpkg

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// SPDX reads the SBOM that vcpkg installs with every package, <installed>/<triplet>/share/<port>/vcpkg.spdx.json,
// https://learn.microsoft.com/vcpkg/reference/software-bill-of-materials: SPDXRef-port is the package, SPDXRef-resource-N what its sources were
// downloaded from; SPDXRef-binary carries a number that only vcpkg's cache understands.
var SPDX = catalogers.Cataloger{
	Name:  "vcpkg-spdx",
	Doc:   "C and C++ packages that vcpkg installed, by their vcpkg.spdx.json, with licences and the digests of their sources.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.VCPkg},
	Files: catalogers.Named("vcpkg.spdx.json"),
	Parse: parseSPDX,
}

func parseSPDX(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	out.Own(project(f.Path))
	r := decode.NewJSON(text)
	var list []spdxPackage
	r.Object(func(key string) {
		if key == "packages" {
			r.Array(func() { list = append(list, readSPDX(r)) })
		}
	})
	var at *spdxPackage
	for i := range list {
		if list[i].id == "SPDXRef-port" {
			at = &list[i]
		}
	}
	if at == nil || !isName(at.name) || at.version == "" {
		if r.Err() == nil {
			out.Gap(0, "describes no port with a version")
		}
		return r.Finish()
	}
	c := port(at.name, at.version, "")
	if share := path.Dir(f.Dir()); path.Base(share) == "share" {
		c.PURL = c.PURL.With("triplet", path.Base(path.Dir(share)))
	}
	// the recipe's own tree: git+https://github.com/microsoft/vcpkg@<git tree>
	if address, ok := sbom.CleanURL(at.download); ok && strings.HasPrefix(address, "git+") {
		c.Property("sbomgen:vcpkg:recipe", address)
	}
	c.Description = at.description
	c.Link(sbom.Website, at.home)
	for _, l := range [...]sbom.License{{Text: at.license}, {Text: at.concluded, Basis: sbom.ConcludedLicense}} {
		if l.Text != "" && l.Text != "NOASSERTION" && l.Text != "NONE" {
			c.Licenses = append(c.Licenses, l)
		}
	}
	for _, p := range list {
		if address, ok := sbom.CleanURL(p.download); ok && strings.HasPrefix(p.id, "SPDXRef-resource") && address != "NOASSERTION" {
			c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: address, Hashes: p.hashes})
		}
	}
	out.AddAt(at.line, at.name, c)
	return r.Finish()
}

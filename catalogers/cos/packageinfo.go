// Package cos reads what Container-Optimized OS is made of.
package cos

import (
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Packages reads the list of packages in images of Container-Optimized OS, which Portage has built: https://cloud.google.com/container-optimized-os/docs/how-to/sboms and
// https://cos.googlesource.com/cos/tools, pkg/utils. What was there only to build the image is listed apart.
//
// Portage has no purl type.
var Packages = catalogers.Cataloger{
	Name:   "cos-package-info",
	Doc:    "Packages of Google's Container-Optimized OS, of etc/cos-package-info.json, with those that were only there to build it marked.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Generic},
	Files:  catalogers.Glob("**/etc/cos-package-info.json"),
	Beside: osrelease.Beside(".."),
	Parse:  parsePackages,
}

// ebuild is one entry: the version of an ebuild is the package's with a revision of the recipe.
type ebuild struct{ category, name, version, ebuildVersion string }

func parsePackages(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := path.Dir(f.Dir())
	out.Own(root)
	release := osrelease.Read(f, root)
	release.Claim(out)
	known := false
	r := decode.NewJSON(text)
	r.Object(func(key string) {
		scope := sbom.ScopeUnset
		switch key {
		case "installedPackages":
		case "buildTimePackages":
			scope = sbom.Build
		default:
			return
		}
		list := r.Array(func() {
			line, p := r.Line(), ebuild{}
			r.Object(func(key string) {
				switch key {
				case "category":
					p.category = r.Text()
				case "name":
					p.name = r.Text()
				case "version":
					p.version = r.Text()
				case "ebuild_version":
					p.ebuildVersion = r.Text()
				}
			})
			p.claim(line, release.Distro(), scope, out)
		})
		known = known || list
	})
	if err := r.Finish(); err != nil {
		return err
	}
	if !known {
		out.Gap(0, "has no list %q", "installedPackages")
	}
	return nil
}

func (p *ebuild) claim(line int, distro string, scope sbom.Scope, out *sbom.Facts) {
	version := p.ebuildVersion
	if version == "" {
		version = p.version
	}
	if p.name == "" || version == "" {
		out.Gap(line, "a package has no name or no version")
		return
	}
	key := p.category + "/" + p.name + "-" + version
	if c := out.Component(key); c != nil {
		if scope == sbom.ScopeUnset {
			c.Scope = scope // what is in the image stays, whatever else it was needed for
		}
		return
	}
	c := sbom.Component{PURL: purl.New(purl.Generic, p.category, p.name, version).With("distro", distro), Scope: scope}
	if p.version != "" && p.version != version {
		c.Properties = []sbom.Property{{Name: "sbomgen:portage:version", Value: p.version}}
	}
	out.AddAt(line, key, c)
}

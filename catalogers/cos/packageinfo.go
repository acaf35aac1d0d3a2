// Package cos reads what Container-Optimized OS is made of.
package cos

import (
	"cmp"
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

func parsePackages(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := path.Dir(f.Dir())
	distro := osrelease.Own(f, root, out).Distro()
	r := decode.NewJSON(text)
	claim := func(scope sbom.Scope) {
		line, p := r.Line(), r.Fields()
		version := cmp.Or(p["ebuild_version"], p["version"])
		if p["name"] == "" || version == "" {
			out.Gap(line, "a package has no name or no version")
			return
		}
		key := p["category"] + "/" + p["name"] + "-" + version
		if c := out.Component(key); c != nil {
			if scope == sbom.ScopeUnset {
				c.Scope = scope // what is in the image stays, whatever else it was needed for
			}
			return
		}
		c := sbom.Component{PURL: purl.New(purl.Generic, p["category"], p["name"], version).With("distro", distro), Scope: scope}
		if p["version"] != version { // that of an ebuild has the revision of the recipe
			c.Property("sbomgen:portage:version", p["version"])
		}
		out.AddAt(line, key, c)
	}
	known := false
	r.Object(func(key string) {
		switch key {
		case "installedPackages":
			known = r.Array(func() { claim(sbom.ScopeUnset) }) || known
		case "buildTimePackages":
			known = r.Array(func() { claim(sbom.Build) }) || known
		}
	})
	if err := r.Finish(); err != nil {
		return err
	}
	if !known {
		out.Gap(0, "has no list %q", "installedPackages")
	}
	return nil
}

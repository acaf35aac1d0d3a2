// Package bottlerocket reads what Bottlerocket is made of.
package bottlerocket

import (
	"cmp"
	"path"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Inventory reads the list that Bottlerocket's images carry in place of an rpm database: https://github.com/bottlerocket-os/twoliter, rpm2img. Its packages are
// built as rpms, and the list names them as these do.
var Inventory = catalogers.Cataloger{
	Name:   "bottlerocket-inventory",
	Doc:    "Packages of Bottlerocket, of usr/share/bottlerocket/application-inventory.json.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.RPM},
	Files:  catalogers.Glob("**/usr/share/bottlerocket/application-inventory.json"),
	Beside: osrelease.Beside("../../.."),
	Parse:  parseInventory,
}

func parseInventory(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := path.Join(f.Dir(), "../../..")
	release := osrelease.Own(f, root, out)
	vendor := cmp.Or(release.Vendor(purl.RPM), "bottlerocket")
	r := decode.NewJSON(text)
	known := false
	r.Object(func(key string) {
		if key == "Content" {
			known = r.Array(func() {
				line, entry := r.Line(), r.Fields()
				if entry["Name"] == "" || entry["Version"] == "" {
					out.Gap(line, "a package has no name or no version")
					return
				}
				out.AddAt(line, entry["Name"], component(entry, vendor, release.Distro()))
			})
		}
	})
	if err := r.Finish(); err != nil {
		return err
	}
	if !known {
		out.Gap(0, "has no list %q", "Content")
	}
	return nil
}

// component is the package of one entry, which has all fields of the rpm's header in texts.
func component(entry map[string]string, vendor, distro string) sbom.Component {
	version := entry["Version"]
	if release := entry["Release"]; release != "" {
		version += "-" + release
	}
	p := purl.New(purl.RPM, vendor, entry["Name"], version).With("arch", entry["Architecture"]).With("distro", distro)
	if epoch := entry["Epoch"]; epoch != "0" && epoch != "(none)" {
		p = p.With("epoch", epoch)
	}
	c := sbom.Component{PURL: p, Description: entry["Summary"], Supplier: entry["Publisher"]}
	c.Link(sbom.Website, entry["Url"])
	if kind := entry["ApplicationType"]; kind != "Unspecified" {
		c.Property("sbomgen:bottlerocket:application-type", kind)
	}
	return c
}

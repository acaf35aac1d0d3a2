// Package bottlerocket reads what Bottlerocket is made of.
package bottlerocket

import (
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

// application is one entry.
type application struct{ name, version, release, epoch, arch, address, summary, publisher, kind string }

func parseInventory(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := path.Join(f.Dir(), "../../..")
	out.Own(root)
	release := osrelease.Read(f, root)
	release.Claim(out)
	vendor := release.Vendor(purl.RPM)
	if vendor == "" {
		vendor = "bottlerocket"
	}
	r := decode.NewJSON(text)
	known := false
	r.Object(func(key string) {
		if key != "Content" {
			return
		}
		known = r.Array(func() {
			line, a := r.Line(), application{}
			r.Object(func(key string) {
				switch key {
				case "Name":
					a.name = r.Text()
				case "Version":
					a.version = r.Text()
				case "Release":
					a.release = r.Text()
				case "Epoch":
					a.epoch = r.Text()
				case "Architecture":
					a.arch = r.Text()
				case "Url":
					a.address = r.Text()
				case "Summary":
					a.summary = r.Text()
				case "Publisher":
					a.publisher = r.Text()
				case "ApplicationType":
					a.kind = r.Text()
				}
			})
			a.claim(line, vendor, release.Distro(), out)
		})
	})
	if err := r.Finish(); err != nil {
		return err
	}
	if !known {
		out.Gap(0, "has no list %q", "Content")
	}
	return nil
}

func (a *application) claim(line int, vendor, distro string, out *sbom.Facts) {
	if a.name == "" || a.version == "" {
		out.Gap(line, "a package has no name or no version")
		return
	}
	version := a.version
	if a.release != "" {
		version += "-" + a.release
	}
	c := sbom.Component{PURL: purl.New(purl.RPM, vendor, a.name, version).With("arch", a.arch).With("distro", distro), Description: a.summary, Supplier: a.publisher}
	if a.epoch != "" && a.epoch != "0" && a.epoch != "(none)" {
		c.PURL = c.PURL.With("epoch", a.epoch)
	}
	if home, ok := sbom.CleanURL(a.address); ok {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
	}
	if a.kind != "" && a.kind != "Unspecified" {
		c.Properties = []sbom.Property{{Name: "sbomgen:bottlerocket:application-type", Value: a.kind}}
	}
	out.AddAt(line, a.name, c)
}

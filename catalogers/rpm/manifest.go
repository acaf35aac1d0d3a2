// Package rpm reads what is installed by rpm.
package rpm

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Manifest reads the list of packages that distroless images of Azure Linux and CBL-Mariner keep instead of a database. It is written by
// rpm -qa --qf "%{NAME}\t%{VERSION}-%{RELEASE}\t%{INSTALLTIME}\t%{BUILDTIME}\t%{VENDOR}\t%{EPOCH}\t%{SIZE}\t%{ARCH}\t%{EPOCHNUM}\t%{SOURCERPM}\n",
// https://github.com/microsoft/azurelinux/blob/3.0/toolkit/docs/how_it_works/5_misc.md.
var Manifest = catalogers.Cataloger{
	Name:   "rpm-manifest",
	Doc:    "Packages of distroless images of Azure Linux and CBL-Mariner, of var/lib/rpmmanifest/container-manifest-2, with sources and epochs.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.RPM},
	Files:  catalogers.Glob("**/var/lib/rpmmanifest/container-manifest-2"),
	Beside: osrelease.Beside("../../.."),
	Parse:  parseManifest,
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := path.Join(f.Dir(), "../../..")
	release := osrelease.Own(f, root, out)
	vendor, number := release.Vendor(purl.RPM), 0
	if vendor == "" {
		vendor, out.Confidence = guess(text), 70
	}
	for line := range strings.Lines(text) {
		number++
		fields := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		for i := range fields {
			if fields[i] == "(none)" {
				fields[i] = ""
			}
		}
		if len(fields) == 1 && fields[0] == "" {
			continue
		}
		if len(fields) != 10 || fields[0] == "" || fields[1] == "" {
			out.Gap(number, "%.80q is no package", strings.TrimSpace(line))
			continue
		}
		name, version, arch, epoch := fields[0], fields[1], fields[7], fields[8]
		key := name + "-" + version + "." + arch
		if out.Has(key) { // written once for each of its files
			continue
		}
		c := sbom.Component{PURL: purl.New(purl.RPM, vendor, name, version).With("arch", arch).With("distro", release.Distro()).With("upstream", fields[9]), Supplier: fields[4]}
		if epoch != "0" {
			c.PURL = c.PURL.With("epoch", epoch)
		}
		out.AddAt(number, key, c)
	}
	return nil
}

// guess names the distribution, where os-release is missing, by the suffix of its releases.
func guess(text string) string {
	if strings.Contains(text, ".cm1\t") || strings.Contains(text, ".cm2\t") {
		return "mariner"
	}
	return "azurelinux"
}

package snap

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Manifest reads snap/manifest.yaml, in which snapcraft notes what it built a snap from if SNAPCRAFT_BUILD_INFO asks for it
// (https://github.com/canonical/snapcraft/blob/8.0.0/snapcraft/meta/manifest.py). primed-stage-packages are the Debian packages of which something
// is in the snap; before snapcraft 4 only the parts told what they staged. What was needed to build is not in the snap and left out.
var Manifest = catalogers.Cataloger{
	Name:  "snap-manifest",
	Doc:   "Debian packages that a snap was built from, of snap/manifest.yaml.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic, purl.Deb},
	Files: catalogers.Glob("**/snap/manifest.yaml"),
	Parse: parseManifest,
}

// Base reads usr/share/snappy/dpkg.yaml, which the builds of the snaps core, core18 and so on leave instead of dpkg's database
// (https://github.com/snapcore/core20/blob/master/hooks/800-create-manifest.chroot).
var Base = catalogers.Cataloger{
	Name:   "snap-base",
	Doc:    "Debian packages that the base snaps of Ubuntu Core consist of, of usr/share/snappy/dpkg.yaml.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Generic, purl.Deb},
	Files:  catalogers.Glob("**/usr/share/snappy/dpkg.yaml"),
	Beside: []string{"../../../meta/snap.yaml", "../../../etc/os-release", "../../../usr/lib/os-release"},
	Parse:  parseBase,
}

func parseManifest(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	y, err := readYAML(text)
	if err != nil {
		return err
	}
	if y.Get("snapcraft-version").Kind() != decode.String && y.Get("parts").Kind() != decode.Object {
		return nil // another's manifest in a folder of this name
	}
	holder := hold(placeOf(f.Path), component(y), out)
	system := y.Get("snapcraft-os-release-id").Text()
	d := debs{out: out, holder: holder, vendor: strings.ToLower(system)}
	if d.vendor == "" {
		d.vendor, out.Confidence = "ubuntu", 70
	}
	if v := y.Get("snapcraft-os-release-version-id").Text(); system != "" && v != "" {
		d.distro = d.vendor + "-" + v
	}
	if primed := y.Get("primed-stage-packages"); primed.Kind() == decode.Array {
		d.add(primed)
	} else {
		for _, part := range y.Get("parts").Entries() {
			d.add(part.Get("stage-packages"))
		}
	}
	return y.Err()
}

func parseBase(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	y, err := readYAML(text)
	if err != nil {
		return err
	}
	root := path.Join(f.Dir(), "../../..")
	at := placeOf(f.Path)
	if at.revision == "" {
		at = place{system: root, snap: root}
	}
	var c sbom.Component
	if meta, err := f.Beside("../../../meta/snap.yaml"); err == nil {
		if text, err := meta.Text(); err == nil {
			if y, err := readYAML(text); err == nil {
				c = component(y)
			}
		}
	}
	release := osrelease.Read(f, root)
	d := debs{out: out, holder: hold(at, c, out), vendor: release.Vendor(purl.Deb), distro: release.Distro()}
	if d.vendor == "" {
		d.vendor, out.Confidence = "ubuntu", 70
	}
	packages := y.Get("packages")
	if packages.Kind() != decode.Array {
		out.Gap(0, "has no list of packages")
	}
	d.add(packages)
	return y.Err()
}

// hold claims the snap that the packages are in and gives its key. It is the application where it is unpacked, or unknown.
func hold(at place, c sbom.Component, out *sbom.Facts) string {
	out.Own(at.system)
	switch {
	case c.PURL.IsZero():
		return out.Owner()
	case at.revision == "":
		return out.Application(at.snap, application(c))
	}
	key := "snap " + c.PURL.Name
	out.Add(key, c)
	return key
}

// debs claims packages that are written as "name=version" or "name:architecture=version".
type debs struct {
	out                    *sbom.Facts
	holder, vendor, distro string
}

func (d *debs) add(list decode.Node) {
	for item := range list.Items() {
		text := item.Text()
		name, version, ok := strings.Cut(text, "=")
		name, arch, _ := strings.Cut(name, ":")
		if !ok || name == "" || version == "" || strings.ContainsAny(text, " \t\n") {
			d.out.Gap(item.Line(), "%.80q is no package with its version", text)
			continue
		}
		p := purl.New(purl.Deb, d.vendor, name, version).With("arch", arch).With("distro", d.distro)
		if key := p.String(); !d.out.Has(key) { // several parts can stage one package
			d.out.AddAt(item.Line(), key, sbom.Component{PURL: p})
			d.out.Relate(sbom.Relation{From: d.holder, To: key, Kind: sbom.Contains, Line: item.Line()})
		}
	}
}

// Package opkg reads the database of opkg, the package manager of OpenWrt and of Yocto's images.
package opkg

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/control"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Status reads opkg's status file and the control files of the packages in info beside it, https://openwrt.org/docs/guide-user/additional-software/opkg
// and libopkg/pkg_parse.c: paragraphs like dpkg's. The flag "user" says that somebody asked for the package.
//
// opkg has no purl type.
var Status = catalogers.Cataloger{
	Name:   "opkg-status",
	Doc:    "Packages of OpenWrt and Yocto installed by opkg, with edges, licences, files and what the user asked for.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.Generic},
	Files:  catalogers.Glob("**/usr/lib/opkg/status", "**/var/lib/opkg/status"),
	Beside: slices.Concat([]string{"info/*.control", "info/*.list"}, osrelease.Beside("../../..")),
	Parse:  parseStatus,
}

func parseStatus(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := path.Join(f.Dir(), "../../..")
	release := osrelease.Own(f, root, out)
	out.Edges(sbom.Complete)
	fs := rootfs.Open(f, root)
	var installed []control.Package
	for p := range control.Paragraphs(text) {
		name, version, arch := p.Get("Package"), p.Get("Version"), p.Get("Architecture")
		status := strings.Fields(p.Get("Status")) // "install user,hold installed": what is wanted, flags, the state
		for _, line := range p.Broken {
			out.Gap(line, "the line is no field")
		}
		if len(status) != 3 || name == "" || version == "" {
			out.Gap(p.Line, "a package has no name, version or status")
			out.BreakOff()
			continue
		}
		if status[2] != "installed" && status[2] != "unpacked" {
			continue
		}
		if out.Has(name) {
			out.Gap(p.Line, "%.80s stands twice", name)
			continue
		}
		c := describe(f, name)
		c.PURL = purl.New(purl.Generic, "", name, version).With("arch", arch).With("distro", release.Distro())
		out.AddAt(p.Line, name, c)
		install(f, fs, p, out)
		for flag := range strings.SplitSeq(status[1], ",") {
			if flag == "user" && p.Get("Auto-Installed") != "yes" {
				out.Relate(sbom.Relation{From: out.Owner(), To: name, Line: p.Line})
			}
		}
		installed = append(installed, control.Package{Key: name, Name: name, Version: version, Provides: p.Get("Provides"),
			Depends: []string{p.Get("Pre-Depends"), p.Get("Depends")}, Line: p.Line})
	}
	control.Relate(installed, out)
	return nil
}

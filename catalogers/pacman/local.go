// Package pacman reads the database of pacman, the package manager of Arch Linux and MSYS2.
package pacman

import (
	"path"
	"slices"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/internal/provided"
	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Local reads pacman's local database, one file "desc" for each installed package, as libalpm's be_local.c writes it
// (https://gitlab.archlinux.org/pacman/pacman): "%FIELD%" on a line, its values on the next ones, and an empty line. A REASON of 1 says that the
// package came as a dependency; without it somebody asked for it.
var Local = catalogers.Cataloger{
	Name:       "pacman-local",
	Doc:        "Packages of Arch Linux, its derivatives and MSYS2 installed by pacman, with edges resolved by names and provides, licences, files and what was asked for.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.ALPM},
	Files:      catalogers.Glob("**/var/lib/pacman/local/*/desc"),
	Beside:     slices.Concat([]string{"files", "mtree"}, osrelease.Beside("../../../../..")),
	Group:      rootOf,
	ParseGroup: parseLocal,
}

func rootOf(file string) (dir string, ok bool) {
	return path.Join(path.Dir(file), "../../../../.."), true
}

func parseLocal(root string, files []*catalogers.File, out *sbom.Facts) error {
	release := osrelease.Own(files[0], root, out)
	out.Edges(sbom.Complete)
	vendor := release.Vendor(purl.ALPM)
	if vendor == "" {
		vendor, out.Confidence = "arch", 70
	}
	fs := rootfs.Open(files[0], root)
	index, fields := provided.New(purl.ALPM), make([]description, len(files))
	for i, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		d := parseDesc(text)
		name, version := d.first("NAME"), d.first("VERSION")
		if name == "" || version == "" {
			out.GapAt(f.Path, "name or version is missing")
			out.BreakOff()
			continue
		}
		if out.Has(name) {
			out.GapAt(f.Path, "%.80s is installed twice", name)
			continue
		}
		out.AddIn(sbom.Location{Path: f.Path, Line: 1}, name, d.component(vendor, release.Distro()))
		install(f, fs, name, out)
		index.Package(name, name, version, d["PROVIDES"])
		if d.first("REASON") == "" || d.first("REASON") == "0" {
			out.DependsOn(out.Owner(), name)
		}
		fields[i] = d
	}
	for _, d := range fields {
		for _, item := range d["DEPENDS"] {
			r := provided.Parse(item)
			for _, to := range index.Resolve(&r) {
				out.Relate(sbom.Relation{From: d.first("NAME"), To: to, Range: r.Range()})
			}
		}
	}
	return nil
}

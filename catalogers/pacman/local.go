// Package pacman reads the database of pacman, the package manager of Arch Linux and MSYS2.
package pacman

import (
	"path"
	"slices"
	"strings"

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
	env := out.Own(root)
	out.Edges(sbom.Complete)
	release := osrelease.Read(files[0], root)
	release.Claim(out)
	vendor := release.Vendor(purl.ALPM)
	if vendor == "" {
		vendor, out.Confidence = "arch", 70
	}
	fs := rootfs.Open(files[0], root)
	index, fields := provided.New(purl.ALPM), make([]map[string][]string, len(files))
	for i, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		d := parseDesc(text)
		name, version := first(d["NAME"]), first(d["VERSION"])
		if name == "" || version == "" {
			out.GapAt(f.Path, "name or version is missing")
			out.BreakOff()
			continue
		}
		if out.Has(name) {
			out.GapAt(f.Path, "%.80s is installed twice", name)
			continue
		}
		c := sbom.Component{PURL: purl.New(purl.ALPM, vendor, name, version).With("arch", first(d["ARCH"])).With("distro", release.Distro()),
			Description: first(d["DESC"]), Supplier: first(d["PACKAGER"])}
		if base := first(d["BASE"]); base != name {
			c.PURL = c.PURL.With("upstream", base)
		}
		for _, l := range d["LICENSE"] {
			c.Licenses = append(c.Licenses, sbom.License{Text: l})
		}
		if home, ok := sbom.CleanURL(first(d["URL"])); ok {
			c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
		}
		if h, ok := sbom.NewHash(sbom.SHA256, first(d["SHA256SUM"])); ok {
			c.Hashes = []sbom.Hash{h}
		}
		if validation := strings.Join(d["VALIDATION"], " "); validation != "" {
			c.Properties = []sbom.Property{{Name: "sbomgen:pacman:validation", Value: validation}}
		}
		out.AddIn(sbom.Location{Path: f.Path, Line: 1}, name, c)
		install(f, fs, name, out)
		index.Package(name, name, version, d["PROVIDES"])
		if first(d["REASON"]) == "" || first(d["REASON"]) == "0" {
			out.DependsOn(env, name)
		}
		fields[i] = d
	}
	for _, d := range fields {
		for _, item := range d["DEPENDS"] {
			r := provided.Parse(item)
			for _, to := range index.Resolve(&r) {
				out.Relate(sbom.Relation{From: first(d["NAME"]), To: to, Range: r.Range()})
			}
		}
	}
	return nil
}

// parseDesc reads the fields of a package.
func parseDesc(text string) map[string][]string {
	fields, name := make(map[string][]string), ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch {
		case line == "":
			name = ""
		case name == "" && len(line) > 2 && line[0] == '%' && line[len(line)-1] == '%':
			name = line[1 : len(line)-1]
		case name != "":
			fields[name] = append(fields[name], line)
		}
	}
	return fields
}

func first(values []string) string {
	if len(values) == 0 {
		return ""
	}
	return values[0]
}

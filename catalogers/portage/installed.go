// Package portage reads the database of Portage, the package manager of Gentoo.
package portage

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/internal/osrelease"
	"github.com/sbomgen/sbomgen/catalogers/internal/rootfs"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Installed reads var/db/pkg, with one folder of small files per package: https://wiki.gentoo.org/wiki/Portage_variable:_VDB and, for names, versions and
// dependencies, https://projects.gentoo.org/pms/8/pms.html. The world file lists what was asked for.
//
// Portage has no purl type.
var Installed = catalogers.Cataloger{
	Name:  "portage-installed",
	Doc:   "Packages of Gentoo installed by Portage, with edges by USE flags and slots, licences, files and what was asked for.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("**/var/db/pkg/*/*/CONTENTS"),
	Beside: slices.Concat([]string{"RDEPEND", "PDEPEND", "LICENSE", "SLOT", "repository", "USE", "HOMEPAGE", "DESCRIPTION", "../../../../lib/portage/world"},
		osrelease.Beside("../../../../..")),
	Group:      rootOf,
	ParseGroup: parseInstalled,
}

// rootOf leaves alone what Portage is still installing.
func rootOf(file string) (dir string, ok bool) {
	dir = path.Dir(file)
	return path.Join(dir, "../../../../.."), !strings.HasPrefix(path.Base(dir), "-MERGING-")
}

// ebuild is an installed package.
type ebuild struct {
	key, name, version, slot string // the name with its category
	use                      map[string]bool
	depends                  []node
}

func parseInstalled(root string, files []*catalogers.File, out *sbom.Facts) error {
	env := out.Own(root)
	out.Edges(sbom.Complete)
	release := osrelease.Read(files[0], root)
	release.Claim(out)
	fs := rootfs.Open(files[0], root)
	d := make(database)
	list := make([]*ebuild, 0, len(files))
	for _, f := range files {
		folder, category := path.Base(f.Dir()), path.Base(path.Dir(f.Dir()))
		name, version := cutVersion(folder)
		if version == "" {
			out.GapAt(f.Path, "the folder %.80q has no version", folder)
			out.BreakOff()
			continue
		}
		p := &ebuild{key: category + "/" + folder, name: category + "/" + name, version: version, use: make(map[string]bool)}
		for _, flag := range strings.Fields(read(f, "USE")) {
			p.use[flag] = true
		}
		p.slot, _, _ = strings.Cut(read(f, "SLOT"), "/")
		for _, field := range [...]string{"RDEPEND", "PDEPEND"} {
			tree, err := parse(read(f, field))
			if err != nil {
				out.GapAt(path.Join(f.Dir(), field), "%v", err)
				out.BreakOff()
			}
			p.depends = append(p.depends, tree)
		}
		c := sbom.Component{PURL: purl.New(purl.Generic, category, name, version).With("distro", release.Distro()), Description: read(f, "DESCRIPTION")}
		if tree, err := parse(read(f, "LICENSE")); err != nil {
			out.GapAt(path.Join(f.Dir(), "LICENSE"), "%v", err)
		} else if text := tree.expression(p.use, false); text != "" {
			c.Licenses = []sbom.License{{Text: text}}
		}
		address, _, _ := strings.Cut(read(f, "HOMEPAGE"), " ")
		if home, ok := sbom.CleanURL(address); ok {
			c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
		}
		if p.slot != "" && p.slot != "0" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:portage:slot", Value: p.slot})
		}
		if from := read(f, "repository"); from != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:portage:repository", Value: from})
		}
		out.AddIn(sbom.Location{Path: f.Path}, p.key, c)
		install(f, fs, p.key, out)
		d[p.name] = append(d[p.name], p)
		list = append(list, p)
	}
	for _, p := range list {
		for _, tree := range p.depends {
			edges, _ := d.resolve(&tree, p.use)
			for _, e := range edges {
				out.Relate(sbom.Relation{From: p.key, To: e.to, Range: e.atom})
			}
		}
	}
	if world, err := files[0].At(path.Join(root, "var/lib/portage/world")); err == nil {
		if text, err := world.Text(); err == nil {
			for _, a := range strings.Fields(text) {
				for _, e := range d.find(a) {
					out.Relate(sbom.Relation{From: env, To: e.to, Range: e.atom})
				}
			}
		}
	}
	return nil
}

// read gives the words of a file of the package, "" where there is none.
func read(f *catalogers.File, name string) string {
	other, err := f.Beside(name)
	if err != nil {
		return ""
	}
	text, err := other.Text()
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(text), " ")
}

// cutVersion divides "skopeo-1.5.1-r2" where the version begins: at the last dash before a digit, not counting that of the revision.
func cutVersion(s string) (name, version string) {
	end := len(s)
	if i := strings.LastIndex(s, "-r"); i >= 0 && len(s) > i+2 && strings.Trim(s[i+2:], "0123456789") == "" {
		end = i
	}
	i := strings.LastIndexByte(s[:end], '-')
	if i <= 0 || i+1 >= end || s[i+1] < '0' || s[i+1] > '9' {
		return s, ""
	}
	return s[:i], s[i+1:]
}

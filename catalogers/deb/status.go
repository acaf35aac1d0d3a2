// Package deb reads the database of dpkg.
package deb

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

// Status reads what dpkg has installed: its status file, https://manpages.debian.org/stable/dpkg/dpkg.1.en.html, and the folder status.d, in which
// images without dpkg keep one file per package. apt's extended_states tells what was installed for others only; its lists and dpkg's available have
// the digests of the packages' archives.
var Status = catalogers.Cataloger{
	Name:  "dpkg-status",
	Doc:   "Packages installed by dpkg, of var/lib/dpkg/status and status.d, with edges resolved among them, sources, licences, files and what apt was asked for.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Deb},
	Files: catalogers.Glob("**/var/lib/dpkg/status", "**/var/lib/dpkg/status.d/*"),
	Beside: slices.Concat(
		[]string{"info/*.list", "info/*.md5sums", "*.md5sums", "../../../usr/share/doc/*/copyright", "../../../../usr/share/doc/*/copyright",
			"diversions", "available", "../apt/lists/*_Packages", "../apt/extended_states", "../../apt/extended_states"},
		osrelease.Beside("../../..", "../../../..")),
	Group:      rootOf,
	ParseGroup: parseStatus,
}

// rootOf is the root of the file system that a database belongs to. Files of status.d that only accompany a package are left alone.
func rootOf(file string) (dir string, ok bool) {
	dir = path.Dir(file)
	if path.Base(dir) == "status.d" {
		dir = path.Dir(dir)
		switch path.Ext(file) {
		case ".md5sums", ".preinst", ".postinst", ".prerm", ".postrm", ".config", ".conffiles", ".list", ".shlibs", ".symbols", ".templates", ".triggers":
			return "", false
		}
	}
	return path.Join(dir, "../../.."), true
}

func parseStatus(root string, files []*catalogers.File, out *sbom.Facts) error {
	env := out.Own(root)
	out.Edges(sbom.Complete)
	release := osrelease.Read(files[0], root)
	release.Claim(out)
	d := database{out: out, vendor: release.Vendor(purl.Deb), distro: release.Distro(), file: files[0], dir: root, root: rootfs.Open(files[0], root),
		diverted: diversions(files[0], root), words: make(map[string]spelled)}
	d.documented = d.root.Has("usr/share/doc")
	texts := make([]string, len(files))
	for i, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		texts[i] = text
	}
	if d.vendor == "" {
		d.vendor, out.Confidence = guess(texts)
	}
	for i, f := range files {
		for p := range control.Paragraphs(texts[i]) {
			d.add(f.Path, p)
		}
	}
	d.archives(path.Join(root, "var/lib/dpkg/available"))
	if lists, err := files[0].Glob("../apt/lists/*_Packages"); err == nil {
		for _, list := range lists {
			d.archives(list)
		}
	}
	control.Relate(d.installed, out)
	for i := range d.installed {
		if p := &d.installed[i]; p.Name == "dpkg" { // what dpkg keeps of itself stands in no list
			out.Installs(p.Key, sbom.InstalledFile{Path: path.Join(root, "var/lib/dpkg") + "/"})
		}
	}
	if auto, ok := automatic(files[0], root); ok {
		for i := range d.installed {
			p := &d.installed[i]
			if asked := !auto[p.Key]; asked && !(p.Arch == "all" && auto[p.Name]) {
				out.Relate(sbom.Relation{From: env, To: p.Key})
			}
		}
	}
	return nil
}

// guess names the distribution where os-release is missing: by who maintains its packages. It is Debian with less confidence
// where nobody says.
func guess(texts []string) (vendor string, confidence uint8) {
	for _, text := range texts {
		if strings.Contains(text, "@lists.ubuntu.com>") {
			return "ubuntu", 90
		}
	}
	return "debian", 70
}

// database is dpkg's while it is read.
type database struct {
	out            *sbom.Facts
	vendor, distro string
	installed      []control.Package

	file       *catalogers.File // any of it, to open others by
	dir        string           // of the root of the file system
	root       *rootfs.Root
	diverted   map[string]diversion
	regular    []listed // files of the package at hand, sorted
	rest       []string // what else it lists
	documented bool     // there is a folder of documentation
	words      map[string]spelled
	names      map[string]bool // of what is installed; made when it is asked for
}

// gap notes what of a file is not understood; edges may be lost with it.
func (d *database) gap(file string, line int, reason string) {
	d.out.GapAt(file, "line %d: %s", line, reason)
	d.out.BreakOff()
}

// add claims a package. dpkg's states are those of dpkg(1): the files of what is unpacked or not yet configured are there.
func (d *database) add(file string, p *control.Paragraph) {
	name, version, arch := p.Get("Package"), p.Get("Version"), p.Get("Architecture")
	state := ""
	if status := strings.Fields(p.Get("Status")); len(status) > 0 {
		state = status[len(status)-1]
	}
	switch state {
	case "not-installed", "config-files", "half-installed":
		return
	case "", "installed", "unpacked", "half-configured", "triggers-awaited", "triggers-pending":
	default:
		d.gap(file, p.Line, "a package is in a state that dpkg does not know")
		return
	}
	for _, line := range p.Broken {
		d.gap(file, line, "the line is no field")
	}
	if state == "" && path.Base(file) == "status" {
		d.gap(file, p.Line, "a package has no status")
		return
	}
	if name == "" || version == "" || strings.ContainsAny(name+version, " \n") || strings.Contains(name, "/") {
		d.gap(file, p.Line, "a package has no name or no version")
		return
	}
	c := component(p, d.vendor, d.distro)
	if state != "" && state != "installed" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:deb:state", Value: state})
	}
	i := control.Package{Key: name + ":" + arch, Name: name, Version: version, Arch: arch, MultiArch: p.Get("Multi-Arch"), Provides: p.Get("Provides"),
		Depends: []string{p.Get("Pre-Depends"), p.Get("Depends")}}
	if d.out.Has(i.Key) {
		d.gap(file, p.Line, name+" stands twice")
		return
	}
	c.Licenses = d.licenses(name)
	d.out.AddIn(sbom.Location{Path: file, Line: p.Line}, i.Key, c)
	d.installed = append(d.installed, i)
	d.files(file, p, &i)
}

// component is the package that a paragraph describes, of a distribution.
func component(p *control.Paragraph, vendor, distro string) sbom.Component {
	c := control.Component(p)
	c.PURL = purl.New(purl.Deb, vendor, p.Get("Package"), p.Get("Version")).With("arch", p.Get("Architecture")).With("distro", distro)
	if source := p.Get("Source"); source != "" { // "gcc-10 (10.2.1-6)", with the version where it differs
		source, of, _ := strings.Cut(strings.TrimSuffix(source, ")"), "(")
		if source = strings.TrimSpace(source); of != "" {
			source += "@" + of
		}
		c.PURL = c.PURL.With("upstream", source)
	}
	if p.Get("Essential") == "yes" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:deb:essential", Value: "true"})
	}
	if priority := p.Get("Priority"); priority != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:deb:priority", Value: priority})
	}
	return c
}

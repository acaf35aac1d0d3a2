// Package apk reads the database of apk, the package manager of Alpine, Wolfi and OpenWrt.
package apk

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

// Installed reads lib/apk/db/installed (usr/lib/apk/db since apk-tools 3), https://wiki.alpinelinux.org/wiki/Apk_spec#Install_DB: paragraphs of lines that
// one letter names. etc/apk/world lists what was asked for.
var Installed = catalogers.Cataloger{
	Name:   "apk-installed",
	Doc:    "Packages of Alpine, Wolfi and others installed by apk, with edges resolved by names and provides, origins, licences, files and what was asked for.",
	Stage:  sbom.Installed,
	Emits:  []purl.Type{purl.APK},
	Files:  catalogers.Glob("**/lib/apk/db/installed"),
	Beside: slices.Concat([]string{"../../../etc/apk/world", "../../../../etc/apk/world"}, osrelease.Beside("../../..", "../../../..")),
	Parse:  parseInstalled,
}

// entry is one paragraph: the fields that matter, by their letters.
type entry struct {
	line   int
	fields [256]string
}

func parseInstalled(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	root := path.Join(f.Dir(), "../../..")
	if path.Base(root) == "usr" {
		root = path.Dir(root)
	}
	env := out.Own(root)
	out.Edges(sbom.Complete)
	release := osrelease.Read(f, root)
	release.Claim(out)
	vendor := release.Vendor(purl.APK)
	if vendor == "" {
		vendor, out.Confidence = "alpine", 70
	}
	d := database{out: out, env: env, vendor: vendor, distro: release.Distro(), index: provided.New(purl.APK), files: files{root: rootfs.Open(f, root)}}
	e, number := entry{}, 0
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimRight(line, "\r\n")
		switch {
		case line == "":
			d.add(&e)
			e = entry{}
		case len(line) < 2 || line[1] != ':':
			out.Gap(number, "%.80q is no field", line)
			out.BreakOff()
		default:
			if e.line == 0 {
				e.line = number
			}
			if !d.files.line(line[0], line[2:]) {
				e.fields[line[0]] = line[2:]
			}
		}
	}
	d.add(&e)
	if world, err := f.At(path.Join(root, "etc/apk/world")); err == nil {
		if text, err := world.Text(); err == nil {
			d.want(env, text, 0)
		}
	}
	for _, w := range d.wants {
		for _, to := range d.index.Resolve(&w.Requirement) {
			out.Relate(sbom.Relation{From: w.from, To: to, Range: w.Range(), Line: w.line})
		}
	}
	return nil
}

// database is apk's while it is read.
type database struct {
	out                 *sbom.Facts
	env, vendor, distro string
	index               *provided.Index
	wants               []want
	files               files // of the package that is being read
}

type want struct {
	from string
	provided.Requirement
	line int
}

// want notes what a list of dependencies asks for; those that begin with "!" are conflicts, and what follows "@" names a repository.
func (d *database) want(from, list string, line int) {
	for _, item := range strings.Fields(list) {
		if item, _, _ = strings.Cut(item, "@"); item != "" && item[0] != '!' {
			d.wants = append(d.wants, want{from, provided.Parse(item), line})
		}
	}
}

func (d *database) add(e *entry) {
	name, version := e.fields['P'], e.fields['V']
	defer d.files.forget()
	switch {
	case e.line == 0:
		return
	case strings.HasPrefix(name, "."): // made by apk add --virtual: no package, but a list of what was asked for
		d.want(d.env, e.fields['D'], e.line)
		return
	case name == "" || version == "":
		d.out.Gap(e.line, "a package has no name or no version")
		d.out.BreakOff()
		return
	case d.out.Has(name):
		d.out.Gap(e.line, "%.80s stands twice", name)
		return
	}
	d.out.AddAt(e.line, name, e.component(d.vendor, d.distro))
	d.files.claim(d.out, name)
	d.index.Package(name, name, version, strings.Fields(e.fields['p']))
	d.want(name, e.fields['D'], e.line)
}

// component is the package that an entry describes, of a distribution.
func (e *entry) component(vendor, distro string) sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.APK, vendor, e.fields['P'], e.fields['V']).With("arch", e.fields['A']).With("distro", distro),
		Description: e.fields['T'], Supplier: e.fields['m']}
	if origin := e.fields['o']; origin != "" && origin != e.fields['P'] {
		c.PURL = c.PURL.With("upstream", origin)
	}
	if license := e.fields['L']; license != "" {
		c.Licenses = []sbom.License{{Text: license}}
	}
	if home, ok := sbom.CleanURL(e.fields['U']); ok {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
	}
	// The checksum is that of the segment with the control files, not of the package.
	for _, p := range [...]sbom.Property{{Name: "sbomgen:apk:checksum", Value: e.fields['C']}, {Name: "sbomgen:apk:commit", Value: e.fields['c']},
		{Name: "sbomgen:apk:install-if", Value: e.fields['i']}} {
		if p.Value != "" {
			c.Properties = append(c.Properties, p)
		}
	}
	return c
}

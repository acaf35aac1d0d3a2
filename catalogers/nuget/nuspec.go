package nuget

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Nuspec reads the .nuspec from which a project packs its package.
//
// Source: https://learn.microsoft.com/nuget/reference/nuspec. Tokens between dollar signs are filled in when it packs.
var Nuspec = catalogers.Cataloger{
	Name:  "nuget-nuspec",
	Doc:   "The NuGet package that a .nuspec describes, and what it asks for.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.NuGet},
	Files: catalogers.Glob("*.nuspec"),
	Parse: parseNuspec,
}

// nuspec is the metadata of a package.
type nuspec struct {
	id, version string

	component sbom.Component
	wants     []want
	lines     []int // of wants
	line      int
	choco     bool     // has elements that only Chocolatey knows
	tags      []string // words to find it by
}

func readNuspec(f *catalogers.File) (*nuspec, error) {
	text, err := f.Text()
	if err != nil {
		return nil, err
	}
	n := new(nuspec)
	r := decode.NewXML(text)
	r.Children(func(root string) {
		if root != "package" {
			return
		}
		r.Children(func(name string) {
			if name == "metadata" {
				n.line = r.Line()
				r.Children(func(field string) { n.field(r, field) })
			}
		})
	})
	n.component.PURL = component(n.id, n.version).PURL
	return n, r.Err()
}

func (n *nuspec) field(r *decode.XMLReader, field string) {
	c := &n.component
	refer := func(kind, address string) {
		if url, ok := sbom.CleanURL(address); ok {
			c.References = append(c.References, sbom.Reference{Type: kind, URL: url})
		}
	}
	switch field {
	case "id":
		n.id = r.Text()
	case "version":
		n.version = r.Text()
	case "authors":
		c.Author = r.Text()
	case "description":
		c.Description = r.Text()
	case "copyright":
		c.Copyright = r.Text()
	case "projectUrl":
		refer(sbom.Website, r.Text())
	case "repository":
		refer(sbom.VCS, r.Attr("url"))
	case "tags":
		n.tags = strings.Fields(r.Text())
	case "packageSourceUrl", "projectSourceUrl", "docsUrl", "bugTrackerUrl", "mailingListUrl":
		n.choco = true
	case "license":
		if kind := r.Attr("type"); kind == "expression" {
			c.Licenses = []sbom.License{{Text: r.Text(), Basis: sbom.DeclaredLicense}}
		}
	case "licenseUrl": // deprecated; beside an expression it leads to the expression
		if url, ok := sbom.CleanURL(r.Text()); ok && len(c.Licenses) == 0 && !strings.Contains(url, "aka.ms/deprecateLicenseUrl") && !strings.Contains(url, "licenses.nuget.org") {
			c.Licenses = []sbom.License{{Text: url, Basis: sbom.DeclaredLicense}}
		}
	case "dependencies", "group":
		r.Children(func(name string) { n.field(r, name) })
	case "dependency":
		if id := r.Attr("id"); id != "" {
			n.wants = append(n.wants, want{id, r.Attr("version")})
			n.lines = append(n.lines, r.Line())
		}
	}
}

func parseNuspec(f *catalogers.File, out *sbom.Facts) error {
	if _, installed := packagesFolder(f.Path); installed {
		return nil
	}
	n, err := readNuspec(f)
	if n == nil || n.line == 0 {
		return err
	}
	c := n.component
	c.Name, c.Version = stem(f.Path), ""
	if !strings.Contains(n.id, "$") {
		c.Name = n.id
	}
	if !strings.Contains(n.version, "$") {
		c.Version = n.version
	}
	if strings.Contains(n.id+n.version, "$") {
		c.PURL = purl.PURL{}
	}
	for _, field := range [...]*string{&c.Author, &c.Description, &c.Copyright} {
		if strings.Contains(*field, "$") {
			*field = ""
		}
	}
	c.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: f.Path, Line: n.line}}}
	app := out.Application(f.Dir(), c)
	for i, w := range n.wants {
		key := packageKey(w.id, "")
		if !out.Has(key) {
			out.AddAt(n.lines[i], key, component(w.id, ""))
		}
		out.Relate(sbom.Relation{From: app, To: key, Range: w.text, Line: n.lines[i]})
	}
	return err
}

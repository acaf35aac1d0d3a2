package pacman

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// description is the content of a file "desc": the values of each field.
type description map[string][]string

func parseDesc(text string) description {
	fields, name := make(description), ""
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

func (d description) first(field string) string {
	if values := d[field]; len(values) > 0 {
		return values[0]
	}
	return ""
}

// component is the package with what the distribution says of it: BASE is what it was built from, beside others, where that has another name.
func (d description) component(vendor, distro string) sbom.Component {
	name := d.first("NAME")
	p := purl.New(purl.ALPM, vendor, name, d.first("VERSION")).With("arch", d.first("ARCH")).With("distro", distro)
	if base := d.first("BASE"); base != name {
		p = p.With("upstream", base)
	}
	c := sbom.Component{PURL: p, Description: d.first("DESC"), Supplier: d.first("PACKAGER")}
	for _, l := range d["LICENSE"] {
		c.License(l)
	}
	c.Link(sbom.Website, d.first("URL"))
	c.Digest(sbom.SHA256, d.first("SHA256SUM"))
	c.Property("sbomgen:pacman:validation", strings.Join(d["VALIDATION"], " "))
	return c
}

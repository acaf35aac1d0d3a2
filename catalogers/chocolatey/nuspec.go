package chocolatey

import (
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// nuspec is what a manifest says.
type nuspec struct {
	file        string
	id, version string
	needs       [][2]string // id and range
	sbom.Component
}

func read(text string) (n nuspec, err error) {
	r := decode.NewXML(text)
	r.Children(func(string) {
		r.Children(func(name string) {
			if name == "metadata" {
				r.Children(func(name string) { n.field(r, name) })
			}
		})
	})
	return n, r.Err()
}

func (n *nuspec) field(r *decode.XMLReader, name string) {
	switch name {
	case "id":
		n.id = r.Text()
	case "version":
		n.version = r.Text()
	case "authors":
		n.Author = r.Text()
	case "summary":
		n.Description = r.Text()
	case "copyright":
		n.Copyright = r.Text()
	case "projectUrl":
		n.Link(sbom.Website, r.Text())
	case "projectSourceUrl":
		n.Link(sbom.VCS, r.Text())
	case "licenseUrl":
		n.Link("license", r.Text())
	case "dependencies":
		r.Children(func(name string) {
			if id := r.Attr("id"); name == "dependency" && id != "" {
				n.needs = append(n.needs, [2]string{id, r.Attr("version")})
			}
		})
	}
}

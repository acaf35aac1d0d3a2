package jetbrains

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// plugin is what a descriptor says.
type plugin struct {
	id, name, version, vendor, home string
	needs                           []need
}

type need struct {
	id       string
	optional bool
}

func readPlugin(text string) (p plugin, is bool, err error) {
	r := decode.NewXML(text)
	r.Children(func(name string) {
		if is = name == "idea-plugin"; !is {
			return
		}
		p.home = r.Attr("url")
		r.Children(func(name string) {
			switch name {
			case "id":
				p.id = r.Text()
			case "name":
				p.name = r.Text()
			case "version":
				p.version = r.Text()
			case "vendor":
				p.vendor = r.Text()
			case "depends":
				optional := r.Attr("optional") == "true"
				p.needs = append(p.needs, need{r.Text(), optional})
			case "dependencies":
				r.Children(func(name string) {
					if id := r.Attr("id"); name == "plugin" && id != "" {
						p.needs = append(p.needs, need{id, false})
					}
				})
			}
		})
	})
	return p, is, r.Err()
}

func (p *plugin) claim(f *catalogers.File, out *sbom.Facts) {
	c := sbom.Component{PURL: purl.New(purl.Generic, "", p.id, p.version).With("repository_url", "https://plugins.jetbrains.com"), Supplier: p.vendor}
	if p.name != p.id {
		c.Property("sbomgen:jetbrains:title", p.name)
	}
	c.Link(sbom.Website, p.home)
	key := p.id + "@" + p.version
	if out.Has(key) {
		return
	}
	out.AddIn(sbom.Location{Path: f.Path}, key, c, p.id)
	for _, n := range p.needs { // most name modules of the platform
		r := sbom.Relation{From: key, To: n.id, MayMiss: true}
		if n.optional {
			r.Scope = sbom.Optional
		}
		out.Relate(r)
	}
}

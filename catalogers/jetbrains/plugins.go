// Package jetbrains reads the plugins of IntelliJ IDEA and its kin.
package jetbrains

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Plugins reads the descriptors of plugins that are installed: plugins/NAME/META-INF/plugin.xml, or META-INF/plugin.xml beside a folder lib
// (https://plugins.jetbrains.com/docs/intellij/plugin-configuration-file.html, .../plugin-content.html). The descriptor among the sources
// of a plugin is none of these.
var Plugins = catalogers.Cataloger{
	Name:       "jetbrains-plugins",
	Doc:        "Plugins of IntelliJ IDEA and other IDEs of its platform, with what they depend on.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.Generic},
	Files:      catalogers.Glob("**/META-INF/plugin.xml"),
	Beside:     []string{"../lib/*.jar"},
	Group:      folderOf,
	ParseGroup: parsePlugins,
}

// folderOf is the folder that plugins are installed into.
func folderOf(file string) (dir string, ok bool) {
	plugin := path.Dir(path.Dir(file))
	return path.Dir(plugin), plugin != "." && !strings.Contains(file+"/", "/resources/META-INF/")
}

// plugin is what a descriptor says.
type plugin struct {
	id, name, version, vendor, home string
	needs                           []need
}

type need struct {
	id       string
	optional bool
}

func parsePlugins(dir string, files []*catalogers.File, out *sbom.Facts) error {
	for _, f := range files {
		if path.Base(dir) != "plugins" {
			if jars, err := f.Glob("../lib/*.jar"); err != nil || len(jars) == 0 {
				continue
			}
		}
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		p, is, err := readPlugin(text)
		if !is && !strings.Contains(text, "<idea-plugin") {
			continue // others describe plugins in files of that name: Eclipse, Android
		}
		if err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		if p.id == "" {
			p.id = p.name
		}
		if p.id == "" || p.version == "" {
			if err == nil {
				out.GapAt(f.Path, "id or version is missing")
			}
			continue
		}
		p.claim(f, out)
	}
	out.Edges(sbom.Complete)
	return nil
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
	if p.name != "" && p.name != p.id {
		c.Properties = []sbom.Property{{Name: "sbomgen:jetbrains:title", Value: p.name}}
	}
	if url, ok := sbom.CleanURL(p.home); ok && strings.Contains(url, "://") {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: url}}
	}
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

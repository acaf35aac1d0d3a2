package wordpress

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// claim claims a plugin or theme, which its folder names, and gives what it needs. Without the field Update URI the site itself asks wordpress.org for updates to it
// (https://make.wordpress.org/core/2021/06/29/introducing-update-uri-plugin-header-in-wordpress-5-8/): it is what is called so there.
func (h header) claim(f *catalogers.File, kind, slug string, out *sbom.Facts) (needs []need) {
	c := sbom.Component{PURL: purl.New(purl.Generic, "", slug, h["version"]), Description: h["description"], Author: h["author"]}
	update := cmp.Or(h["update uri"], "https://wordpress.org/"+kind+"s")
	if url, ok := sbom.CleanURL(update); ok && strings.Contains(url, "://") {
		c.PURL = c.PURL.With("repository_url", url)
	}
	c.License(h["license"])
	c.Link(sbom.Website, h[kind+" uri"])
	c.Properties = []sbom.Property{{Name: "sbomgen:wordpress:type", Value: kind}, {Name: "sbomgen:wordpress:title", Value: h[kind+" name"]}}
	key := kind + " " + slug
	if out.Has(key) { // a folder may hold several plugins
		if key = kind + " " + path.Join(slug, f.Base()); out.Has(key) {
			return nil
		}
		c.PURL = c.PURL.WithSubpath(f.Base())
	}
	out.AddIn(sbom.Location{Path: f.Path}, key, c)
	for _, other := range strings.Split(h["requires plugins"], ",") {
		if other = strings.TrimSpace(other); other != "" {
			needs = append(needs, need{key, "plugin " + other, f.Path})
		}
	}
	if parent := h["template"]; kind == "theme" && parent != "" {
		needs = append(needs, need{key, "theme " + parent, f.Path})
	}
	return needs
}

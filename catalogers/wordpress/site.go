// Package wordpress reads installations of WordPress.
package wordpress

import (
	"cmp"
	"io"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Site reads what a site is made of: WordPress itself by wp-includes/version.php, plugins by the comment at the head of their main file
// (https://developer.wordpress.org/plugins/plugin-basics/header-requirements/), must-use plugins likewise, and themes by that of their style.css
// (https://developer.wordpress.org/themes/basics/main-stylesheet-style-css/).
var Site = catalogers.Cataloger{
	Name:  "wordpress",
	Doc:   "WordPress itself, its plugins and themes, with versions, licences and what they require.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("**/wp-includes/version.php", "**/wp-content/plugins/*.php", "**/wp-content/plugins/*/*.php", "**/wp-content/mu-plugins/*.php",
		"**/wp-content/themes/*/style.css"),
	Group:      siteOf,
	ParseGroup: parseSite,
}

// siteOf is the folder of the site that a file belongs to.
func siteOf(file string) (dir string, ok bool) {
	for _, part := range [...]string{"wp-includes/", "wp-content/"} {
		if strings.HasPrefix(file, part) {
			return ".", true
		}
		if i := strings.Index(file, "/"+part); i > 0 {
			return file[:i], true
		}
	}
	return "", false
}

func parseSite(dir string, files []*catalogers.File, out *sbom.Facts) error {
	var needs []need
	for _, f := range files {
		text, err := head(f)
		switch parts := strings.Split(strings.TrimPrefix(f.Path, dir+"/"), "/"); {
		case err != nil:
			out.GapAt(f.Path, "%v", err)
		case parts[0] == "wp-includes":
			claimCore(f, text, out)
		case parts[1] == "themes":
			if h := readHeader(text); h["theme name"] != "" {
				needs = append(needs, h.claim(f, "theme", parts[2], out)...)
			} else {
				out.GapAt(f.Path, "has no theme name")
			}
		default:
			if h := readHeader(text); h["plugin name"] != "" {
				needs = append(needs, h.claim(f, "plugin", strings.TrimSuffix(parts[2], ".php"), out)...)
			}
		}
	}
	for _, n := range needs {
		if !out.Has(n.to) {
			out.GapAt(n.file, "needs the %.100s, which is not there", n.to)
		}
		out.Relate(sbom.Relation{From: n.from, To: n.to, MayMiss: true})
	}
	out.Edges(sbom.Complete)
	return nil
}

// need is that a plugin needs another, or a theme its parent.
type need struct{ from, to, file string }

// head is as much of a file as WordPress looks for its header in.
func head(f *catalogers.File) (string, error) {
	blob, err := f.Blob()
	if err != nil {
		return "", err
	}
	defer f.Close()
	b := make([]byte, min(blob.Size(), 8<<10))
	n, err := blob.ReadAt(b, 0)
	if err == io.EOF {
		err = nil
	}
	return strings.ToValidUTF8(string(b[:n]), "\uFFFD"), err
}

func claimCore(f *catalogers.File, text string, out *sbom.Facts) {
	for line := range strings.Lines(text) {
		value, ok := strings.CutPrefix(strings.TrimSpace(line), "$wp_version")
		if value = strings.Trim(value, " =;'\"\t"); ok && value != "" {
			c := sbom.Component{Kind: sbom.Framework, PURL: purl.New(purl.Generic, "", "wordpress", value).With("repository_url", "https://wordpress.org")}
			out.AddIn(sbom.Location{Path: f.Path}, "core", c)
			return
		}
	}
	out.GapAt(f.Path, "has no version of WordPress")
}

// claim claims a plugin or theme, which its folder names, and gives what it needs. Without the field Update URI the site itself asks wordpress.org for updates to it
// (https://make.wordpress.org/core/2021/06/29/introducing-update-uri-plugin-header-in-wordpress-5-8/): it is what is called so there.
func (h header) claim(f *catalogers.File, kind, slug string, out *sbom.Facts) (needs []need) {
	c := sbom.Component{PURL: purl.New(purl.Generic, "", slug, h["version"]), Description: h["description"], Author: h["author"]}
	update := cmp.Or(h["update uri"], "https://wordpress.org/"+kind+"s")
	if url, ok := sbom.CleanURL(update); ok && strings.Contains(url, "://") {
		c.PURL = c.PURL.With("repository_url", url)
	}
	if l := h["license"]; l != "" {
		c.Licenses = []sbom.License{{Text: l}}
	}
	if url, ok := sbom.CleanURL(h[kind+" uri"]); ok && strings.Contains(url, "://") {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: url}}
	}
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

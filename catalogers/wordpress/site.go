// Package wordpress reads installations of WordPress.
package wordpress

import (
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

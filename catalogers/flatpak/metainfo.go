package flatpak

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// describe reads a bundle's metainfo (https://www.freedesktop.org/software/appstream/docs/chap-Metadata.html) and gives the version of the newest release,
// which stands first.
func (b *bundle) describe(c *sbom.Component) (version string) {
	for _, name := range [...]string{"metainfo/" + b.id + ".metainfo.xml", "metainfo/" + b.id + ".appdata.xml", "appdata/" + b.id + ".appdata.xml",
		"appdata/" + b.id + ".desktop.appdata.xml"} {
		f, err := b.file.Beside("files/share/" + name)
		if err != nil {
			continue
		}
		text, err := f.Text()
		if err != nil {
			continue
		}
		return readMetainfo(text, c)
	}
	return ""
}

func readMetainfo(text string, c *sbom.Component) (version string) {
	r := decode.NewXML(text)
	developer := func() {
		if name := r.Text(); c.Author == "" {
			c.Author = name
		}
	}
	r.Children(func(string) {
		r.Children(func(name string) {
			translated := r.Attr("lang") != ""
			switch {
			case translated:
			case name == "name" && c.Name == "":
				c.Name = r.Text()
			case name == "summary":
				c.Description = r.Text()
			case name == "project_license":
				if license := r.Text(); license != "" {
					c.Licenses = []sbom.License{{Text: license}}
				}
			case name == "developer_name":
				developer()
			case name == "developer":
				r.Children(func(name string) {
					if name == "name" && r.Attr("lang") == "" {
						developer()
					}
				})
			case name == "url":
				kind := map[string]string{"homepage": sbom.Website, "bugtracker": sbom.IssueTracker, "vcs-browser": sbom.VCS}[r.Attr("type")]
				if url, ok := sbom.CleanURL(r.Text()); ok && kind != "" && strings.Contains(url, "://") {
					c.References = append(c.References, sbom.Reference{Type: kind, URL: url})
				}
			case name == "releases":
				r.Children(func(name string) {
					if v := r.Attr("version"); name == "release" && version == "" && r.Attr("type") != "development" {
						version = v
					}
				})
			}
		})
	})
	return version
}

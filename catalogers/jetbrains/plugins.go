// Package jetbrains reads the plugins of IntelliJ IDEA and its kin.
package jetbrains

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
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

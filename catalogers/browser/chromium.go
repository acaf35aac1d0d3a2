// Package browser reads the extensions that web browsers have installed.
package browser

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Chromium reads the extensions in the profiles of Chrome, Chromium, Edge and browsers made of them, which lie in
// Extensions/ID/VERSION_N (https://developer.chrome.com/docs/extensions/reference/manifest).
var Chromium = catalogers.Cataloger{
	Name:       "chromium-extensions",
	Doc:        "Extensions in the profiles of Chrome, Edge and other browsers made of Chromium.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.ChromeExtension},
	Files:      catalogers.Glob("**/Extensions/*/*/manifest.json"),
	Beside:     []string{"_locales/*/messages.json"},
	Group:      profileOf,
	ParseGroup: parseChromium,
}

func profileOf(file string) (dir string, ok bool) {
	id := path.Dir(path.Dir(file))
	name := path.Base(id)
	return path.Dir(id), len(name) == 32 && strings.Trim(name, "abcdefghijklmnop") == ""
}

func parseChromium(dir string, files []*catalogers.File, out *sbom.Facts) error {
	for _, f := range files {
		if err := parseExtension(f, out); err != nil {
			out.GapAt(f.Path, "%v", err)
		}
	}
	return nil
}

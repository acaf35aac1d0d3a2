// Package browser reads the extensions that web browsers have installed.
package browser

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
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

func parseExtension(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	var name, version, description, author, home, update, locale string
	manifest := 0
	r := decode.NewJSONC(text) // browsers allow comments
	r.Object(func(key string) {
		switch key {
		case "manifest_version":
			manifest = r.Int()
		case "name":
			name = r.Text()
		case "version":
			version = r.Text()
		case "description":
			description = r.Text()
		case "author":
			if r.Kind() == decode.String {
				author = r.Text()
			}
		case "homepage_url":
			home = r.Text()
		case "update_url":
			update = r.Text()
		case "default_locale":
			locale = r.Text()
		}
	})
	if manifest == 0 || version == "" {
		if err := r.Finish(); err != nil {
			return err
		}
		out.GapAt(f.Path, "manifest_version or version is missing")
		return nil
	}
	words := messages(f, locale)
	c := sbom.Component{PURL: purl.New(purl.ChromeExtension, "", path.Base(path.Dir(f.Dir())), version), Author: author, Description: words.say(description)}
	if name = words.say(name); name != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:browser:title", Value: name})
	}
	if strings.Contains(update, "edge.microsoft.com/") {
		c.PURL = c.PURL.With("repository_url", "https://microsoftedge.microsoft.com/addons")
	}
	if url, ok := sbom.CleanURL(home); ok && strings.Contains(url, "://") {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: url}}
	}
	if key := c.PURL.String(); !out.Has(key) { // a version that is installed anew is VERSION_1
		out.AddIn(sbom.Location{Path: f.Path}, key, c)
	}
	return r.Finish()
}

// wording is the texts of an extension in its default language, by lower-case key
// (https://developer.chrome.com/docs/extensions/reference/api/i18n).
type wording map[string]string

func messages(f *catalogers.File, locale string) wording {
	if locale == "" || strings.Contains(locale, "/") {
		return nil
	}
	file, err := f.Beside("_locales/" + locale + "/messages.json")
	if err != nil {
		return nil
	}
	text, err := file.Text()
	if err != nil {
		return nil
	}
	w := make(wording)
	r := decode.NewJSONC(text)
	r.Object(func(key string) {
		r.Object(func(field string) {
			if field == "message" {
				w[strings.ToLower(key)] = r.Text()
			}
		})
	})
	return w
}

// say gives a text of the manifest in words: "__MSG_key__" stands for a message.
func (w wording) say(text string) string {
	key, is := strings.CutPrefix(text, "__MSG_")
	if key, ok := strings.CutSuffix(key, "__"); is && ok {
		return w[strings.ToLower(key)]
	}
	return text
}

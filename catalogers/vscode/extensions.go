// Package vscode reads the extensions of Visual Studio Code and its kin.
package vscode

import (
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Extensions reads the folder that an editor or its server installs extensions into, each as PUBLISHER.NAME-VERSION or, where it is made for
// one platform, PUBLISHER.NAME-VERSION-PLATFORM (https://code.visualstudio.com/docs/configure/extensions/extension-marketplace#_where-are-extensions-installed),
// by the manifest (https://code.visualstudio.com/api/references/extension-manifest) or that of the package, .vsixmanifest. What was
// uninstalled stays until the next start, listed in .obsolete.
var Extensions = catalogers.Cataloger{
	Name:       "vscode-extensions",
	Doc:        "Extensions of Visual Studio Code and editors like it, with what they depend on.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.VSCodeExtension},
	Files:      append(catalogers.Glob("**/extensions/*/package.json"), catalogers.Named(".vsixmanifest", "extension.vsixmanifest")...),
	Beside:     []string{"../.obsolete"},
	Group:      folderOf,
	ParseGroup: parseExtensions,
}

func folderOf(file string) (dir string, ok bool) {
	if dir = path.Dir(file); strings.HasSuffix(dir, ".vsix") {
		return "", false // not installed
	}
	if path.Base(path.Dir(dir)) == "extensions" {
		return path.Dir(dir), path.Base(file) != "package.json" || strings.Contains(path.Base(dir), ".") && strings.Contains(path.Base(dir), "-")
	}
	return dir, path.Base(file) != "package.json"
}

// extension is what a manifest says.
type extension struct {
	publisher, name, version, platform string
	title, description, license, maker string
	home, source                       string
	needs, packs                       []string
	editor                             bool // made for Visual Studio Code
	targets                            bool // says what it is made for
}

func (e *extension) id() string { return strings.ToLower(e.publisher + "." + e.name) }

func parseExtensions(dir string, files []*catalogers.File, out *sbom.Facts) error {
	obsolete := make(map[string]bool)
	if f, err := files[0].Beside("../.obsolete"); err == nil {
		if text, err := f.Text(); err == nil {
			r := decode.NewJSON(text)
			r.Object(func(key string) { obsolete[strings.ToLower(key)] = r.Bool() })
		}
	}
	var last string // the folder of the extension claimed last: it may have both manifests, and package.json tells more
	slices.SortStableFunc(files, func(a, b *catalogers.File) int {
		if c := strings.Compare(a.Dir(), b.Dir()); c != 0 {
			return c
		}
		return -strings.Compare(a.Base(), b.Base())
	})
	for _, f := range files {
		folder := strings.ToLower(path.Base(f.Dir()))
		if f.Dir() == last || obsolete[folder] {
			continue
		}
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		var e extension
		if f.Base() == "package.json" {
			err = e.readManifest(text)
			prefix := e.id() + "-" + strings.ToLower(e.version)
			if platform, ok := strings.CutPrefix(folder, prefix); ok && e.editor {
				e.platform = strings.TrimPrefix(platform, "-")
			} else if err == nil {
				continue // something else in a folder of that name
			}
		} else {
			err = e.readPackage(text)
		}
		if err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		if e.publisher == "" || e.name == "" {
			if err == nil {
				out.GapAt(f.Path, "publisher or name is missing")
			}
			continue
		}
		last = f.Dir()
		e.claim(f, out)
	}
	out.Edges(sbom.Complete)
	return nil
}

// component is the extension.
func (e *extension) component() sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.VSCodeExtension, e.publisher, e.name, e.version), Description: e.description, Supplier: e.maker}
	if e.platform != "" && e.platform != "universal" && e.platform != "undefined" {
		c.PURL = c.PURL.With("platform", e.platform)
	}
	if e.license != "" && !strings.HasPrefix(strings.ToUpper(e.license), "SEE LICEN") {
		c.Licenses = []sbom.License{{Text: e.license}}
	}
	if e.title != "" && !strings.HasPrefix(e.title, "%") { // a key of package.nls.json
		c.Properties = []sbom.Property{{Name: "sbomgen:vscode:title", Value: e.title}}
	}
	for _, r := range [...]sbom.Reference{{Type: sbom.Website, URL: e.home}, {Type: sbom.VCS, URL: strings.TrimPrefix(e.source, "git+")}} {
		if url, ok := sbom.CleanURL(r.URL); ok && strings.Contains(url, "://") {
			c.References = append(c.References, sbom.Reference{Type: r.Type, URL: url})
		}
	}
	return c
}

func (e *extension) claim(f *catalogers.File, out *sbom.Facts) {
	c := e.component()
	key := c.PURL.String()
	if out.Has(key) {
		return
	}
	out.AddIn(sbom.Location{Path: f.Path}, key, c, e.id())
	for _, id := range e.needs { // those that come with the editor are not in the folder
		out.Relate(sbom.Relation{From: key, To: strings.ToLower(id), MayMiss: true})
	}
	for _, id := range e.packs { // what a pack brought along may be removed again
		out.Relate(sbom.Relation{From: key, To: strings.ToLower(id), Scope: sbom.Optional})
	}
}

// Package macos reads bundles of Apple's systems.
package macos

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Bundle reads Info.plist of applications and frameworks, on macOS (Contents/Info.plist, Versions/*/Resources/Info.plist) and on the
// others (Info.plist), as XML or binary
// (https://developer.apple.com/library/archive/documentation/CoreFoundation/Conceptual/CFBundles/BundleTypes/BundleTypes.html). An application contains the
// frameworks and the applications in it, and what else lies there.
var Bundle = catalogers.Cataloger{
	Name:  "macos-bundle",
	Doc:   "Applications and frameworks of macOS, iOS and their kin, by Info.plist, with what applications contain.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Generic},
	Files: catalogers.Glob("**/*.app/Contents/Info.plist", "**/*.app/Info.plist", "**/*.framework/Versions/*/Resources/Info.plist", "**/*.framework/Resources/Info.plist",
		"**/*.framework/Info.plist"),
	Group:      outermost,
	ParseGroup: parseBundles,
}

// outermost is the bundle that is in no other.
func outermost(file string) (dir string, ok bool) {
	for i := range len(file) {
		if file[i] == '/' && isBundle(file[:i]) {
			return file[:i], true
		}
	}
	return "", false
}

func isBundle(dir string) bool {
	return strings.HasSuffix(dir, ".app") || strings.HasSuffix(dir, ".framework")
}

// bundleOf is the bundle that an Info.plist describes.
func bundleOf(file string) string {
	dir := path.Dir(file)
	for !isBundle(dir) && dir != "." {
		dir = path.Dir(dir)
	}
	return dir
}

func parseBundles(dir string, files []*catalogers.File, out *sbom.Facts) error {
	out.Own(path.Dir(dir))
	out.Edges(sbom.Incomplete) // what of the system they need, only the programs say
	type inner struct{ dir, key string }
	var list []inner
	keys := make(map[string]string) // by the folders of bundles
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		values, err := readPlist(text)
		if err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		at := bundleOf(f.Path)
		c, ok := component(at, values)
		if !ok {
			if err == nil {
				out.GapAt(f.Path, "has no identifier and no version")
			}
			continue
		}
		key := c.PURL.String()
		if !out.Has(key) { // helpers are there under several names
			out.AddIn(sbom.Location{Path: f.Path}, key, c)
		}
		if rest := strings.TrimPrefix(f.Path, at); strings.HasPrefix(rest, "/Versions/") { // of a framework several may be there
			at = path.Dir(f.Dir())
		}
		keys[at] = key
		out.Installs(key, sbom.InstalledFile{Path: at + "/", Holds: true})
		list = append(list, inner{at, key})
	}
	contained := make(map[[2]string]bool)
	for _, b := range list {
		for up := path.Dir(b.dir); up != "." && len(up) >= len(dir); up = path.Dir(up) {
			holder := keys[up]
			if holder == "" {
				continue
			}
			if edge := [2]string{holder, b.key}; holder != b.key && !contained[edge] {
				contained[edge] = true
				out.Relate(sbom.Relation{From: holder, To: b.key, Kind: sbom.Contains})
			}
			break
		}
	}
	return nil
}

// component names a bundle by its identifier, which its makers give to no other, else by its folder. There is no type of purls.
func component(dir string, values map[string]string) (c sbom.Component, ok bool) {
	get := func(key string) string {
		if v := values[key]; !strings.Contains(v, "$(") && !strings.Contains(v, "${") { // to be filled in by Xcode: sources have such files
			return v
		}
		return ""
	}
	id, version := get("CFBundleIdentifier"), get("CFBundleShortVersionString")
	build := get("CFBundleVersion")
	if version == "" {
		version = build
	}
	if id == "" && version == "" {
		return c, false
	}
	folder := path.Base(dir)
	title := strings.TrimSuffix(folder, path.Ext(folder))
	if id == "" {
		id = title
	}
	c = sbom.Component{Kind: sbom.Application, PURL: purl.New(purl.Generic, "", id, version), Copyright: get("NSHumanReadableCopyright")}
	if path.Ext(folder) == ".framework" {
		c.Kind = sbom.Framework
	}
	for _, key := range [...]string{"CFBundleDisplayName", "CFBundleName"} {
		if c.Name == "" {
			c.Name = get(key)
		}
	}
	if c.Name == "" {
		c.Name = title
	}
	if build != "" && build != version {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:macos:build", Value: build})
	}
	for _, key := range [...]string{"LSMinimumSystemVersion", "MinimumOSVersion"} {
		if v := get(key); v != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:macos:minimum-system", Value: v})
			break
		}
	}
	return c, true
}

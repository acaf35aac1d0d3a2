package cocoapods

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// claim claims a pod with all that the sections told.
func (l *lock) claim(p *pod) {
	p.key = p.name
	c := sbom.Component{PURL: purl.New(purl.CocoaPods, "", p.name, p.version)}
	if local := p.options["path"] + p.options["podspec"]; local != "" && !strings.Contains(local, "://") {
		if !l.local(p, &c, local) {
			return
		}
	} else if home, ok := sbom.CleanURL(strings.TrimSuffix(p.options["git"], ".git")); ok && p.options["git"] != "" {
		at := "git+" + home
		if ref := cmp.Or(p.options["commit"], p.options["tag"]); ref != "" {
			at += "@" + ref
		}
		c.PURL = c.PURL.With("vcs_url", at)
		c.References = []sbom.Reference{{Type: sbom.VCS, URL: home}}
	} else if home, ok := sbom.CleanURL(p.options["http"] + p.options["podspec"]); ok && p.options["http"]+p.options["podspec"] != "" {
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: home}}
	}
	// "trunk" is the public registry, as are its mirror and the repository that came before it.
	if home, ok := sbom.CleanURL(strings.TrimSuffix(p.repository, ".git")); ok && strings.Contains(home, "://") && !strings.EqualFold(home, "https://github.com/CocoaPods/Specs") && !strings.HasPrefix(home, "https://cdn.cocoapods.org") {
		c.PURL = c.PURL.With("repository_url", home)
	}
	if len(p.subspecs) > 0 {
		slices.Sort(p.subspecs)
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:cocoapods:subspecs", Value: strings.Join(slices.Compact(p.subspecs), ", ")})
	}
	if p.checksum != "" {
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:cocoapods:podspec-sha1", Value: p.checksum})
	}
	l.out.AddAt(p.line, p.key, c)
}

// local settles what a pod from a folder is: a package that another package manager brought (React Native and Flutter keep theirs in
// node_modules and .symlinks), or the application in that folder, for which it returns false, or a folder outside the tree.
func (l *lock) local(p *pod, c *sbom.Component, folder string) bool {
	if strings.HasSuffix(folder, ".podspec") || strings.HasSuffix(folder, ".podspec.json") {
		folder = path.Dir(folder)
	}
	at := path.Join(l.dir, folder)
	switch {
	case strings.Contains("/"+folder+"/", "/node_modules/") || strings.Contains("/"+folder+"/", "/.symlinks/"):
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:cocoapods:source", Value: "path"})
		return true
	case path.IsAbs(folder) || strings.HasPrefix(folder, "~") || at == ".." || strings.HasPrefix(at, "../"):
		c.PURL, c.Name, c.Version = purl.PURL{}, p.name, p.version
		c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:cocoapods:source", Value: "path"})
		return true
	}
	c.Name, c.Version = p.name, p.version
	c.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: l.out.Path, Line: p.line}}}
	if at == l.dir || l.out.Has("app:"+at) {
		at = path.Join(at, p.name) // the project's own folder, or several pods of one
	}
	p.key = l.out.Application(at, *c)
	return false
}

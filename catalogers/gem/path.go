package gem

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// local claims the folder of a PATH source as the application that it is. Where the source holds several gems, each lies
// where its gemspec does, which Bundler looks for two levels deep.
func (l *lock) local(n int, name string, p purl.PURL) string {
	remote := "."
	if len(l.source.remotes) > 0 {
		remote = l.source.remotes[0]
	}
	at := path.Join(l.file.Dir(), remote)
	c := sbom.Component{Name: name, Version: p.Version, PURL: p,
		Evidence: []sbom.Evidence{{Location: sbom.Location{Path: l.file.Path, Line: n}}}}
	if path.IsAbs(remote) || at == ".." || strings.HasPrefix(at, "../") { // outside the tree: known by its name alone
		key := name + " " + p.Version
		c.PURL, c.Evidence = purl.PURL{}, nil
		c.Properties = []sbom.Property{{Name: "sbomgen:gem:source", Value: "path"}}
		l.out.AddAt(n, key, c)
		return key
	}
	if folder, ok := l.gemspecs(remote)[name]; ok {
		return l.out.Application(folder, c)
	}
	if l.out.Has("app:"+at) && l.out.Component("app:"+at).Name != "" {
		at = path.Join(at, name) // two gems of one folder
	}
	return l.out.Application(at, c)
}

// gemspecs finds the folders of the gems below the folder of a source.
func (l *lock) gemspecs(remote string) map[string]string {
	folders, known := l.folders[remote]
	if known || strings.HasPrefix(remote, "../") || strings.ContainsAny(remote, `*?[{\`) {
		return folders
	}
	folders = make(map[string]string)
	for _, pattern := range [...]string{"*/*/*.gemspec", "*/*.gemspec", "*.gemspec"} { // the topmost wins
		found, _ := l.file.Glob(path.Join(remote, pattern))
		for _, spec := range found {
			folders[strings.TrimSuffix(path.Base(spec), ".gemspec")] = path.Dir(spec)
		}
	}
	l.folders[remote] = folders
	return folders
}

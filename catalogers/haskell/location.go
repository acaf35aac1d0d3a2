package haskell

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// location is a package as stack's files say where it is.
type location struct {
	hackage                 string
	name, version           string
	git, hg, commit, subdir string
	url, github, hash       string
	subdirs                 []string
}

func (l *location) read(r *decode.Block) {
	if r.Kind() == decode.String {
		l.hackage = r.Text()
		return
	}
	r.Object(func(key string) {
		switch key {
		case "hackage":
			l.hackage = r.Text()
		case "name":
			l.name = r.Text()
		case "version":
			l.version = r.Text()
		case "git":
			l.git = r.Text()
		case "hg":
			l.hg = r.Text()
		case "github":
			l.github = r.Text()
		case "commit":
			l.commit = r.Text()
		case "subdir":
			l.subdir = r.Text()
		case "subdirs":
			l.subdirs = r.Texts()
		case "archive", "url":
			l.url = r.Text()
		case "sha256":
			l.hash = r.Text()
		}
	})
}

// claim adds the package, whose name and version are known.
func (l *location) claim(line int, out *sbom.Facts) {
	name, version, ok := l.name, l.version, plausible(l.name) && isVersion(l.version)
	id, revision, _ := strings.Cut(l.hackage, "@")
	if l.hackage != "" {
		name, version, ok = splitID(id)
	}
	if !ok || version == "" {
		out.Gap(line, "%.80q is no package with a version", strings.TrimSpace(id+" "+l.name+" "+l.version))
		return
	}
	c := hackage(name, version)
	if sum, ok := strings.CutPrefix(revision, "sha256:"); ok {
		sum, _, _ = strings.Cut(sum, ",")
		c.Property("sbomgen:hackage:cabal-sha256", sum)
	}
	l.locate(&c)
	addOnce(out, line, c)
}

func (l *location) locate(c *sbom.Component) {
	switch {
	case l.git != "":
		c.FromGit(l.git, l.commit)
	case l.github != "":
		c.FromGit("https://github.com/"+l.github, l.commit)
	case l.url != "":
		fromArchive(c, l.url, l.hash)
	}
	if l.subdir != "" && l.subdir != "." && l.hackage == "" {
		c.PURL = c.PURL.WithSubpath(l.subdir)
	}
}

// unnamed claims the repository or archive for the packages in it.
func (l *location) unnamed(line int, out *sbom.Facts) {
	at := l.git + l.hg + l.url
	if l.github != "" {
		at = "https://github.com/" + l.github
	}
	name := path.Base(at)
	for _, ending := range [...]string{".git", ".zip", ".tar.gz", ".tgz"} {
		name = strings.TrimSuffix(name, ending)
	}
	if name == "." || name == "/" {
		out.Gap(line, "an extra dependency says neither a package nor a place")
		return
	}
	for _, l.subdir = range append(l.subdirs, l.subdir)[:max(1, len(l.subdirs))] {
		c := sbom.Component{PURL: purl.New(purl.Generic, "", name, l.commit)}
		l.locate(&c)
		addOnce(out, line, c)
	}
}

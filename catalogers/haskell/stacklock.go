package haskell

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// StackLock reads stack.yaml.lock: the packages that a project takes from outside its snapshot. A snapshot is a list
// of versions elsewhere, and no package.
//
// Source: https://docs.haskellstack.org/en/stable/topics/lock_files/. "name-1.2@sha256:...,size" has the digest of the .cabal file, not
// that of the archive.
var StackLock = catalogers.Cataloger{
	Name:  "stack-lock",
	Doc:   "Haskell packages beyond the snapshot, pinned in stack.yaml.lock, with revisions, commits and archives.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Hackage},
	Files: catalogers.Named("stack.yaml.lock"),
	Parse: parseStackLock,
}

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

func parseStackLock(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errEmpty
	}
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		if key != "packages" {
			return
		}
		r.Array(func() {
			r.Object(func(key string) {
				if key != "completed" {
					return
				}
				var l location
				line := r.Line()
				l.read(r)
				if r.Err() == nil {
					l.claim(line, out)
				}
			})
		})
	})
	return r.Finish()
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
		c.Properties = []sbom.Property{{Name: "sbomgen:hackage:cabal-sha256", Value: sum}}
	}
	l.locate(&c)
	key := c.PURL.String()
	if !out.Has(key) {
		out.AddAt(line, key, c)
	}
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

package haskell

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Stack reads the extra-deps of stack.yaml: packages that a project takes from outside its snapshot, whoever needs them.
//
// Source: https://docs.haskellstack.org/en/stable/topics/package_location/. A repository or an archive does not tell what its packages are
// called; stack.yaml.lock does.
var Stack = catalogers.Cataloger{
	Name:   "stack-yaml",
	Doc:    "Haskell packages beyond the snapshot that stack.yaml asks for.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.Hackage, purl.Generic},
	Files:  catalogers.Named("stack.yaml"),
	Beside: []string{"stack.yaml.lock"},
	Parse:  parseStack,
}

func parseStack(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	locked := false
	if lock, err := f.Beside("stack.yaml.lock"); err == nil {
		lock.Close()
		locked = true
	}
	r := decode.NewBlock(text)
	r.Object(func(key string) {
		if key != "extra-deps" {
			return
		}
		r.Array(func() {
			var l location
			line := r.Line()
			l.read(r)
			switch {
			case r.Err() != nil:
			case l.hackage == "":
				if !locked {
					l.unnamed(line, out)
				}
			case strings.ContainsAny(l.hackage, `/\`) || strings.HasPrefix(l.hackage, "."): // a folder, or an archive by its address
				if l.url = l.hackage; !locked && strings.Contains(l.url, "://") {
					l.unnamed(line, out)
				}
			default:
				id, revision, _ := strings.Cut(l.hackage, "@")
				if name, version, ok := splitID(id); ok && version == "" { // the newest of the index
					if c := hackage(name, ""); !out.Has(c.PURL.String()) {
						out.AddAt(line, c.PURL.String(), c)
					}
					return
				}
				if strings.HasPrefix(revision, "rev:") {
					l.hackage = id
				}
				l.claim(line, out)
			}
		})
	})
	return r.Finish()
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
		if key := c.PURL.String(); !out.Has(key) {
			out.AddAt(line, key, c)
		}
	}
}

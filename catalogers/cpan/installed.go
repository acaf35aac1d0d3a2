package cpan

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Installed reads what cpanm leaves of every distribution that it installs: .meta/Name-Version/install.json, with the modules that it provides, and
// MYMETA.json, https://metacpan.org/pod/CPAN::Meta::Spec, with what it requires. META.json of a source tree is none of these.
//
// Carton installs into local: that belongs to the project around it.
var Installed = catalogers.Cataloger{
	Name:       "perl-installed",
	Doc:        "Perl distributions that cpanm or Carton installed, with edges and licences.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.CPAN},
	Files:      catalogers.Glob("**/.meta/*/install.json", "**/.meta/*/MYMETA.json"),
	Group:      metaOf,
	ParseGroup: parseInstalled,
}

func metaOf(at string) (dir string, ok bool) {
	dir = path.Dir(path.Dir(at))
	return dir, path.Base(dir) == ".meta"
}

// meta is what MYMETA.json says.
type meta struct {
	licenses    []string
	description string
	home        string
	requires    []want
}

func parseInstalled(dir string, files []*catalogers.File, out *sbom.Facts) error {
	root := path.Dir(dir)
	if at, _, ok := strings.Cut("/"+dir+"/", "/local/lib/perl5/"); ok {
		root = path.Clean("./" + at)
	}
	out.Own(root)
	providers := make(map[string]string)
	metas := make(map[string]meta)
	var wants []want
	for _, f := range files { // sorted: MYMETA.json before install.json
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		key := path.Base(f.Dir())
		r := decode.NewJSON(text)
		if f.Base() == "MYMETA.json" {
			metas[key] = readMeta(r, key)
		} else {
			c := readInstall(r, key, f.Path, providers, out)
			if m := metas[key]; c != nil {
				m.describe(c)
				wants = append(wants, m.requires...)
			}
		}
		if err := r.Finish(); err != nil {
			out.GapAt(f.Path, "%v", err)
		}
	}
	relate(wants, providers, out)
	out.Edges(sbom.Complete)
	return nil
}

func readInstall(r *decode.JSONReader, key, at string, providers map[string]string, out *sbom.Facts) *sbom.Component {
	pathname := ""
	r.Object(func(field string) {
		switch field {
		case "pathname":
			pathname = r.Text()
		case "provides":
			r.Object(func(module string) { providers[module] = key })
		}
	})
	c := claim(pathname, key, sbom.Location{Path: at, Line: 1}, out)
	if c == nil {
		c = claim(key, key, sbom.Location{Path: at, Line: 1}, out)
	}
	if c == nil {
		out.GapAt(at, "%.80q is no distribution", key)
	}
	return c
}

func readMeta(r *decode.JSONReader, key string) meta {
	var m meta
	r.Object(func(field string) {
		switch field {
		case "license":
			m.licenses = r.Texts()
		case "abstract":
			m.description = r.Text()
		case "resources":
			r.Object(func(kind string) {
				if kind == "homepage" {
					m.home = r.Text()
				}
			})
		case "prereqs":
			r.Object(func(phase string) {
				r.Object(func(kind string) {
					scope := sbom.Runtime
					if kind != "requires" {
						scope = sbom.Optional
					}
					if phase == "runtime" && (kind == "requires" || kind == "recommends" || kind == "suggests") {
						r.Object(func(module string) {
							m.requires = append(m.requires, want{from: key, module: module, rng: r.Text(), scope: scope})
						})
					}
				})
			})
		}
	})
	return m
}

func (m *meta) describe(c *sbom.Component) {
	c.Description = m.description
	for _, l := range m.licenses {
		c.Licenses = append(c.Licenses, sbom.License{Text: spdx(l)})
	}
	if home, ok := sbom.CleanURL(m.home); ok {
		c.References = []sbom.Reference{{Type: sbom.Website, URL: home}}
	}
}

// spdx gives the SPDX expression of one of the words of CPAN::Meta::Spec that are none.
func spdx(word string) string {
	switch word {
	case "perl_5":
		return "Artistic-1.0-Perl OR GPL-1.0-or-later"
	case "apache_2_0":
		return "Apache-2.0"
	case "artistic_2":
		return "Artistic-2.0"
	case "mit":
		return "MIT"
	case "bsd":
		return "BSD-3-Clause"
	case "gpl_2":
		return "GPL-2.0-only"
	case "gpl_3":
		return "GPL-3.0-only"
	case "lgpl_2_1":
		return "LGPL-2.1-only"
	case "mozilla_2_0":
		return "MPL-2.0"
	}
	return word
}

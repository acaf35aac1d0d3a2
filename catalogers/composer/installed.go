package composer

import (
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Installed reads vendor/composer/installed.json, which Composer writes beside the packages that it unpacks: version 1 a list,
// version 2 an object that tells development packages apart.
//
// Source: Composer\Repository\FilesystemRepository, https://github.com/composer/composer.
var Installed = catalogers.Cataloger{
	Name:  "composer-installed",
	Doc:   "PHP packages that Composer installed, with edges, scopes, licences, sources and digests.",
	Stage: sbom.Installed,
	Emits: []purl.Type{purl.Composer},
	Files: catalogers.Glob("**/composer/installed.json"),
	// Which packages the project asks for; the vendor folder has another name where config.vendor-dir says so.
	Beside: []string{"../../composer.json"},
	Parse:  parseInstalled,
}

func parseInstalled(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Content()
	if err != nil {
		return err
	}
	out.Own(path.Dir(path.Dir(f.Dir())))
	g := graph{out: out, providers: make(map[string][]string)}
	r := decode.NewJSON(text)
	var development []string
	stated := false // version 1 does not say
	known := r.Kind() == decode.Array
	read := func() {
		if p, ok := g.read(r); ok {
			g.add(p, p.component(out))
		}
	}
	if known {
		r.Array(read)
	} else {
		r.Object(func(key string) {
			switch key {
			case "packages":
				known = true
				r.Array(read)
			case "dev-package-names":
				stated = r.Kind() == decode.Array
				development = r.Texts()
			}
		})
	}
	for i := range g.packages {
		if c := out.Component(g.packages[i].name); c != nil && stated {
			c.Scope = sbom.Runtime
		}
	}
	for _, name := range development {
		if c := out.Component(strings.ToLower(name)); c != nil {
			c.Scope = sbom.Development
		}
	}
	g.settle(f, "../../composer.json")
	if err = r.Finish(); err == nil && !known {
		return errors.New("is no list of installed packages: it has no packages")
	}
	return err
}

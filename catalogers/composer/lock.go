package composer

import (
	"errors"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Lock reads composer.lock, as Composer\Package\Locker writes it. What the project itself asks for stands in composer.json only.
var Lock = catalogers.Cataloger{
	Name:   "composer-lock",
	Doc:    "PHP packages pinned in composer.lock, with edges, scopes, licences, sources and digests; composer.json beside it tells what was asked for.",
	Stage:  sbom.Locked,
	Emits:  []purl.Type{purl.Composer},
	Files:  catalogers.Named("composer.lock"),
	Beside: []string{"composer.json", "../../composer/installed.json"},
	Parse:  parseLock,
}

func parseLock(f *catalogers.File, out *sbom.Facts) error {
	if unpacked(f) {
		return nil
	}
	text, err := f.Content()
	if err != nil {
		return err
	}
	g := graph{out: out, providers: make(map[string][]string)}
	r := decode.NewJSON(text)
	known := false
	aliases := make(map[string]string) // package -> the version that it is used as
	r.Object(func(key string) {
		switch key {
		case "packages", "packages-dev":
			known = true
			r.Array(func() {
				p, ok := g.read(r)
				if !ok {
					return
				}
				c := p.component(out)
				if c.Scope = sbom.Runtime; key == "packages-dev" {
					c.Scope = sbom.Development
				}
				g.addLocked(f, p, c)
			})
		case "aliases":
			r.Array(func() {
				name, alias := readAlias(r)
				aliases[name] = alias
			})
		case "platform", "platform-dev":
			for _, l := range readLinks(r) {
				out.Application(f.Dir(), sbom.Component{Properties: []sbom.Property{{Name: "sbomgen:composer:" + key, Value: l.name + " " + l.constraint}}})
			}
		}
	})
	g.settle(f, "composer.json")
	for i := range g.packages {
		name := g.packages[i].name
		if c := out.Component(name); c != nil {
			c.Property("sbomgen:composer:alias", aliases[name])
		}
	}
	if err = r.Finish(); err == nil && !known {
		return errors.New("is no lockfile of Composer: it has no packages")
	}
	return err
}

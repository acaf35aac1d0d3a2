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
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
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
				p := readPackage(r)
				if !strings.Contains(p.name, "/") || p.version == "" {
					if r.Err() == nil {
						out.Gap(p.line, "%.80q has no vendor, name or version", p.name)
					}
					return
				}
				p.name = strings.ToLower(p.name)
				c := p.component(out)
				if c.Scope = sbom.Runtime; key == "packages-dev" {
					c.Scope = sbom.Development
				}
				g.addLocked(f.Dir(), p, c)
			})
		case "aliases":
			r.Array(func() {
				var name, alias string
				r.Object(func(key string) {
					switch key {
					case "package":
						name = r.Text()
					case "alias":
						alias = r.Text()
					}
				})
				aliases[strings.ToLower(name)] = alias
			})
		case "platform", "platform-dev":
			for _, l := range readLinks(r) {
				out.Application(f.Dir(), sbom.Component{Properties: []sbom.Property{{Name: "sbomgen:composer:" + key, Value: l.name + " " + l.constraint}}})
			}
		}
	})
	g.settle(f, "composer.json")
	for i := range g.packages {
		if c := out.Component(g.packages[i].name); c != nil && aliases[g.packages[i].name] != "" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:composer:alias", Value: aliases[g.packages[i].name]})
		}
	}
	if err = r.Finish(); err == nil && !known {
		return errors.New("is no lockfile of Composer: it has no packages")
	}
	return err
}

// addLocked claims a package, or the folder of the tree that a repository of the type "path" makes one. Which packages are
// needed only to develop is said by the lock, not by the edges.
func (g *graph) addLocked(dir string, p pkg, c sbom.Component) {
	at := path.Join(dir, p.dist.url)
	if p.dist.kind != "path" {
		g.add(p, c)
		return
	}
	if path.IsAbs(p.dist.url) || at == ".." || strings.HasPrefix(at, "../") {
		c.PURL, c.Name, c.Version = purl.PURL{}, p.name, p.version
		g.add(p, c)
		return
	}
	c.Name, c.Version, c.Scope = p.name, p.version, sbom.ScopeUnset
	c.Evidence = []sbom.Evidence{{Location: sbom.Location{Path: g.out.Path, Line: p.line}}}
	key := g.out.Application(at, c)
	g.out.Alias(key, p.name)
	g.packages = append(g.packages, p)
}

package conda

import (
	"cmp"
	"errors"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Pixi reads pixi.lock, versions 4 to 6: environments that select, per platform, from one list of packages,
// https://pixi.sh/latest/workspace/lockfile/ and https://github.com/conda/rattler/tree/main/crates/rattler_lock. Since version 6 the name
// of a conda package stands only in its address. Edges hold within an environment of a platform.
var Pixi = catalogers.Cataloger{
	Name:  "pixi-lock",
	Doc:   "Packages of conda and PyPI pinned in pixi.lock for all environments and platforms, with edges, channels, licences and digests.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.Conda, purl.PyPI},
	Files: catalogers.Named("pixi.lock"),
	Parse: parsePixi,
}

type pixiPackage struct {
	kind, address, name, version, build, subdir, license, md5, sha256 string

	depends  []string
	provides []string // purls of the packages of PyPI that a conda package is
	named    bool     // provides is what the file says, not what the name suggests
	line     int
	key      string
}

type pixiPlace struct{ environment, platform, kind, address string }

func parsePixi(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if strings.TrimSpace(text) == "" {
		return errors.New("is empty")
	}
	r := decode.NewBlock(text)
	var list []pixiPackage
	var places []pixiPlace
	version := ""
	r.Object(func(key string) {
		switch key {
		case "version":
			line := r.Line()
			if version = r.Text(); len(version) != 1 || version[0] < '4' || version[0] > '6' {
				out.Gap(line, "version %.20q is unknown; read as version 6", version)
			}
		case "environments":
			r.Object(func(environment string) { places = append(places, pixiEnvironment(r, environment)...) })
		case "packages":
			r.Array(func() { list = append(list, readPixiPackage(r)) })
		}
	})
	if version == "" && r.Err() == nil {
		return errors.New("is no lockfile of pixi: it has no version")
	}
	usual := make(map[string]bool) // what the default environment holds
	for _, p := range places {
		if p.environment == "default" {
			usual[p.kind+" "+p.address] = true
		}
	}
	b := newBundle(out)
	at := make(map[string]*pixiPackage, len(list))
	for i := range list {
		p := &list[i]
		p.claim(b, f.Dir())
		at[p.kind+" "+p.address] = p
		if c := b.items[p.key]; c != nil && usual[p.kind+" "+p.address] {
			c.component.Scope = sbom.Runtime
		} else if c != nil && len(usual) > 0 {
			c.component.Scope = max(c.component.Scope, sbom.Optional)
		}
	}
	b.flush()
	for _, p := range places {
		if found := at[p.kind+" "+p.address]; found != nil && found.key != "" {
			place := p.environment + " " + p.platform + " "
			b.choose(place+p.kind+" "+found.name, found.key)
			if p.kind == "conda" && !found.named {
				b.choose(place+"provided "+found.name, found.key)
			}
			for _, provided := range found.provides {
				if is, err := purl.Parse(provided); err == nil && is.Type == purl.PyPI {
					b.choose(place+"provided "+is.Name, found.key)
				}
			}
		}
	}
	for _, p := range places {
		if found := at[p.kind+" "+p.address]; found != nil && found.key != "" {
			found.relate(b, p)
		}
	}
	out.Edges(sbom.Complete)
	return r.Finish()
}

func pixiEnvironment(r *decode.Block, environment string) (list []pixiPlace) {
	r.Object(func(key string) {
		if key != "packages" {
			return
		}
		r.Object(func(platform string) {
			r.Array(func() {
				r.Object(func(kind string) {
					if kind == "conda" || kind == "pypi" {
						list = append(list, pixiPlace{environment, platform, kind, r.Text()})
					}
				})
			})
		})
	})
	return list
}

func readPixiPackage(r *decode.Block) pixiPackage {
	p := pixiPackage{line: r.Line()}
	r.Object(func(key string) {
		switch key {
		case "kind": // until version 5
			p.kind = r.Text()
		case "conda", "pypi":
			p.kind, p.address = key, r.Text()
		case "url", "path":
			p.address = cmp.Or(p.address, r.Text())
		case "name":
			p.name = r.Text()
		case "version":
			p.version = r.Text()
		case "build":
			p.build = r.Text()
		case "subdir":
			p.subdir = r.Text()
		case "license":
			p.license = r.Text()
		case "md5":
			p.md5 = r.Text()
		case "sha256":
			p.sha256 = r.Text()
		case "purls":
			p.provides, p.named = r.Texts(), true
		case "depends", "requires_dist":
			p.depends = r.Texts()
		}
	})
	return p
}

// claim notes the package. A folder of the tree is the application that it is.
func (p *pixiPackage) claim(b *bundle, dir string) {
	local := !strings.Contains(p.address, "://") && !strings.HasPrefix(p.address, "git+")
	a := artifact{}
	if !local && p.kind == "conda" {
		a = locate(p.address)
	}
	a.md5, a.sha256, a.build, a.subdir = p.md5, p.sha256, cmp.Or(p.build, a.build), cmp.Or(p.subdir, a.subdir)
	p.name, p.version = cmp.Or(p.name, a.name), cmp.Or(p.version, a.version)
	a.name = p.name
	if local && extension(p.address) == "" && !strings.HasSuffix(p.address, ".whl") && p.address != "" {
		at := path.Join(dir, p.address)
		if strings.HasPrefix(p.address, "/") || at == ".." || strings.HasPrefix(at, "../") {
			return
		}
		p.key = b.out.Application(at, sbom.Component{Name: p.name, Version: p.version})
		return
	}
	if p.name == "" || p.version == "" {
		b.out.Gap(p.line, "%.80q: has no name or no version", fileName(p.address))
		return
	}
	c := sbom.Component{PURL: a.purl(p.name, p.version, false)}
	if p.kind == "pypi" {
		c = wheelAt(p.name, p.version, p.address, &a)
		p.name = c.PURL.Name
	}
	if p.license != "" {
		c.Licenses = []sbom.License{{Text: p.license}}
	}
	p.key = b.add(p.line, c, a)
}

// relate writes the edges that the package has in an environment. Requirements of Python whose marker is false find nothing.
func (p *pixiPackage) relate(b *bundle, in pixiPlace) {
	place := in.environment + " " + in.platform + " "
	for _, d := range p.depends {
		name, _, constraint, _ := match(d)
		candidates := []string{"conda " + name}
		if p.kind == "pypi" {
			c, asked, ok := wheel(d)
			if !ok {
				continue
			}
			constraint, candidates = asked, []string{"pypi " + c.PURL.Name, "provided " + c.PURL.Name}
		} else if virtual(name) {
			continue
		}
		found := ""
		for _, c := range candidates {
			found = cmp.Or(found, b.chosen[place+c])
		}
		switch {
		case found != "" && found != p.key:
			b.relate(sbom.Relation{From: p.key, To: found, Range: constraint, Line: p.line})
		case found == "" && p.kind == "conda":
			b.relate(sbom.Relation{From: p.key, To: place + name, Range: constraint, Line: p.line})
		}
	}
}

// fileName is the last part of an address, without a user where it is the host.
func fileName(address string) string {
	name := path.Base(address)
	return name[strings.LastIndexByte(name, '@')+1:]
}

// Package composer reads what Composer writes.
package composer

import (
	"strings"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// A pkg is a package as composer.lock and installed.json hold it, https://getcomposer.org/doc/04-schema.md.
type pkg struct {
	name, version, kind, description, homepage string

	licenses  []string
	author    string
	source    origin
	dist      origin
	registry  string // where installs are reported to: the registry that the package comes from
	requires  []link
	provides  []string // by replace and provide
	abandoned string
	line      int
}

type origin struct{ kind, url, reference, shasum string }

type link struct {
	name, constraint string
	line             int
}

func readPackage(r *decode.JSONReader) pkg {
	p := pkg{line: r.Line()}
	r.Object(func(key string) {
		switch key {
		case "name":
			p.name = r.Text()
		case "version":
			p.version = r.Text()
		case "type":
			p.kind = r.Text()
		case "description":
			p.description = r.Text()
		case "homepage":
			p.homepage = r.Text()
		case "license":
			p.licenses = r.Texts()
		case "authors":
			p.author = readAuthors(r)
		case "source":
			p.source = readOrigin(r)
		case "dist":
			p.dist = readOrigin(r)
		case "notification-url":
			p.registry = r.Text()
		case "require":
			p.requires = readLinks(r)
		case "replace", "provide":
			for _, l := range readLinks(r) {
				p.provides = append(p.provides, l.name)
			}
		case "abandoned": // true, or the package to use instead
			if p.abandoned = "true"; r.Kind() == decode.String {
				p.abandoned = r.Text()
			} else if !r.Bool() {
				p.abandoned = ""
			}
		}
	})
	return p
}

func readOrigin(r *decode.JSONReader) (o origin) {
	r.Object(func(key string) {
		switch key {
		case "type":
			o.kind = r.Text()
		case "url":
			o.url = r.Text()
		case "reference":
			o.reference = r.Text()
		case "shasum":
			o.shasum = r.Text()
		}
	})
	return o
}

func readLinks(r *decode.JSONReader) (list []link) {
	r.Object(func(name string) {
		line := r.Line()
		list = append(list, link{strings.ToLower(name), r.Text(), line})
	})
	return list
}

// readAlias reads an element of a lock's "aliases": the version that a package is used as.
func readAlias(r *decode.JSONReader) (name, alias string) {
	r.Object(func(key string) {
		switch key {
		case "package":
			name = strings.ToLower(r.Text())
		case "alias":
			alias = r.Text()
		}
	})
	return name, alias
}

func readAuthors(r *decode.JSONReader) string {
	var names []string
	r.Array(func() {
		r.Object(func(key string) {
			if key == "name" {
				names = append(names, r.Text())
			}
		})
	})
	return strings.Join(names, ", ")
}

// platform tells whether a name is that of something that the machine must have: PHP, an extension, a library, Composer itself. All
// packages have a vendor (https://getcomposer.org/doc/01-basic-usage.md#platform-packages).
func platform(name string) bool { return !strings.Contains(name, "/") }

// component is the claim of a package. A package from a folder has no purl that others could follow.
func (p *pkg) component(out *sbom.Facts) sbom.Component {
	c := sbom.Component{PURL: purl.New(purl.Composer, "", p.name, p.version), Description: p.description, Author: p.author}
	if len(p.licenses) > 1 { // a list means a choice: https://getcomposer.org/doc/04-schema.md#license
		p.licenses = []string{"(" + strings.Join(p.licenses, " OR ") + ")"}
	}
	for _, l := range p.licenses {
		c.Licenses = append(c.Licenses, sbom.License{Text: l, Basis: sbom.DeclaredLicense})
	}
	if h, ok := sbom.NewHash(sbom.SHA1, p.dist.shasum); ok {
		c.Hashes = []sbom.Hash{h}
	} else if p.dist.shasum != "" {
		out.Gap(p.line, "%s: the shasum of dist is no SHA-1", p.name)
	}
	if clean, ok := sbom.CleanURL(p.registry); ok && p.registry != "" {
		if at := host(clean); at != "https://packagist.org" && at != "http://packagist.org" {
			c.PURL = c.PURL.With("repository_url", at)
		}
	}
	source, fromSource := sbom.CleanURL(strings.TrimSuffix(p.source.url, ".git"))
	if fromSource && p.source.url != "" {
		c.References = append(c.References, sbom.Reference{Type: sbom.VCS, URL: source})
		if p.registry == "" && p.source.reference != "" { // from a repository that composer.json names, not from a registry
			c.PURL = c.PURL.With("vcs_url", p.source.kind+"+"+source+"@"+p.source.reference)
		}
	}
	if dist, ok := sbom.CleanURL(p.dist.url); ok && p.dist.url != "" && p.dist.kind != "path" {
		c.References = append(c.References, sbom.Reference{Type: sbom.Distribution, URL: dist})
	}
	if site, ok := sbom.CleanURL(p.homepage); ok && p.homepage != "" {
		c.References = append(c.References, sbom.Reference{Type: sbom.Website, URL: site})
	}
	for _, x := range [...]sbom.Property{{Name: "type", Value: p.kind}, {Name: "abandoned", Value: p.abandoned}, {Name: "reference", Value: p.reference()}} {
		if x.Value != "" && x.Value != "library" {
			c.Properties = append(c.Properties, sbom.Property{Name: "sbomgen:composer:" + x.Name, Value: x.Value})
		}
	}
	return c
}

// reference is the commit of a version that is none: a branch.
func (p *pkg) reference() string {
	if !strings.HasPrefix(p.version, "dev-") && !strings.HasSuffix(p.version, "-dev") {
		return ""
	}
	if p.source.reference != "" {
		return p.source.reference
	}
	return p.dist.reference
}

// host cuts an address behind its host.
func host(address string) string {
	scheme, rest, _ := strings.Cut(address, "://")
	name, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + name
}

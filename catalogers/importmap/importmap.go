// Package importmap reads import maps.
package importmap

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Map reads import maps in files, https://html.spec.whatwg.org/multipage/webappapis.html#import-maps: "imports" and, for single folders, "scopes". Addresses
// of content delivery networks tell the package; what else lies on the web is a file. Deno's specifiers npm: and jsr: are understood.
var Map = catalogers.Cataloger{
	Name:  "import-map",
	Doc:   "Packages and files of the web that an import map points to.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.NPM, purl.GitHub, purl.Generic},
	Files: catalogers.Named("import_map.json", "importmap.json", "import-map.json"),
	Parse: parseMap,
}

func parseMap(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, `"imports"`) && !strings.Contains(text, `"scopes"`) {
		return nil
	}
	r := decode.NewJSONC(text)
	entry := func(string) {
		line, address := r.Line(), r.Text()
		if r.Err() == nil && address != "" {
			add(address, line, out)
		}
	}
	r.Object(func(key string) {
		switch key {
		case "imports":
			r.Object(entry)
		case "scopes":
			r.Object(func(string) { r.Object(entry) })
		}
	})
	return r.Finish()
}

func add(address string, line int, out *sbom.Facts) {
	c, rng, ok := identify(address)
	if !ok {
		if strings.Contains(address, "://") {
			out.Gap(line, "%.80q is no address that can be shown", strings.SplitN(address, "://", 2)[0]+"://")
		}
		return // a place of the site itself
	}
	key := c.PURL.String()
	if c.PURL.IsZero() {
		key = c.Name
	}
	if !out.Has(key) {
		out.AddAt(line, key, c)
	}
	out.Relate(sbom.Relation{From: out.Owner(), To: key, Range: rng, Line: line})
}

// identify tells what an address imports, and the range where it asks for one.
func identify(address string) (c sbom.Component, rng string, ok bool) {
	if rest, ok := strings.CutPrefix(address, "npm:"); ok {
		return npm(strings.TrimPrefix(rest, "/"))
	}
	if rest, ok := strings.CutPrefix(address, "jsr:"); ok {
		return jsr(strings.TrimPrefix(rest, "/"))
	}
	clean, ok := sbom.CleanURL(address)
	host, rest, remote := strings.Cut(strings.TrimPrefix(strings.TrimPrefix(clean, "https://"), "http://"), "/")
	if !ok || !remote || !strings.HasPrefix(clean, "http") {
		return c, "", false
	}
	rest, _, _ = strings.Cut(rest, "?")
	switch host {
	case "esm.sh":
		first, after, _ := strings.Cut(rest, "/")
		switch {
		case first == "gh":
			return github(after)
		case first == "jsr":
			return jsr(after)
		case first == "stable", len(first) > 1 && first[0] == 'v' && strings.Trim(first[1:], "0123456789") == "": // a version of the network's
			rest = after
		}
		c, rng, ok = npm(strings.TrimPrefix(rest, "*"))
	case "unpkg.com", "esm.run", "cdn.skypack.dev", "esm.unpkg.com":
		c, rng, ok = npm(rest)
	case "cdn.jsdelivr.net":
		if after, of := strings.CutPrefix(rest, "gh/"); of {
			return github(after)
		}
		if after, of := strings.CutPrefix(rest, "npm/"); of {
			c, rng, ok = npm(after)
		} else {
			ok = false
		}
	case "ga.jspm.io", "dev.jspm.io":
		c, rng, ok = npm(strings.TrimPrefix(rest, "npm:"))
	case "deno.land":
		name, version, _ := strings.Cut(strings.TrimPrefix(rest, "x/"), "@")
		name, _, _ = strings.Cut(name, "/")
		version, _, _ = strings.Cut(version, "/")
		return sbom.Component{PURL: purl.New(purl.Generic, "", name, version).With("repository_url", "https://deno.land")}, "", name != ""
	case "raw.githubusercontent.com":
		if p := strings.SplitN(rest, "/", 4); len(p) == 4 {
			return github(p[0] + "/" + p[1] + "@" + p[2])
		}
		ok = false
	default:
		ok = false
	}
	if ok {
		return c, rng, true
	}
	return sbom.Component{Kind: sbom.FileKind, Name: clean, References: []sbom.Reference{{Type: sbom.Distribution, URL: clean}}}, "", path.Ext(clean) != ""
}

// cut splits "@scope/name@range/file" into the name and the range.
func cut(spec string) (name, rng string, ok bool) {
	parts := strings.SplitN(spec, "/", 3)
	name = parts[0]
	if strings.HasPrefix(name, "@") && len(parts) > 1 {
		name += "/" + parts[1]
	}
	if at := strings.LastIndexByte(name, '@'); at > 0 {
		name, rng = name[:at], name[at+1:]
	}
	rng, _, _ = strings.Cut(rng, ",") // Skypack's pinned builds
	return name, strings.ReplaceAll(rng, "%5E", "^"), strings.Trim(name, "@/") != "" && !strings.ContainsAny(name, " :?#")
}

// exact tells whether a range is one version.
func exact(rng string) bool {
	number, _, _ := strings.Cut(rng, "-")
	return strings.Count(number, ".") == 2 && strings.Trim(number, "0123456789.") == "" && !strings.Contains(number, "..")
}

func npm(spec string) (c sbom.Component, rng string, ok bool) {
	name, rng, ok := cut(spec)
	version := ""
	if exact(rng) {
		version = rng
	}
	return sbom.Component{PURL: purl.New(purl.NPM, "", name, version)}, rng, ok
}

// jsr is a package of JSR, which serves every one to npm as @jsr/scope__name, https://jsr.io/docs/npm-compatibility.
func jsr(spec string) (c sbom.Component, rng string, ok bool) {
	name, rng, ok := cut(spec)
	scope, bare, scoped := strings.Cut(strings.TrimPrefix(name, "@"), "/")
	c, _, _ = npm("@jsr/" + scope + "__" + bare + "@" + rng)
	c.PURL = c.PURL.With("repository_url", "https://npm.jsr.io")
	return c, rng, ok && scoped
}

func github(spec string) (c sbom.Component, rng string, ok bool) {
	parts := strings.SplitN(spec, "/", 3)
	if len(parts) < 2 {
		return c, "", false
	}
	name, ref, _ := strings.Cut(parts[1], "@")
	return sbom.Component{PURL: purl.New(purl.GitHub, parts[0], name, ref)}, "", parts[0] != "" && name != ""
}

package cyclonedx

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// packaged is a package as a cataloger of lockfiles claims it.
func packaged(t purl.Type, namespace, name, version string) sbom.Component {
	p := purl.New(t, namespace, name, version)
	return sbom.Component{ID: sbom.ID(p.Identity().String()), Kind: sbom.Library, PURL: p, Scope: sbom.Runtime, Stage: sbom.Locked,
		Evidence: []sbom.Evidence{{Cataloger: "npm-lock", Stage: sbom.Locked, Technique: sbom.ManifestAnalysis, Confidence: 100,
			Location: sbom.Location{Path: "package-lock.json", Line: 12}}}}
}

func application(path, name, version string) sbom.Component {
	return sbom.Component{ID: sbom.ID("app:" + path), Kind: sbom.Application, Path: path, Name: name, Version: version, Scope: sbom.Runtime}
}

// drawing builds graphs in few words.
type drawing struct {
	t *testing.T
	b sbom.Builder
}

func (d *drawing) add(c sbom.Component, changes ...func(*sbom.Component)) sbom.ID {
	for _, change := range changes {
		change(&c)
	}
	if err := d.b.Component(c); err != nil {
		d.t.Fatal(err)
	}
	return c.ID
}

func (d *drawing) graph(root sbom.ID) *sbom.Graph {
	g, err := d.b.Graph(root)
	if err != nil {
		d.t.Fatal(err)
	}
	return g
}

var created = time.Date(2026, 11, 24, 6, 0, 0, 123, time.FixedZone("", 3600))

// documents are hand-made documents with everything that a graph can hold.
func documents(t *testing.T) map[string]*sbom.Document {
	return map[string]*sbom.Document{
		"workspace": workspace(t), "licences": licences(t), "odd": odd(t), "kinds": kinds(t), "empty": empty(t), "sightings": sightings(t),
	}
}

func workspace(t *testing.T) *sbom.Document {
	d := &drawing{t: t}
	root := d.add(application(".", "shop", "1.2.0"), func(c *sbom.Component) {
		c.PURL = purl.New(purl.NPM, "", "shop", "1.2.0")
		c.CPEs = []string{`cpe:2.3:a:shop:shop\&co:1.2.0:*:*:*:*:*:*:*`}
		c.Completeness = sbom.Complete
		c.Licenses = []sbom.License{{Text: "MIT"}}
	})
	web := d.add(application("web", "web", ""), func(c *sbom.Component) { c.Completeness = sbom.Incomplete })
	api := d.add(application("api", "api", "0.1"), func(c *sbom.Component) { c.Direct = true; c.Stage = sbom.Locked })
	lodash := d.add(packaged(purl.NPM, "", "lodash", "4.17.21"), func(c *sbom.Component) {
		c.Direct, c.Completeness = true, sbom.Complete
		c.Description, c.Copyright, c.Author, c.Supplier = "utilities", "© JS Foundation", "John-David Dalton <j@example.com>", "OpenJS"
		c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA512, Hex: strings.Repeat("ab", 64)}, {Algorithm: sbom.SHA1, Hex: strings.Repeat("0", 40)}}
		c.References = []sbom.Reference{
			{Type: sbom.Distribution, URL: "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz", Hashes: []sbom.Hash{{Algorithm: sbom.SHA256, Hex: strings.Repeat("1f", 32)}}},
			{Type: sbom.VCS, URL: "git+https://github.com/lodash/lodash.git"}, {Type: sbom.Website, URL: "https://lodash.com/"},
			{Type: "release-notes", URL: "https://example.com/notes"}, {Type: "rfc-9116", URL: "https://example.com/.well-known/security.txt"},
		}
		c.CPEs = []string{`cpe:2.3:a:lodash:lodash:4.17.21\+b:*:*:*:*:node.js:*:*`, "cpe:2.3:a:openjs:lodash:4.17.21:-:*:en-us:*:node.js:x64:*"}
		c.Properties = []sbom.Property{{Name: "sbomgen:npm:integrity", Value: "sha512-…"}, {Name: "sbomgen:npm:empty", Value: ""}}
	})
	one := d.add(packaged(purl.NPM, "@types", "node", "20.1.0"), func(c *sbom.Component) { c.ID += "#1"; c.Scope = sbom.Development })
	two := d.add(packaged(purl.NPM, "@types", "node", "20.1.0"), func(c *sbom.Component) { c.ID += "#2"; c.Scope = sbom.Test; c.Direct = true })
	vite := d.add(packaged(purl.NPM, "", "vite", "5.0.0"), func(c *sbom.Component) { c.Scope = sbom.Build })
	react := d.add(packaged(purl.NPM, "", "react", "18.2.0"), func(c *sbom.Component) { c.Scope = sbom.Peer })
	fsevents := d.add(packaged(purl.NPM, "", "fsevents", "2.3.3"), func(c *sbom.Component) { c.Scope = sbom.Optional; c.Stage = sbom.Installed })
	loose := d.add(packaged(purl.Golang, "example.com/x", "y", "v1.0.0"), func(c *sbom.Component) { c.Scope = sbom.ScopeUnset })
	maven := d.add(packaged(purl.Maven, "org.example", "core", "1"), func(c *sbom.Component) { c.Group, c.Name, c.Version = "Org.Example", "Core", "1.0" })
	rpm := d.add(packaged(purl.RPM, "fedora", "bash", "5.2"), func(c *sbom.Component) {
		c.PURL = c.PURL.With("arch", "x86_64").With("download_url", "https://example.com/bash.rpm")
		c.ID = sbom.ID(c.PURL.Identity().String())
	})
	inner := d.add(packaged(purl.Maven, "org.example", "shaded", "2"))
	b := &d.b
	b.Edge(root, lodash, sbom.Edge{Range: "^4", Scope: sbom.Runtime, Path: "package.json"})
	b.Edge(root, web, sbom.Edge{Kind: sbom.Contains, Rule: "members"})
	b.Edge(root, api, sbom.Edge{Kind: sbom.Contains})
	b.Edge(root, api, sbom.Edge{})
	b.Edge(web, api, sbom.Edge{})
	b.Edge(web, react, sbom.Edge{}, web)
	b.Edge(api, react, sbom.Edge{}, root, web)
	b.Edge(web, loose, sbom.Edge{Kind: sbom.Contains}, web, api)
	b.Edge(web, loose, sbom.Edge{})
	b.Edge(lodash, one, sbom.Edge{})
	b.Edge(lodash, two, sbom.Edge{}, api)
	b.Edge(one, two, sbom.Edge{})
	b.Edge(two, one, sbom.Edge{})
	b.Edge(vite, fsevents, sbom.Edge{})
	b.Edge(root, vite, sbom.Edge{Kind: sbom.Contains})
	b.Edge(root, rpm, sbom.Edge{Kind: sbom.Contains})
	b.Edge(maven, inner, sbom.Edge{Kind: sbom.Contains})
	b.Edge(root, maven, sbom.Edge{})
	b.Edge(inner, maven, sbom.Edge{Kind: sbom.BuiltFrom})
	b.Edge(rpm, lodash, sbom.Edge{Kind: sbom.Provides})
	b.Edge(rpm, vite, sbom.Edge{Kind: sbom.Provides})
	b.Edge(rpm, maven, sbom.Edge{Kind: sbom.Patches})
	b.Edge(rpm, inner, sbom.Edge{Kind: sbom.Describes})
	b.Edge(react, react, sbom.Edge{})
	b.Context(web, root)
	b.Gap(sbom.Gap{Path: "a/package-lock.json", Line: 3, Cataloger: "npm-lock", Reason: "checksum: odd length hex"})
	b.Gap(sbom.Gap{Path: "b.lock", Reason: "unexpected end (of file)"})
	b.Gap(sbom.Gap{Reason: "x depends-on y: no such component"})
	return &sbom.Document{Graph: d.graph(root), Created: created, Tool: sbom.Tool{Vendor: "sbomgen project", Name: "sbomgen", Version: "0.1.0"},
		Authors:      []sbom.Party{{Name: "Example Corporation", Email: "sbom@example.com", URL: "https://example.com"}, {Email: "no mail"}, {Name: "Jo"}},
		Supplier:     sbom.Party{Name: "Example Corporation", URL: "https://user:hunter2@example.com/", Email: "sales@example.com"},
		Manufacturer: sbom.Party{Name: "Example GmbH", URL: "file:///home/alice"}, Lifecycle: sbom.PreBuild, Version: 3,
		Properties: []sbom.Property{{Name: "sbomgen:enrich", Value: "go-modcache"}}}
}

// licences has components with all kinds and mixtures of licence claims.
func licences(t *testing.T) *sbom.Document {
	d := &drawing{t: t}
	root := d.add(application(".", "licences", ""))
	for i, claims := range [][]sbom.License{
		{{Text: "MIT"}},
		{{Text: "mit"}, {Text: "Apache 2"}},
		{{Text: "(MIT OR Apache-2.0)"}},
		{{Text: "MIT OR Apache-2.0"}, {Text: "ISC"}},
		{{Text: "ISC"}, {Text: "MIT OR Apache-2.0"}, {Text: "GPL-2.0-only WITH Classpath-exception-2.0"}},
		{{Text: "MIT"}, {Text: "Apache-2.0", Basis: sbom.ConcludedLicense}},
		{{Text: "MIT OR ISC"}, {Text: "MIT", Basis: sbom.ConcludedLicense}, {Text: "ISC OR MIT", Basis: sbom.ConcludedLicense}},
		{{Text: "LicenseRef-scancode-public-domain"}, {Text: "NOASSERTION", Basis: sbom.ObservedLicense}},
		{{Text: "NONE"}, {Text: "SEE LICENSE IN <x> & \"y\""}, {Text: ""}, {Text: "  "}},
		{{Text: "MIT", Location: sbom.Location{Path: "LICENSE", Line: 3}}, {Text: "BSD-3-Clause", Basis: sbom.ObservedLicense, Location: sbom.Location{Path: "COPYING", Archive: "x.jar"}}},
		{{Text: "BSD-3-Clause", Basis: sbom.ObservedLicense}, {Text: "MIT AND ISC", Basis: sbom.ObservedLicense}},
		{{Text: "MIT OR ISC", Location: sbom.Location{Path: "setup.cfg"}}},
		{{Text: "Classpath-exception-2.0"}, {Text: "GPL-2.0+"}, {Text: "GPL-2.0"}, {Text: "MIT/Apache-2.0"}},
	} {
		c := packaged(purl.Cargo, "", fmt.Sprintf("crate%02d", i), "1.0.0")
		c.Licenses = claims
		d.b.Edge(root, d.add(c), sbom.Edge{})
	}
	return &sbom.Document{Graph: d.graph(root), Tool: sbom.Tool{Name: "sbomgen"}}
}

// odd has what no sane file says.
func odd(t *testing.T) *sbom.Document {
	d := &drawing{t: t}
	const evil = "a\x00b\x1f\xff\uFFFE \u2028 line\nbreak\r\ttab \"quote\" \\back <tag> & ]]> é 漢 \U0001F600 \x7f"
	root := d.add(application(".", evil, evil), func(c *sbom.Component) { c.Scope = sbom.ScopeUnset })
	deep := d.add(application("a -> b/c d", "", ""))
	a := d.add(sbom.Component{ID: "file:a\x01", Kind: sbom.FileKind, Name: evil, Group: evil, Version: strings.Repeat("é", 2000), Description: evil, Copyright: evil,
		Author: evil, Supplier: evil,
		Hashes: []sbom.Hash{{Algorithm: sbom.SHA256, Hex: "abc"}, {Algorithm: "CRC32", Hex: "00000000"}, {Algorithm: sbom.SHA1, Hex: strings.Repeat("Z", 40)},
			{Algorithm: sbom.MD5, Hex: strings.Repeat("AB", 16)}},
		References: []sbom.Reference{{Type: "vcs", URL: "git@github.com:a/b.git"}, {Type: "vcs", URL: "/home/alice"}, {Type: evil, URL: "https://example.com/ä ö?token=x"},
			{Type: "website", URL: "https://${project.url}/"}, {Type: "website", URL: ""}, {Type: "other", URL: "www.example.com/[x]"}},
		CPEs:       []string{evil, "cpe:/a:b:c", "cpe:2.3:a:b c:d", "cpe:2.3:a:z:d"},
		Properties: []sbom.Property{{Name: evil, Value: evil}, {Name: "", Value: "x"}, {Name: "sbomgen:direct", Value: "true"}, {Name: "sbomgen:gap", Value: "x"}},
		Licenses:   []sbom.License{{Text: evil}, {Text: evil, Basis: sbom.ObservedLicense}},
		Evidence: []sbom.Evidence{{Technique: "guess", Confidence: 250, Location: sbom.Location{Path: evil, Line: -4, Offset: -2}, Cataloger: "a b"},
			{Location: sbom.Location{}}, {Technique: sbom.FileName, Confidence: 7, Stage: sbom.Built, Location: sbom.Location{Path: "x", Archive: "a.war > lib/b.jar", Layer: "sha256:00", Offset: 99}}}})
	b := d.add(sbom.Component{ID: "file:a\x02", Kind: "gizmo"})
	c := d.add(sbom.Component{ID: "file:a\uFFFD", Kind: ""})
	e := d.add(sbom.Component{ID: "file:a\uFFFD~2", Path: "/"})
	for _, id := range []sbom.ID{a, b, c, e, deep} {
		d.b.Edge(root, id, sbom.Edge{}, deep)
		d.b.Edge(root, id, sbom.Edge{Kind: sbom.Contains})
	}
	d.b.Edge(a, deep, sbom.Edge{Kind: sbom.Contains}, deep, root)
	d.b.Edge(a, "nowhere", sbom.Edge{})
	d.b.Gap(sbom.Gap{Path: evil, Line: 1, Cataloger: evil, Reason: evil})
	return &sbom.Document{Graph: d.graph(root), Created: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Tool: sbom.Tool{Vendor: evil, Version: evil}, Lifecycle: "someday",
		Authors:  []sbom.Party{{Name: evil, Email: evil}, {Email: "a@b..c"}, {Email: "a@b"}, {Email: "é@example.com"}},
		Supplier: sbom.Party{Name: evil, URL: evil, Email: "@"}, Serial: "urn:uuid:NOT-A-UUID", Version: -7,
		Properties: []sbom.Property{{Name: evil, Value: evil}, {}}}
}

// kinds has a component of every kind.
func kinds(t *testing.T) *sbom.Document {
	d := &drawing{t: t}
	root := d.add(sbom.Component{ID: "container:sha256:00", Kind: sbom.Container, Name: "image", Version: "1"})
	for _, k := range []sbom.Kind{sbom.Library, sbom.Application, sbom.Framework, sbom.OperatingSystem, sbom.Container, sbom.Platform, sbom.Device, sbom.DeviceDriver,
		sbom.Firmware, sbom.FileKind, sbom.Data, sbom.Model, sbom.Crypto} {
		id := d.add(sbom.Component{ID: sbom.ID("kind:" + k), Kind: k, Name: string(k), Stage: sbom.Installed, Scope: sbom.Runtime})
		d.b.Edge(root, id, sbom.Edge{Kind: sbom.Contains})
	}
	return &sbom.Document{Graph: d.graph(root), Created: created, Tool: sbom.Tool{Name: "sbomgen"}, Serial: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79"}
}

func empty(t *testing.T) *sbom.Document {
	d := &drawing{t: t}
	return &sbom.Document{Graph: d.graph(d.add(application(".", "nothing", "")))}
}

// sightings has components that were seen in many places.
func sightings(t *testing.T) *sbom.Document {
	d := &drawing{t: t}
	root := d.add(application(".", "sightings", ""))
	lock := sbom.Location{Path: "Cargo.lock", Line: 7}
	for i, seen := range [][]sbom.Evidence{
		{{Cataloger: "cargo-lock", Stage: sbom.Locked, Technique: sbom.ManifestAnalysis, Confidence: 100, Location: lock},
			{Cataloger: "cargo-lock", Stage: sbom.Locked, Technique: sbom.ManifestAnalysis, Confidence: 100, Location: sbom.Location{Path: "Cargo.lock", Line: 70}}},
		{{Cataloger: "cargo-lock", Stage: sbom.Locked, Technique: sbom.ManifestAnalysis, Confidence: 100, Location: lock},
			{Cataloger: "cargo-toml", Stage: sbom.Declared, Technique: sbom.ManifestAnalysis, Confidence: 80, Location: sbom.Location{Path: "Cargo.toml", Line: 3}}},
		{{Cataloger: "rust-binary", Stage: sbom.Built, Technique: sbom.BinaryAnalysis, Confidence: 95, Location: sbom.Location{Path: "bin/tool", Offset: 4096, Layer: "sha256:ab", Archive: "x.tar"}}},
		{{Cataloger: "jar", Stage: sbom.Built, Technique: sbom.FileName, Confidence: 5, Location: sbom.Location{Path: "log4j-core-2.17.jar", Archive: "app.war > lib/x.jar"}},
			{Cataloger: "jar", Stage: sbom.Built, Technique: sbom.HashComparison, Confidence: 99, Location: sbom.Location{Path: "log4j-core-2.17.jar", Archive: "app.war > lib/x.jar"}}},
	} {
		c := packaged(purl.Cargo, "", fmt.Sprintf("crate%d", i), "1.0.0")
		c.Evidence, c.Stage = seen, seen[0].Stage
		d.b.Edge(root, d.add(c), sbom.Edge{})
	}
	return &sbom.Document{Graph: d.graph(root), Tool: sbom.Tool{Name: "sbomgen"}}
}

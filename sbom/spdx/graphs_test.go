package spdx

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// sketch builds graphs in few words.
type sketch struct {
	sbom.Builder
	t testing.TB
}

func (s *sketch) add(c sbom.Component) sbom.ID {
	if c.ID == "" {
		c.ID = sbom.ID(c.PURL.Identity().String())
	}
	if err := s.Component(c); err != nil {
		s.t.Fatal(err)
	}
	return c.ID
}

func (s *sketch) app(path, name, version string) sbom.ID {
	return s.add(app(path, name, version))
}

func (s *sketch) done(root sbom.ID) *sbom.Graph {
	g, err := s.Graph(root)
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

func app(path, name, version string) sbom.Component {
	return sbom.Component{ID: sbom.ID("app:" + path), Kind: sbom.Application, Path: path, Name: name, Version: version, Scope: sbom.Runtime}
}

// locked is a package as a cataloger of lockfiles claims it.
func locked(p purl.PURL) sbom.Component {
	return sbom.Component{PURL: p, Kind: sbom.Library, Scope: sbom.Runtime, Stage: sbom.Locked, Evidence: []sbom.Evidence{seenAt("package-lock.json", 12)}}
}

func seenAt(path string, number int) sbom.Evidence {
	return sbom.Evidence{Cataloger: "npm-lock", Stage: sbom.Locked, Technique: sbom.ManifestAnalysis, Confidence: 100, Location: sbom.Location{Path: path, Line: number}}
}

var (
	created  = time.Date(2026, 11, 24, 6, 0, 0, 123, time.FixedZone("", 3600))
	toolOfUs = sbom.Tool{Vendor: "sbomgen project", Name: "sbomgen", Version: "0.1.0-rc.1"}
)

// documents are hand-made documents with everything that a graph can hold.
func documents(t testing.TB) map[string]*sbom.Document {
	return map[string]*sbom.Document{"shop": shop(t), "licences": licences(t), "sightings": sightings(t), "kinds": kinds(t), "addresses": places(t), "nothing": nothing(t), "odd": odd(t)}
}

func shop(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	top := app(".", "shop", "1.2.0")
	top.PURL = purl.New(purl.NPM, "", "shop", "1.2.0")
	top.Completeness, top.Licenses, top.Supplier = sbom.Complete, []sbom.License{{Text: "MIT"}}, "Somebody else"
	root := s.add(top)
	web := app("web", "web", "")
	web.Completeness = sbom.Incomplete
	s.add(web)
	api := app("services/api", "api", "0.1")
	api.Direct, api.Stage = true, sbom.Locked
	s.add(api)

	c := locked(purl.New(purl.NPM, "", "lodash", "4.17.21"))
	c.Direct, c.Completeness = true, sbom.Complete
	c.Description, c.Copyright, c.Author, c.Supplier = "utilities\nfor <text> of \"us\"", "© JS Foundation", "John-David Dalton <j@example.com>", "OpenJS Foundation"
	c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA512, Hex: strings.Repeat("ab", 64)}, {Algorithm: sbom.BLAKE3, Hex: strings.Repeat("0", 64)}, {Algorithm: sbom.SHA1, Hex: strings.Repeat("1", 40)}}
	c.References = []sbom.Reference{{Type: sbom.Distribution, URL: "https://registry.yarnpkg.com/lodash/-/lodash-4.17.21.tgz"}, {Type: sbom.Website, URL: "https://lodash.com/"},
		{Type: sbom.VCS, URL: "git+https://github.com/lodash/lodash.git"}}
	c.CPEs = []string{`cpe:2.3:a:lodash:lodash:4.17.21\+b:*:*:*:*:node.js:*:*`, "cpe:2.3:a:openjs:lodash:4.17.21:-:*:en-us:*:node.js:x64:*"}
	c.Properties = []sbom.Property{{Name: "sbomgen:npm:integrity", Value: "sha512-…"}, {Name: "sbomgen:npm:empty"}, {Name: "sbomgen:npm:empty", Value: "twice"}}
	lodash := s.add(c)
	c = locked(purl.New(purl.NPM, "@types", "node", "20.1.0"))
	c.Scope, c.ID = sbom.Development, "pkg:npm/%40types/node@20.1.0#1"
	one := s.add(c)
	c.Scope, c.ID, c.Direct, c.Author = sbom.Test, "pkg:npm/%40types/node@20.1.0#2", true, "a <a@example.com>, b <b@example.com>"
	two := s.add(c)
	c = locked(purl.New(purl.NPM, "@types", "node-20.1.0", "1")) // whose id reads like that of the first instance
	c.Author, c.Scope = "The node team (t@example.com)", sbom.Build
	vite := s.add(c)
	c = locked(purl.New(purl.NPM, "", "react", "18.2.0"))
	c.Scope = sbom.Peer
	react := s.add(c)
	c = locked(purl.New(purl.NPM, "", "fsevents", "2.3.3"))
	c.Scope, c.Stage, c.Evidence = sbom.Optional, sbom.Installed, nil
	fsevents := s.add(c)
	c = locked(purl.New(purl.Golang, "example.com/x", "y", "v1.0.0"))
	c.Scope = sbom.ScopeUnset
	loose := s.add(c)
	c = locked(purl.New(purl.Maven, "org.example", "core", "1"))
	c.Group, c.Name, c.Version, c.Completeness = "Org.Example", "Core", "1.0", sbom.Incomplete
	core := s.add(c)
	shaded := s.add(locked(purl.New(purl.Maven, "org.example", "shaded", "2")))
	bash := s.add(locked(purl.New(purl.RPM, "fedora", "bash", "5.2").With("arch", "x86_64").With("download_url", "https://example.com/bash.rpm")))
	app := s.add(sbom.Component{ID: "file:bin/tool", Kind: sbom.FileKind, Name: "tool", Stage: sbom.Built, CPEs: []string{`cpe:2.3:a:tool:\<text\>:1\"2\\3:*:*:*:*:*:*:*`}})

	s.Edge(root, lodash, sbom.Edge{Range: "^4", Scope: sbom.Runtime, Path: "package.json"})
	s.Edge(root, "app:web", sbom.Edge{Kind: sbom.Contains, Rule: "members"})
	s.Edge(root, "app:services/api", sbom.Edge{Kind: sbom.Contains})
	s.Edge(root, "app:services/api", sbom.Edge{Scope: sbom.Runtime})
	s.Edge(root, vite, sbom.Edge{Kind: sbom.Contains})
	s.Edge(root, bash, sbom.Edge{Kind: sbom.Contains})
	s.Edge(root, core, sbom.Edge{Scope: sbom.Optional})
	s.Edge(root, two, sbom.Edge{Scope: sbom.Test})
	s.Edge(root, one, sbom.Edge{Scope: sbom.Development})
	s.Edge("app:web", react, sbom.Edge{Scope: sbom.Peer}, "app:web")
	s.Edge("app:web", loose, sbom.Edge{Kind: sbom.Contains}, "app:web", "app:services/api")
	s.Edge("app:web", loose, sbom.Edge{})
	s.Edge("app:services/api", react, sbom.Edge{Scope: sbom.Build}, root, "app:web")
	s.Edge("app:services/api", app, sbom.Edge{Kind: sbom.Contains})
	s.Edge(lodash, one, sbom.Edge{})
	s.Edge(lodash, two, sbom.Edge{}, "app:services/api")
	s.Edge(one, two, sbom.Edge{})
	s.Edge(two, one, sbom.Edge{})
	s.Edge(vite, fsevents, sbom.Edge{Scope: sbom.Optional})
	s.Edge(core, shaded, sbom.Edge{Kind: sbom.Contains})
	s.Edge(shaded, core, sbom.Edge{Kind: sbom.BuiltFrom})
	s.Edge(bash, lodash, sbom.Edge{Kind: sbom.Provides})
	s.Edge(bash, vite, sbom.Edge{Kind: sbom.Provides}, root)
	s.Edge(bash, core, sbom.Edge{Kind: sbom.Patches})
	s.Edge(bash, shaded, sbom.Edge{Kind: sbom.Describes})
	s.Edge(react, react, sbom.Edge{})
	s.Context("app:web", root)
	s.Gap(sbom.Gap{Path: "a/package-lock.json", Line: 3, Cataloger: "npm-lock", Reason: "checksum: odd length hex"})
	s.Gap(sbom.Gap{Path: "b.lock", Reason: "unexpected end (of file)"})
	s.Gap(sbom.Gap{Reason: "x depends-on y: no such component"})
	return &sbom.Document{Graph: s.done(root), Created: created, Tool: toolOfUs,
		Authors:  []sbom.Party{{Name: "Example Corporation", Email: "sbom@example.com"}, {Name: "Jo"}, {Email: "who@example.com"}},
		Supplier: sbom.Party{Name: "Example Corporation", URL: "https://example.com/", Email: "sales@example.com"}, Manufacturer: sbom.Party{Name: "Example GmbH"},
		Lifecycle: sbom.PreBuild, Version: 3, Properties: []sbom.Property{{Name: "sbomgen:enrich", Value: "go-modcache"}}}
}

// licences has components with all kinds and mixtures of licence claims.
func licences(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	root := s.app(".", "licences", "")
	const concluded, observed = sbom.ConcludedLicense, sbom.ObservedLicense
	for i, claims := range [][]sbom.License{
		{{Text: "MIT"}},
		{{Text: "mit"}, {Text: "Apache 2"}},
		{{Text: "Apache 2"}},
		{{Text: "Apache/2"}},
		{{Text: " Apache 2"}},
		{{Text: "(MIT OR Apache-2.0)"}},
		{{Text: "MIT OR Apache-2.0"}, {Text: "ISC"}, {Text: "MIT OR Apache-2.0"}},
		{{Text: "GPL-2.0-only WITH Classpath-exception-2.0"}, {Text: "MIT", Basis: concluded}},
		{{Text: "MIT OR ISC", Basis: concluded}, {Text: "MIT"}},
		{{Text: "MIT", Basis: concluded}, {Text: "Odd words", Basis: concluded}},
		{{Text: "LicenseRef-Apache-2"}, {Text: "NOASSERTION", Basis: observed}},
		{{Text: "MIT AND LicenseRef-scancode-public-domain"}},
		{{Text: "NONE"}}, {{Text: "NOASSERTION"}}, {{Text: "NONE"}, {Text: "NOASSERTION"}}, {{Text: "NONE"}, {Text: "ISC"}},
		{{Text: "DocumentRef-other:LicenseRef-x"}}, {{Text: "GPL-2.0-only WITH AdditionRef-x"}},
		{{Text: "SEE LICENSE IN <x> & \"y\""}}, {{Text: "漢字"}}, {{Text: "Permission is hereby granted,\nfree of charge, to any person " + strings.Repeat("obtaining a copy ", 20)}},
		{{Text: ""}, {Text: "  "}},
		{{Text: "MIT", Location: sbom.Location{Path: "LICENSE", Line: 3, Layer: "sha256:00"}}, {Text: "BSD-3-Clause", Basis: observed, Location: sbom.Location{Path: "COPYING", Archive: "x.jar"}}},
		{{Text: "GPL-2.0+"}, {Text: "GPL-2.0"}, {Text: "MIT/Apache-2.0"}},
	} {
		c := locked(purl.New(purl.Cargo, "", fmt.Sprintf("crate%02d", i), "1.0.0"))
		c.Licenses = claims
		s.Edge(root, s.add(c), sbom.Edge{Scope: sbom.Runtime})
	}
	return &sbom.Document{Graph: s.done(root), Tool: sbom.Tool{Name: "sbomgen"}, Lifecycle: sbom.PostBuild}
}

// sightings has components that were seen in many places.
func sightings(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	root := s.app(".", "sightings", "")
	jar := sbom.Location{Path: "log4j-core-2.17.jar", Archive: "app.war > lib/x.jar"}
	other := seenAt("Cargo.toml", 3)
	other.Stage, other.Confidence, other.Rule = sbom.Declared, 80, "declared"
	for i, seen := range [][]sbom.Evidence{
		{seenAt("a.lock", 1), seenAt("a.lock", 70), seenAt("b c/(d).lock", 0)},
		{seenAt("a.lock", 1), seenAt("b.lock", 0), seenAt("c.lock", 3), seenAt("d.lock", 4), seenAt("e.lock", 5)},
		{seenAt("a.lock", 1), other},
		{seenAt("with; break.lock", 1)}, {seenAt("odd:7", 0)}, {seenAt("odd:7", 2)}, {seenAt("x (y)", 2)},
		{{Cataloger: "rust-binary", Stage: sbom.Locked, Technique: sbom.BinaryAnalysis, Confidence: 95, Location: sbom.Location{Path: "bin/tool", Offset: 4096, Layer: "sha256:ab", Archive: "x.tar"}}},
		{{Cataloger: "jar", Stage: sbom.Built, Technique: sbom.FileName, Confidence: 5, Location: jar}, {Cataloger: "jar", Technique: sbom.HashComparison, Confidence: 99, Location: jar}},
		{{Technique: sbom.Attestation}},
	} {
		c := locked(purl.New(purl.Cargo, "", fmt.Sprintf("crate%d", i), "1.0.0"))
		c.Evidence = seen
		s.Edge(root, s.add(c), sbom.Edge{Scope: sbom.Runtime})
	}
	return &sbom.Document{Graph: s.done(root), Tool: sbom.Tool{Name: "sbomgen", Version: "1"}, Lifecycle: "discovery"}
}

// kinds has a component of every kind.
func kinds(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	root := s.add(sbom.Component{ID: "container:sha256:00", Kind: sbom.Container, Name: "image", Version: "1"})
	for _, k := range []sbom.Kind{sbom.Library, sbom.Application, sbom.Framework, sbom.OperatingSystem, sbom.Container, sbom.Platform, sbom.Device, sbom.DeviceDriver,
		sbom.Firmware, sbom.FileKind, sbom.Data, sbom.Model, sbom.Crypto} {
		s.Edge(root, s.add(sbom.Component{ID: sbom.ID("kind:" + k), Kind: k, Name: string(k), Stage: sbom.Installed, Scope: sbom.Runtime}), sbom.Edge{Kind: sbom.Contains})
	}
	return &sbom.Document{Graph: s.done(root), Created: created, Tool: sbom.Tool{Name: "sbomgen"}, Serial: "urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79", Lifecycle: sbom.BuildTime}
}

// places has components with addresses of all kinds.
func places(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	top := app(".", "places", "1")
	top.References = []sbom.Reference{{Type: sbom.VCS, URL: "https://github.com/example/places"}}
	top.Properties = []sbom.Property{{Name: "sbomgen:git:commit", Value: strings.Repeat("0af1", 10)}}
	root := s.add(top)
	web := sbom.Reference{Type: sbom.Website, URL: "https://example.com/"}
	file := sbom.Reference{Type: sbom.Distribution, URL: "https://example.com/a-1.0.tar.gz?mirror=1"}
	hashed := file
	hashed.Hashes = []sbom.Hash{{Algorithm: sbom.SHA256, Hex: strings.Repeat("1f", 32)}, {Algorithm: sbom.MD5, Hex: strings.Repeat("1f", 16)}}
	git := sbom.Reference{Type: sbom.VCS, URL: "git+https://example.com/x.git"}
	for i, list := range [][]sbom.Reference{
		{file, web}, {web, file}, {hashed, web}, {web}, {git}, {git, web}, {file, {Type: sbom.Distribution, URL: "https://example.com/b"}},
		{{Type: sbom.Distribution, URL: "git+https://example.com/x"}, web}, {{Type: sbom.VCS, URL: "https://example.com/x"}}, {{Type: sbom.Website, URL: "www.example.com/x"}},
		{{Type: sbom.VCS, URL: "ssh://github.com/a/b"}, {Type: "other", URL: "mailto:a@example.com"}, {Type: "release-notes", URL: "https://example.com/notes"}, {Type: "rfc-9116", URL: "https://example.com/s"},
			{Type: "x-own", URL: "https://example.com/"}, {Type: sbom.IssueTracker, URL: "https://example.com/bugs", Hashes: hashed.Hashes}},
	} {
		c := locked(purl.New(purl.Generic, "", fmt.Sprintf("p%02d", i), "1"))
		c.References = list
		s.Edge(root, s.add(c), sbom.Edge{Scope: sbom.Runtime})
	}
	c := locked(purl.New(purl.PyPI, "", "checkout", "1").With("vcs_url", "git+https://example.com/c.git@main"))
	s.Edge(root, s.add(c), sbom.Edge{Scope: sbom.Runtime})
	c = locked(purl.New(purl.GitHub, "example", "action", strings.Repeat("0af1", 10)))
	c.References = []sbom.Reference{{Type: sbom.VCS, URL: "https://github.com/example/action"}}
	s.Edge(root, s.add(c), sbom.Edge{Scope: sbom.Runtime})
	return &sbom.Document{Graph: s.done(root), Tool: sbom.Tool{Name: "sbomgen", Version: "v1.0"}, Lifecycle: "operations"}
}

func nothing(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	return &sbom.Document{Graph: s.done(s.app(".", "nothing", ""))}
}

// odd has what no sane file says.
func odd(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	const evil = "a\x00b\x1f\xff\uFFFE \u2028 line\nbreak\r\ttab \"quote\" \\back <text> & </text> ]]> é 漢 \U0001F600 \x7f\r\nPackageName: x\n#"
	top := app(".", evil, evil)
	top.Scope, top.PURL = sbom.ScopeUnset, purl.New(purl.Generic, "", evil, evil)
	root := s.add(top)
	deep := s.app("a -> b/c d", "", "")
	a := s.add(sbom.Component{ID: "file:a\x01", Kind: sbom.FileKind, Name: evil, Group: evil, Version: strings.Repeat("é", 2000), Description: evil, Copyright: evil, Author: evil, Supplier: evil,
		Hashes: []sbom.Hash{{Algorithm: sbom.SHA256, Hex: "abc"}, {Algorithm: "CRC32", Hex: "00000000"}, {Algorithm: sbom.SHA1, Hex: strings.Repeat("Z", 40)}, {Algorithm: sbom.MD5, Hex: strings.Repeat("AB", 16)}},
		References: []sbom.Reference{{Type: "vcs", URL: "git@github.com:a/b.git"}, {Type: "vcs", URL: "/home/alice"}, {Type: evil, URL: "https://example.com/ä ö?token=x"},
			{Type: "website", URL: "https://${project.url}/"}, {Type: "website", URL: ""}, {Type: "other", URL: "www.example.com/[x]"}, {Type: "distribution", URL: "https://u:hunter2@example.com/x", Hashes: []sbom.Hash{{Algorithm: sbom.MD5, Hex: "1"}}}},
		CPEs:       []string{evil, "cpe:/a:b:c", "cpe:2.3:a:b c:d", "cpe:2.3:a:z:d"},
		Properties: []sbom.Property{{Name: evil, Value: evil}, {Value: "x"}, {Name: "sbomgen:direct", Value: "true"}, {Name: "sbomgen:gap", Value: "x"}},
		Licenses:   []sbom.License{{Text: evil}, {Text: evil, Basis: sbom.ObservedLicense}},
		Evidence: []sbom.Evidence{{Technique: "guess", Confidence: 250, Location: sbom.Location{Path: evil, Line: -4, Offset: -2}, Cataloger: "a b"}, {},
			{Technique: sbom.FileName, Confidence: 7, Stage: sbom.Built, Location: sbom.Location{Path: "x", Archive: "a.war > lib/b.jar", Layer: "sha256:00", Offset: 99}}}})
	ids := []sbom.ID{a, deep, s.add(sbom.Component{ID: "file:a\x02", Kind: "gizmo"}), s.add(sbom.Component{ID: "file:a\uFFFD"}), s.add(sbom.Component{ID: "file:a\uFFFD~2", Path: "/"}),
		s.add(sbom.Component{ID: "DOCUMENT"}), s.add(sbom.Component{ID: "document"}), s.add(sbom.Component{ID: "漢"}), s.add(sbom.Component{ID: "sbom"}),
		s.add(sbom.Component{ID: sbom.ID("x:" + strings.Repeat("long/", 100)), Author: "NOASSERTION", Supplier: "NONE", Name: "NOASSERTION", Version: "NOASSERTION", Copyright: "NONE"})}
	for _, id := range ids {
		s.Edge(root, id, sbom.Edge{}, deep)
		s.Edge(root, id, sbom.Edge{Kind: sbom.Contains})
	}
	s.Edge(a, deep, sbom.Edge{Kind: sbom.Contains}, deep, root)
	s.Edge(a, "nowhere", sbom.Edge{})
	s.Gap(sbom.Gap{Path: evil, Line: 1, Cataloger: evil, Reason: evil})
	return &sbom.Document{Graph: s.done(root), Created: time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC), Tool: sbom.Tool{Vendor: evil, Version: evil}, Lifecycle: "someday",
		Authors:  []sbom.Party{{Name: evil, Email: evil}, {Email: "a b"}, {Email: "a@b"}, {URL: "/home/alice"}, {Name: "Jo (a@b)"}},
		Supplier: sbom.Party{Name: evil, URL: evil, Email: "@"}, Serial: "urn:uuid:NOT-A-UUID", Version: -7, Properties: []sbom.Property{{Name: evil, Value: evil}, {}}}
}

// large is a document as big as that of a tree of applications: three edges and two and a half sightings per package.
func large(t testing.TB, n int) *sbom.Document {
	s := &sketch{t: t}
	root := s.app(".", "large", "1.0.0")
	ids := make([]sbom.ID, n)
	for i := range n {
		c := locked(purl.New(purl.NPM, "", fmt.Sprintf("package-name-%d", i), fmt.Sprintf("%d.%d.%d", i%7, i%31, i%11)))
		c.Evidence = nil
		for j := range 1 + i%4 {
			c.Evidence = append(c.Evidence, seenAt(fmt.Sprintf("packages/app-%d/package-lock.json", i%50+j), 10+i))
		}
		c.Licenses = []sbom.License{{Text: [...]string{"MIT", "ISC", "Apache-2.0", "MIT OR Apache-2.0", "BSD"}[i%5]}}
		c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA512, Hex: strings.Repeat("0123456789abcdef", 8)}}
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: fmt.Sprintf("https://registry.yarnpkg.com/package-name-%d/-/package-name-%d-1.0.0.tgz", i, i)}}
		c.Completeness = sbom.Complete
		ids[i] = s.add(c)
	}
	for i := range n {
		s.Edge(root, ids[i], sbom.Edge{Scope: sbom.Runtime})
		s.Edge(ids[i], ids[(i*7+1)%n], sbom.Edge{Scope: sbom.Runtime})
		s.Edge(ids[i], ids[(i*13+5)%n], sbom.Edge{Scope: sbom.Runtime})
	}
	return &sbom.Document{Graph: s.done(root), Created: created, Tool: sbom.Tool{Name: "sbomgen", Version: "0.1.0"}}
}

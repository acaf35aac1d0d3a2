package format

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// sketch builds graphs in few words.
type sketch struct {
	t testing.TB
	b sbom.Builder
}

func (s *sketch) add(c sbom.Component) sbom.ID {
	s.t.Helper()
	if c.ID == "" {
		c.ID = sbom.ID(c.PURL.Identity().String())
	}
	if err := s.b.Component(c); err != nil {
		s.t.Fatal(err)
	}
	return c.ID
}

func (s *sketch) graph(root sbom.ID) *sbom.Graph {
	s.t.Helper()
	g, err := s.b.Graph(root)
	if err != nil {
		s.t.Fatal(err)
	}
	return g
}

func app(path, name, version string) sbom.Component {
	return sbom.Component{ID: sbom.ID("app:" + path), Kind: sbom.Application, Path: path, Name: name, Version: version, Scope: sbom.Runtime, Stage: sbom.Locked}
}

func locked(p purl.PURL, place string, line int) sbom.Component {
	return sbom.Component{Kind: sbom.Library, PURL: p, Scope: sbom.Runtime, Stage: sbom.Locked, Evidence: []sbom.Evidence{{Cataloger: "npm-lock",
		Stage: sbom.Locked, Technique: sbom.ManifestAnalysis, Confidence: 100, Location: sbom.Location{Path: place, Line: line}}}}
}

var tool = sbom.Tool{Vendor: "sbomgen", Name: "sbomgen", Version: "0.1.0"}

var created = time.Date(2026, 11, 24, 6, 0, 0, 0, time.UTC)

// documents are what scans of different trees give.
func documents(t testing.TB) map[string]*sbom.Document {
	return map[string]*sbom.Document{"monorepo": monorepo(t), "image": image(t), "licences": licences(t), "empty": empty(t), "large": large(t, 60)}
}

// monorepo has a workspace and an application with a lockfile of its own that resolve one package differently, every scope and kind of edge,
// two instances of one package, a cycle, and Gaps.
func monorepo(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	root := app(".", "acme/shop", "")
	root.PURL = purl.New(purl.NPM, "@acme", "shop", "1.2.0")
	root.Completeness = sbom.Complete
	root.References = []sbom.Reference{{Type: sbom.VCS, URL: "https://example.com/acme/shop.git"}}
	root.Properties = []sbom.Property{{Name: "sbomgen:git:commit", Value: "0123456789abcdef0123456789abcdef01234567"}}
	top := s.add(root)
	web := s.add(app("web", "web", ""))
	tools := s.add(app("tools/build", "build", "0.0.1"))
	npm := func(namespace, name, version string, scope sbom.Scope, direct bool) sbom.ID {
		c := locked(purl.New(purl.NPM, namespace, name, version), "package-lock.json", 12)
		c.Scope, c.Direct, c.Completeness = scope, direct, sbom.Complete
		return s.add(c)
	}
	lodash := npm("", "lodash", "4.17.21", sbom.Runtime, true)
	old := npm("", "lodash", "3.10.1", sbom.Runtime, false)
	express := npm("", "express", "4.18.2", sbom.Runtime, true)
	jest := npm("", "jest", "29.7.0", sbom.Test, true)
	types := npm("@types", "node", "20.1.0", sbom.Development, true)
	esbuild := npm("", "esbuild", "0.19.0", sbom.Build, true)
	react := npm("", "react", "18.2.0", sbom.Peer, false)
	fsevents := npm("", "fsevents", "2.3.3", sbom.Optional, false)
	full := locked(purl.New(purl.Maven, "org.example", "core", "1").With("classifier", "jdk8").With("type", "jar"), "pom.xml", 3)
	full.Description, full.Copyright, full.Author, full.Supplier = "does things\nover lines", "© Example", "Jo <jo@example.com>", "Example Inc."
	full.Licenses = []sbom.License{{Text: "Apache-2.0"}, {Text: "MIT OR ISC", Basis: sbom.ConcludedLicense}}
	full.Hashes = []sbom.Hash{{Algorithm: sbom.SHA512, Hex: strings.Repeat("ab", 64)}, {Algorithm: sbom.SHA1, Hex: strings.Repeat("0", 40)}}
	full.References = []sbom.Reference{{Type: sbom.Distribution, URL: "https://repo.example.com/core-1.jar", Hashes: []sbom.Hash{{Algorithm: sbom.SHA256, Hex: strings.Repeat("1f", 32)}}},
		{Type: sbom.VCS, URL: "git+https://example.com/core.git"}, {Type: sbom.Website, URL: "https://example.com/"}, {Type: "release-notes", URL: "https://example.com/notes"}}
	full.CPEs = []string{`cpe:2.3:a:example:core:1\+b\:2:*:*:*:*:*:*:*`, "cpe:2.3:a:example_project:core:1:-:*:en-us:*:java:*:*"}
	full.Properties = []sbom.Property{{Name: "sbomgen:maven:packaging", Value: "jar"}}
	core := s.add(full)
	one, two := locked(purl.New(purl.NPM, "", "twice", "1.0.0"), "a/package-lock.json", 1), locked(purl.New(purl.NPM, "", "twice", "1.0.0"), "b/package-lock.json", 1)
	one.ID, two.ID = "pkg:npm/twice@1.0.0#1", "pkg:npm/twice@1.0.0#2"
	one.Hashes, two.Hashes = []sbom.Hash{{Algorithm: sbom.SHA1, Hex: strings.Repeat("1", 40)}}, []sbom.Hash{{Algorithm: sbom.SHA1, Hex: strings.Repeat("2", 40)}}
	first, second := s.add(one), s.add(two)
	loose := s.add(locked(purl.New(purl.Golang, "", "example.com/x/y", "v1.0.0"), "go.mod", 9))
	s.b.Edge(top, web, sbom.Edge{Kind: sbom.Contains})
	s.b.Edge(top, tools, sbom.Edge{Kind: sbom.Contains})
	s.b.Edge(top, lodash, sbom.Edge{})
	s.b.Edge(top, jest, sbom.Edge{})
	s.b.Edge(top, types, sbom.Edge{})
	s.b.Edge(web, express, sbom.Edge{})
	s.b.Edge(web, tools, sbom.Edge{})
	s.b.Edge(tools, express, sbom.Edge{})
	s.b.Edge(tools, esbuild, sbom.Edge{})
	s.b.Edge(tools, core, sbom.Edge{})
	s.b.Edge(express, lodash, sbom.Edge{}, top)
	s.b.Edge(express, old, sbom.Edge{}, tools)
	s.b.Edge(express, react, sbom.Edge{})
	s.b.Edge(jest, fsevents, sbom.Edge{})
	s.b.Edge(esbuild, fsevents, sbom.Edge{})
	s.b.Edge(react, express, sbom.Edge{})
	s.b.Edge(core, first, sbom.Edge{Kind: sbom.Contains})
	s.b.Edge(core, second, sbom.Edge{})
	s.b.Edge(top, loose, sbom.Edge{Kind: sbom.Contains})
	s.b.Edge(second, first, sbom.Edge{Kind: sbom.BuiltFrom})
	s.b.Edge(core, lodash, sbom.Edge{Kind: sbom.Provides})
	s.b.Edge(second, core, sbom.Edge{Kind: sbom.Patches})
	s.b.Edge(loose, core, sbom.Edge{Kind: sbom.Describes})
	s.b.Context(web, top)
	s.b.Gap(sbom.Gap{Path: "a/package-lock.json", Line: 3, Cataloger: "npm-lock", Reason: "checksum: odd length hex"})
	s.b.Gap(sbom.Gap{Path: "b.lock", Reason: "unexpected end (of file)"})
	return &sbom.Document{Graph: s.graph(top), Created: created, Tool: tool, Authors: []sbom.Party{{Name: "Jo", Email: "jo@example.com"}},
		Supplier: sbom.Party{Name: "Example Inc."}, Manufacturer: sbom.Party{Name: "Example GmbH"}, Lifecycle: sbom.PreBuild, Version: 1,
		Properties: []sbom.Property{{Name: "sbomgen:enrich", Value: "go-modcache"}}}
}

// image has an operating system, packages of distributions with qualifiers, files, and sightings of all sorts.
func image(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	root := s.add(app(".", "image", "3.20"))
	system := s.add(sbom.Component{ID: "operating-system:alpine@3.20", Kind: sbom.OperatingSystem, Name: "alpine", Version: "3.20", Stage: sbom.Installed, Scope: sbom.Runtime})
	for i, p := range []purl.PURL{
		purl.New(purl.APK, "alpine", "musl", "1.2.5-r0").With("arch", "x86_64").With("distro", "alpine-3.20"),
		purl.New(purl.Deb, "debian", "libc6", "2.36-9+deb12u4").With("arch", "amd64"),
		purl.New(purl.RPM, "fedora", "bash", "5.2.15-3.fc38").With("arch", "x86_64").With("epoch", "1"),
	} {
		c := locked(p, "lib/apk/db/installed", 0)
		c.Stage, c.Evidence[0].Stage = sbom.Installed, sbom.Installed
		c.Evidence = append(c.Evidence, sbom.Evidence{Cataloger: "elf", Stage: sbom.Built, Technique: sbom.BinaryAnalysis, Confidence: 80,
			Location: sbom.Location{Path: "lib/ld.so", Archive: "a.tar > b.tar", Layer: "sha256:" + strings.Repeat("a", 64), Offset: 4096}})
		c.Completeness = sbom.Completeness(i)
		s.b.Edge(system, s.add(c), sbom.Edge{Kind: sbom.Contains})
	}
	s.b.Edge(root, system, sbom.Edge{Kind: sbom.Contains})
	for _, k := range []sbom.Kind{sbom.FileKind, sbom.Data, sbom.Model, sbom.Firmware, sbom.Framework, sbom.Device, sbom.Container} {
		id := s.add(sbom.Component{ID: sbom.ID(k) + ":sha256:" + sbom.ID(strings.Repeat("b", 8)), Kind: k, Group: "g", Name: "n " + string(k), Version: "1", Stage: sbom.Built, Scope: sbom.Runtime})
		s.b.Edge(root, id, sbom.Edge{Kind: sbom.Contains})
	}
	return &sbom.Document{Graph: s.graph(root), Created: created, Tool: tool, Lifecycle: sbom.PostBuild, Version: 1}
}

// licences has components with all kinds of licence claims.
func licences(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	root := s.add(app(".", "licences", ""))
	for i, claims := range [][]sbom.License{
		{{Text: "MIT"}}, {{Text: "mit"}, {Text: "Apache 2"}}, {{Text: "(MIT OR Apache-2.0)"}}, {{Text: "MIT OR Apache-2.0"}, {Text: "ISC"}},
		{{Text: "MIT"}, {Text: "Apache-2.0", Basis: sbom.ConcludedLicense}}, {{Text: "LicenseRef-own"}, {Text: "NOASSERTION", Basis: sbom.ObservedLicense}},
		{{Text: "NONE"}, {Text: "SEE LICENSE IN <x> & \"y\""}},
		{{Text: "MIT", Location: sbom.Location{Path: "LICENSE", Line: 3}}, {Text: "BSD-3-Clause", Basis: sbom.ObservedLicense, Location: sbom.Location{Path: "COPYING", Archive: "x.jar"}}},
		{{Text: "GPL-2.0+"}, {Text: "GPL-2.0-only WITH Classpath-exception-2.0"}, {Text: "MIT/Apache-2.0"}},
	} {
		c := locked(purl.New(purl.Cargo, "", fmt.Sprintf("crate%02d", i), "1.0.0"), "Cargo.lock", 7*i+1)
		c.Licenses = claims
		s.b.Edge(root, s.add(c), sbom.Edge{})
	}
	return &sbom.Document{Graph: s.graph(root), Created: created, Tool: tool, Version: 1}
}

func empty(t testing.TB) *sbom.Document {
	s := &sketch{t: t}
	return &sbom.Document{Graph: s.graph(s.add(app(".", "nothing", ""))), Created: created, Tool: tool, Version: 1}
}

// large has n packages and three times as many edges.
func large(t testing.TB, n int) *sbom.Document {
	s := &sketch{t: t}
	root := s.add(app(".", "large", "1.0.0"))
	ids := make([]sbom.ID, n)
	for i := range n {
		c := locked(purl.New(purl.NPM, "", fmt.Sprintf("package-name-%d", i), fmt.Sprintf("%d.%d.%d", i%7, i%31, i%11)), fmt.Sprintf("apps/%d/package-lock.json", i%50), 10+i)
		c.Licenses = []sbom.License{{Text: [...]string{"MIT", "ISC", "Apache-2.0", "MIT OR Apache-2.0", "BSD"}[i%5]}}
		c.Hashes = []sbom.Hash{{Algorithm: sbom.SHA512, Hex: strings.Repeat("0123456789abcdef", 8)}}
		c.References = []sbom.Reference{{Type: sbom.Distribution, URL: fmt.Sprintf("https://registry.yarnpkg.com/package-name-%d/-/package-name-%d-1.0.0.tgz", i, i)}}
		c.Completeness, c.Direct = sbom.Complete, true
		ids[i] = s.add(c)
	}
	for i := range n {
		s.b.Edge(root, ids[i], sbom.Edge{})
		s.b.Edge(ids[i], ids[(i*7+1)%n], sbom.Edge{})
		s.b.Edge(ids[i], ids[(i*13+5)%n], sbom.Edge{})
	}
	return &sbom.Document{Graph: s.graph(root), Created: created, Tool: tool, Version: 1}
}

// written gives a document in a format, "NAME" or "NAME@VERSION".
func written(t testing.TB, d *sbom.Document, spec string) []byte {
	t.Helper()
	f, version, err := Find(spec)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if _, err := f.Write(&b, d, version); err != nil {
		t.Fatalf("%s: %v", spec, err)
	}
	return b.Bytes()
}

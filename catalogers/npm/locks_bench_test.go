package npm

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// lockfile is a Tree that holds nothing but one file, under any name.
type lockfile string

func (l lockfile) Open(string) (catalogers.Blob, error) {
	return lockBlob{strings.NewReader(string(l))}, nil
}
func (lockfile) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (lockfile) Resolve(path string) (string, error)   { return path, nil }

type lockBlob struct{ *strings.Reader }

func (lockBlob) Close() error  { return nil }
func (b lockBlob) Size() int64 { return b.Reader.Size() }

const (
	lockPackages = 9000 // of the largest projects known, each with three edges
	lockDigest   = "sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg=="
)

func benchmarkLock(b *testing.B, c *catalogers.Cataloger, text string) {
	b.Helper()
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		out := sbom.NewFacts(c.Name, c.Stage, c.Files[0].Pattern)
		if err := c.Parse(catalogers.NewFile(lockfile(text), c, c.Files[0].Pattern), out); err != nil {
			b.Fatal(err)
		}
		if out.Len() < lockPackages {
			b.Fatalf("%d packages", out.Len())
		}
	}
}

// edges calls edge for three packages that the one with the number needs.
func edges(i int, edge func(to int)) {
	for n := 1; n <= 3; n++ {
		edge((i + n*n*7) % lockPackages)
	}
}

func BenchmarkPnpmLock(b *testing.B) {
	var packages, snapshots strings.Builder
	for i := range lockPackages {
		fmt.Fprintf(&packages, "\n  '@scope/package-%d@1.%d.0':\n    resolution: {integrity: %s}\n    engines: {node: '>=18'}\n    peerDependencies:\n      react: '>=17'\n", i, i, lockDigest)
		fmt.Fprintf(&snapshots, "\n  '@scope/package-%d@1.%d.0(react@18.3.1)':\n    dependencies:\n", i, i)
		edges(i, func(to int) {
			fmt.Fprintf(&snapshots, "      '@scope/package-%d': 1.%d.0(react@18.3.1)\n", to, to)
		})
	}
	benchmarkLock(b, &PnpmLock, "lockfileVersion: '9.0'\n\nimporters:\n\n  .: {}\n\npackages:\n"+packages.String()+"\nsnapshots:\n"+snapshots.String())
}

func BenchmarkYarnClassicLock(b *testing.B) {
	var s strings.Builder
	s.WriteString("# yarn lockfile v1\n\n")
	for i := range lockPackages {
		fmt.Fprintf(&s, "\n\"@scope/package-%d@^1.0.0\", \"@scope/package-%d@^1.%d.0\":\n  version \"1.%d.0\"\n  resolved \"https://registry.yarnpkg.com/@scope/package-%d/-/package-%d-1.%d.0.tgz#da39a3ee5e6b4b0d3255bfef95601890afd80709\"\n  integrity %s\n  dependencies:\n", i, i, i, i, i, i, i, lockDigest)
		edges(i, func(to int) { fmt.Fprintf(&s, "    \"@scope/package-%d\" \"^1.0.0\"\n", to) })
	}
	benchmarkLock(b, &YarnLock, s.String())
}

func BenchmarkYarnBerryLock(b *testing.B) {
	var s strings.Builder
	s.WriteString("__metadata:\n  version: 8\n")
	for i := range lockPackages {
		fmt.Fprintf(&s, "\n\"@scope/package-%d@npm:^1.0.0, @scope/package-%d@npm:^1.%d.0\":\n  version: 1.%d.0\n  resolution: \"@scope/package-%d@npm:1.%d.0\"\n  dependencies:\n", i, i, i, i, i, i)
		edges(i, func(to int) { fmt.Fprintf(&s, "    \"@scope/package-%d\": \"npm:^1.0.0\"\n", to) })
		fmt.Fprintf(&s, "  checksum: 10c0/%0128d\n  languageName: node\n  linkType: hard\n", i)
	}
	benchmarkLock(b, &YarnLock, s.String())
}

func BenchmarkBunLock(b *testing.B) {
	var s strings.Builder
	s.WriteString("{\n  \"lockfileVersion\": 1,\n  \"workspaces\": {\n    \"\": {},\n  },\n  \"packages\": {\n")
	for i := range lockPackages {
		fmt.Fprintf(&s, "    \"@scope/package-%d\": [\"@scope/package-%d@1.%d.0\", \"\", { \"dependencies\": {", i, i, i)
		edges(i, func(to int) { fmt.Fprintf(&s, " \"@scope/package-%d\": \"^1.0.0\",", to) })
		fmt.Fprintf(&s, " } }, \"%s\"],\n\n", lockDigest)
	}
	s.WriteString("  }\n}\n")
	benchmarkLock(b, &BunLock, s.String())
}

func BenchmarkDenoLock(b *testing.B) {
	var s strings.Builder
	s.WriteString("{\n  \"version\": \"5\",\n  \"npm\": {\n")
	for i := range lockPackages {
		if i > 0 {
			s.WriteString(",\n")
		}
		fmt.Fprintf(&s, "    \"@scope/package-%d@1.%d.0_react@18.3.1\": {\n      \"integrity\": \"%s\",\n      \"dependencies\": [\n", i, i, lockDigest)
		separator := ""
		edges(i, func(to int) {
			fmt.Fprintf(&s, "%s        \"@scope/package-%d@1.%d.0_react@18.3.1\"", separator, to, to)
			separator = ",\n"
		})
		s.WriteString("\n      ]\n    }")
	}
	s.WriteString("\n  }\n}\n")
	benchmarkLock(b, &DenoLock, s.String())
}

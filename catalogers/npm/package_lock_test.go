package npm

import (
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/sbom"
)

// folder is a Tree of files without folders.
type folder map[string]string

type content struct{ *strings.Reader }

func (content) Close() error  { return nil }
func (c content) Size() int64 { return c.Reader.Size() }

func (t folder) Open(path string) (catalogers.Blob, error) {
	text, ok := t[path]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return content{strings.NewReader(text)}, nil
}
func (t folder) ReadDir(string) ([]fs.DirEntry, error) { return nil, fs.ErrNotExist }
func (t folder) Resolve(path string) (string, error)   { return path, nil }

// bigLock is a lockfile of the shape that npm writes for the largest projects known: entries in all of eight levels,
// with the fields of real ones.
func bigLock(entries int) string {
	var b strings.Builder
	b.WriteString("{\n  \"name\": \"big\",\n  \"version\": \"1.0.0\",\n  \"lockfileVersion\": 3,\n  \"requires\": true,\n  \"packages\": {\n    \"\": {\n      \"name\": \"big\",\n      \"version\": \"1.0.0\",\n      \"dependencies\": {\n        \"package-0\": \"^1.0.0\"\n      }\n    }")
	integrity := "sha512-" + strings.Repeat("abcdEFGH01+/", 7) + "0w=="
	for i := range entries {
		path := ""
		for level := i % 8; level > 0; level-- {
			path += fmt.Sprintf("node_modules/@scope-%d/outer-package-%d/", i%13, i*level%4000)
		}
		name := fmt.Sprintf("package-%d", i)
		fmt.Fprintf(&b, ",\n    \"%snode_modules/%s\": {\n      \"version\": \"1.0.%d\",\n      \"resolved\": \"https://registry.yarnpkg.com/%s/-/%s-1.0.%d.tgz\",\n      \"integrity\": \"%s\",\n      \"license\": \"MIT\"", path, name, i, name, name, i, integrity)
		if i%2 == 0 {
			fmt.Fprintf(&b, ",\n      \"dependencies\": {\n        \"package-%d\": \"^1.0.0\",\n        \"package-%d\": \"~1.0.0\"\n      }", i/2/8*8, i/3/8*8)
		}
		if i%8 == 0 {
			fmt.Fprintf(&b, ",\n      \"peerDependencies\": {\n        \"package-%d\": \">=1.0.0\"\n      }", i/5/8*8)
		}
		if i%3 != 0 {
			b.WriteString(",\n      \"engines\": {\n        \"node\": \">=18.0.0\"\n      }")
		}
		b.WriteString("\n    }")
	}
	b.WriteString("\n  }\n}\n")
	return b.String()
}

func BenchmarkPackageLockOfTwentyThousandPackages(b *testing.B) {
	text := bigLock(21415)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		out := sbom.NewFacts("npm-package-lock", sbom.Locked, "package-lock.json")
		f := catalogers.NewFile(folder{"package-lock.json": text}, &PackageLock, "package-lock.json")
		if err := PackageLock.Parse(f, out); err != nil {
			b.Fatal(err)
		}
	}
}

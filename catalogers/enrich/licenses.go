package enrich

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"strings"

	"golang.org/x/mod/module"

	"github.com/sbomgen/sbomgen/catalogers/licensefile"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// GoLicenses reads the licence files of Go modules, for which no other file states a licence, from where the go command
// unpacked them (https://go.dev/ref/mod#module-cache). Facts of it name no path of this machine.
var GoLicenses = Enricher{
	Name:  "go-licenses",
	Doc:   "Licence texts of Go modules, from the local module cache (GOMODCACHE).",
	Cache: GoModCache,
	Types: []purl.Type{purl.Golang},
	Run:   runGoLicenses,
}

func runGoLicenses(ctx context.Context, outside Outside, facts []*sbom.Facts) []*sbom.Facts {
	return readLicenses(ctx, outside, facts, store{
		enricher: "go-licenses", cache: GoModCache, label: "$GOMODCACHE", of: purl.Golang,
		folders: func(c *sbom.Component) []string {
			at, err := module.EscapePath(joined(c.PURL.Namespace, c.PURL.Name))
			if err != nil {
				return nil
			}
			version, err := module.EscapeVersion(c.PURL.Version)
			if err != nil {
				return nil
			}
			return []string{at + "@" + version}
		},
	})
}

// CargoRegistry names the folder registry in CARGO_HOME among the caches of Outside.
const CargoRegistry = "cargo-registry"

// CargoLicenses reads the licence files of crates from where cargo unpacked them (https://doc.rust-lang.org/cargo/guide/cargo-home.html): one folder
// for each registry.
var CargoLicenses = Enricher{
	Name:  "cargo-licenses",
	Doc:   "Licence texts of Rust crates, from the local registry of cargo (CARGO_HOME).",
	Cache: CargoRegistry,
	Types: []purl.Type{purl.Cargo},
	Run:   runCargoLicenses,
}

func runCargoLicenses(ctx context.Context, outside Outside, facts []*sbom.Facts) []*sbom.Facts {
	s := store{enricher: "cargo-licenses", cache: CargoRegistry, label: "$CARGO_HOME/registry", of: purl.Cargo}
	var registries []string
	if files := outside.Caches[CargoRegistry]; files != nil {
		entries, err := fs.ReadDir(files, "src")
		if err == nil {
			for _, e := range entries {
				registries = append(registries, "src/"+e.Name())
			}
		}
	}
	s.folders = func(c *sbom.Component) []string {
		var list []string
		for _, r := range registries {
			list = append(list, r+"/"+c.PURL.Name+"-"+c.PURL.Version)
		}
		return list
	}
	return readLicenses(ctx, outside, facts, s)
}

func joined(namespace, name string) string {
	if namespace == "" {
		return name
	}
	return namespace + "/" + name
}

// store is a cache in which packages lie unpacked.
type store struct {
	enricher, cache string
	label           string // what its folder is called in documents, instead of its path
	of              purl.Type
	folders         func(*sbom.Component) []string // where a package may lie
}

// readLicenses reads the licence files of all packages of one type that a cache holds. A package that it does not hold is
// no Gap: its licence stays unknown.
func readLicenses(ctx context.Context, outside Outside, facts []*sbom.Facts, s store) []*sbom.Facts {
	out := sbom.NewFacts(s.enricher, sbom.Installed, "")
	out.Order = order
	out.Own(".")
	files := outside.Caches[s.cache]
	reader := licensefile.NewReader(outside.KeepTexts)
	seen := make(map[purl.PURL]bool)
	for _, f := range facts {
		for c := range f.Components {
			if c.PURL.Type != s.of || c.PURL.Version == "" || seen[c.PURL] || ctx.Err() != nil {
				continue
			}
			seen[c.PURL] = true
			if files == nil {
				out.Gap(0, "there is no %s to read licences from", s.label)
				return []*sbom.Facts{out}
			}
			for _, dir := range s.folders(c) {
				if !fs.ValidPath(dir) {
					continue
				}
				readFolder(files, dir, 0, func(name, content string) {
					if l, ok := reader.Read(s.label+"/"+name, content); ok {
						l.Of = c.PURL
						out.LicenseFile(l)
					}
				})
			}
		}
	}
	return []*sbom.Facts{out}
}

// readFolder reads the licence files of a package's folder, and those of the folders in which packages keep them.
func readFolder(files fs.FS, dir string, depth int, yield func(name, content string)) {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.IsDir() {
			if depth == 0 && (strings.EqualFold(e.Name(), "licenses") || strings.EqualFold(e.Name(), "license")) {
				readFolder(files, name, 1, yield)
			}
			continue
		}
		if _, ok := licensefile.Folder(name); !ok || !e.Type().IsRegular() {
			continue
		}
		if content, err := readText(files, name); err == nil {
			yield(name, content)
		}
	}
}

var errTooBig = errors.New("is too big")

func readText(files fs.FS, name string) (string, error) {
	f, err := files.Open(name)
	if err != nil {
		return "", err
	}
	defer f.Close()
	return limited(f)
}

// limited reads a licence text of no more than the size at which one is read.
func limited(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, licensefile.SizeLimit+1))
	if err == nil && len(data) > licensefile.SizeLimit {
		err = errTooBig
	}
	return string(data), err
}

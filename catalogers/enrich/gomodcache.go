package enrich

import (
	"context"
	"io/fs"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/golang"
	"github.com/sbomgen/sbomgen/sbom"
)

// GoModCache names the module cache of the go command, the folder GOMODCACHE, among the caches of Outside. The enricher that reads it is called
// the same.
const GoModCache = "go-modcache"

// GoModuleCache computes the module graph of every go.mod and go.work from the go.mod files of the dependencies, which the go command keeps
// in its module cache (https://go.dev/ref/mod#module-cache). "go mod graph" in the project's folder makes sure that they are there.
var GoModuleCache = Enricher{
	Name:  GoModCache,
	Doc:   "Which Go module needs which, from the go.mod files in the local module cache (GOMODCACHE).",
	Cache: GoModCache,
	After: []string{golang.Mod.Name, golang.Work.Name},
	Run:   runGoModuleCache,
}

func runGoModuleCache(ctx context.Context, outside Outside, facts []*sbom.Facts) []*sbom.Facts {
	var found []*sbom.Facts
	var cache *golang.ModuleCache
	for _, f := range facts {
		var by *catalogers.Cataloger
		switch f.Cataloger {
		case golang.Mod.Name:
			by = &golang.Mod
		case golang.Work.Name:
			by = &golang.Work
		}
		if by == nil || f.Len() == 0 || ctx.Err() != nil {
			continue
		}
		out := sbom.NewFacts(GoModCache, by.Stage, f.Path)
		out.Order = order
		found = append(found, out)
		if cache == nil {
			files := outside.Caches[GoModCache]
			if files == nil || !holdsModules(files) {
				out.Gap(0, "there is no Go module cache to read the module graph from")
				return found
			}
			cache = golang.NewModuleCache(files)
		}
		file := catalogers.NewFile(outside.Tree, by, f.Path)
		if err := golang.Graph(file, cache, out); err != nil {
			out.Gap(0, "%v", err)
		}
		file.Close()
	}
	return found
}

func holdsModules(cache fs.FS) bool {
	info, err := fs.Stat(cache, "cache/download")
	return err == nil && info.IsDir()
}

package main

import (
	"context"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers/enrich"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/catalogers/source"
)

// enrichersNamed finds the enrichers that --enrich asks for, in the order in which they run.
func enrichersNamed(words []string) ([]*enrich.Enricher, error) {
	var list []*enrich.Enricher
	var names []string
	for _, e := range enrich.All {
		names = append(names, e.Name)
		if slices.Contains(words, e.Name) {
			list = append(list, e)
		}
	}
	for _, w := range words {
		if !slices.Contains(names, w) {
			return nil, usage("", "no enricher is called %q; there are %s", w, strings.Join(names, ", "))
		}
	}
	return list, nil
}

// enriching is what enrichers work with.
type enriching struct {
	tree      source.Tree
	list      []*enrich.Enricher
	keepTexts bool
}

// enrichWith adds to a scan's result what the enrichers find in the caches of this machine.
func enrichWith(ctx context.Context, h host, with enriching, result *scan.Result) {
	for _, e := range with.list {
		outside := enrich.Outside{Tree: with.tree, Caches: make(map[string]fs.FS), KeepTexts: with.keepTexts}
		if dir := cacheDir(h, e.Cache); dir != "" {
			outside.Caches[e.Cache] = os.DirFS(dir)
		}
		result.Facts = append(result.Facts, e.Run(ctx, outside, result.Facts)...)
	}
}

// cacheDir is where a tool keeps a cache on this machine, found as the tool finds it.
func cacheDir(h host, cache string) string {
	switch cache {
	case enrich.GoModuleCache.Cache: // https://go.dev/ref/mod#environment-variables
		if dir := h.getenv("GOMODCACHE"); dir != "" {
			return dir
		}
		if list := filepath.SplitList(h.getenv("GOPATH")); len(list) > 0 && list[0] != "" {
			return filepath.Join(list[0], "pkg", "mod")
		}
		if home, err := h.home(); err == nil {
			return filepath.Join(home, "go", "pkg", "mod")
		}
	case enrich.CargoRegistry: // https://doc.rust-lang.org/cargo/guide/cargo-home.html
		if dir := h.getenv("CARGO_HOME"); dir != "" {
			return filepath.Join(dir, "registry")
		}
		if home, err := h.home(); err == nil {
			return filepath.Join(home, ".cargo", "registry")
		}
	case enrich.MavenRepo: // https://maven.apache.org/repositories/local.html: no environment variable of Maven's own moves it
		if home, err := h.home(); err == nil {
			return filepath.Join(home, ".m2", "repository")
		}
	}
	return ""
}

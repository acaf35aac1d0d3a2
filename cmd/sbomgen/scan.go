package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/catalogers/all"
	"github.com/sbomgen/sbomgen/catalogers/licensefile"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

type scanFlags struct {
	outputs       []string
	stages        []string
	only, skip    []string
	exclude       []string
	includeDev    bool
	enrich        []string
	licenses      bool
	keepTexts     bool     // of licence files, for who prints them
	own           []string // documents in the tree that this run writes: what an earlier run left there is no evidence
	gitRef        string
	platform      string
	verify        bool
	insecure      bool
	memory        string
	scope         string
	base          string
	onlyApp       bool
	files         string
	archives      bool
	sourceName    string
	sourceVersion string
	created       string
	authors       []string
	supplier      string
	manufacturer  string
	strict        bool
	failIfEmpty   bool
	explain       string
	quiet         bool
	verbose       bool
	workers       int
	config        string
}

func newScan(h host) *cobra.Command {
	var f scanFlags
	c := &cobra.Command{
		Use:   "scan TARGET",
		Short: "Write the SBOM of a folder, a file, an image or a git revision",
		Long: `scan reads TARGET once: a folder, a file, an archive, a container image, or git:REV, the tree of a
commit of the repository here. Images are IMAGE.tar, oci:DIR[:TAG], oci-archive:FILE, docker-archive:FILE,
registry:REF, docker:REF, podman:REF, or - for docker save on standard input; only what a scheme names is
fetched. Without -o it prints a table on a terminal and CycloneDX JSON elsewhere.

Formats: cyclonedx-json, cyclonedx-xml (@1.2 to @1.7, default 1.6), spdx-json (@2.2, @2.3, @3.0, default
2.3), spdx-tag-value (@2.2, @2.3), json, table, purls.

Every flag can stand in .sbomgen.yaml under its long name, or in the environment: SBOMGEN_SOURCE_NAME.
Exit codes: 0 done, 1 a gate says no, 2 usage, 3 failed, 4 gaps under --strict.`,
		Example: `  sbomgen scan ./
  sbomgen scan ./ -o cyclonedx-json=bom.json -o spdx-json@2.3=bom.spdx.json
  sbomgen scan oci:./image --platform linux/arm64 --base oci:./debian --only-app
  sbomgen scan git:HEAD --strict --include-dev=false -o purls`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("sbomgen scan ./", "scan takes one target, not %d", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := configure(cmd, h, f.config); err != nil {
				return err
			}
			return runScan(cmd.Context(), h, args[0], f)
		},
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "`FORMAT[@VERSION][=FILE]`, repeatable")
	flags.StringSliceVar(&f.stages, "stage", nil, "only what is `declared,locked,installed,built`")
	flags.StringSliceVar(&f.only, "only", nil, "only these `catalogers` or package types")
	flags.StringSliceVar(&f.skip, "skip", nil, "not these `catalogers` or package types")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "leave out paths that match a `pattern` such as 'examples/**'")
	flags.BoolVar(&f.includeDev, "include-dev", true, "report development, test and build dependencies, marked as such")
	flags.StringSliceVar(&f.enrich, "enrich", nil, "also read local `caches`: go-modcache, maven-repo, go-licenses, cargo-licenses")
	flags.BoolVar(&f.licenses, "licenses", false, "also read the licence files beside packages")
	flags.StringVar(&f.gitRef, "git-ref", "", "scan the tree of this `revision` of the target's repository")
	flags.StringVar(&f.files, "files", "none", "also list files with digests: `none`, owned, unowned (by any package) or all")
	flags.BoolVar(&f.archives, "archives", false, "also look into .zip and .tar files in the tree")
	flags.StringVar(&f.platform, "platform", "", "`os/arch` of an image of several platforms, or all")
	flags.StringVar(&f.scope, "scope", "squashed", "of an image: `squashed`, or all-layers with what upper layers hide")
	flags.StringVar(&f.base, "base", "", "base `image` of the image, or the SBOM of one: marks what comes from it")
	flags.BoolVar(&f.onlyApp, "only-app", false, "leave out what comes from the --base")
	flags.BoolVar(&f.verify, "verify", false, "compare sizes and digests of layers with what the manifest says")
	flags.BoolVar(&f.insecure, "insecure", false, "speak plain HTTP to the registry")
	flags.StringVar(&f.memory, "memory", "256MB", "`bytes` of an image's files that are held in memory; a temporary file takes more")
	flags.StringVar(&f.sourceName, "source-name", "", "`name` of the root component")
	flags.StringVar(&f.sourceVersion, "source-version", "", "`version` of the root component")
	flags.StringVar(&f.created, "created", "", "`time` of the document, RFC 3339 or seconds since 1970")
	flags.StringArrayVar(&f.authors, "author", nil, "who makes this SBOM, `\"Name <email>\"`, repeatable")
	flags.StringVar(&f.supplier, "supplier", "", "`organisation` that supplies the root component")
	flags.StringVar(&f.manufacturer, "manufacturer", "", "`organisation` that makes the root component")
	flags.BoolVar(&f.strict, "strict", false, "exit 4 if anything could not be understood; the document is written all the same")
	flags.BoolVar(&f.failIfEmpty, "fail-if-empty", false, "exit 1 if no package was found")
	flags.StringVar(&f.explain, "explain", "", "tell which files and rules made the component `PURL`, and its edges")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no summary and no progress")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "also list what was skipped and what a format could not carry")
	flags.IntVar(&f.workers, "workers", 0, "parallel `workers`, 0 for one per processor")
	flags.StringVar(&f.config, "config", "", "configuration `file` (default .sbomgen.yaml here, if there is one)")
	return c
}

func runScan(ctx context.Context, h host, target string, f scanFlags) error {
	began := time.Now()
	list, err := outputs(f.outputs, h.stdoutTTY)
	if err != nil {
		return err
	}
	document, err := describe(h, f)
	if err != nil {
		return err
	}
	f.own = inTree(target, list)
	seen, err := scanTarget(ctx, h, target, f)
	if err != nil {
		return err
	}
	graph, result, about := seen.graph, seen.result, seen.about
	document.Graph, document.Lifecycle = graph, lifecycle(graph, about)
	for _, name := range f.enrich {
		document.Properties = append(document.Properties, sbom.Property{Name: "sbomgen:enriched", Value: name})
	}
	if document.Created.IsZero() {
		document.Created = cmp.Or(about.Created, h.now().UTC().Truncate(time.Second))
	}
	if f.explain != "" {
		return runExplain(h.stdout, graph, f.explain)
	}
	losses, err := write(list, document, h.stdout)
	if err != nil {
		return err
	}
	if !f.quiet {
		summarize(h.stderr, summary{graph: graph, result: result, losses: losses, took: time.Since(began), verbose: f.verbose, enriched: f.enrich, target: target})
	}
	switch {
	case f.failIfEmpty && packages(graph) == 0:
		return &exitError{code: exitNo, err: errors.New("no package was found")}
	case f.strict && len(graph.Gaps) > 0:
		return &exitError{code: exitIncomplete, err: gapsError(graph.Gaps, f.quiet)}
	}
	return nil
}

// lifecycle is the phase that the packages of a graph speak of: after the build if all were seen installed or built in, before it
// otherwise.
func lifecycle(g *sbom.Graph, a source.About) sbom.Lifecycle {
	if len(a.Images) > 0 {
		return sbom.PostBuild
	}
	phase := sbom.PreBuild
	for i := range g.Components {
		c := &g.Components[i]
		if c.Kind == sbom.OperatingSystem {
			return sbom.PostBuild // a root file system
		}
		if c.IsApplication() {
			continue
		}
		for _, e := range c.Evidence {
			if e.Stage < sbom.Installed {
				return sbom.PreBuild
			}
			phase = sbom.PostBuild
		}
	}
	return phase
}

// scanned is what a scan of one target gave.
type scanned struct {
	graph  *sbom.Graph
	result *scan.Result
	about  source.About
}

// scanTarget scans a folder, a file or a git revision with the catalogers that the flags leave.
func scanTarget(ctx context.Context, h host, target string, f scanFlags) (*scanned, error) {
	stages, err := parseStages(f.stages)
	if err != nil {
		return nil, err
	}
	known, err := withClassifiers(all.Catalogers, f.config)
	if err != nil {
		return nil, err
	}
	picked, err := scan.Select(known, stages, f.only, f.skip)
	if err != nil {
		return nil, usage("sbomgen catalogers lists them", "%v", err)
	}
	enrichers, err := enrichersNamed(f.enrich)
	if err != nil {
		return nil, err
	}
	if f.licenses {
		picked = append(slices.Clip(picked), licensefile.New(f.keepTexts))
	}
	m, err := imageSettings(f)
	if err != nil {
		return nil, err
	}
	options := source.Options{GitRef: f.gitRef, Platform: f.platform, Verify: f.verify, Insecure: f.insecure, Memory: m.memory, Stdin: h.stdin, Getenv: h.getenv}
	tree, err := source.Open(ctx, target, options)
	if err != nil {
		return nil, cannotOpen(target, err)
	}
	defer tree.Close()
	base, err := openBase(ctx, h, f.base, options)
	if err != nil {
		return nil, err
	}
	progress := new(scan.Progress)
	stop := showProgress(h, f, progress)
	result, err := scan.Run(ctx, tree, picked, scan.Options{Exclude: slices.Concat(f.exclude, escaped(f.own)), Workers: f.workers, Progress: progress,
		AllLayers: m.allLayers, Files: m.files != sbom.NoFiles, Archives: f.archives, Memory: m.memory})
	if err == nil {
		enrichWith(ctx, h, enriching{tree, enrichers, f.keepTexts}, result)
	}
	stop()
	if err != nil {
		return nil, &exitError{code: exitFailed, err: fmt.Errorf("%s: %w", target, err)}
	}
	result.Skipped = slices.DeleteFunc(result.Skipped, func(s sbom.Skip) bool { return slices.Contains(f.own, s.Path) })
	about := tree.About()
	if err := base.mark(about.Images, result.Layers); err != nil {
		return nil, &exitError{code: exitFailed, err: fmt.Errorf("%s: %w", f.base, err)}
	}
	root := rootOf(about, f)
	result.Facts = append(result.Facts, imageFacts(about, base)...)
	graph := sbom.Resolve(result.Facts, sbom.Options{
		Root:     root,
		Fallback: fallback(about),
		Layers:   result.Layers,
		Files:    result.Digests,
		FileSet:  m.files,
		Gaps:     result.Gaps,
		Skipped:  result.Skipped,
	})
	if graph = base.known(graph); f.onlyApp {
		graph = base.without(graph)
	}
	if !f.includeDev {
		graph = sbom.Filter(graph, func(c *sbom.Component) bool { return c.IsApplication() || c.Scope.Shipped() })
	}
	return &scanned{graph, result, about}, nil
}

// gapsError says under --strict why the exit code is 4; the summary has listed the gaps unless it was not wanted.
func gapsError(gaps []sbom.Gap, quiet bool) error {
	if !quiet {
		return fmt.Errorf("%s", count(len(gaps), "gap"))
	}
	return fmt.Errorf("%s, the first at %s", count(len(gaps), "gap"), gapText(gaps[0]))
}

// inTree lists the files of outputs that lie in the target, by their paths in its tree.
func inTree(target string, list []output) []string {
	var inside []string
	top, err := filepath.Abs(target)
	if err != nil {
		return nil
	}
	for _, o := range list {
		file, err := filepath.Abs(o.file)
		if o.file == "" || err != nil {
			continue
		}
		if rel, err := filepath.Rel(top, file); err == nil && filepath.IsLocal(rel) {
			inside = append(inside, filepath.ToSlash(rel))
		}
	}
	return inside
}

// escaped makes patterns that match just the paths.
func escaped(paths []string) []string {
	var patterns []string
	for _, p := range paths {
		p = strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`).Replace(p)
		if !strings.Contains(p, "/") {
			p = "./" + p // on the top level only
		}
		patterns = append(patterns, p)
	}
	return patterns
}

func parseStages(words []string) ([]sbom.Stage, error) {
	var list []sbom.Stage
	for _, w := range words {
		found := false
		for _, s := range sbom.Stages {
			if s.String() == w {
				list, found = append(list, s), true
			}
		}
		if !found {
			return nil, usage("the stages are declared, locked, installed and built", "no stage is called %q", w)
		}
	}
	return list, nil
}

// describe is what flags and environment say about the document.
func describe(h host, f scanFlags) (*sbom.Document, error) {
	d := &sbom.Document{Tool: sbom.Tool{Name: "sbomgen", Version: version()}, Version: 1}
	for _, a := range f.authors {
		d.Authors = append(d.Authors, party(a))
	}
	d.Supplier, d.Manufacturer = party(f.supplier), party(f.manufacturer)
	moment, origin := f.created, "--created"
	if moment == "" {
		moment, origin = h.getenv("SOURCE_DATE_EPOCH"), "SOURCE_DATE_EPOCH"
	}
	if moment == "" {
		return d, nil
	}
	if seconds, err := strconv.ParseInt(moment, 10, 64); err == nil {
		d.Created = time.Unix(seconds, 0).UTC()
		return d, nil
	}
	t, err := time.Parse(time.RFC3339, moment)
	if err != nil {
		return nil, usage("write it as 2026-01-31T12:00:00Z or as seconds since 1970", "%s: %q is no time", origin, moment)
	}
	d.Created = t.UTC()
	return d, nil
}

// party reads "Name <email>", or a name alone.
func party(s string) sbom.Party {
	if a, err := mail.ParseAddress(s); err == nil && a.Name != "" {
		return sbom.Party{Name: a.Name, Email: a.Address}
	}
	return sbom.Party{Name: strings.TrimSpace(s)}
}

// fallback is what the place of the tree tells of the root, where neither a flag nor a manifest does.
func fallback(a source.About) sbom.Component {
	c := sbom.Component{Kind: sbom.Application, Name: a.Name, Version: a.Version}
	if a.VCS != "" {
		c.References = []sbom.Reference{{Type: sbom.VCS, URL: a.VCS}}
	}
	if a.Commit != "" {
		c.Properties = []sbom.Property{{Name: "sbomgen:git:commit", Value: a.Commit}}
	}
	return c
}

func cannotOpen(target string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		scheme, _, named := strings.Cut(target, ":")
		if named && slices.Contains(schemes, scheme) {
			return &exitError{code: exitFailed, err: fmt.Errorf("%s: %w", target, err)}
		}
		hint := ""
		if named || path.Ext(target) == "" && !strings.HasPrefix(target, ".") && !strings.HasPrefix(target, "/") {
			hint = "an image of a registry is registry:" + target + ", one of the Docker here docker:" + target + "; nothing is fetched unasked"
		}
		return &exitError{exitFailed, fmt.Errorf("%s: no such file or folder", target), hint}
	}
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	hint := ""
	var daemon *source.NoDaemonError
	switch {
	case errors.Is(err, source.ErrInsecure):
		hint = "--insecure accepts it"
	case errors.As(err, &daemon):
		hint = "docker save IMAGE | sbomgen scan - needs no socket; registry:IMAGE asks the registry"
	}
	return &exitError{exitFailed, fmt.Errorf("%s: %w", target, err), hint}
}

// packages counts the components that are packages: all but applications of the tree.
func packages(g *sbom.Graph) int {
	n := 0
	for i := range g.Components {
		if c := &g.Components[i]; !c.IsApplication() && c.PURL.Type != purl.Type("") {
			n++
		}
	}
	return n
}

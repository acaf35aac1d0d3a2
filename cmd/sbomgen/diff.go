package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/catalogers/source"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/diff"
	"github.com/sbomgen/sbomgen/sbom/format"
)

type diffFlags struct {
	outputs    []string
	failOn     []string
	includeDev bool
	allEdges   bool
	limit      int
	strict     bool
	quiet      bool
}

func newDiff(h host) *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use:   "diff OLD NEW",
		Short: "Tell what changed between two SBOMs, folders or git revisions",
		Long: `diff compares OLD with NEW, each an SBOM of any format that sbomgen reads ("-" is one on standard input), a
folder, a lockfile, or git:REV, the tree of a commit of the repository here. git:A...B alone compares the commit
from which A and B part with B; git:A..B compares A with B.

Packages are matched by what identifies them, never by similar names. What one side does not state is no change.

Gates: any, added, removed, downgraded, major, rehashed, relicensed, new-copyleft, unknown-license,
source-changed, direct-added.
Exit codes: 0 done, 1 a gate says no, 2 usage, 3 a side could not be read, 4 gaps under --strict.`,
		Example: `  sbomgen diff git:v1.2.0 git:HEAD
  sbomgen diff git:main...HEAD -o markdown=comment.md --fail-on rehashed,downgraded,new-copyleft
  sbomgen diff bom.json ./ -q -o json --fail-on any`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 2 || len(args) == 1 && isRange(args[0]) {
				return nil
			}
			return usage("sbomgen diff git:v1.2.0 git:HEAD, or sbomgen diff git:main...HEAD", "diff takes two targets or a range of git revisions")
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runDiff(cmd.Context(), h, args, f) },
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "`text|json|markdown[=FILE]`, repeatable")
	flags.StringSliceVar(&f.failOn, "fail-on", nil, "exit 1 if there is any of these `changes`")
	flags.BoolVar(&f.includeDev, "include-dev", true, "compare development, test and build dependencies too")
	flags.BoolVar(&f.allEdges, "all-edges", false, "also tell the dependencies of packages that came or went")
	flags.IntVar(&f.limit, "limit", 20, "at most `n` lines of each group in text, 0 for all")
	flags.BoolVar(&f.strict, "strict", false, "exit 4 if anything of either side could not be understood")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "no notes and no progress")
	return c
}

func runDiff(ctx context.Context, h host, args []string, f diffFlags) error {
	defer runtime.KeepAlive(make([]byte, ballast))
	var report *diff.Report
	list, err := diffOutputs(f, &report)
	if err != nil {
		return err
	}
	gates, err := diff.ParseGates(strings.Join(f.failOn, ","))
	if err != nil {
		return usage("sbomgen diff --help lists the gates", "%v", err)
	}
	targets, err := sides(ctx, args)
	if err != nil {
		return err
	}
	var graphs [2]*sbom.Graph
	for i, target := range targets {
		if graphs[i], err = side(ctx, h, target, targets[1-i], f); err != nil {
			return err
		}
	}
	report = diff.Compare(graphs[0], graphs[1], diff.Options{AllEdges: f.allEdges})
	report.Old.Target, report.New.Target = shownTarget(targets[0]), shownTarget(targets[1])
	if _, err := write(list, nil, h.stdout); err != nil {
		return err
	}
	if hits := report.Hits(gates); len(hits) > 0 {
		return &exitError{code: exitNo, err: errors.New(hitsText(hits))}
	}
	for i, g := range graphs {
		if f.strict && len(g.Gaps) > 0 {
			return &exitError{code: exitIncomplete, err: fmt.Errorf("%s: %w", targets[i], gapsError(g.Gaps, true))}
		}
	}
	return nil
}

// diffOutputs reads the values of -o. The report is there when they are written.
func diffOutputs(f diffFlags, report **diff.Report) ([]output, error) {
	renderings := map[string]func(w io.Writer) error{
		"text":     func(w io.Writer) error { return diff.WriteText(w, *report, f.limit) },
		"json":     func(w io.Writer) error { return diff.WriteJSON(w, *report) },
		"markdown": func(w io.Writer) error { return diff.WriteMarkdown(w, *report, 0) },
	}
	var list []output
	taken := false
	for _, spec := range f.outputs {
		name, file, _ := strings.Cut(spec, "=")
		render, ok := renderings[name]
		if !ok {
			return nil, usage("the formats of diff are text, json and markdown", "no format of diff is called %q", name)
		}
		if file == "-" {
			file = ""
		}
		if file == "" && taken {
			return nil, usage("give all but one of them a file: -o FORMAT=FILE", "two formats are to be written to standard output")
		}
		taken = taken || file == ""
		list = append(list, output{format: format.Format{Name: name, Write: func(w io.Writer, _ *sbom.Document, _ string) ([]sbom.Loss, error) {
			return nil, render(w)
		}}, file: file})
	}
	if list == nil {
		f.outputs = []string{"text"}
		return diffOutputs(f, report)
	}
	return list, nil
}

// isRange tells whether an argument names two revisions: no name of a revision has two dots in a row.
func isRange(target string) bool {
	return strings.HasPrefix(target, "git:") && strings.Contains(target, "..")
}

// sides gives the targets that the arguments mean. What a range leaves out is HEAD, as for git.
func sides(ctx context.Context, args []string) ([2]string, error) {
	if len(args) == 2 {
		for _, a := range args {
			if isRange(a) {
				return [2]string{}, usage("give the range alone, or two revisions", "%s: a range is both sides", a)
			}
		}
		if args[0] == "-" && args[1] == "-" {
			return [2]string{}, usage("", "standard input can be one side only")
		}
		return [2]string{args[0], args[1]}, nil
	}
	a, b, fork := strings.Cut(strings.TrimPrefix(args[0], "git:"), "...")
	if !fork {
		a, b, _ = strings.Cut(a, "..")
	}
	a, b = cmp.Or(a, "HEAD"), cmp.Or(b, "HEAD")
	if fork {
		base, err := source.MergeBase(ctx, ".", a, b)
		if err != nil {
			return [2]string{}, &exitError{code: exitFailed, err: fmt.Errorf("%s: %w", args[0], err)}
		}
		a = base
	}
	return [2]string{"git:" + a, "git:" + b}, nil
}

// side gives the graph of one side. An SBOM that lies in the folder with which it is compared is none of the folder's own.
func side(ctx context.Context, h host, target, other string, f diffFlags) (*sbom.Graph, error) {
	settings, err := scanSettings(h)
	if err != nil {
		return nil, err
	}
	settings.quiet, settings.gitRef = f.quiet, ""
	if at, ok := inside(target, other); ok {
		literal := strings.NewReplacer(`\`, `\\`, "*", `\*`, "?", `\?`, "[", `\[`, "{", `\{`)
		settings.exclude = append(settings.exclude, "/"+literal.Replace(at))
	}
	d, err := load(ctx, h, target, settings)
	if err != nil {
		return nil, err
	}
	g := d.Graph
	if !seenAnything(g) && !readable(target) {
		return nil, &exitError{exitFailed, fmt.Errorf("%s: neither an SBOM nor a file that a cataloger reads", target), "sbomgen catalogers lists what can be read"}
	}
	if !f.includeDev {
		g = sbom.Filter(g, func(c *sbom.Component) bool { return c.IsApplication() || c.Scope.Shipped() })
	}
	if f.quiet {
		return g, nil
	}
	if n := len(g.Gaps); n > 0 {
		fmt.Fprintf(h.stderr, "%s: %s, the first at %s\n", target, count(n, "gap"), gapText(g.Gaps[0]))
	}
	if packages(g) == 0 {
		fmt.Fprintf(h.stderr, "%s: no package was found\n", target)
	}
	return g, nil
}

// inside tells where in a folder a file lies.
func inside(folder, file string) (at string, ok bool) {
	if info, err := os.Stat(folder); err != nil || !info.IsDir() {
		return "", false
	}
	if info, err := os.Stat(file); err != nil || !info.Mode().IsRegular() {
		return "", false
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		return "", false
	}
	if file, err = filepath.Abs(file); err != nil {
		return "", false
	}
	at, err = filepath.Rel(folder, file)
	return filepath.ToSlash(at), err == nil && filepath.IsLocal(at)
}

// seenAnything tells whether a document or a cataloger said anything at all.
func seenAnything(g *sbom.Graph) bool {
	return len(g.Components) > 1 || len(g.Gaps) > 0 || len(g.Components[g.Root].Evidence) > 0
}

// readable tells whether a target of which nothing was seen is one that may hold nothing: a folder, or an SBOM.
func readable(target string) bool {
	file, ok := openFile(target)
	if !ok {
		return true
	}
	defer file.Close()
	is, err := isSBOM(file)
	return is && err == nil
}

// shownTarget is a target as a report may show it: where a folder lies on this machine is nobody's business.
func shownTarget(target string) string {
	if filepath.IsAbs(target) {
		return filepath.Base(target)
	}
	return target
}

// shownHits is how many changes are named of each gate that says no.
const shownHits = 3

func hitsText(hits []diff.Hit) string {
	var gates []string
	for _, hit := range hits {
		var names []string
		for _, c := range hit.Changes[:min(len(hit.Changes), shownHits)] {
			names = append(names, c.Title())
		}
		if more := len(hit.Changes) - len(names); more > 0 {
			names = append(names, fmt.Sprintf("%d more", more))
		}
		if hit.Edges > 0 {
			names = append(names, fmt.Sprintf("%d dependencies between packages", hit.Edges))
		}
		gates = append(gates, string(hit.Gate)+": "+strings.Join(names, ", "))
	}
	return strings.Join(gates, "; ")
}

package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/sbomgen/sbomgen/catalogers/enrich"
	"github.com/sbomgen/sbomgen/catalogers/scan"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// summary is what a scan tells on stderr when it is done.
type summary struct {
	graph    *sbom.Graph
	result   *scan.Result
	losses   []sbom.Loss
	took     time.Duration
	verbose  bool
	enriched []string
	target   string
}

// shownGaps is how many gaps are listed unless all are asked for.
const shownGaps = 10

func summarize(w io.Writer, s summary) {
	g := s.graph
	root := &g.Components[g.Root]
	fmt.Fprintf(w, "%s", printable(root.Label()))
	if v := root.VersionText(); v != "" {
		fmt.Fprintf(w, " %s", printable(v))
	}
	fmt.Fprintf(w, ": %s", count(packages(g), "package"))
	if t := perType(g); t != "" {
		fmt.Fprintf(w, " (%s)", t)
	}
	direct, development := 0, 0
	for i := range g.Components {
		if c := &g.Components[i]; !c.IsApplication() {
			if c.Direct {
				direct++
			}
			if !c.Scope.Shipped() {
				development++
			}
		}
	}
	fmt.Fprintf(w, ", %d direct, %d for development; %s; %s read of %d in %s\n", direct, development,
		count(len(g.Edges), "edge"), count(s.result.Matched, "file"), s.result.Files, s.took.Round(time.Millisecond))
	if n := len(g.Gaps); n > 0 {
		fmt.Fprintf(w, "%s:\n", count(n, "gap"))
		for i, gap := range g.Gaps {
			if i == shownGaps && !s.verbose {
				fmt.Fprintf(w, "  and %d more (-v lists them)\n", n-i)
				break
			}
			fmt.Fprintf(w, "  %s\n", gapText(gap))
		}
	}
	if s.verbose {
		fmt.Fprintf(w, "%s read of the files, %d of them whole or in part\n", size(s.result.Bytes), s.result.Matched)
		for _, skip := range g.Skipped {
			fmt.Fprintf(w, "skipped %s: %s\n", printable(skip.Path), printable(skip.Rule))
		}
		for _, l := range s.losses {
			fmt.Fprintf(w, "the format cannot carry %s: %d\n", l.What, l.Count)
		}
	}
	for _, h := range hints(s) {
		fmt.Fprintf(w, "hint: %s\n", h)
	}
}

// size is a number of bytes as people read it.
func size(n int64) string {
	switch {
	case n >= 10<<20:
		return fmt.Sprintf("%d MB", n>>20)
	case n >= 10<<10:
		return fmt.Sprintf("%d KB", n>>10)
	}
	return count(int(n), "byte")
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func gapText(g sbom.Gap) string {
	place := g.Path
	if g.Line > 0 {
		place = fmt.Sprintf("%s:%d", place, g.Line)
	}
	if place != "" {
		place += ": "
	}
	g.Reason = strings.ReplaceAll(g.Reason, "\n", "; ")
	if g.Cataloger != "" {
		return printable(fmt.Sprintf("%s%s (%s)", place, g.Reason, g.Cataloger))
	}
	return printable(place + g.Reason)
}

// perType counts packages per type, the most frequent first.
func perType(g *sbom.Graph) string {
	n := make(map[purl.Type]int)
	for i := range g.Components {
		if c := &g.Components[i]; !c.IsApplication() && !c.PURL.IsZero() {
			n[c.PURL.Type]++
		}
	}
	var list []purl.Type
	for t := range n {
		list = append(list, t)
	}
	slices.SortFunc(list, func(a, b purl.Type) int { return cmp.Or(n[b]-n[a], cmp.Compare(a, b)) })
	var words []string
	for _, t := range list {
		words = append(words, fmt.Sprintf("%s %d", t, n[t]))
	}
	return strings.Join(words, ", ")
}

// hints says what would tell more.
func hints(s summary) []string {
	var list []string
	for _, e := range enrich.All {
		helps := slices.ContainsFunc(s.result.Facts, func(f *sbom.Facts) bool { return slices.Contains(e.After, f.Cataloger) && f.Len() > 0 })
		if helps && !slices.Contains(s.enriched, e.Name) {
			list = append(list, fmt.Sprintf("--enrich %s would tell more: %s", e.Name, e.Doc))
		}
	}
	if packages(s.graph) == 0 {
		switch {
		case s.result.Files == 0:
			list = append(list, "there are no files")
		case s.result.Matched == 0:
			list = append(list, fmt.Sprintf("none of %s is a lockfile, manifest, package database or binary that sbomgen reads (sbomgen catalogers)", count(int(s.result.Files), "file")))
		default:
			list = append(list, fmt.Sprintf("%s had nothing to report; -v lists what was skipped", count(s.result.Matched, "file")))
		}
		if len(s.graph.Skipped) > 0 && !s.verbose {
			list = append(list, fmt.Sprintf("%s skipped: -v lists them", count(len(s.graph.Skipped), "path")))
		}
	}
	unversioned := 0
	for i := range s.graph.Components {
		if c := &s.graph.Components[i]; !c.IsApplication() && c.VersionText() == "" && c.Stage == sbom.Declared {
			unversioned++
		}
	}
	if unversioned > 0 {
		list = append(list, fmt.Sprintf("%s declared without a version that a lockfile fixes: commit the lockfile, or scan where the packages are installed", count(unversioned, "package")))
	}
	return list
}

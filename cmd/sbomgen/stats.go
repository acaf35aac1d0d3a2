package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/sbom/query"
)

type statsFlags struct {
	asking
	json bool
}

func newStats(h host) *cobra.Command {
	var f statsFlags
	c := &cobra.Command{
		Use:   "stats [TARGET]",
		Short: "Count what there is, and what is known of it",
		Long: `stats counts the packages of TARGET by type, scope, stage and licence, says of how many a version, purl, licence, hash and
supplier are known, and which packages occur in several versions. TARGET is a folder (default: here), a
file, git:REV, an SBOM of any format, or - for an SBOM on standard input.`,
		Example: `  sbomgen stats
  sbomgen stats bom.xml
  sbomgen stats --json - < bom.spdx.json`,
		Args: f.one,
		RunE: func(cmd *cobra.Command, _ []string) error { return runStats(cmd.Context(), h, f) },
	}
	c.Flags().BoolVar(&f.json, "json", false, "as JSON, with everything")
	f.register(c)
	return c
}

func runStats(ctx context.Context, h host, f statsFlags) error {
	g, err := f.graph(ctx, h)
	if err != nil {
		return err
	}
	s := query.CountAll(g)
	w := bufio.NewWriter(h.stdout)
	if f.json {
		err = json.MarshalWrite(w, s, jsontext.WithIndent("  "), jsontext.AllowInvalidUTF8(true))
	} else {
		err = writeStats(w, s)
	}
	if err = cmp.Or(err, w.Flush()); err != nil {
		return err
	}
	return f.end(h, g)
}

// shownCounts is how many of a list are shown in text.
const shownCounts = 8

func writeStats(w io.Writer, s query.Stats) error {
	head := s.Name
	if s.Version != "" {
		head += " " + s.Version
	}
	fmt.Fprintf(w, "%s: %s, %d direct, in %s; %s, %s deep\n", head, count(s.Packages, "package"), s.Direct, count(s.Applications, "application"),
		count(s.Edges, "edge"), count(s.Depth, "level"))
	if s.Unreached > 0 {
		fmt.Fprintf(w, "%d are joined to the root by nothing\n", s.Unreached)
	}
	if s.Gaps > 0 {
		fmt.Fprintf(w, "%s in what was read\n", count(s.Gaps, "gap"))
	}
	line := func(name string, list []query.Count) {
		if len(list) == 0 {
			return
		}
		var words []string
		for i, c := range list {
			if i == shownCounts {
				words = append(words, fmt.Sprintf("and %d more", len(list)-i))
				break
			}
			words = append(words, fmt.Sprintf("%s %d", c.Name, c.Count))
		}
		fmt.Fprintf(w, "%-10s  %s\n", name, strings.Join(words, ", "))
	}
	line("types", s.Types)
	line("scopes", s.Scopes)
	line("stages", s.Stages)
	line("licences", s.Licenses)
	line("categories", s.Categories)
	if s.Packages > 0 {
		var words []string
		for _, c := range s.With {
			words = append(words, fmt.Sprintf("%s %d %%", c.Name, 100*c.Count/s.Packages))
		}
		fmt.Fprintf(w, "%-10s  %s\n", "known", strings.Join(words, ", "))
	}
	line("versions", s.Several)
	return nil
}

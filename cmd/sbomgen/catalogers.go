package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/all"
	"github.com/sbomgen/sbomgen/sbom/format"
)

type catalogersFlags struct {
	markdown bool
	formats  bool
}

func newCatalogers(h host) *cobra.Command {
	var f catalogersFlags
	c := &cobra.Command{
		Use:   "catalogers",
		Short: "List what can be read",
		Example: `  sbomgen catalogers
  sbomgen catalogers --formats
  sbomgen catalogers | grep lock`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return runCatalogers(h.stdout, f) },
	}
	c.Flags().BoolVar(&f.markdown, "markdown", false, "write the page docs/catalogers.md")
	c.Flags().BoolVar(&f.formats, "formats", false, "list the formats of packages with what reads them")
	return c
}

func runCatalogers(w io.Writer, f catalogersFlags) error {
	if f.markdown && f.formats {
		return usage("", "--markdown and --formats are two pages: ask for one")
	}
	if f.markdown {
		_, err := io.WriteString(w, catalogersPage())
		return err
	}
	if f.formats {
		return writeFormats(w)
	}
	var rows [][]string
	for _, c := range all.Catalogers {
		list := strings.Join(files(c), " ")
		if len(list) > 60 {
			list = list[:57] + "..."
		}
		rows = append(rows, []string{c.Name, c.Stage.String(), strings.Join(types(c), " "), list})
	}
	return format.Columns(w, []string{"name", "stage", "packages", "files"}, rows)
}

// catalogersPage renders docs/catalogers.md.
func catalogersPage() string {
	var b strings.Builder
	b.WriteString("# Catalogers\n\nWhat sbomgen reads. Written by `sbomgen catalogers --markdown` from the values that the program runs on.\n\n")
	b.WriteString("| name | stage | packages | files | what it reports |\n| --- | --- | --- | --- | --- |\n")
	for _, c := range all.Catalogers {
		list := files(c)
		for i, f := range list {
			list[i] = "`" + strings.ReplaceAll(f, "|", `\|`) + "`"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", c.Name, c.Stage, strings.Join(types(c), ", "), strings.Join(list, " "), c.Doc)
	}
	return b.String()
}

// types lists the types of packages that a cataloger reports.
func types(c *catalogers.Cataloger) []string {
	if len(c.Emits) > 20 {
		return []string{"any"}
	}
	var list []string
	for _, t := range c.Emits {
		list = append(list, string(t))
	}
	return list
}

// files says in words which files start a cataloger.
func files(c *catalogers.Cataloger) []string {
	var list []string
	binary := false
	for _, s := range c.Files {
		if s.By == catalogers.ByMagic {
			binary = true
			continue
		}
		if s.By == catalogers.ByFolder {
			list = append(list, s.Pattern+"/")
			continue
		}
		list = append(list, s.Pattern)
	}
	if binary {
		list = append(list, "executables and libraries")
	}
	return list
}

package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/catalogers/all"
)

type catalogersFlags struct {
	markdown bool
}

func newCatalogers(h host) *cobra.Command {
	var f catalogersFlags
	c := &cobra.Command{
		Use:   "catalogers",
		Short: "List what can be read",
		Example: `  sbomgen catalogers
  sbomgen catalogers --markdown
  sbomgen catalogers | grep lock`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error { return runCatalogers(h.stdout, f) },
	}
	c.Flags().BoolVar(&f.markdown, "markdown", false, "write the page docs/catalogers.md")
	return c
}

func runCatalogers(w io.Writer, f catalogersFlags) error {
	if f.markdown {
		_, err := io.WriteString(w, catalogersPage())
		return err
	}
	t := table.NewWriter()
	style := table.StyleDefault
	style.Options = table.OptionsNoBordersAndSeparators
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	style.Format.Header = text.FormatUpper
	t.SetStyle(style)
	t.AppendHeader(table.Row{"name", "stage", "packages", "files"})
	for _, c := range all.Catalogers {
		t.AppendRow(table.Row{c.Name, c.Stage.String(), strings.Join(types(c), " "), text.Trim(strings.Join(files(c), " "), 60)})
	}
	_, err := fmt.Fprintln(w, t.Render())
	return err
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

func types(c *catalogers.Cataloger) []string {
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
		list = append(list, s.Pattern)
	}
	if binary {
		list = append(list, "executables and libraries")
	}
	return list
}

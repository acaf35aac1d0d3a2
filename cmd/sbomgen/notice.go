package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/sbom/license/notice"
)

type noticeFlags struct {
	asking
	outputs    []string
	includeDev bool
	enrich     []string
	exclude    []string
}

func newNotice(h host) *cobra.Command {
	var f noticeFlags
	c := &cobra.Command{
		Use:   "notice [TARGET]",
		Short: "Write the attribution document: licence texts and copyright lines of what is shipped",
		Long: `notice gathers what licences ask to be passed on with a product: the licence texts that lie beside the packages of
TARGET, a folder (default: here) or git:REV, each text once, with the copyright lines of every
package under it, and the NOTICE files. The texts are those on disk; nothing is made up from a name.
Packages without a text are listed at the end. The texts of Go modules and Rust crates lie in local
caches, which --enrich names.`,
		Example: `  sbomgen notice
  sbomgen notice -o html=NOTICES.html --enrich go-licenses
  sbomgen notice --include-dev -o markdown=NOTICES.md`,
		Args: f.one,
		RunE: func(cmd *cobra.Command, _ []string) error { return runNotice(cmd.Context(), h, f) },
	}
	f.register(c)
	flags := c.Flags()
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "`FORMAT[=FILE]`, repeatable: "+strings.Join(notice.Formats, ", "))
	flags.BoolVar(&f.includeDev, "include-dev", false, "also what is only needed for development, tests and builds")
	flags.StringSliceVar(&f.enrich, "enrich", nil, "also read local `caches`: go-modcache, maven-repo, go-licenses, cargo-licenses")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "leave out paths that match a `pattern` such as 'examples/**'")
	return c
}

func runNotice(ctx context.Context, h host, f noticeFlags) error {
	var d *notice.Document
	list, err := reports(f.outputs, notice.Formats, func(w io.Writer, format string) error { return d.Write(w, format) })
	if err != nil {
		return err
	}
	if is, err := f.isSBOM(); err != nil {
		return err
	} else if is {
		return usage("sbomgen notice FOLDER, where the packages are", "%s: an SBOM holds no licence texts", f.target)
	}
	settings, err := scanSettings(h)
	if err != nil {
		return err
	}
	settings.quiet, settings.licenses, settings.keepTexts, settings.includeDev = f.quiet, true, true, f.includeDev
	settings.enrich = append(settings.enrich, f.enrich...)
	settings.exclude = append(settings.exclude, f.exclude...)
	seen, err := scanTarget(ctx, h, f.target, settings)
	if err != nil {
		return err
	}
	d = notice.New(seen.graph, seen.result.Facts)
	if _, err := write(list, nil, h.stdout); err != nil {
		return err
	}
	if n := len(d.Without); n > 0 && !f.quiet {
		fmt.Fprintf(h.stderr, "%s without a licence text: they stand at the end of the document\n", count(n, "package"))
	}
	return f.end(h, seen.graph)
}

// isSBOM tells whether the target is an SBOM, which has nothing to gather texts from.
func (f *noticeFlags) isSBOM() (bool, error) {
	if f.target == "-" {
		return true, nil
	}
	file, ok := openFile(f.target)
	if !ok {
		return false, nil
	}
	defer file.Close()
	is, err := isSBOM(file)
	if err != nil {
		return false, cannotOpen(f.target, err)
	}
	return is, nil
}

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/catalogers/enrich"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/format"
	"github.com/sbomgen/sbomgen/sbom/license/policy"
	"github.com/sbomgen/sbomgen/sbom/license/report"
)

type licensesFlags struct {
	asking
	outputs    []string
	by         string
	policy     string
	includeDev bool
	enrich     []string
	exclude    []string
}

func newLicenses(h host) *cobra.Command {
	var f licensesFlags
	c := &cobra.Command{
		Use:   "licenses [TARGET]",
		Short: "Report licences, the unknown ones first, and hold them to a policy",
		Long: `licenses tells under which licences the packages of TARGET stand: a folder (default: here), git:REV, an SBOM of any
format, or - for an SBOM on standard input. What somebody concluded comes before what a package
declares, and that before what the licence texts beside it are. Texts that lie in the tree are
read; those of Go modules and Rust crates lie in local caches, which --enrich names.

A policy allows, denies or asks to review licences; docs/policy.md describes the file. Of OR the best
branch counts, of AND the worst part. A denied package ends with exit code 1.`,
		Example: `  sbomgen licenses
  sbomgen licenses bom.json --by component -o csv=licenses.csv
  sbomgen licenses --policy policy.yaml -o markdown`,
		Args: f.one,
		RunE: func(cmd *cobra.Command, _ []string) error { return runLicenses(cmd.Context(), h, f) },
	}
	f.register(c)
	flags := c.Flags()
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "`FORMAT[=FILE]`, repeatable: "+strings.Join(report.Formats, ", "))
	flags.StringVar(&f.by, "by", "license", "list by `license` or component")
	flags.StringVar(&f.policy, "policy", "", "judge by this `file`")
	flags.BoolVar(&f.includeDev, "include-dev", true, "also what is only needed for development, tests and builds")
	flags.StringSliceVar(&f.enrich, "enrich", nil, "also read local `caches`: go-modcache, maven-repo, go-licenses, cargo-licenses")
	flags.StringSliceVar(&f.exclude, "exclude", nil, "leave out paths that match a `pattern` such as 'examples/**'")
	return c
}

func runLicenses(ctx context.Context, h host, f licensesFlags) error {
	by, ok := map[string]report.By{"license": report.ByLicense, "component": report.ByComponent}[f.by]
	if !ok {
		return usage("", "--by: licences are listed by license or component, not by %q", f.by)
	}
	var r *report.Report
	list, err := reports(f.outputs, report.Formats, func(w io.Writer, format string) error { return r.Write(w, format, by) })
	if err != nil {
		return err
	}
	o := report.Options{Now: h.now(), Hint: f.hint}
	if f.policy != "" {
		if o.Policy, err = readPolicy(f.policy); err != nil {
			return err
		}
	}
	settings, err := scanSettings(h)
	if err != nil {
		return err
	}
	settings.quiet, settings.licenses, settings.includeDev = f.quiet, true, true
	settings.enrich = append(settings.enrich, f.enrich...)
	settings.exclude = append(settings.exclude, f.exclude...)
	d, err := load(ctx, h, f.target, settings)
	if err != nil {
		return err
	}
	g := d.Graph
	if !f.includeDev {
		g = sbom.Filter(g, func(c *sbom.Component) bool { return c.IsApplication() || c.Scope.Shipped() })
	}
	r = report.New(g, o)
	if _, err := write(list, nil, h.stdout); err != nil {
		return err
	}
	if n := r.Decided(policy.Deny); n > 0 {
		return &exitError{code: exitNo, err: fmt.Errorf("%s denied by %s", count(n, "package"), f.policy)}
	}
	return f.end(h, g)
}

// hint says what would tell the licence of a package that states none.
func (f *licensesFlags) hint(c *sbom.Component) string {
	for _, e := range enrich.All {
		switch {
		case !slices.Contains(e.Types, c.PURL.Type) || c.PURL.Namespace == "" && c.PURL.Type == purl.Golang: // the standard library
		case slices.Contains(f.enrich, e.Name):
			return "fetch it into the cache that --enrich " + e.Name + " reads, and scan again"
		default:
			return "--enrich " + e.Name + ", on a scan where it was built"
		}
	}
	if c.Stage < sbom.Installed {
		return "scan where the packages are installed"
	}
	return "find out, and conclude it in the policy"
}

func readPolicy(file string) (*policy.Policy, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return nil, cannotOpen(file, err)
	}
	p, err := policy.Parse(string(data))
	if err != nil {
		return nil, usage("docs/policy.md describes the file", "%s: %v", file, err)
	}
	return p, nil
}

// reports reads the values of -o for a verb that writes reports. The first of the formats, to standard output, is what it writes without any.
func reports(specs, formats []string, to func(w io.Writer, format string) error) ([]output, error) {
	if len(specs) == 0 {
		specs = formats[:1]
	}
	var list []output
	stdout := false
	for _, spec := range specs {
		name, file, _ := strings.Cut(spec, "=")
		if !slices.Contains(formats, name) {
			return nil, usage("", "no format is called %q; there are %s", name, strings.Join(formats, ", "))
		}
		if file == "-" {
			file = ""
		}
		if file == "" && stdout {
			return nil, usage("give all but one of them a file: -o FORMAT=FILE", "two formats are to be written to standard output")
		}
		stdout = stdout || file == ""
		write := func(w io.Writer, _ *sbom.Document, _ string) ([]sbom.Loss, error) { return nil, to(w, name) }
		list = append(list, output{format: format.Format{Name: name, Write: write}, file: file})
	}
	return list, nil
}

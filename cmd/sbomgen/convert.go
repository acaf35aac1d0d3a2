package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/sbomgen/sbomgen/sbom"
)

type convertFlags struct {
	source  string
	outputs []string
	strict  bool
	quiet   bool
}

func newConvert(h host) *cobra.Command {
	var f convertFlags
	c := &cobra.Command{
		Use:   "convert IN -o FORMAT=OUT",
		Short: "Write an SBOM in another format",
		Long: `convert reads the SBOM IN, of any format and version, compressed or in an attestation, - for standard input, and
writes it in others. Who made it, when and with what stay as they are. What neither a graph nor the format
can hold is counted and named on standard error.

Formats: cyclonedx-json, cyclonedx-xml (@1.2 to @1.7, default 1.6), spdx-json (@2.2, @2.3, @3.0, default
2.3), spdx-tag-value (@2.2, @2.3), json, table, purls.`,
		Example: `  sbomgen convert bom.json -o spdx-json=bom.spdx.json
  sbomgen convert bom.spdx.json -o cyclonedx-xml@1.5=bom.xml -o spdx-json@3.0=bom.spdx3.json
  sbomgen convert - -o purls < bom.xml`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("sbomgen convert bom.json -o spdx-json=bom.spdx.json", "convert takes one SBOM, not %d", len(args))
			}
			f.source = args[0]
			return nil
		},
		RunE: func(*cobra.Command, []string) error { return runConvert(h, f) },
	}
	flags := c.Flags()
	flags.SortFlags = false
	flags.StringArrayVarP(&f.outputs, "output", "o", nil, "`FORMAT[@VERSION][=FILE]`, repeatable")
	flags.BoolVar(&f.strict, "strict", false, "exit 4 if the SBOM has gaps; it is written all the same")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "do not tell what is lost")
	return c
}

func runConvert(h host, f convertFlags) error {
	if len(f.outputs) == 0 {
		return usage("sbomgen convert "+f.source+" -o spdx-json", "convert is not told the format")
	}
	list, err := outputs(f.outputs, h.stdoutTTY)
	if err != nil {
		return err
	}
	d, err := loadSBOM(h, f.source)
	if err != nil {
		return err
	}
	if !f.quiet {
		tellLosses(h.stderr, "not read", d.LeftOut())
	}
	for i, o := range list {
		losses, err := write(list[i:i+1], d, h.stdout)
		if err != nil {
			return err
		}
		if !f.quiet {
			tellLosses(h.stderr, "not in "+o.format.Name, losses)
		}
	}
	if f.strict && len(d.Graph.Gaps) > 0 {
		return &exitError{code: exitIncomplete, err: gapsError(d.Graph.Gaps, true)}
	}
	return nil
}

func tellLosses(w io.Writer, where string, losses []sbom.Loss) {
	for _, l := range losses {
		fmt.Fprintf(w, "%s: %s: %d\n", where, l.What, l.Count)
	}
}

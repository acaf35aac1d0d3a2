package main

import (
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/spf13/cobra"
)

// release is set by the linker for releases: -X main.release=1.2.3.
var release string

// version is what this program calls itself in documents: the release, otherwise what the go tool stamped into it.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok || info.Main.Version == "" || info.Main.Version == "(devel)" {
		return "devel"
	}
	return strings.TrimPrefix(info.Main.Version, "v")
}

func newVersion(h host) *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Print the version",
		Example: `  sbomgen version
  sbomgen version | cut -d' ' -f2
  sbomgen version && sbomgen catalogers`,
		Args: noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(h.stdout, "sbomgen %s\n", version())
			return err
		},
	}
}

package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/knadh/koanf/providers/confmap"
	"github.com/knadh/koanf/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/sbomgen/sbomgen/sbom/decode"
)

// configName is the configuration file that is looked for in the working directory.
const configName = ".sbomgen.yaml"

// configure sets the flags that the command line left alone: from the environment (SBOMGEN_SOURCE_NAME for --source-name), then
// from the configuration file (source-name: ...). An unknown key of the file is an error: it is a typing mistake.
func configure(cmd *cobra.Command, h host, file string) error {
	k := koanf.New("\x00")
	named := file != ""
	if !named {
		file = configName
	}
	data, err := os.ReadFile(file)
	switch {
	case err == nil:
		settings := map[string]any{}
		if err := decode.YAML(string(data), &settings); err != nil {
			return usage("", "%s: %v", filepath.Base(file), err)
		}
		delete(settings, classifiersKey)
		for key := range settings {
			if f := cmd.Flags().Lookup(key); f == nil || key == "config" || key == "help" {
				return usage("the keys are the long names of the flags of sbomgen "+cmd.Name(), "%s: %q is no setting", filepath.Base(file), key)
			}
		}
		if err := k.Load(confmap.Provider(settings, "\x00"), nil); err != nil {
			return usage("", "%s: %v", filepath.Base(file), err)
		}
	case named || !errors.Is(err, fs.ErrNotExist):
		return usage("", "%v", err)
	}
	var failed error
	cmd.Flags().VisitAll(func(f *pflag.Flag) {
		if f.Changed || failed != nil || f.Name == "help" || f.Name == "config" {
			return
		}
		variable := "SBOMGEN_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if value := h.getenv(variable); value != "" {
			failed = set(f, variable, value)
			return
		}
		if !k.Exists(f.Name) {
			return
		}
		values := k.Strings(f.Name)
		if len(values) == 0 {
			values = []string{fmt.Sprint(k.Get(f.Name))}
		}
		for _, v := range values {
			if failed = set(f, filepath.Base(file)+": "+f.Name, v); failed != nil {
				return
			}
		}
	})
	return failed
}

func set(f *pflag.Flag, where, value string) error {
	if err := f.Value.Set(value); err != nil {
		return usage("", "%s: %v", where, err)
	}
	return nil
}

package docker

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
)

// readEnv reads the variables beside, https://docs.docker.com/compose/how-tos/environment-variables/variable-interpolation/#env-file-syntax.
func readEnv(f *catalogers.File) map[string]string {
	values := make(map[string]string)
	text, err := f.TextBeside(".env")
	if err != nil {
		return values
	}
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "export ")
		name, value, ok := strings.Cut(line, "=")
		if !ok || strings.HasPrefix(line, "#") || len(value) > maxExpanded {
			continue
		}
		value = strings.TrimSpace(value)
		if bare, _, cut := strings.Cut(value, " #"); cut {
			value = strings.TrimSpace(bare)
		}
		values[strings.TrimSpace(name)] = strings.Trim(value, `"'`)
	}
	return values
}

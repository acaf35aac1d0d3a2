package git

import (
	"strings"

	"github.com/sbomgen/sbomgen/sbom"
)

// submodule is a section of .gitmodules: [submodule "name"].
type submodule struct {
	name, folder, address, branch string
	line                          int
}

// readSubmodules reads the sections of a file in the syntax of git's configuration, https://git-scm.com/docs/git-config#_syntax: a header in brackets,
// then lines "key = value", with comments after "#" or ";".
func readSubmodules(text string, out *sbom.Facts) (list []submodule) {
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSpace(line)
		switch {
		case line == "", line[0] == '#', line[0] == ';':
		case line[0] == '[':
			section, ok := strings.CutPrefix(line, `[submodule "`)
			name, _, closed := strings.Cut(section, `"]`)
			if ok && !closed {
				out.Gap(n, "a section whose name does not end")
			}
			list = append(list, submodule{name: name, line: n})
		case len(list) > 0:
			list[len(list)-1].set(line)
		}
	}
	return list
}

func (s *submodule) set(line string) {
	key, value, _ := strings.Cut(line, "=")
	value = strings.Trim(strings.TrimSpace(value), `"`)
	switch strings.ToLower(strings.TrimSpace(key)) {
	case "path":
		s.folder = value
	case "url":
		s.address = value
	case "branch":
		s.branch = value
	}
}

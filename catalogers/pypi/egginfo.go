package pypi

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
)

// sourceTree tells whether an egg-info folder is the metadata that setuptools writes into the project's own tree, and where
// that project is.
func sourceTree(f *catalogers.File) (dir string, own bool) {
	if !strings.HasSuffix(f.Dir(), ".egg-info") || strings.Contains(f.Path, "-packages/") {
		return "", false
	}
	for _, up := range [...]string{"../", "../../"} {
		for _, manifest := range [...]string{"setup.py", "setup.cfg", "pyproject.toml"} {
			if other, err := f.Beside(up + manifest); err == nil {
				other.Close()
				return path.Dir(other.Path), true
			}
		}
	}
	return "", false
}

// ofInterpreter tells whether metadata is that of a module of the standard library, which distutils wrote for the interpreter
// itself; pip leaves the same ones out of its lists.
func ofInterpreter(name, file string) bool {
	name = normal(name)
	return strings.HasSuffix(file, ".egg-info") && (name == "python" || name == "wsgiref" || name == "argparse")
}

// eggRequires gives the lines of an egg-info's requires.txt as requirements: its sections are "[extra]", "[:marker]" or
// "[extra:marker]", https://setuptools.pypa.io/en/latest/deprecated/python_eggs.html.
func eggRequires(text string) []string {
	var list []string
	suffix := ""
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			extra, marker, _ := strings.Cut(strings.Trim(line, "[]"), ":")
			suffix = ""
			if extra != "" {
				suffix = `extra == "` + extra + `"`
			}
			if marker != "" && extra != "" {
				suffix = "(" + marker + ") and " + suffix
			} else if marker != "" {
				suffix = marker
			}
		case suffix != "":
			list = append(list, line+" ; "+suffix)
		default:
			list = append(list, line)
		}
	}
	return list
}

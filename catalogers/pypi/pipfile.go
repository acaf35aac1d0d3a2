package pypi

import (
	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Pipfile reads what a project asks pipenv for, https://pipenv.pypa.io/en/latest/pipfile.html.
var Pipfile = catalogers.Cataloger{
	Name:   "pipenv-pipfile",
	Doc:    "Python packages that a Pipfile asks for, with their ranges and sections.",
	Stage:  sbom.Declared,
	Emits:  []purl.Type{purl.PyPI},
	Files:  catalogers.Named("Pipfile"),
	Beside: []string{"Pipfile.lock"},
	Parse:  parsePipfile,
}

func parsePipfile(file *catalogers.File, out *sbom.Facts) error {
	text, err := file.Text()
	if err != nil {
		return err
	}
	var sections map[string]any
	broken := decode.TOML(text, &sections)
	d := declaration{file: file, out: out, lines: linesOf(text), locked: chosen(file)}
	d.indexes = pipfileSources(sections["source"])
	for _, section := range sortedKeys(sections) {
		table, ok := sections[section].(map[string]any)
		if !ok {
			continue
		}
		scope := sbom.Optional // a category of the project's own is installed on demand
		switch section {
		case "packages":
			scope = sbom.Runtime
		case "dev-packages":
			scope = sbom.Development
		case "requires", "scripts", "pipenv", "pipfile", "build-system", "tool":
			continue
		}
		for _, name := range sortedKeys(table) {
			d.table(name, table[name], place{section, scope})
		}
	}
	settle(out)
	return broken
}

// pipfileSources gives the addresses of the indexes by name.
func pipfileSources(source any) map[string]string {
	list, _ := source.([]any)
	indexes := make(map[string]string, len(list))
	for _, item := range list {
		table, _ := item.(map[string]any)
		name, _ := table["name"].(string)
		indexes[name], _ = table["url"].(string)
	}
	return indexes
}

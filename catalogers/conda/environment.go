package conda

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Environment reads what a conda environment is asked to hold,
// https://docs.conda.io/projects/conda/en/stable/user-guide/tasks/manage-environments.html#create-env-file-manually. A version after "=="
// or followed by a build is a pin, one after "=" a prefix.
var Environment = catalogers.Cataloger{
	Name:  "conda-environment",
	Doc:   "Packages that environment.yml asks for: those of conda, with channels, and those of its pip section.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.Conda, purl.PyPI},
	Files: append(catalogers.Named("environment.yml", "environment.yaml"),
		catalogers.Glob("environment-*.yml", "environment-*.yaml", "environment_*.yml", "environment_*.yaml", "environment.*.yml", "environment.*.yaml")...),
	Parse: parseEnvironment,
}

func parseEnvironment(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "dependencies") { // environments of other tools are called so too
		return nil
	}
	docs, err := decode.Nodes(text)
	if len(docs) == 0 {
		return err
	}
	for item := range docs[0].Get("dependencies").Items() {
		if spec := item.Text(); spec != "" {
			declare(spec, item.Line(), out)
		}
		for line := range item.Get("pip").Items() {
			declarePip(line.Text(), line.Line(), out)
		}
	}
	if err == nil {
		err = docs[0].Err()
	}
	return err
}

func declare(spec string, line int, out *sbom.Facts) {
	name, channel, constraint, exact := match(spec)
	if name == "" || virtual(name) || strings.ContainsAny(name, "{$/") {
		return
	}
	a := artifact{}
	if base := path.Base(channel); base == "noarch" || strings.HasPrefix(base, "linux-") || strings.HasPrefix(base, "osx-") || strings.HasPrefix(base, "win-") {
		a.subdir = base
	}
	a.place(channel)
	out.Ask(sbom.Component{PURL: a.purl(name, exact, false)}, sbom.Relation{Range: constraint, Line: line})
}

// declarePip reads a line of the pip section, which is one of a requirements file. Options, paths and further files are pip's business.
func declarePip(text string, line int, out *sbom.Facts) {
	text = strings.TrimSpace(text)
	for _, option := range [...]string{"-e ", "--editable "} {
		text = strings.TrimSpace(strings.TrimPrefix(text, option))
	}
	if c, constraint, ok := wheel(text); ok {
		out.Ask(c, sbom.Relation{Range: constraint, Line: line})
	}
}

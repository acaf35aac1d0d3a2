package github

import (
	"cmp"
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Action reads the metadata of an action, wherever it lies: what the steps of a composite one use and the image of one that runs in a
// container, https://docs.github.com/en/actions/reference/workflows-and-actions/metadata-syntax. One below .github belongs to the
// repository, any other is an application of its own.
var Action = catalogers.Cataloger{
	Name:  "github-action",
	Doc:   "Actions and images that the action.yml of a composite or container action uses, with their pins and the tags in comments.",
	Stage: sbom.Declared,
	Emits: []purl.Type{purl.GitHub, purl.Docker},
	Files: catalogers.Named("action.yml", "action.yaml"),
	Parse: parseAction,
}

func parseAction(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	if !strings.Contains(text, "runs") { // something else of that name
		return nil
	}
	docs, err := decode.Nodes(text)
	if len(docs) == 0 || docs[0].Get("runs").Kind() != decode.Object {
		if strings.Contains(text, "using:") {
			return err
		}
		return nil
	}
	root, below := repositoryOf(f.Dir())
	if below {
		out.Own(root)
	} else if name := docs[0].Get("name").Text(); name != "" {
		out.Application(f.Dir(), sbom.Component{Name: name, Description: docs[0].Get("description").Text(), Author: docs[0].Get("author").Text()})
	}
	runs := docs[0].Get("runs")
	steps(runs.Get("steps"), out)
	if at := runs.Get("image"); strings.HasPrefix(at.Text(), "docker://") { // otherwise a Dockerfile
		container(at, out)
	}
	return cmp.Or(err, docs[0].Err())
}

// repositoryOf finds the folder that holds the folder .github around a folder.
func repositoryOf(dir string) (root string, below bool) {
	for at := dir; at != "."; at = path.Dir(at) {
		if path.Base(at) == ".github" {
			return path.Dir(at), true
		}
	}
	return "", false
}

// Package chocolatey reads what Chocolatey installed on Windows.
package chocolatey

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Installed reads the manifests of installed packages, chocolatey/lib/ID/ID.nuspec
// (https://docs.chocolatey.org/en-us/create/create-packages/#nuspec). Of each package one version is installed. The feed that it came from is not
// noted: the community's is taken, which is the default.
var Installed = catalogers.Cataloger{
	Name:       "chocolatey-installed",
	Doc:        "Packages of Chocolatey that are installed, with what they depend on.",
	Stage:      sbom.Installed,
	Emits:      []purl.Type{purl.Generic},
	Files:      catalogers.Glob("**/chocolatey/lib/*/*.nuspec"),
	Group:      func(file string) (string, bool) { return path.Dir(path.Dir(file)), true },
	ParseGroup: parseInstalled,
}

func parseInstalled(_ string, files []*catalogers.File, out *sbom.Facts) error {
	var list []nuspec
	for _, f := range files {
		text, err := f.Text()
		if err != nil {
			out.GapAt(f.Path, "%v", err)
			continue
		}
		n, err := read(text)
		if err != nil {
			out.GapAt(f.Path, "%v", err)
		}
		if n.id == "" || n.version == "" {
			if err == nil {
				out.GapAt(f.Path, "id or version is missing")
			}
			continue
		}
		n.file = f.Path
		n.PURL = purl.New(purl.Generic, "", n.id, n.version).With("repository_url", "https://community.chocolatey.org/api/v2/")
		if key := strings.ToLower(n.id); !out.Has(key) {
			out.AddIn(sbom.Location{Path: f.Path}, key, n.Component)
			list = append(list, n)
		}
	}
	for _, n := range list {
		for _, need := range n.needs {
			to := strings.ToLower(need[0])
			if !out.Has(to) {
				out.GapAt(n.file, "needs %.100s, which is not installed", need[0])
			}
			out.Relate(sbom.Relation{From: strings.ToLower(n.id), To: to, Range: need[1], MayMiss: true})
		}
	}
	out.Edges(sbom.Complete)
	return nil
}

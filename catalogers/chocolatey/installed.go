// Package chocolatey reads what Chocolatey installed on Windows.
package chocolatey

import (
	"path"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
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

// nuspec is what a manifest says.
type nuspec struct {
	file        string
	id, version string
	needs       [][2]string // id and range
	sbom.Component
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

func read(text string) (n nuspec, err error) {
	r := decode.NewXML(text)
	r.Children(func(string) {
		r.Children(func(name string) {
			if name == "metadata" {
				r.Children(func(name string) { n.field(r, name) })
			}
		})
	})
	return n, r.Err()
}

func (n *nuspec) field(r *decode.XMLReader, name string) {
	refer := func(kind string) {
		if url, ok := sbom.CleanURL(r.Text()); ok && strings.Contains(url, "://") {
			n.References = append(n.References, sbom.Reference{Type: kind, URL: url})
		}
	}
	switch name {
	case "id":
		n.id = r.Text()
	case "version":
		n.version = r.Text()
	case "authors":
		n.Author = r.Text()
	case "summary":
		n.Description = r.Text()
	case "copyright":
		n.Copyright = r.Text()
	case "projectUrl":
		refer(sbom.Website)
	case "projectSourceUrl":
		refer(sbom.VCS)
	case "licenseUrl":
		refer("license")
	case "dependencies":
		r.Children(func(name string) {
			if id := r.Attr("id"); name == "dependency" && id != "" {
				n.needs = append(n.needs, [2]string{id, r.Attr("version")})
			}
		})
	}
}

package nuget

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
)

// Archive reads the .nuspec in a .nupkg (https://learn.microsoft.com/nuget/create-packages/creating-a-package). Packages of Chocolatey and of the
// PowerShell Gallery have the same format; those are told by elements that only Chocolatey knows
// (https://docs.chocolatey.org/en-us/create/create-packages/#nuspec) or the folder that it installs into, these by the tags that PowerShellGet gives
// (https://learn.microsoft.com/powershell/gallery/concepts/package-manifest-affecting-ui).
var Archive = catalogers.Cataloger{
	Name:  "nupkg-archive",
	Doc:   "NuGet packages that lie in the tree as .nupkg files, among them those of Chocolatey and of the PowerShell Gallery.",
	Stage: sbom.Built,
	Emits: []purl.Type{purl.NuGet, purl.Generic},
	Files: catalogers.Glob("**/*.nupkg/*.nuspec"),
	Parse: parseArchive,
}

func parseArchive(f *catalogers.File, out *sbom.Facts) error {
	archive := f.Dir()
	out.Own(path.Dir(archive))
	n, err := readNuspec(f)
	if n == nil || n.id == "" || n.version == "" {
		if err == nil {
			err = errors.New("names no package or no version")
		}
		return err
	}
	c := n.component
	switch {
	case n.choco || strings.Contains("/"+archive, "/chocolatey/lib/"):
		c.PURL = purl.New(purl.Generic, "", n.id, n.version).With("repository_url", "https://community.chocolatey.org/api/v2/")
	case slices.ContainsFunc(n.tags, func(tag string) bool { return tag == "PSModule" || tag == "PSScript" }):
		c.PURL = c.PURL.With("repository_url", "https://www.powershellgallery.com/api/v2")
	}
	out.AddAt(n.line, archive, c)
	return err
}

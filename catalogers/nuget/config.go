package nuget

import (
	"strings"

	"github.com/sbomgen/sbomgen/catalogers"
	"github.com/sbomgen/sbomgen/purl"
	"github.com/sbomgen/sbomgen/sbom"
	"github.com/sbomgen/sbomgen/sbom/decode"
)

// Config reads packages.config: every package that is installed for a project, direct or not, without edges.
//
// Source: https://learn.microsoft.com/nuget/reference/packages-config.
var Config = catalogers.Cataloger{
	Name:  "nuget-config",
	Doc:   "NuGet packages of a .NET Framework project, from packages.config.",
	Stage: sbom.Locked,
	Emits: []purl.Type{purl.NuGet},
	Files: append(catalogers.Named("packages.config", "Packages.config"), catalogers.Glob("packages.*.config")...),
	Parse: parseConfig,
}

func parseConfig(f *catalogers.File, out *sbom.Facts) error {
	text, err := f.Text()
	if err != nil {
		return err
	}
	r := decode.NewXML(text)
	r.Children(func(root string) {
		if root != "packages" {
			return // the configuration of something else
		}
		r.Children(func(name string) {
			if name != "package" {
				return
			}
			id, version := r.Attr("id"), r.Attr("version")
			if id == "" || version == "" {
				out.Gap(r.Line(), "a package has no id or no version")
				return
			}
			c := component(id, version)
			c.Scope = sbom.Runtime
			if strings.EqualFold(r.Attr("developmentDependency"), "true") {
				c.Scope = sbom.Development
			}
			if key := packageKey(id, version); !out.Has(key) {
				out.AddAt(r.Line(), key, c)
			}
		})
	})
	return r.Err()
}
